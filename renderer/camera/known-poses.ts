import type { Pose } from '#shared/domain/view'
import { azimuths, distances, elevations } from '#shared/views/presets'
import { shortTurn } from '#shared/views/relative-pose'
import { snapPose } from '#shared/views/snap-pose'
import type { Axis } from './camera-space'

/** How a camera model is told its views: poses around the subject, or commands that move from the photo's own pose. */
export type CameraFrame = 'absolute' | 'relative'

/** The values that a model knows on each axis, in the order in which keys walk through them; every combination is a pose that it knows. */
export interface KnownPoses {
  /** 0 … 315. */
  azimuth: readonly number[]
  elevation: readonly number[]
  distance: readonly number[]
  /** Whether the last azimuth is followed by the first. */
  wholeTurn: boolean
}

const wholeTurn: KnownPoses = {
  azimuth: azimuths.map((step) => step.value),
  elevation: elevations.map((step) => step.value),
  distance: distances.map((step) => step.value),
  wholeTurn: true,
}

const full = (degrees: number): number => ((degrees % 360) + 360) % 360
const sorted = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b)

/** What can be chosen: all 96, or what commands reach from where the photo was taken (which is among them, and means: stay). */
export function knownPoses(frame: CameraFrame, photo: Pose): KnownPoses {
  if (frame === 'absolute') return wholeTurn
  const from = snapPose(photo)
  return {
    azimuth: [-90, -45, 0, 45, 90].map((turn) => full(from.azimuth + turn)),
    elevation: sorted([-30, from.elevation, 60]),
    distance: sorted([0.6, from.distance, 1.8]),
    wholeTurn: false,
  }
}

/** How far two values of an axis are apart: degrees the short way, or the ratio of distances. */
function apart(axis: Axis, a: number, b: number): number {
  if (axis === 'azimuth') return Math.abs(shortTurn(a - b))
  return axis === 'elevation' ? Math.abs(a - b) : Math.abs(Math.log(a / b))
}

function nearestOf(axis: Axis, values: readonly number[], value: number): number {
  return values.reduce((best, next) => (apart(axis, next, value) < apart(axis, best, value) ? next : best))
}

/** The known pose that is nearest on every axis. */
export function snapTo(known: KnownPoses, pose: Pose): Pose {
  return {
    azimuth: nearestOf('azimuth', known.azimuth, pose.azimuth),
    elevation: nearestOf('elevation', known.elevation, pose.elevation),
    distance: nearestOf('distance', known.distance, pose.distance),
  }
}

/** The next known pose on an axis, `by` places on; at an end it stays, on a whole turn it goes round. */
export function stepTo(known: KnownPoses, pose: Pose, axis: Axis, by: number): Pose {
  const values = known[axis]
  const at = values.indexOf(nearestOf(axis, values, pose[axis]))
  const to = at + by
  const place =
    axis === 'azimuth' && known.wholeTurn
      ? ((to % values.length) + values.length) % values.length
      : Math.max(0, Math.min(values.length - 1, to))
  return snapTo(known, { ...pose, [axis]: values[place] ?? pose[axis] })
}

/** The pose with a number that was typed, or that an arrow key made one step larger or smaller, on one axis. */
export function withNumber(known: KnownPoses, pose: Pose, axis: Axis, value: number, step: number): Pose {
  const by = axis === 'azimuth' ? shortTurn(value - pose.azimuth) : value - pose[axis]
  const typed = snapTo(known, { ...pose, [axis]: value })
  const isStep = Math.abs(Math.abs(by) - step) < 1e-6
  return isStep && typed[axis] === pose[axis] ? stepTo(known, pose, axis, Math.sign(by)) : typed
}

/** First and last value of an axis as a slider tells them; the way around counts from −180 (left) to 180 (right). */
export function rangeOf(known: KnownPoses, axis: Axis): { min: number; max: number } {
  const values = axis === 'azimuth' ? known.azimuth.map(shortTurn) : known[axis]
  return { min: Math.min(...values), max: Math.max(...values) }
}

/** Whether two poses are the same camera. */
export function samePose(a: Pose, b: Pose): boolean {
  return full(a.azimuth) === full(b.azimuth) && a.elevation === b.elevation && a.distance === b.distance
}
