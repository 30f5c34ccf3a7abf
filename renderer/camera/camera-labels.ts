import type { Pose, View } from '#shared/domain/view'
import { cameraRequest } from '#shared/views/camera-prompt'
import { distances, elevations, namedPoseOf, viewOfPose } from '#shared/views/presets'
import { assumedPose, reachablePoses, relativePrompt, shortTurn } from '#shared/views/relative-pose'
import { snapPose } from '#shared/views/snap-pose'
import type { Language } from '../i18n/i18n'
import type { CameraFrame } from './known-poses'

/** What the camera moves from, and how its model is told. */
export interface CameraSetting {
  frame: CameraFrame
  /** Where the photo was taken from, where the user marked it. */
  photo: Pose | undefined
}

/** A pose as words, e.g. "Front right, elevated". */
export function poseLabel(pose: Pose, language: Language): string {
  return namedPoseOf(pose).label[language]
}

/** A move from the photo as words, e.g. "45° to the right, from above". */
export function moveLabel(pose: Pose, photo: Pose, language: Language): string {
  const [to, from] = [snapPose(pose), snapPose(photo)]
  const turn = shortTurn(to.azimuth - from.azimuth)
  const zh = language === 'zh'
  const side = zh ? (turn > 0 ? '向右' : '向左') : turn > 0 ? 'to the right' : 'to the left'
  const parts = [
    ...(turn === 0 ? [] : [zh ? `${side} ${Math.abs(turn)}°` : `${Math.abs(turn)}° ${side}`]),
    ...(to.elevation === from.elevation ? [] : [elevations.find((step) => step.value === to.elevation)?.[language] ?? '']),
    ...(to.distance === from.distance ? [] : [distances.find((step) => step.value === to.distance)?.[language] ?? '']),
  ]
  const words = parts.length > 0 ? parts.join(zh ? ' · ' : ', ') : zh ? '与照片相同' : 'as the photo'
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The words for where the camera is, in the frame in which its model thinks. */
export function cameraLabel(pose: Pose, { frame, photo }: CameraSetting, language: Language): string {
  return frame === 'relative' && photo === undefined ? moveLabel(pose, assumedPose, language) : poseLabel(pose, language)
}

/** The exact prompt that the model will be sent for a view; undefined where it has no words for it. */
export function promptOf(view: Pick<View, 'pose' | 'prompt'>, { frame, photo }: CameraSetting): string | undefined {
  try {
    return cameraRequest(frame === 'absolute' ? '2511' : '2509', view, photo ?? assumedPose).prompt
  } catch {
    return undefined
  }
}

/**
 * The view that is asked for by a pose. A command relative to a photo of which nobody said where it was taken is sent as words: it must not
 * pass for a pose around the subject. Undefined where the model has no words.
 */
export function viewOfCamera(pose: Pose, setting: CameraSetting): View | undefined {
  if (setting.frame === 'absolute') return viewOfPose(pose)
  const prompt = relativePrompt(pose, setting.photo ?? assumedPose)
  if (prompt === undefined) return undefined
  if (setting.photo) return viewOfPose(pose)
  const name = moveLabel(pose, assumedPose, 'en')
  return { id: `move-${name.toLowerCase().replaceAll(/[^a-z0-9]+/gu, '-')}`, name, prompt }
}

const moveByPrompt = new Map(reachablePoses(assumedPose).map((pose) => [relativePrompt(pose, assumedPose), pose]))

/** The pose that a relative command of ours moves to from an unmarked photo; undefined for other words. */
export function moveOfPrompt(prompt: string): Pose | undefined {
  return moveByPrompt.get(prompt)
}

/** A view in the user's language: its pose, its move, or its own words. */
export function viewLabel(view: View, language: Language): string {
  if (view.prompt === undefined) return view.pose ? poseLabel(view.pose, language) : view.name
  const move = moveOfPrompt(view.prompt)
  return move ? moveLabel(move, assumedPose, language) : view.prompt
}
