/** A point or an extent in CSS pixels of the pane, or in pixels of the picture: the name of the variable says which. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Width and height, in CSS pixels for a pane and in picture pixels for a picture. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A rectangle in CSS pixels of the pane. */
export interface Rect extends Point, Size {}

/**
 * Where the picture lies in its pane: picture pixel p is drawn at `x + p.x · scale`, `y + p.y · scale`.
 * `scale` is CSS pixels per picture pixel.
 */
export interface Viewport extends Point {
  readonly scale: number
}

/** `fit` follows the size of the pane; `free` is what the user made of it, in a pane of that size. */
export type ViewState = { readonly kind: 'fit' } | { readonly kind: 'free'; readonly viewport: Viewport; readonly pane: Size }

/** Room left around a fitted picture, CSS pixels. */
export const fitPadding = 24
/** So much of the picture stays in the pane however far it is dragged, CSS pixels. */
export const minVisible = 48
/** One press of + or −. */
export const zoomStep = 1.25
const maxScale = 32
/** The smallest picture on the screen, CSS pixels along its longer side. */
const minExtent = 32

const clampTo = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** Smallest and largest scale for a picture: never smaller than 32 px on the screen, never over 3,200 %. */
export function scaleLimits(picture: Size): { min: number; max: number } {
  return { min: Math.min(1, minExtent / Math.max(picture.width, picture.height)), max: maxScale }
}

/**
 * The viewport that shows the whole picture in the middle of the pane, never larger than `actual`
 * (the scale at which one picture pixel is one device pixel), because enlarged pictures look soft.
 */
export function fitViewport(picture: Size, pane: Size, actual = 1): Viewport {
  const room = { width: Math.max(pane.width - 2 * fitPadding, 1), height: Math.max(pane.height - 2 * fitPadding, 1) }
  const whole = Math.min(room.width / picture.width, room.height / picture.height)
  // A picture smaller than the pane is enlarged up to twice: a thumbnail-sized photo must still be something to work on.
  const scale = Math.min(whole, Math.max(actual, 1) * 2)
  return centred(picture, pane, scale)
}

/** The viewport with the picture in the middle at that scale. */
export function centred(picture: Size, pane: Size, scale: number): Viewport {
  return { scale, x: (pane.width - picture.width * scale) / 2, y: (pane.height - picture.height * scale) / 2 }
}

/** Scales by `factor` within the limits; the picture point under `at` (pane coordinates) stays where it is. */
export function zoomAt(viewport: Viewport, at: Point, factor: number, limits: { min: number; max: number }): Viewport {
  const scale = clampTo(viewport.scale * factor, limits.min, limits.max)
  const ratio = scale / viewport.scale
  return { scale, x: at.x - (at.x - viewport.x) * ratio, y: at.y - (at.y - viewport.y) * ratio }
}

/** Moves the picture by CSS pixels. */
export function panBy(viewport: Viewport, dx: number, dy: number): Viewport {
  return { scale: viewport.scale, x: viewport.x + dx, y: viewport.y + dy }
}

/** Brings a picture that was pushed out of the pane back to its edge, so that it can't get lost. */
export function keepInSight(viewport: Viewport, picture: Size, pane: Size): Viewport {
  const keep = (offset: number, extent: number, room: number): number => {
    const visible = Math.min(minVisible, extent, room)
    return clampTo(offset, visible - extent, room - visible)
  }
  return {
    scale: viewport.scale,
    x: keep(viewport.x, picture.width * viewport.scale, pane.width),
    y: keep(viewport.y, picture.height * viewport.scale, pane.height),
  }
}

/** After the pane changed its size: what was in its middle stays in its middle. */
export function recentre(viewport: Viewport, before: Size, after: Size): Viewport {
  return panBy(viewport, (after.width - before.width) / 2, (after.height - before.height) / 2)
}

/** The picture point under a pane point. */
export function toPicture(viewport: Viewport, at: Point): Point {
  return { x: (at.x - viewport.x) / viewport.scale, y: (at.y - viewport.y) / viewport.scale }
}

/** The picture's rectangle in the pane. */
export function frameOf(viewport: Viewport, picture: Size): Rect {
  return { x: viewport.x, y: viewport.y, width: picture.width * viewport.scale, height: picture.height * viewport.scale }
}

/** The part of the picture that can be seen: its rectangle cut by the pane's. Empty (0 × 0) when there is none. */
export function visibleFrame(frame: Rect, pane: Size): Rect {
  const left = clampTo(frame.x, 0, pane.width)
  const top = clampTo(frame.y, 0, pane.height)
  const right = clampTo(frame.x + frame.width, 0, pane.width)
  const bottom = clampTo(frame.y + frame.height, 0, pane.height)
  return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) }
}

/**
 * How much a wheel event zooms. A pinch on a trackpad arrives as small deltas with ctrl and zooms faster per unit;
 * `deltaMode` 1 counts lines and 2 pages. One event never more than doubles or halves.
 */
export function wheelFactor(event: { deltaY: number; deltaMode: number; ctrlKey: boolean }): number {
  const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1
  const exponent = -event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.002)
  return clampTo(Math.exp(exponent), 0.5, 2)
}

/** The width of thumbnail, in device pixels, that fills the picture at that scale. */
export function neededWidth(picture: Size, scale: number, pixelRatio: number): number {
  return Math.ceil(picture.width * scale * pixelRatio)
}
