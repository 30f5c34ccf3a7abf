import type { Pose, View } from '#shared/domain/view'
import { namedPoseOf, presetSizes, viewOfPose, viewPresets, type PresetSize } from '#shared/views/presets'
import type { Language } from '../i18n/i18n'
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
  return viewPresets[`preset:${size}`].flatMap((view) => (view.pose ? [view.pose] : []))
}

/** What is asked for: the chosen poses, and the user's own camera words as a view of their own. */
export function viewsOf(values: ViewValues): View[] {
  const prompt = values.prompt.trim()
  const words: View[] = prompt === '' ? [] : [{ id: 'own-words', name: prompt.slice(0, 120), prompt }]
  return [...values.poses.map(viewOfPose), ...words]
}

/** A pose in the user's language, e.g. "Front right, elevated". */
export function poseLabel(pose: Pose, language: Language): string {
  return namedPoseOf(pose).label[language]
}

/** A view in the user's language: its pose, or its own words. */
export function viewLabel(view: View, language: Language): string {
  return view.prompt === undefined && view.pose ? poseLabel(view.pose, language) : (view.prompt ?? view.name)
}
