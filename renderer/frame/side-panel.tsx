import { useRef, type KeyboardEvent, type PointerEvent, type ReactElement, type ReactNode } from 'react'
import { useActions, useStudio } from '../state/context'
import { panelLimits, panelWidth } from '../state/ui'
import { useWords } from '../i18n/i18n'
import { classes } from '../widgets'

/** A panel at a side of the window: as wide as the user made it, at most a quarter of a small window, or hidden. */
export function SidePanel(props: { side: 'left' | 'right'; label: string; children: ReactNode }): ReactElement | null {
  const { side } = props
  const panel = useStudio((state) => state.ui[side])
  if (!panel.open) return null
  return (
    <aside
      aria-label={props.label}
      data-testid={`panel-${side}`}
      className={classes(
        'relative flex min-h-0 shrink-0 flex-col bg-panel',
        side === 'left' ? 'border-r border-line' : 'border-l border-line',
      )}
      style={{ width: `clamp(${panelLimits[side].min}px, ${panel.width}px, max(26vw, ${panelLimits[side].min}px))` }}
    >
      {props.children}
      <Resizer side={side} width={panel.width} />
    </aside>
  )
}

/** The edge that is dragged, or moved by the arrow keys, to make a panel wider. A double click gives it its first width back. */
function Resizer(props: { side: 'left' | 'right'; width: number }): ReactElement {
  const { side, width } = props
  const say = useWords()
  const { setUi } = useActions()
  const start = useRef<{ x: number; width: number } | undefined>(undefined)
  const outwards = side === 'left' ? 1 : -1
  const resize = (next: number): void => setUi({ [side]: { width: panelWidth(side, next), open: true } })

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0
    if (step === 0) return
    event.preventDefault()
    resize(width + step * outwards)
  }
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId)
    // From the width that is seen: in a small window it may be less than the one that is remembered.
    start.current = { x: event.clientX, width: event.currentTarget.parentElement?.offsetWidth ?? width }
  }
  const onPointerMove = (event: PointerEvent): void => {
    if (start.current) resize(start.current.width + (event.clientX - start.current.x) * outwards)
  }
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- <hr> can't be moved
      role="separator"
      aria-orientation="vertical"
      aria-label={say('panel.resize')}
      aria-valuenow={width}
      aria-valuemin={panelLimits[side].min}
      aria-valuemax={panelLimits[side].max}
      tabIndex={0}
      data-testid={`resize-${side}`}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        start.current = undefined
      }}
      onDoubleClick={() => resize(side === 'left' ? 288 : 304)}
      className={classes(
        'absolute inset-y-0 z-10 w-1.5 cursor-col-resize touch-none transition-colors duration-120 hover:bg-accent/60 focus-visible:bg-accent focus-visible:outline-none',
        side === 'left' ? '-right-0.75' : '-left-0.75',
      )}
    />
  )
}

/** A heading of a panel with what belongs at its right end. */
export function PanelHeading(props: { title: string; children?: ReactNode; level?: 2 | 3 }): ReactElement {
  const Heading = props.level === 3 ? 'h3' : 'h2'
  return (
    <div className="flex h-8 shrink-0 items-center justify-between gap-2">
      <Heading className="truncate font-semibold text-text">{props.title}</Heading>
      {props.children}
    </div>
  )
}
