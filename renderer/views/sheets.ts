import { nearestNamed, presetSizes, presetViews, viewOfPose, type PresetSize } from '#shared/domain/view-presets'
import type { Pose, View } from '#shared/domain/view'
import type { Say, WordKey } from '../i18n/words'
import type { ViewValues } from '../state/ui'

/** Whether two poses are the same camera. */
export function samePose(a: Pose, b: Pose): boolean {
  const turn = (degrees: number): number => ((degrees % 360) + 360) % 360
  return turn(a.azimuth) === turn(b.azimuth) && a.elevation === b.elevation && a.distance === b.distance
}

/** The poses with one put in, or taken out if it was there. */
export function togglePose(poses: readonly Pose[], pose: Pose): Pose[] {
  return poses.some((other) => samePose(other, pose)) ? poses.filter((other) => !samePose(other, pose)) : [...poses, pose]
}

/** Which sheet the chosen poses are, whatever their order; `undefined` for a choice of one's own. */
export function sheetOf(poses: readonly Pose[]): PresetSize | undefined {
  return presetSizes.find((size) => {
    const wanted = posesOfSheet(size)
    return wanted.length === poses.length && wanted.every((pose) => poses.some((other) => samePose(other, pose)))
  })
}

/** The poses of a sheet. */
export function posesOfSheet(size: PresetSize): Pose[] {
  return presetViews(size).flatMap((view) => (view.pose ? [view.pose] : []))
}

/** What is asked for: the chosen poses, and the user's own camera words as a view of their own. */
export function viewsOf(values: ViewValues): View[] {
  const prompt = values.prompt.trim()
  const words: View[] = prompt === '' ? [] : [{ id: 'own-words', name: prompt.slice(0, 120), prompt }]
  return [...values.poses.map(viewOfPose), ...words]
}

/** A pose in the user's language, e.g. "front right, elevated". */
export function poseLabel(pose: Pose, say: Say): string {
  const near = nearestNamed(pose)
  const words = [
    say(`azimuth.${near.azimuth}` as WordKey),
    ...(near.elevation === 0 ? [] : [say(`elevation.${near.elevation}` as WordKey)]),
    ...(near.distance === 1 ? [] : [say(near.distance < 1 ? 'distance.close' : 'distance.wide')]),
  ]
  return words.join(', ')
}

/** A view in the user's language: its pose, or its own words. */
export function viewLabel(view: View, say: Say): string {
  return view.prompt === undefined && view.pose ? poseLabel(view.pose, say) : (view.prompt ?? view.name)
}
