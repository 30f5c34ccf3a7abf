import { ChevronDown, Check as CheckIcon, Search, X } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import {
  Button as AriaButton,
  Checkbox,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField as AriaSearchField,
  Select as AriaSelect,
  SelectValue,
  Text,
  TextArea as AriaTextArea,
  TextField,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components'
import { classes } from './classes'

const entry =
  'w-full rounded-m border border-line bg-raised px-2.5 text-text placeholder:text-muted hovered:border-edge focused:border-accent disabled:opacity-45'

/** Several lines of text with their label above. */
export function TextArea(props: {
  label: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  rows?: number
  hint?: string
  'data-testid'?: string
}): ReactElement {
  return (
    <TextField value={props.value} onChange={props.onChange} className="flex flex-col gap-1">
      <Label className="text-muted">{props.label}</Label>
      <AriaTextArea
        className={classes(entry, 'resize-none py-1.5')}
        rows={props.rows ?? 3}
        placeholder={props.placeholder ?? ''}
        data-testid={props['data-testid']}
      />
      {props.hint ? (
        <Text slot="description" className="text-s text-muted">
          {props.hint}
        </Text>
      ) : null}
    </TextField>
  )
}

/** A search field with a clear button. `onDone`: Enter, or the field is left; who searches after a pause does it now. */
export function SearchEntry(props: {
  label: string
  value: string
  onChange: (value: string) => void
  onDone?: () => void
  clearLabel: string
  className?: string
  'data-testid'?: string
}): ReactElement {
  return (
    <AriaSearchField
      aria-label={props.label}
      value={props.value}
      onChange={props.onChange}
      {...(props.onDone && { onSubmit: props.onDone, onBlur: props.onDone })}
      className={classes('group relative flex items-center', props.className)}
    >
      <Search size={14} className="pointer-events-none absolute left-2.5 text-muted" aria-hidden />
      <Input
        className={classes(entry, 'h-8 pl-8 pr-8 [&::-webkit-search-cancel-button]:hidden')}
        placeholder={props.label}
        data-testid={props['data-testid']}
      />
      <AriaButton
        aria-label={props.clearLabel}
        className="absolute right-1.5 flex size-5 items-center justify-center rounded-s text-muted hovered:text-text group-data-empty:hidden"
      >
        <X size={13} aria-hidden />
      </AriaButton>
    </AriaSearchField>
  )
}

/** One of a few, side by side. */
export function Segmented<T extends string>(props: {
  label: string
  value: T
  onChange: (value: T) => void
  items: { id: T; label: ReactNode; ariaLabel?: string; testId?: string }[]
  size?: 's' | 'm'
  /** As wide as its place, in equal parts. */
  fill?: boolean
  'data-testid'?: string
}): ReactElement {
  return (
    <ToggleButtonGroup
      aria-label={props.label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[props.value]}
      onSelectionChange={(keys) => {
        const [next] = keys
        if (next !== undefined) props.onChange(next as T)
      }}
      data-testid={props['data-testid']}
      className={classes('inline-flex gap-px rounded-m border border-line bg-line', props.fill ? 'w-full' : 'w-fit shrink-0')}
    >
      {props.items.map((item) => (
        <ToggleButton
          key={item.id}
          id={item.id}
          {...(item.ariaLabel ? { 'aria-label': item.ariaLabel } : {})}
          data-testid={item.testId}
          className={classes(
            'inline-flex items-center justify-center gap-1.5 whitespace-nowrap bg-panel text-muted transition-colors duration-120 first:rounded-l-[7px] last:rounded-r-[7px]',
            'hovered:text-text selected:bg-raised selected:text-accent-text',
            props.size === 's' ? 'h-6 min-w-7 text-s' : 'h-7.5 min-w-8',
            props.fill ? 'min-w-0 flex-auto px-1' : props.size === 's' ? 'px-2' : 'px-2.5',
          )}
        >
          {item.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}

/** One of a list that opens. */
export function Select<T extends string>(props: {
  label: string
  value: T
  onChange: (value: T) => void
  items: { id: T; label: string; hint?: string }[]
  hideLabel?: boolean
  'data-testid'?: string
}): ReactElement {
  return (
    <AriaSelect
      value={props.value}
      onChange={(key) => {
        if (key !== null) props.onChange(key as T)
      }}
      className="flex min-w-0 flex-col gap-1"
      {...(props.hideLabel ? { 'aria-label': props.label } : {})}
    >
      {props.hideLabel ? null : <Label className="text-muted">{props.label}</Label>}
      <AriaButton
        data-testid={props['data-testid']}
        className="flex h-8 w-full items-center justify-between gap-2 rounded-m border border-line bg-raised px-2.5 text-text hovered:border-edge"
      >
        <SelectValue className="truncate">{({ selectedText }) => selectedText}</SelectValue>
        <ChevronDown size={14} className="shrink-0 text-muted" aria-hidden />
      </AriaButton>
      <Popover className="min-w-(--trigger-width) overflow-auto rounded-m border border-line bg-raised p-1 entering:animate-[rise_var(--quick)_var(--ease)]">
        <ListBox className="outline-none">
          {props.items.map((item) => (
            <ListBoxItem
              key={item.id}
              id={item.id}
              textValue={item.label}
              className="group flex cursor-default items-center gap-2 rounded-s px-2 py-1 text-text focused:bg-hover hovered:bg-hover"
            >
              <CheckIcon size={13} className="invisible shrink-0 text-accent-text group-selected:visible" aria-hidden />
              <span className="flex flex-col">
                <Text slot="label" className="whitespace-nowrap">
                  {item.label}
                </Text>
                {item.hint ? (
                  <Text slot="description" className="text-s text-muted">
                    {item.hint}
                  </Text>
                ) : null}
              </span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}

/** A tick box with its words. */
export function Check(props: {
  label: string
  value: boolean
  onChange: (value: boolean) => void
  disabled?: boolean
  'data-testid'?: string
}): ReactElement {
  return (
    <Checkbox
      isSelected={props.value}
      onChange={props.onChange}
      isDisabled={props.disabled ?? false}
      data-testid={props['data-testid']}
      className="group flex h-8 items-center gap-2.5 text-text unavailable:opacity-45"
    >
      <span
        aria-hidden
        className="flex size-4 items-center justify-center rounded-[4px] border border-edge bg-raised text-on-accent group-selected:border-accent group-selected:bg-accent"
      >
        <CheckIcon size={12} strokeWidth={3} className="invisible group-selected:visible" />
      </span>
      <span className="whitespace-nowrap">{props.label}</span>
    </Checkbox>
  )
}
