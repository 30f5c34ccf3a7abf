import type { Pose } from '#shared/domain/view'

/** A point of the gizmo's space: x to the right of the subject's front, y up, z towards whoever stands in front. The photo is about 1 across. */
export type Point = readonly [number, number, number]

/** A place in the gizmo, CSS pixels from its top left corner. */
export interface Place {
  x: number
  y: number
}

export interface Size {
  width: number
  height: number
}

/** The gizmo's own fixed view: from a little to the left and above, far enough that all of it is seen. */
export const viewer = { azimuth: -18, elevation: 23, distance: 8.2, aimY: -0.06, fovDegrees: 26 } as const
/** The ring on the ground around the subject. */
export const ring = { radius: 1.55, y: -0.82 } as const
/** Longer side of the photo in the middle. */
export const photoSide = 1.45
/** Heights at which the arc begins and ends, degrees. */
export const arcEnds = { low: -40, high: 68 } as const

const closest = { distance: 0.6, radius: 1.1 }
const farthest = { distance: 1.8, radius: 1.76 }
const perRatio = (farthest.radius - closest.radius) / Math.log(farthest.distance / closest.distance)

const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** How far from the middle the camera stands: twice the distance is always the same step further. */
export function radiusOf(distance: number): number {
  return closest.radius + perRatio * Math.log(distance / closest.distance)
}

/** The distance of a camera that stands so far from the middle, within what a pose may have. */
export function distanceOf(radius: number): number {
  return Math.max(0.45, Math.min(2.4, closest.distance * Math.exp((radius - closest.radius) / perRatio)))
}

/** From the middle towards a camera at these angles (degrees), length 1. */
export function directionOf(azimuth: number, elevation: number): Point {
  const [a, e] = [radians(azimuth), radians(elevation)]
  return [Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e)]
}

const times = ([x, y, z]: Point, by: number): Point => [x * by, y * by, z * by]

/** Where the camera of a pose stands. */
export function cameraPoint({ azimuth, elevation, distance }: Pose): Point {
  return times(directionOf(azimuth, elevation), radiusOf(distance))
}

/** Where the handle of the way around lies: on the ring, below the camera. */
export function ringPoint(azimuth: number): Point {
  const [x, , z] = times(directionOf(azimuth, 0), ring.radius)
  return [x, ring.y, z]
}

/** Where the handle of the distance lies: between the photo and the camera. */
export function distancePoint({ azimuth, elevation, distance }: Pose): Point {
  return times(directionOf(azimuth, elevation), radiusOf(distance) * 0.58)
}

/** Where the viewer of the gizmo stands. */
export const viewerPoint: Point = (() => {
  const [x, y, z] = times(directionOf(viewer.azimuth, viewer.elevation), viewer.distance)
  return [x, y + viewer.aimY, z]
})()

const toward = directionOf(viewer.azimuth, viewer.elevation)
const rightwards: Point = [Math.cos(radians(viewer.azimuth)), 0, -Math.sin(radians(viewer.azimuth))]
const upwards: Point = [
  toward[1] * rightwards[2] - toward[2] * rightwards[1],
  toward[2] * rightwards[0] - toward[0] * rightwards[2],
  toward[0] * rightwards[1] - toward[1] * rightwards[0],
]
const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]

/** The field of view that shows the whole gizmo in a place of this shape: a narrow one is filled by its width. Degrees, upright. */
export function fieldOfView({ width, height }: Size): number {
  const usual = Math.tan(radians(viewer.fovDegrees / 2))
  const neededAcross = usual * 1.13
  return (2 * Math.atan(Math.max(usual, (neededAcross * height) / width)) * 180) / Math.PI
}

/** Pixels of one unit at the distance of one unit. */
function focal(size: Size): number {
  return size.height / 2 / Math.tan(radians(fieldOfView(size) / 2))
}

/** Where a point is seen, and how far it is from the viewer. The same as three's own camera sees it. */
export function project(point: Point, size: Size): Place & { depth: number } {
  const offset = minus(point, viewerPoint)
  const depth = -dot(offset, toward)
  const scale = focal(size) / depth
  return { x: size.width / 2 + scale * dot(offset, rightwards), y: size.height / 2 - scale * dot(offset, upwards), depth }
}

/** The way around (degrees, −180 … 180) of the ring's point under a place; undefined above the horizon. */
export function azimuthAt({ x, y }: Place, size: Size): number | undefined {
  const f = focal(size)
  const [right, up] = [(x - size.width / 2) / f, (size.height / 2 - y) / f]
  const ray: Point = [0, 1, 2].map((i) => right * (rightwards[i] ?? 0) + up * (upwards[i] ?? 0) - (toward[i] ?? 0)) as never
  if (ray[1] >= -1e-6) return undefined
  const along = (ring.y - viewerPoint[1]) / ray[1]
  return (Math.atan2(viewerPoint[0] + along * ray[0], viewerPoint[2] + along * ray[2]) * 180) / Math.PI
}

/** The value between two whose point is seen nearest to a place. Looks everywhere first: the way back of a loop may be nearer. */
function nearest(from: number, to: number, place: Place, size: Size, pointOf: (value: number) => Point): number {
  const farFrom = (value: number): number => {
    const seen = project(pointOf(value), size)
    return Math.hypot(seen.x - place.x, seen.y - place.y)
  }
  let best = from
  let step = (to - from) / 64
  for (let value = from; value <= to + 1e-9; value += step) if (farFrom(value) < farFrom(best)) best = value
  for (; step > (to - from) / 4096; step /= 2) {
    for (const value of [best - step, best + step])
      if (value >= from && value <= to && farFrom(value) < farFrom(best)) best = value
  }
  return best
}

/** The height (degrees) on the arc of this way around and distance that is seen nearest to a place. */
export function elevationAt(place: Place, size: Size, { azimuth, distance }: Pose): number {
  const radius = radiusOf(distance)
  return nearest(arcEnds.low, arcEnds.high, place, size, (elevation) => times(directionOf(azimuth, elevation), radius))
}

/** The distance at which the handle between photo and camera is seen nearest to a place. */
export function distanceAt(place: Place, size: Size, { azimuth, elevation }: Pose): number {
  return nearest(0.45, 2.4, place, size, (distance) => distancePoint({ azimuth, elevation, distance }))
}

/** What a hand can take hold of. */
export type Axis = 'azimuth' | 'elevation' | 'distance'
export const axes: readonly Axis[] = ['azimuth', 'elevation', 'distance']

/** Where the three handles of a pose are. */
export function handlePoints(pose: Pose): Record<Axis, Point> {
  return { azimuth: ringPoint(pose.azimuth), elevation: cameraPoint(pose), distance: distancePoint(pose) }
}

/** The handle that a pointer takes hold of, the one in front where two are as near; undefined beside them all. */
export function handleAt(place: Place, size: Size, pose: Pose, reach: number): Axis | undefined {
  const points = handlePoints(pose)
  const seen = axes
    .map((axis) => {
      const { x, y, depth } = project(points[axis], size)
      return { axis, far: Math.hypot(x - place.x, y - place.y), depth }
    })
    .filter(({ far }) => far <= reach)
    // Within a few pixels it is the nearer one that is seen.
    .sort((a, b) => (Math.abs(a.far - b.far) < 4 ? a.depth - b.depth : a.far - b.far))
  return seen[0]?.axis
}

/** The arc through the camera, from the lowest to the highest, as points. */
export function arcPoints({ azimuth, distance }: Pose, count = 40): Point[] {
  const radius = radiusOf(distance)
  const { low, high } = arcEnds
  return Array.from({ length: count + 1 }, (_, n) => times(directionOf(azimuth, low + ((high - low) * n) / count), radius))
}
