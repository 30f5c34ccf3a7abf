import type { Pose } from '#shared/domain/view'

/** A point or direction: x to the viewer's right, y up, z towards the viewer who stands in front. */
export type Vector = readonly [number, number, number]

/** A pinhole camera that looks at the origin. */
export interface Camera {
  position: Vector
  right: Vector
  up: Vector
  /** From the subject to the camera. */
  back: Vector
  /** Focal length in pixels. */
  focal: number
}

/** How much of the canvas the card fills when seen from the front at medium distance. */
export const frontScale = 0.66
/** The camera's distance at factor 1, in longer sides of the card: about the perspective of a portrait lens. */
const mediumDistance = 2.1

/** The camera of a pose for a card whose longer side is `side` pixels. Azimuths beyond a turn and poles are fine. */
export function cameraOf(pose: Pose, side: number): Camera {
  const azimuth = (pose.azimuth * Math.PI) / 180
  const elevation = (pose.elevation * Math.PI) / 180
  const distance = mediumDistance * side * pose.distance
  const back: Vector = [Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation), Math.cos(azimuth) * Math.cos(elevation)]
  const right: Vector = [Math.cos(azimuth), 0, -Math.sin(azimuth)]
  return {
    position: scaled(back, distance),
    right,
    up: cross(back, right),
    back,
    focal: frontScale * mediumDistance * side,
  }
}

/** Where a point is seen, in pixels from the middle of the canvas (x right, y down), or undefined when it is behind the camera. */
export function project(camera: Camera, point: Vector): { x: number; y: number } | undefined {
  const offset = minus(point, camera.position)
  const depth = -dot(offset, camera.back)
  if (depth <= 0) return undefined
  return { x: (camera.focal * dot(offset, camera.right)) / depth, y: (-camera.focal * dot(offset, camera.up)) / depth }
}

/** A flat rectangle: its corner where u = v = 0, its unit axes, its size along them, and which way it faces. */
export interface Face {
  corner: Vector
  uAxis: Vector
  vAxis: Vector
  uSize: number
  vSize: number
  normal: Vector
}

/**
 * From pixels to a face's own coordinates: u = (u·(x, y, 1)) / (w·(x, y, 1)), v alike, in pixels of the face;
 * seen only where w·(x, y, 1) > 0. Pixels count from the middle of the canvas, x right, y down.
 */
export interface Homography {
  u: Vector
  v: Vector
  w: Vector
}

/** The face as the camera sees it, or undefined when it shows its back. */
export function homographyOf(camera: Camera, face: Face): Homography | undefined {
  const towards = dot(face.normal, minus(camera.position, face.corner))
  if (towards <= 0) return undefined
  // A pixel's ray is x·right − y·up − focal·back; along each of them a dot product with the normal and the axes is linear in x and y.
  const linear = (axis: Vector): Vector => [
    dot(axis, camera.right),
    -dot(axis, camera.up),
    -camera.focal * dot(axis, camera.back),
  ]
  const w = scaled(linear(face.normal), -1)
  const offset = minus(camera.position, face.corner)
  const along = (axis: Vector): Vector => plus(scaled(w, dot(offset, axis)), scaled(linear(axis), towards))
  return { u: along(face.uAxis), v: along(face.vAxis), w }
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

function plus(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

function scaled(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor]
}

/** True when the camera looks at the card from behind: what it shows is invented. */
export function showsBack(pose: Pose): boolean {
  return Math.cos((pose.azimuth * Math.PI) / 180) < -1e-9
}
