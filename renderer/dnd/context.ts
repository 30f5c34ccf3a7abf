import { createContext, useCallback, useContext, useLayoutEffect, useRef, useSyncExternalStore, type RefCallback } from 'react'
import { AppError } from '#shared/domain/error'
import type { Dragged, DropTarget, PictureRef } from './drag-model'
import type { DragSession, DragState } from './drag-session'
import { setDragImage } from './drag-image'

/** What the parts get from <DragAndDrop>. */
export interface DragContextValue {
  readonly session: DragSession
  /** Picks up by keyboard; focus comes back to `source` at the end. */
  readonly lift: (dragged: Dragged, source: HTMLElement) => void
  /** Where another program, or the desktop, gets a dragged picture from; absent where it can't. */
  readonly fileOf?: ((item: PictureRef) => { name: string; url: string }) | undefined
  /** The same where the shell does it, with Shift held, so that a drag without it stays in the window. */
  readonly dragOut?: ((items: readonly PictureRef[]) => void) | undefined
}

export const DragContext = createContext<DragContextValue | null>(null)

function useDragContext(): DragContextValue {
  const context = useContext(DragContext)
  if (!context) throw new AppError('bug', 'A part that drags stands outside <DragAndDrop>. This is a fault in Recast: report it.')
  return context
}

/** The drag that is under way; the component renders again when it changes. */
export function useDragState(): DragState {
  const { session } = useDragContext()
  return useSyncExternalStore(session.subscribe, session.state)
}

/** One thing of the drag that is under way; the component renders again only when that changes. */
export function useDragStateOf<T extends string | boolean | undefined>(pick: (state: DragState) => T): T {
  const { session } = useDragContext()
  return useSyncExternalStore(session.subscribe, () => pick(session.state()))
}

/**
 * A ref that makes an element a drop area: elements in it with `data-drop-place="KEY"` (or it itself) are places,
 * and `targetOf(KEY)` says what each is. One listener serves all places, so thousands of them cost nothing.
 */
export function useDropArea(targetOf: (key: string) => DropTarget | undefined): RefCallback<HTMLElement> {
  const { session } = useDragContext()
  const latest = useRef(targetOf)
  useLayoutEffect(() => {
    latest.current = targetOf
  })
  return useCallback(
    (element: HTMLElement | null) => {
      if (!element) return undefined
      return session.register({ element, targetOf: (key) => latest.current(key) })
    },
    [session],
  )
}

/** How a part starts a drag. */
export interface DragSource {
  /** In onDragStart of a draggable element. `thumbs` are its pictures, for the image under the pointer. */
  start(
    event: { dataTransfer: DataTransfer; currentTarget: EventTarget; shiftKey: boolean; preventDefault: () => void },
    dragged: Dragged,
    thumbs: readonly HTMLImageElement[],
  ): void
  /** In onKeyDown, for the key that picks up. */
  lift(dragged: Dragged, source: HTMLElement): void
}

/** Types under which our own drags carry what they are, as JSON. */
export const picturesType = 'application/x-recast-pictures'
export const styleType = 'application/x-recast-style'

/** Lets a part start drags, by pointer and by keyboard. */
export function useDragSource(): DragSource {
  const { session, lift, fileOf, dragOut } = useDragContext()
  const start = useCallback<DragSource['start']>(
    (event, dragged, thumbs) => {
      const { dataTransfer } = event
      if (dragOut && event.shiftKey && dragged.kind === 'pictures') {
        event.preventDefault()
        dragOut(dragged.items)
        return
      }
      if (dragged.kind === 'style') {
        dataTransfer.setData(styleType, JSON.stringify({ styleId: dragged.styleId }))
      } else if (dragged.kind === 'pictures') {
        dataTransfer.setData(picturesType, JSON.stringify(dragged.items))
        const [first] = dragged.items
        const file = first && fileOf?.(first)
        // Chromium's own type: dropped outside of the window, the browser saves the file there. It takes one.
        if (file) dataTransfer.setData('DownloadURL', `image/png:${file.name}:${file.url}`)
      }
      dataTransfer.effectAllowed = 'copyMove'
      setDragImage(dataTransfer, thumbs, dragged.kind === 'pictures' ? dragged.items.length : 1)
      // Chromium gives a drag up when the page changes during dragstart: the zones appear right after it.
      setTimeout(() => session.begin(dragged, 'pointer'))
    },
    [session, fileOf, dragOut],
  )
  return { start, lift }
}
