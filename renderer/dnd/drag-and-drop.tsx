import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react'
import { usePartWords, type SayPart } from '../i18n/parts'
import { DragContext } from './context'
import { actionLabel, draggedLabel, type Dragged, type DropAction, type PictureRef } from './drag-model'
import { DragSession, type DropPlace } from './drag-session'
import { describeFiles, filesOfClipboard, readDrop, type SystemFile, type SystemFiles } from './system-files'

export interface DragAndDropProps {
  /** Carries an action out. `files` is there for what came from the system; it reads folders and never rejects. */
  onDrop: (action: DropAction, files?: Promise<SystemFiles>) => void
  /** Pictures were pasted outside a text field. */
  onPaste?: (files: readonly SystemFile[]) => void
  /** Where a dragged picture is got from when it leaves the window; the same function for as long as it answers the same. */
  fileOf?: (item: PictureRef) => { name: string; url: string }
  /** Takes dragged pictures out of the window by a drag of the system's own; the same function for as long as it does the same. */
  dragOut?: (items: readonly PictureRef[]) => void
  children: ReactNode
}

/**
 * The drag and drop of the whole window: listens once for all parts, keeps a file that misses every zone from replacing the
 * page, and gives every drag a keyboard path (a part lifts, Tab moves, Enter drops, Escape puts back).
 */
export function DragAndDrop({ onDrop, onPaste, fileOf, dragOut, children }: DragAndDropProps): ReactElement {
  const say = usePartWords()
  const [session] = useState(() => new DragSession())
  const [announcement, announce] = useState('')
  const [lifted, setLifted] = useState(false)
  const handlers = useRef({ onDrop, onPaste, say })
  useLayoutEffect(() => {
    handlers.current = { onDrop, onPaste, say }
  })

  useEffect(() => listenToPointer(session, (action, files) => handlers.current.onDrop(action, files)), [session])
  useEffect(() => listenToPaste((files) => handlers.current.onPaste?.(files)), [])

  const endKeyboard = useRef<(() => void) | undefined>(undefined)
  useEffect(() => () => endKeyboard.current?.(), [])
  const lift = useCallback(
    (dragged: Dragged, source: HTMLElement) => {
      endKeyboard.current?.()
      setLifted(true)
      endKeyboard.current = startKeyboardDrag(session, dragged, source, {
        say: (key, values) => handlers.current.say(key, values),
        announce,
        drop: (action) => handlers.current.onDrop(action),
        ended: () => setLifted(false),
      })
    },
    [session],
  )
  const context = useMemo(() => ({ session, lift, fileOf, dragOut }), [session, lift, fileOf, dragOut])

  return (
    <DragContext value={context}>
      {children}
      <output className="sr-only" data-testid="drag-announcement">
        {announcement}
      </output>
      {lifted ? (
        <p
          aria-hidden
          className="pointer-events-none fixed bottom-4 left-1/2 z-50 -translate-x-1/2 rounded-m border border-line bg-raised px-3 py-1.5 text-text"
        >
          {say('drag.hint')}
        </p>
      ) : null}
    </DragContext>
  )
}

function listenToPointer(session: DragSession, drop: (action: DropAction, files?: Promise<SystemFiles>) => void): () => void {
  const controller = new AbortController()
  const options = { signal: controller.signal }

  const over = (event: DragEvent): void => {
    const transfer = event.dataTransfer
    if (!transfer) return
    const { dragged, by } = session.state()
    if (!dragged || by === 'keyboard') {
      const files = describeFiles(transfer.items, transfer.types)
      // A drag of text, or of another window: not ours to take, text fields may.
      if (!files) return
      session.begin(files, 'pointer')
    }
    // A file that misses every zone must not replace the page: its drop is taken, and does nothing.
    const action = session.moveTo(event.target instanceof Element ? event.target : null, event.altKey)
    event.preventDefault()
    transfer.dropEffect = action ? 'copy' : 'none'
  }
  window.addEventListener('dragenter', over, options)
  window.addEventListener('dragover', over, options)
  window.addEventListener(
    'dragleave',
    (event) => {
      // Out of the window: files end there; a drag of ours may come back, and dragend tells of its end.
      if (event.relatedTarget) return
      if (session.state().dragged?.kind === 'files') session.end()
      else session.moveTo(null, false)
    },
    options,
  )
  window.addEventListener(
    'drop',
    (event) => {
      const { dragged } = session.state()
      const transfer = event.dataTransfer
      if (!dragged || !transfer) return
      event.preventDefault()
      const action = session.moveTo(event.target instanceof Element ? event.target : null, event.altKey)
      session.end()
      if (action) drop(action, dragged.kind === 'files' ? readDrop(transfer) : undefined)
    },
    options,
  )
  window.addEventListener('dragend', () => session.end(), options)
  // A source that left the page in mid-drag gets no dragend; pointer events come only after a drag.
  window.addEventListener(
    'pointermove',
    () => {
      const { dragged, by } = session.state()
      if (dragged && by === 'pointer') session.end()
    },
    { ...options, passive: true },
  )
  return () => controller.abort()
}

function listenToPaste(take: (files: readonly SystemFile[]) => void): () => void {
  const onPaste = (event: ClipboardEvent): void => {
    if (event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]')) return
    const files = filesOfClipboard(event.clipboardData)
    if (files.length === 0) return
    event.preventDefault()
    take(files)
  }
  window.addEventListener('paste', onPaste)
  return () => window.removeEventListener('paste', onPaste)
}

/** Runs one drag by keyboard until it is dropped or put back; answers how to put it back. */
function startKeyboardDrag(
  session: DragSession,
  dragged: Dragged,
  source: HTMLElement,
  to: { say: SayPart; announce: (text: string) => void; drop: (action: DropAction) => void; ended: () => void },
): () => void {
  const controller = new AbortController()
  let at: DropPlace | undefined
  const inWords = (label: { key: Parameters<SayPart>[0]; values: Parameters<SayPart>[1] }): string =>
    to.say(label.key, label.values)

  const end = (message: string): void => {
    if (controller.signal.aborted) return
    controller.abort()
    session.end()
    to.ended()
    to.announce(message)
    if (source.isConnected) source.focus({ preventScroll: true })
  }
  const move = (by: number): void => {
    const places = session.places()
    if (places.length === 0) return end(to.say('drag.nowhere'))
    const now = places.findIndex(({ element }) => element === at?.element)
    const index = now < 0 ? (by > 0 ? 0 : places.length - 1) : (now + by + places.length) % places.length
    const place = places[index]
    if (!place) return
    at = place
    const action = session.moveToPlace(place)
    place.element.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    place.element.focus({ preventScroll: true })
    if (action)
      to.announce(to.say('drag.place', { action: inWords(actionLabel(action)), index: index + 1, count: places.length }))
  }

  session.begin(dragged, 'keyboard')
  to.announce(to.say('drag.lifted', { what: inWords(draggedLabel(dragged)) }))
  window.addEventListener(
    'keydown',
    (event) => {
      event.preventDefault()
      event.stopImmediatePropagation()
      if (event.repeat && event.key !== 'Tab') return
      if (event.key === 'Tab') move(event.shiftKey ? -1 : 1)
      else if (event.key === 'ArrowRight' || event.key === 'ArrowDown') move(1)
      else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') move(-1)
      else if (event.key === 'Escape') end(to.say('drag.canceled'))
      else if (event.key === 'Enter' || event.key === ' ') {
        const action = at ? session.moveToPlace(at) : null
        if (!action) return
        end(to.say('drag.dropped', { action: inWords(actionLabel(action)) }))
        to.drop(action)
      }
    },
    { capture: true, signal: controller.signal },
  )
  // A click elsewhere or another window: whoever looks away has changed their mind.
  window.addEventListener('pointerdown', () => end(to.say('drag.canceled')), { capture: true, signal: controller.signal })
  return () => end(to.say('drag.canceled'))
}
