/* oxlint-disable react/refs -- `control` is a callback ref, which the rule takes for a ref that is read */
import type { DragEvent, ReactElement, ReactNode, RefCallback } from 'react'
import { classes } from '../widgets'
import { frameOf, type Size, type Viewport } from './viewport'

const checkerboard =
  'bg-[repeating-conic-gradient(light-dark(#fff,#2c2e33)_0_25%,light-dark(#dfe0e3,#222327)_0_50%)] bg-[length:16px_16px]'

/** One view of the picture: a pane with the picture's frame in it. The frame is where every layer lies, one exactly over the other. */
export function CanvasPane(props: {
  picture: Size
  viewport: Viewport
  hasAlpha: boolean
  control: RefCallback<HTMLElement>
  spaceHeld: boolean
  /** Starts a drag of the picture out of the canvas; absent where there is nothing to drag. */
  onDragStart?: ((event: DragEvent<HTMLElement>) => void) | undefined
  children: ReactNode
  /** Laid over the pane, not zoomed with the picture: labels, the divider. */
  overlay?: ReactNode
}): ReactElement {
  const frame = frameOf(props.viewport, props.picture)
  return (
    <div
      ref={props.control}
      data-testid="canvas-pane"
      className={classes(
        'relative min-w-0 flex-1 touch-none overflow-hidden data-panning:cursor-grabbing',
        props.spaceHeld && 'cursor-grab',
      )}
    >
      <div
        data-testid="canvas-frame"
        draggable={props.onDragStart !== undefined && !props.spaceHeld}
        onDragStart={props.onDragStart}
        className={classes('absolute left-0 top-0 origin-top-left overflow-hidden', props.hasAlpha ? checkerboard : 'bg-raised')}
        style={{ width: frame.width, height: frame.height, transform: `translate(${frame.x}px, ${frame.y}px)` }}
      >
        {props.children}
      </div>
      {props.overlay}
    </div>
  )
}

/** Words on a picture, in a corner of its visible part. */
export function PictureLabel(props: {
  children: ReactNode
  side: 'left' | 'right'
  inset: { left: number; right: number; bottom: number }
}): ReactElement {
  const { left, right, bottom } = props.inset
  return (
    <div
      data-testid={`label-${props.side}`}
      className="pointer-events-none absolute z-10 max-w-[45%] truncate rounded-s bg-label-ground px-2 py-0.5 text-s text-label-text"
      style={props.side === 'left' ? { left: left + 8, bottom: bottom + 8 } : { right: right + 8, bottom: bottom + 8 }}
    >
      {props.children}
    </div>
  )
}
