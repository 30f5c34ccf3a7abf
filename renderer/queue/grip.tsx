import { GripVertical } from 'lucide-react'
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react'

/** What the grip of a waiting line does; the same functions for all cards, so that a card renders only when its own content changes. */
export interface GripHandlers {
  pointerDown: (key: string, event: PointerEvent<HTMLElement>) => void
  keyDown: (key: string, event: KeyboardEvent) => void
}

/** Takes hold of a job or a batch that waits, to put it elsewhere in the queue; Alt with the arrow keys does the same. */
export function Grip(props: { of: string; label: string; onGrip: GripHandlers; 'data-testid': string }): ReactElement {
  return (
    <button
      type="button"
      aria-label={props.label}
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
      onPointerDown={(event) => props.onGrip.pointerDown(props.of, event)}
      onKeyDown={(event) => props.onGrip.keyDown(props.of, event)}
      data-testid={props['data-testid']}
      data-grip={props.of}
      className="absolute inset-y-0 left-0 flex w-4 cursor-grab touch-none items-center justify-center text-muted opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
    >
      <GripVertical size={13} aria-hidden />
    </button>
  )
}
