/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-static-element-interactions, jsx-a11y/no-noninteractive-element-interactions -- an input of type range can't lie on a ring; its keys and values are all here */
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type ComponentType,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
} from 'react'
import type { Pose } from '#shared/domain/view'
import { distances, elevations, azimuths, type Step } from '#shared/views/presets'
import { shortTurn } from '#shared/views/relative-pose'
import { useWords } from '../i18n/i18n'
import { useTheme, wantsNoMotion } from '../theme/theme'
import { classes } from '../widgets'
import {
  arcEnds,
  axes,
  azimuthAt,
  distanceAt,
  elevationAt,
  handleAt,
  handlePoints,
  project,
  type Axis,
  type Place,
  type Size,
} from './camera-space'
import { gizmoColours, type GizmoColours, type GizmoDrawing } from './gizmo-drawing'
import { GizmoSvg } from './gizmo-svg'
import { rangeOf, snapTo, stepTo } from './known-poses'

/** Everything that is drawn but what the gizmo finds out by itself, and what its hands do. */
export interface CameraGizmoProps extends Omit<GizmoDrawing, 'size' | 'held' | 'colours'> {
  pose: Pose
  onChange: (pose: Pose) => void
  /** Enter on a handle. */
  onSubmit: () => void
  /** Where the pose under the hand would snap to; `undefined` once it is at rest. */
  onAim: (pose: Pose | undefined) => void
}

/** Milliseconds in which the camera glides to where it snaps. */
const glideMs = 140
/** How near (CSS pixels) a pointer must come to take hold of a handle. */
const reach = { mouse: 16, pen: 18, touch: 28 } as const
/** Degrees that a pixel of free turning is. */
const perPixel = 0.7

/** What the hand is doing: turning one axis, or around and up at once. */
interface Hold {
  axis: Axis | 'orbit'
  start: Pose
  from: Place
}

/** Milliseconds that the camera glides now: none for people who want no motion. */
export function glideTime(): number {
  return wantsNoMotion() ? 0 : glideMs
}

/** The camera around the photo: three handles that are sliders for keys and screen readers, and a free turn everywhere else. */
export function CameraGizmo(props: CameraGizmoProps): ReactElement {
  const { live, pose, known, onChange, onAim } = props
  const say = useWords()
  const host = useRef<HTMLDivElement>(null)
  const handles = useRef<Partial<Record<Axis, HTMLDivElement>>>({})
  const [size, setSize] = useState<Size>()
  const hold = useRef<Hold | undefined>(undefined)
  const [held, setHeld] = useState<Hold['axis']>()
  const colours = useColours(host)
  const [Scene, loseScene] = useScene()

  useLayoutEffect(() => {
    const element = host.current
    if (!element) return undefined
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element
      setSize((before) => (width === 0 || (before?.width === width && before.height === height) ? before : { width, height }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  // Where the sliders are, for the focus ring and for a screen reader's cursor; past React, as often as the camera moves.
  useLayoutEffect(() => {
    if (!size) return undefined
    const show = (now: Pose): void => {
      const points = handlePoints(now)
      for (const axis of axes) {
        const { x, y } = project(points[axis], size)
        const handle = handles.current[axis]
        if (handle) handle.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`
      }
    }
    show(live.get())
    return live.subscribe(show)
  }, [live, size])

  const end = useCallback(
    (to: Pose) => {
      hold.current = undefined
      setHeld(undefined)
      onAim(undefined)
      live.glide(to, glideTime())
    },
    [live, onAim],
  )
  // While it is in the hand, Escape and undo put it back.
  useEffect(() => {
    if (held === undefined) return undefined
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const isUndo = event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey)
      if (!hold.current || (event.key !== 'Escape' && !isUndo)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      end(hold.current.start)
    }
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [held, end])

  const placeOf = (event: PointerEvent): Place => {
    const box = host.current?.getBoundingClientRect()
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) }
  }
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (!size || event.button !== 0 || hold.current) return
    const from = placeOf(event)
    const near = reach[event.pointerType as keyof typeof reach] ?? reach.mouse
    const axis = handleAt(from, size, live.get(), near) ?? 'orbit'
    hold.current = { axis, start: pose, from }
    setHeld(axis)
    event.currentTarget.setPointerCapture(event.pointerId)
    handles.current[axis === 'orbit' ? 'azimuth' : axis]?.focus({ preventScroll: true })
    event.preventDefault()
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!hold.current || !size) return
    const next = moved(hold.current, live.get(), placeOf(event), size)
    live.set(next)
    onAim(snapTo(known, next))
  }
  const onPointerUp = (): void => {
    if (!hold.current) return
    const to = snapTo(known, live.get())
    end(to)
    onChange(to)
  }
  const onKeyDown = (axis: Axis, event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Enter') props.onSubmit()
    else {
      const by = keySteps[event.key]
      if (by === undefined) return
      const last = known[axis].length - 1
      const values = known[axis]
      const edge = Number.isFinite(by) ? undefined : values[by < 0 ? 0 : last]
      onChange(edge === undefined ? stepTo(known, pose, axis, by) : snapTo(known, { ...pose, [axis]: edge }))
    }
    event.preventDefault()
    event.stopPropagation()
  }

  const drawing: GizmoDrawing | undefined =
    size && colours
      ? {
          live,
          size,
          known,
          photo: props.photo,
          marked: props.marked,
          aspect: props.aspect,
          photoUrl: props.photoUrl,
          marks: props.marks,
          held: held === 'orbit' ? undefined : held,
          colours,
        }
      : undefined
  return (
    <div
      ref={host}
      role="group"
      aria-label={say('camera.gizmo')}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => hold.current && end(hold.current.start)}
      onDoubleClick={() => onChange(snapTo(known, props.photo))}
      data-testid="camera-gizmo"
      data-held={held}
      className={classes(
        'relative h-54 w-full touch-none overflow-hidden rounded-m border border-line bg-ground',
        held === undefined ? 'cursor-grab' : 'cursor-grabbing',
      )}
    >
      {drawing ? Scene ? <Scene {...drawing} onLost={loseScene} /> : <GizmoSvg {...drawing} /> : null}
      {axes.map((axis) => {
        const { min, max } = rangeOf(known, axis)
        const value = axis === 'azimuth' ? shortTurn(pose.azimuth) : pose[axis]
        return (
          <div
            key={axis}
            ref={(element) => {
              if (element) handles.current[axis] = element
              else delete handles.current[axis]
            }}
            role="slider"
            tabIndex={0}
            aria-label={say(axisWords[axis])}
            aria-valuemin={min}
            aria-valuemax={max}
            aria-valuenow={value}
            aria-valuetext={`${stepWords(axis, pose[axis], say.language)}, ${axis === 'distance' ? value : `${value}°`}`}
            aria-orientation={axis === 'elevation' ? 'vertical' : 'horizontal'}
            onKeyDown={(event) => onKeyDown(axis, event)}
            data-testid={`camera-${axis}`}
            className="pointer-events-none absolute left-0 top-0 size-7 rounded-full focus-visible:outline-offset-0"
          />
        )
      })}
    </div>
  )
}

/** Keys of a slider and how many known values they go on; endless is to the end. */
const keySteps: Record<string, number> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 2,
  PageDown: -2,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

/** What each axis is called. */
export const axisWords = { azimuth: 'view.azimuth', elevation: 'view.elevation', distance: 'view.distance' } as const

const stepsOf: Record<Axis, readonly Step[]> = { azimuth: azimuths, elevation: elevations, distance: distances }

/** The model's own word for a value of an axis. */
export function stepWords(axis: Axis, value: number, language: 'en' | 'zh'): string {
  const wanted = axis === 'azimuth' ? ((value % 360) + 360) % 360 : value
  return stepsOf[axis].find((step) => step.value === wanted)?.[language] ?? String(value)
}

/** Where the camera is when the hand is at a place. */
function moved({ axis, start, from }: Hold, now: Pose, place: Place, size: Size): Pose {
  switch (axis) {
    case 'azimuth':
      return { ...start, azimuth: azimuthAt(place, size) ?? now.azimuth }
    case 'elevation':
      return { ...start, elevation: elevationAt(place, size, start) }
    case 'distance':
      return { ...start, distance: distanceAt(place, size, start) }
    case 'orbit':
      return {
        ...start,
        azimuth: shortTurn(start.azimuth + (place.x - from.x) * perPixel),
        elevation: Math.max(arcEnds.low, Math.min(arcEnds.high, start.elevation - (place.y - from.y) * perPixel)),
      }
  }
}

/** The theme's colours, read again when the theme changes. */
function useColours(host: { current: HTMLElement | null }): GizmoColours | undefined {
  const theme = useTheme()
  const [colours, setColours] = useState<GizmoColours>()
  useEffect(() => {
    // The theme is put on the document by an effect of the whole studio, which runs after this one.
    const id = requestAnimationFrame(() => host.current && setColours(gizmoColours(host.current)))
    return () => cancelAnimationFrame(id)
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the colours are the theme's
  }, [theme, host])
  return colours
}

type SceneType = ComponentType<GizmoDrawing & { onLost: () => void }>

/** The scene in 3D, once it is loaded and where this machine can show it; until then and elsewhere the flat one stands in. */
function useScene(): [SceneType | undefined, () => void] {
  const [scene, setScene] = useState<SceneType>()
  useEffect(() => {
    if (!hasWebGl()) return undefined
    let wanted = true
    import('./gizmo-scene').then(
      (module) => wanted && setScene(() => module.default),
      // Not loaded (the link is gone): the flat one does all the same.
      () => undefined,
    )
    return () => {
      wanted = false
    }
  }, [])
  return [scene, useCallback(() => setScene(undefined), [])]
}

let webGl: boolean | undefined

function hasWebGl(): boolean {
  if (webGl === undefined) {
    const context = document.createElement('canvas').getContext('webgl2')
    webGl = context !== null
    context?.getExtension('WEBGL_lose_context')?.loseContext()
  }
  return webGl
}
