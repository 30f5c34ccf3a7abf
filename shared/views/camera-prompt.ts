import { AppError } from '../domain/error'
import type { Pose, View } from '../domain/view'
import { azimuthWords, distanceWords, elevationWords, relativeCommands } from './camera-words'
import { snapPose as nearestPose } from './snap-pose'

/** A pose as the 2511 camera LoRA knows it: 8 azimuths × 4 elevations × 3 distances. */
export interface KnownPose extends Pose {
  /** The exact prompt. */
  prompt: string
}

/** The known pose nearest to one, with the words that the LoRA was trained on. */
export function snapPose(pose: Pose): KnownPose {
  const known = nearestPose(pose)
  const words = [
    azimuthWords.find(([degrees]) => degrees === known.azimuth),
    elevationWords.find(([degrees]) => degrees === known.elevation),
    distanceWords.find(([factor]) => factor === known.distance),
  ]
  return { ...known, prompt: `<sks> ${words.map((pair) => pair?.[1]).join(' ')}` }
}

/** All 96 poses in the order of the LoRA's card: azimuth, then elevation, then distance. */
export function allPoses(): KnownPose[] {
  return azimuthWords.flatMap(([azimuth]) =>
    elevationWords.flatMap(([elevation]) => distanceWords.map(([distance]) => snapPose({ azimuth, elevation, distance }))),
  )
}

/**
 * The commands that move the camera from the photo's own pose to another, for the 2509 camera LoRA, which knows turns by 45° and 90°,
 * top-down, from below, wide and close-up. `photo` is where the photo was taken from, as the user marked it: without a marked pose there
 * is no relative command, because an absolute pose must never silently become one. Throws `input.unknown_view` for what it has no words.
 */
export function relativeCameraPrompt(target: Pose, photo: Pose): string {
  const to = snapPose(target)
  const from = snapPose(photo)
  const turn = ((to.azimuth - from.azimuth + 540) % 360) - 180
  const parts: string[] = []
  // Positive azimuth moves the camera to the viewer's right.
  const turns: Record<number, string> = {
    [-90]: relativeCommands.left90,
    [-45]: relativeCommands.left45,
    45: relativeCommands.right45,
    90: relativeCommands.right90,
  }
  if (turn !== 0) parts.push(turns[turn] ?? noWords(`a turn by ${Math.abs(turn)}°`, 'Choose a view at most 90° from the photo'))
  if (to.elevation !== from.elevation) {
    if (to.elevation === 60) parts.push(relativeCommands.topDown)
    else if (to.elevation === -30) parts.push(relativeCommands.fromBelow)
    else noWords(`an elevation of ${to.elevation}°`, 'Choose the high or the low elevation, or that of the photo')
  }
  if (to.distance !== from.distance) {
    if (to.distance === 0.6) parts.push(relativeCommands.closeUp)
    else if (to.distance === 1.8) parts.push(relativeCommands.wide)
    else noWords('the medium distance', 'Choose close-up or wide, or the distance of the photo')
  }
  if (parts.length === 0) noWords('staying where the photo was taken', 'Choose another view')
  return parts.join(' ')
}

function noWords(what: string, instead: string): never {
  throw new AppError(
    'input.unknown_view',
    `The 2509 camera model has no words for ${what}. ${instead}, use a camera prompt of your own, or the 2511 model.`,
  )
}

/** True for prompts that the Next-Scene LoRA was trained on; both colons count: `Next Scene:` and `Next Scene：`. */
export function isNextScene(prompt: string): boolean {
  return /^\s*next scene\s*[:：]/i.test(prompt)
}

/** What a perspective edit sends: the exact prompt and which camera variant of the workflow it belongs to. */
export interface CameraRequest {
  prompt: string
  choices: { camera: string }
  /** Whether the view is meant absolute to the subject or relative to the photo; `free` says what its words say. */
  frame: 'absolute' | 'relative' | 'free'
}

/**
 * The camera request of a view. A prompt of the user's own is sent exactly as given, with the LoRA that its words belong to:
 * `<sks>` to the 96 poses, `Next Scene:` to Next-Scene, commands like 将镜头… to the 2509 camera LoRA, else none.
 */
export function cameraRequest(model: '2511' | '2509', view: Pick<View, 'pose' | 'prompt'>, photo?: Pose): CameraRequest {
  if (view.prompt !== undefined) {
    const { prompt } = view
    if (model === '2511') {
      return prompt.includes('<sks>')
        ? { prompt, choices: { camera: 'poses' }, frame: 'absolute' }
        : { prompt, choices: { camera: 'free' }, frame: 'free' }
    }
    if (isNextScene(prompt)) return { prompt, choices: { camera: 'next-scene' }, frame: 'free' }
    const isCommand = /将(镜头|相机)|\b(camera|lens)\b/i.test(prompt)
    return isCommand
      ? { prompt, choices: { camera: 'angles' }, frame: 'relative' }
      : { prompt, choices: { camera: 'free' }, frame: 'free' }
  }
  if (view.pose === undefined) {
    throw new AppError('input.unknown_view', 'This view has neither a pose nor a prompt. Choose a view or write a camera prompt.')
  }
  if (model === '2511') return { prompt: snapPose(view.pose).prompt, choices: { camera: 'poses' }, frame: 'absolute' }
  if (photo === undefined) {
    throw new AppError(
      'input.unknown_view',
      'The 2509 camera model moves relative to the photo. Mark the pose that the photo was taken from, write a camera prompt, or use the 2511 model.',
    )
  }
  return { prompt: relativeCameraPrompt(view.pose, photo), choices: { camera: 'angles' }, frame: 'relative' }
}
