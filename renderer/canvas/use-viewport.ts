import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefCallback } from 'react'
import {
  centred,
  fitViewport,
  keepInSight,
  panBy,
  recentre,
  scaleLimits,
  wheelFactor,
  zoomAt,
  zoomStep,
  type Point,
  type Size,
  type Viewport,
  type ViewState,
} from './viewport'

const fit: ViewState = { kind: 'fit' }

/** What the canvas, its tools and its shortcuts can do with the view. */
export interface ViewActions {
  fit(): void
  /** One picture pixel on one device pixel. */
  actual(): void
  zoomIn(): void
  zoomOut(): void
  /** By CSS pixels. */
  pan(dx: number, dy: number): void
}

export interface PaneView {
  /** The size of one pane; both panes of side by side have the same. Undefined before the first layout. */
  pane: Size | undefined
  viewport: Viewport | undefined
  isFit: boolean
  /** Percent of device pixels: 100 is one picture pixel on one device pixel. */
  percent: number
  actions: ViewActions
  /** For the element whose size is the pane's. */
  measure: RefCallback<HTMLElement>
  /** For each element on which wheel, pinch and drag work; its box is a pane. */
  control: RefCallback<HTMLElement>
}

/** The line between two panes, CSS pixels. */
export const paneGap = 1

/**
 * Holds where the picture lies: fitted until the user zooms or moves, then where they put it. `viewKey` starts anew.
 * `panes` stand beside each other and share one viewport.
 */
export function useViewport(picture: Size | undefined, viewKey: string, panes: 1 | 2): PaneView {
  const [whole, setWhole] = useState<Size>()
  const pane = useMemo(
    () => (whole ? { width: (whole.width - paneGap * (panes - 1)) / panes, height: whole.height } : undefined),
    [whole, panes],
  )
  const [view, setView] = useState<{ key: string; state: ViewState }>({ key: viewKey, state: fit })
  const state = view.key === viewKey ? view.state : fit
  const actualScale = 1 / devicePixelRatio

  const viewport = useMemo(() => {
    if (!picture || !pane) return undefined
    return state.kind === 'fit'
      ? fitViewport(picture, pane, actualScale)
      : keepInSight(recentre(state.viewport, state.pane, pane), picture, pane)
  }, [picture, pane, state, actualScale])

  const now = useRef({ picture, pane, viewport, viewKey })
  useLayoutEffect(() => {
    now.current = { picture, pane, viewport, viewKey }
  })

  const change = useCallback((make: (from: Viewport, picture: Size, pane: Size) => Viewport): void => {
    const { picture: size, pane: room, viewport: from, viewKey: key } = now.current
    if (!size || !room || !from) return
    const next = keepInSight(make(from, size, room), size, room)
    // Several wheel events can come before React renders again: the next one goes on from here.
    now.current.viewport = next
    setView({ key, state: { kind: 'free', viewport: next, pane: room } })
  }, [])

  const actions = useMemo<ViewActions>(() => {
    const zoom = (factor: number): void =>
      change((from, size, room) => zoomAt(from, { x: room.width / 2, y: room.height / 2 }, factor, scaleLimits(size)))
    return {
      fit: () => setView({ key: now.current.viewKey, state: fit }),
      actual: () => change((_from, size, room) => centred(size, room, 1 / devicePixelRatio)),
      zoomIn: () => zoom(zoomStep),
      zoomOut: () => zoom(1 / zoomStep),
      pan: (dx, dy) => change((from) => panBy(from, dx, dy)),
    }
  }, [change])

  const measure = useCallback<RefCallback<HTMLElement>>((element) => {
    if (!element) return undefined
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return
      const { width, height } = entry.contentRect
      if (width === 0 || height === 0) return
      setWhole({ width, height })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const control = useCallback<RefCallback<HTMLElement>>(
    (element) => (element ? controlByPointer(element, change) : undefined),
    [change],
  )

  return {
    pane,
    viewport,
    isFit: state.kind === 'fit',
    percent: viewport ? Math.round((viewport.scale / actualScale) * 100) : 100,
    actions,
    measure,
    control,
  }
}

type Change = (make: (from: Viewport, picture: Size, pane: Size) => Viewport) => void

/** Wheel and pinch zoom around the pointer; space or the middle button drags; touch moves with one finger, zooms with two. */
function controlByPointer(element: HTMLElement, change: Change): () => void {
  const controller = new AbortController()
  const { signal } = controller
  const pointers = new Map<number, Point>()
  const local = (event: { clientX: number; clientY: number }): Point => {
    const box = element.getBoundingClientRect()
    return { x: event.clientX - box.x, y: event.clientY - box.y }
  }

  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const at = local(event)
      // Sideways scrolling (trackpad, or shift) moves; everything else zooms.
      if (event.shiftKey || (!event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
        change((from) => panBy(from, -(event.deltaX || event.deltaY), event.shiftKey ? 0 : -event.deltaY))
      } else {
        change((from, size) => zoomAt(from, at, wheelFactor(event), scaleLimits(size)))
      }
    },
    { passive: false, signal },
  )
  element.addEventListener(
    'pointerdown',
    (event) => {
      const isPan =
        event.button === 1 || (event.button === 0 && element.dataset['space'] !== undefined) || event.pointerType === 'touch'
      if (!isPan) return
      if (event.pointerType !== 'touch') event.preventDefault()
      pointers.set(event.pointerId, local(event))
      element.setPointerCapture(event.pointerId)
      element.dataset['panning'] = ''
    },
    { signal },
  )
  element.addEventListener(
    'pointermove',
    (event) => {
      const before = pointers.get(event.pointerId)
      if (!before) return
      const at = local(event)
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
      pointers.set(event.pointerId, at)
      if (!other) return change((from) => panBy(from, at.x - before.x, at.y - before.y))
      const distance = (point: Point): number => Math.max(Math.hypot(point.x - other.x, point.y - other.y), 1)
      const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }
      const factor = distance(at) / distance(before)
      change((from, size) => zoomAt(panBy(from, (at.x - before.x) / 2, (at.y - before.y) / 2), middle, factor, scaleLimits(size)))
    },
    { signal },
  )
  const release = (event: PointerEvent): void => {
    pointers.delete(event.pointerId)
    if (pointers.size === 0) delete element.dataset['panning']
  }
  element.addEventListener('pointerup', release, { signal })
  element.addEventListener('pointercancel', release, { signal })
  // The middle button would start the browser's own scrolling.
  element.addEventListener('mousedown', (event) => event.button === 1 && event.preventDefault(), { signal })
  return () => controller.abort()
}

/** Marks the elements while the space bar is held, outside text fields and buttons: then dragging moves the picture. */
export function useSpaceHeld(elements: () => readonly HTMLElement[]): boolean {
  const [held, setHeld] = useState(false)
  const get = useRef(elements)
  useEffect(() => {
    get.current = elements
  })
  useEffect(() => {
    const controller = new AbortController()
    const mark = (on: boolean): void => {
      setHeld(on)
      for (const element of get.current()) {
        if (on) element.dataset['space'] = ''
        else delete element.dataset['space']
      }
    }
    window.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== ' ' || event.ctrlKey || event.metaKey || event.altKey) return
        const target = event.target instanceof Element ? event.target : document.body
        // On the page itself, around the panes or in one; a button elsewhere keeps its space bar.
        if (!get.current().some((element) => target.contains(element) || element.contains(target))) return
        event.preventDefault()
        if (!event.repeat) mark(true)
      },
      { signal: controller.signal },
    )
    window.addEventListener('keyup', (event) => event.key === ' ' && mark(false), { signal: controller.signal })
    window.addEventListener('blur', () => mark(false), { signal: controller.signal })
    return () => controller.abort()
  }, [])
  return held
}
