import type { ReactElement, ReactNode, RefObject } from 'react'
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator, SubmenuTrigger } from 'react-aria-components'
import { Check, ChevronRight } from 'lucide-react'
import { Keys } from './keys'
import { classes } from './classes'

/** One line of a menu; a line with `children` opens another menu. `separator` draws a line above it. */
export interface MenuEntry {
  id: string
  label: string
  icon?: ReactNode
  keys?: string
  danger?: boolean
  disabled?: boolean
  checked?: boolean
  separator?: boolean
  onAction?: () => void
  children?: MenuEntry[]
}

const surface =
  'max-h-96 min-w-44 overflow-auto rounded-m border border-line bg-raised p-1 outline-none entering:animate-[rise_var(--quick)_var(--ease)]'

/** A button (the child) with the menu that it opens. */
export function MenuButton(props: { label: string; entries: MenuEntry[]; children: ReactElement }): ReactElement {
  return (
    <MenuTrigger>
      {props.children}
      <Popover placement="bottom start" className={surface}>
        <Entries label={props.label} entries={props.entries} />
      </Popover>
    </MenuTrigger>
  )
}

/** A menu at an element, opened by the caller, e.g. for the context menu of a tile (right click, Shift+F10, menu key). */
export function PopupMenu(props: {
  label: string
  entries: MenuEntry[]
  open: boolean
  onClose: () => void
  anchor: RefObject<Element | null>
}): ReactElement {
  return (
    <Popover
      isOpen={props.open}
      onOpenChange={(open) => {
        if (!open) props.onClose()
      }}
      triggerRef={props.anchor}
      aria-label={props.label}
      placement="bottom start"
      className={surface}
    >
      <Entries label={props.label} entries={props.entries} onDone={props.onClose} />
    </Popover>
  )
}

function Entries(props: { label: string; entries: MenuEntry[]; onDone?: () => void }): ReactElement {
  return (
    <AriaMenu
      aria-label={props.label}
      className="outline-none"
      // One opened by the caller has no trigger that would hand the focus on.
      {...(props.onDone ? { onClose: props.onDone, autoFocus: 'first' as const } : {})}
    >
      {props.entries.flatMap((entry) => {
        const line = <Line key={entry.id} entry={entry} />
        return entry.separator ? [<Separator key={`${entry.id}-above`} className="my-1 h-px bg-line" />, line] : [line]
      })}
    </AriaMenu>
  )
}

function Line({ entry }: { entry: MenuEntry }): ReactElement {
  const item = (
    <MenuItem
      id={entry.id}
      textValue={entry.label}
      isDisabled={entry.disabled ?? false}
      {...(entry.onAction ? { onAction: entry.onAction } : {})}
      className={classes(
        'flex h-7 cursor-default items-center gap-2 whitespace-nowrap rounded-s px-2 outline-none focused:bg-hover unavailable:opacity-45',
        entry.danger ? 'text-bad' : 'text-text',
      )}
      data-testid={`menu-${entry.id}`}
    >
      {entry.icon}
      <span className="flex-1">{entry.label}</span>
      {entry.checked ? <Check size={13} className="text-accent-text" aria-hidden /> : null}
      {entry.keys ? <Keys combo={entry.keys} /> : null}
      {entry.children ? <ChevronRight size={13} className="text-muted" aria-hidden /> : null}
    </MenuItem>
  )
  return entry.children ? (
    <SubmenuTrigger>
      {item}
      <Popover className={surface}>
        <Entries label={entry.label} entries={entry.children} />
      </Popover>
    </SubmenuTrigger>
  ) : (
    item
  )
}
