import { useCallback, useRef, useState, type CSSProperties, type DragEvent, type ReactElement, type RefCallback } from 'react'
import { usePartWords } from '../i18n/parts'
import { AfterLayer } from './after-layer'
import { CanvasPane, PictureLabel } from './canvas-pane'
import { Divider } from './divider'
import { PictureLayer } from './picture-layer'
import type { CanvasAfter, CanvasImage, CompareMode, FileUrl } from './types'
import { useSpaceHeld, type PaneView } from './use-viewport'
import { frameOf, neededWidth, visibleFrame, type Size } from './viewport'

/** The panes of the canvas in the chosen way of comparing: one over the other, or beside each other with one zoom. */
export function CanvasStage(props: {
  name: string
  before: CanvasImage
  after: CanvasAfter | undefined
  held: boolean
  compare: CompareMode
  view: PaneView
  fileUrl: FileUrl
  onBroken: () => void
  onDragStart: (event: DragEvent<HTMLElement>) => void
}): ReactElement | null {
  const say = usePartWords()
  const { before, after, held, compare, view } = props
  const [divider, setDivider] = useState(0.5)
  const [seenKey, setSeenKey] = useState<string>()
  const panes = useRef(new Set<HTMLElement>())
  const spaceHeld = useSpaceHeld(() => [...panes.current])
  const { control: controlView } = view
  const control = useCallback<RefCallback<HTMLElement>>(
    (element) => {
      if (!element) return undefined
      const known = panes.current
      known.add(element)
      const stop = controlView(element)
      return () => {
        known.delete(element)
        if (typeof stop === 'function') stop()
      }
    },
    [controlView],
  )
  const { pane, viewport } = view
  if (!pane || !viewport) return null

  const afterSeen = after !== undefined && seenKey === after.key
  const alone = compare === 'off' && !held && after?.image ? after.image : before
  const frame = frameOf(viewport, alone)
  const visible = visibleFrame(frame, pane)
  const pixelated = viewport.scale * devicePixelRatio >= 4
  const needed = (image: Size): number =>
    neededWidth({ width: alone.width, height: image.height }, viewport.scale, devicePixelRatio)
  const inset = {
    left: visible.x,
    right: pane.width - visible.x - visible.width,
    bottom: pane.height - visible.y - visible.height,
  }
  const isSlider = compare === 'slider' && afterSeen && !held
  const line = visible.x + visible.width * divider - frame.x
  const afterLabel = !after
    ? ''
    : after.live && !after.image
      ? after.live.progress === undefined
        ? say('canvas.pending', { label: after.label })
        : say('canvas.preview', { label: after.label, percent: Math.round(after.live.progress * 100) })
      : after.label
  const beforeAlt = say('canvas.picture', { name: `${props.name}, ${before.label}`, width: before.width, height: before.height })
  const afterSize = after?.image ?? before
  const afterAlt = say('canvas.picture', {
    name: `${props.name}, ${afterLabel}`,
    width: afterSize.width,
    height: afterSize.height,
  })

  const beforeLayer = (
    <PictureLayer
      key={before.assetId}
      image={before}
      fileUrl={props.fileUrl}
      alt={beforeAlt}
      needed={needed(before)}
      pixelated={pixelated}
      onBroken={props.onBroken}
    />
  )
  const afterLayer = after ? (
    <AfterLayer
      key={after.key}
      after={after}
      fileUrl={props.fileUrl}
      alt={afterAlt}
      needed={needed(afterSize)}
      pixelated={pixelated}
      onSeen={() => setSeenKey(after.key)}
    />
  ) : null
  const hasAlpha = before.hasAlpha || (after?.image?.hasAlpha ?? false)
  const common = { viewport, hasAlpha, control, spaceHeld, onDragStart: props.onDragStart }

  if (compare === 'side' && !held) {
    return (
      <div className="flex min-w-0 flex-1 gap-px bg-line" data-compare="side">
        <div className="flex min-w-0 flex-1 bg-ground">
          <CanvasPane
            {...common}
            picture={before}
            overlay={
              <PictureLabel side="left" inset={inset}>
                {before.label}
              </PictureLabel>
            }
          >
            {beforeLayer}
          </CanvasPane>
        </div>
        <div className="flex min-w-0 flex-1 bg-ground">
          <CanvasPane
            {...common}
            picture={before}
            overlay={
              <PictureLabel side="right" inset={inset}>
                {afterLabel}
              </PictureLabel>
            }
          >
            {afterLayer}
          </CanvasPane>
        </div>
      </div>
    )
  }

  // With a see-through picture the other one would shine through: each is cut at the line. Hidden, not removed, so that
  // holding the key shows the original at once and the painted preview stays.
  const clip = (left: number, right: number): CSSProperties => ({ clipPath: `inset(0 ${right}px 0 ${left}px)` })
  const hidden: CSSProperties = { visibility: 'hidden' }
  const beforeStyle = isSlider ? clip(0, frame.width - line) : afterSeen && compare === 'off' && !held ? hidden : {}
  const afterStyle = held ? hidden : isSlider ? clip(line, 0) : {}
  return (
    <div className="flex min-w-0 flex-1" data-compare={isSlider ? 'slider' : 'off'}>
      <CanvasPane
        {...common}
        picture={alone}
        overlay={
          after ? (
            <>
              {isSlider ? (
                <Divider
                  position={divider}
                  onChange={setDivider}
                  visible={visible}
                  beforeLabel={before.label}
                  afterLabel={after.label}
                />
              ) : null}
              <Labels
                inset={inset}
                before={isSlider || held || !afterSeen ? before.label : undefined}
                after={held ? undefined : afterLabel}
              />
            </>
          ) : null
        }
      >
        <div className="absolute inset-0" style={beforeStyle} data-testid="layer-before">
          {beforeLayer}
        </div>
        <div className="absolute inset-0" style={afterStyle} data-testid="layer-after">
          {afterLayer}
        </div>
      </CanvasPane>
    </div>
  )
}

function Labels(props: {
  inset: { left: number; right: number; bottom: number }
  before: string | undefined
  after: string | undefined
}): ReactElement {
  return (
    <>
      {props.before === undefined ? null : (
        <PictureLabel side="left" inset={props.inset}>
          {props.before}
        </PictureLabel>
      )}
      {props.after === undefined ? null : (
        <PictureLabel side="right" inset={props.inset}>
          {props.after}
        </PictureLabel>
      )}
    </>
  )
}
