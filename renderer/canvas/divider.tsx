/* oxlint-disable jsx-a11y/prefer-tag-over-role -- <input type=range> has no handle over a picture */
import { MoveHorizontal } from 'lucide-react'
import { useRef, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react'
import { usePartWords } from '../i18n/parts'
import type { Rect } from './viewport'

/** Where the divider stands after a key, 0..1; undefined for keys that are not its own. */
export function dividerAfterKey(position: number, key: string, shift: boolean): number | undefined {
  const step = shift ? 0.1 : 0.01
  const moves: Record<string, number> = {
    ArrowLeft: position - step,
    ArrowDown: position - step,
    ArrowRight: position + step,
    ArrowUp: position + step,
    PageDown: position - 0.1,
    PageUp: position + 0.1,
    Home: 0,
    End: 1,
  }
  const to = moves[key]
  return to === undefined ? undefined : Math.min(1, Math.max(0, Math.round(to * 1000) / 1000))
}

/** The line between two pictures, dragged or moved by the arrow keys; `visible` is the part of the picture in the pane. */
export function Divider(props: {
  position: number
  onChange: (position: number) => void
  visible: Rect
  beforeLabel: string
  afterLabel: string
}): ReactElement {
  const say = usePartWords()
  const { position, onChange, visible } = props
  const grip = useRef<{ pointer: number; offset: number } | undefined>(undefined)

  const positionAt = (clientX: number): number => (clientX - visible.x) / Math.max(visible.width, 1)
  const down = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    event.currentTarget.focus()
    event.currentTarget.setPointerCapture(event.pointerId)
    grip.current = { pointer: event.pointerId, offset: positionAt(event.clientX) - position }
  }
  const move = (event: PointerEvent<HTMLElement>): void => {
    if (grip.current?.pointer !== event.pointerId) return
    onChange(Math.min(1, Math.max(0, positionAt(event.clientX) - grip.current.offset)))
  }
  const up = (): void => {
    grip.current = undefined
  }
  const key = (event: KeyboardEvent): void => {
    const to = dividerAfterKey(position, event.key, event.shiftKey)
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    onChange(to)
  }

  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={say('canvas.divider', { before: props.beforeLabel, after: props.afterLabel })}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(position * 100)}
      aria-valuetext={say('canvas.dividerValue', { percent: Math.round(position * 100), before: props.beforeLabel })}
      data-testid="compare-divider"
      className="group absolute z-10 -ml-3 w-6 cursor-ew-resize touch-none outline-none!"
      style={{ left: visible.x + visible.width * position, top: visible.y, height: visible.height }}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onKeyDown={key}
    >
      <div className="pointer-events-none absolute inset-y-0 left-1/2 w-0.5 -translate-x-1/2 bg-label-text shadow-[0_0_0_0.5px_rgb(0_0_0/0.35)]" />
      <div className="pointer-events-none absolute left-1/2 top-1/2 flex size-7 -translate-x-1/2 -translate-y-1/2 items-center justify-center rounded-full bg-label-text text-[#141517] shadow-[0_0_0_1px_rgb(0_0_0/0.3)] group-focus-visible:outline-2 group-focus-visible:outline-offset-2 group-focus-visible:outline-accent">
        <MoveHorizontal size={16} aria-hidden />
      </div>
    </div>
  )
}
