import type { Pose } from '../domain/view'
import { relativeCameraPrompt } from './camera-prompt'
import { namedPoses } from './presets'

/** Where a photo counts as taken from while nobody has marked it: in front, at eye level, at medium distance. */
export const assumedPose: Pose = { azimuth: 0, elevation: 0, distance: 1 }

/** An angle in degrees within −180 (not) … 180. */
export function shortTurn(degrees: number): number {
  const turn = ((degrees % 360) + 360) % 360
  return turn > 180 ? turn - 360 : turn
}

/**
 * A pose as it is seen from the photo's own: how far the camera goes around, up and away from there. Exact for one that moves around or
 * away; of a move that goes both around and up from a raised photo it is the usual approximation, fit for a draft of the layout.
 */
export function poseFromPhoto(pose: Pose, photo: Pose): Pose {
  return {
    azimuth: shortTurn(pose.azimuth - photo.azimuth),
    elevation: Math.max(-90, Math.min(90, pose.elevation - photo.elevation)),
    distance: Math.max(0.2, Math.min(5, pose.distance / photo.distance)),
  }
}

/** The poses for which a model of relative commands has words, counted from the photo's. */
export function reachablePoses(photo: Pose): Pose[] {
  return namedPoses.flatMap(({ pose }) => (relativePrompt(pose, photo) === undefined ? [] : [pose]))
}

/** The command that moves the camera from the photo's pose to another; undefined where the model has no words. */
export function relativePrompt(pose: Pose, photo: Pose): string | undefined {
  try {
    return relativeCameraPrompt(pose, photo)
  } catch {
    return undefined
  }
}
