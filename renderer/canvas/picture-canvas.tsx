/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- the view is zoomed and moved by keys, as a scroll area is */
/* oxlint-disable react/refs -- the view carries callback refs, which the rule takes for refs that are read */
import { ImageOff } from 'lucide-react'
import {
  useEffect,
  useId,
  useImperativeHandle,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
} from 'react'
import { useDragSource, useDropArea, type PictureRef } from '../dnd'
import { usePartWords } from '../i18n/parts'
import { Button } from '../widgets'
import { CanvasDropZones, canvasPlaces, canvasTarget } from './canvas-drop-zones'
import { CanvasStage } from './canvas-stage'
import { CanvasToolbar } from './canvas-toolbar'
import type { CanvasAfter, CanvasImage, CompareMode, FileUrl } from './types'
import { useViewport, type ViewActions } from './use-viewport'

export interface PictureCanvasProps {
  /** The picture that is open and its version that is shown; absent while nothing is open. */
  picture: PictureRef | undefined
  before: CanvasImage | undefined
  /** A running job, its result, or a version to compare with. */
  after?: CanvasAfter | undefined
  fileUrl: FileUrl
  compare: CompareMode
  onCompareChange: (mode: CompareMode) => void
  /** Shown while a result waits: makes it the current version. */
  onApply?: (() => void) | undefined
  onDiscard?: (() => void) | undefined
  /** Facts of the picture are still on their way: its place is kept. */
  loading?: boolean
  /** What to show when nothing is open. */
  empty?: ReactNode
  /** A word about this picture over the canvas, e.g. a failed job with its next step. */
  notice?: ReactNode
  /** For shortcuts that work wherever the focus is. */
  actions?: Ref<ViewActions>
}

const panStep = 48

/** The canvas: the open picture with zoom and pan, live previews on it, compare, drop zones, and its tools below. */
export function PictureCanvas(props: PictureCanvasProps): ReactElement {
  const { picture, before, after, compare } = props
  const say = usePartWords()
  const drag = useDragSource()
  const [held, setHeld] = useState(false)
  const [broken, setBroken] = useState<string>()
  const [attempt, setAttempt] = useState(0)
  const keysId = useId()

  // Alone, a result is shown in its own shape; beside the original, both in the original's.
  const size = compare === 'off' && !held && after?.image ? after.image : before
  const isSide = compare === 'side' && after !== undefined && !held
  const view = useViewport(size, picture?.pictureId ?? '', isSide ? 2 : 1)
  useImperativeHandle(props.actions, () => view.actions, [view.actions])
  useHoldKey('\\', after !== undefined, setHeld)
  const dropArea = useDropArea((key) => canvasTarget(key, picture))

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof Element && event.target.closest('[role=toolbar]')) return
    if (event.altKey || !canvasKey(event, view.actions)) return
    event.preventDefault()
    event.stopPropagation()
  }
  const isBroken = before !== undefined && broken === before.assetId

  return (
    <section className="flex min-h-0 min-w-0 flex-1 flex-col bg-ground" data-testid="picture-canvas">
      <div ref={dropArea} data-drop-place={canvasPlaces.main} className="relative flex min-h-0 flex-1 flex-col">
        {before && picture && !isBroken ? (
          <div
            ref={view.measure}
            role="group"
            aria-label={say('canvas.picture', { name: picture.name, width: before.width, height: before.height })}
            aria-describedby={keysId}
            tabIndex={0}
            onKeyDown={onKeyDown}
            className="relative flex min-h-0 flex-1 focus-visible:outline-offset-[-2px]"
            data-testid="canvas-view"
          >
            <CanvasStage
              key={attempt}
              name={picture.name}
              before={before}
              after={after}
              held={held}
              compare={after ? compare : 'off'}
              view={view}
              fileUrl={props.fileUrl}
              onBroken={() => setBroken(before.assetId)}
              onDragStart={(event) =>
                drag.start(event, { kind: 'pictures', items: [picture] }, [
                  ...event.currentTarget.querySelectorAll<HTMLImageElement>('img:not(.opacity-0)'),
                ])
              }
            />
          </div>
        ) : isBroken ? (
          <div role="alert" className="flex flex-1 flex-col items-center justify-center gap-3 p-6 text-center">
            <ImageOff size={28} className="text-muted" aria-hidden />
            <p>{say('canvas.broken')}</p>
            <p className="text-muted">{say('canvas.broken.next')}</p>
            <Button
              onPress={() => {
                setBroken(undefined)
                setAttempt(attempt + 1)
              }}
            >
              {say('canvas.reload')}
            </Button>
          </div>
        ) : props.loading ? (
          <div className="flex flex-1 items-center justify-center p-6" aria-busy data-testid="canvas-loading">
            <output className="sr-only">{say('canvas.loading')}</output>
            <div className="skeleton aspect-3/2 max-h-full w-3/4 rounded-m" />
          </div>
        ) : (
          <div className="flex min-h-0 flex-1 flex-col items-center justify-center overflow-auto p-6">{props.empty}</div>
        )}
        <span id={keysId} hidden>
          {say('canvas.keys')}
        </span>
        {props.notice ? <div className="absolute inset-x-0 top-3 z-10 flex justify-center px-4">{props.notice}</div> : null}
        <CanvasDropZones picture={before ? picture : undefined} />
      </div>
      {before && picture && !isBroken ? (
        <CanvasToolbar
          percent={view.percent}
          isFit={view.isFit}
          view={view.actions}
          compare={compare}
          onCompareChange={props.onCompareChange}
          canCompare={after !== undefined}
          beforeLabel={before.label}
          onHold={setHeld}
          onApply={props.onApply}
          onDiscard={props.onDiscard}
        />
      ) : null}
    </section>
  )
}

/** Does what a key means on the canvas, with or without Ctrl or Command; false for other keys. */
function canvasKey(event: KeyboardEvent, actions: ViewActions): boolean {
  switch (event.key) {
    case '+':
    case '=':
      actions.zoomIn()
      return true
    case '-':
      actions.zoomOut()
      return true
    case '0':
      actions.fit()
      return true
    case '1':
      actions.actual()
      return true
    case 'ArrowLeft':
      actions.pan(panStep, 0)
      return true
    case 'ArrowRight':
      actions.pan(-panStep, 0)
      return true
    case 'ArrowUp':
      actions.pan(0, panStep)
      return true
    case 'ArrowDown':
      actions.pan(0, -panStep)
      return true
    default:
      return false
  }
}

/** Calls back while a key is held down anywhere but in a text field. */
function useHoldKey(key: string, enabled: boolean, onHeld: (held: boolean) => void): void {
  useEffect(() => {
    if (!enabled) return undefined
    const controller = new AbortController()
    const options = { signal: controller.signal }
    window.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== key || event.repeat) return
        if (event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]')) return
        onHeld(true)
      },
      options,
    )
    window.addEventListener('keyup', (event) => event.key === key && onHeld(false), options)
    window.addEventListener('blur', () => onHeld(false), options)
    return () => {
      controller.abort()
      onHeld(false)
    }
  }, [key, enabled, onHeld])
}
