import { AppError } from '../domain/error'
import type { Pose, View } from '../domain/view'
import { nearestNames } from '../styles/nearest'
import { snapPose } from './snap-pose'

/** One step of a camera's axis: the id's part, the value, and its words in both languages. */
export interface Step {
  id: string
  value: number
  en: string
  zh: string
}

/** Degrees around the subject; positive is to the viewer's right. What a camera model is told is its own: see the workflows. */
export const azimuths: readonly Step[] = [
  { id: 'front', value: 0, en: 'Front', zh: '正面' },
  { id: 'front-right', value: 45, en: 'Front right', zh: '右前方' },
  { id: 'right', value: 90, en: 'Right side', zh: '右侧' },
  { id: 'back-right', value: 135, en: 'Back right', zh: '右后方' },
  { id: 'back', value: 180, en: 'Back', zh: '背面' },
  { id: 'back-left', value: 225, en: 'Back left', zh: '左后方' },
  { id: 'left', value: 270, en: 'Left side', zh: '左侧' },
  { id: 'front-left', value: 315, en: 'Front left', zh: '左前方' },
]
/** Degrees above the subject. The one with an empty id is left out of ids. */
export const elevations: readonly Step[] = [
  { id: 'low', value: -30, en: 'low angle', zh: '仰拍' },
  { id: '', value: 0, en: 'eye level', zh: '平视' },
  { id: 'elevated', value: 30, en: 'elevated', zh: '高角度' },
  { id: 'high', value: 60, en: 'high angle', zh: '俯拍' },
]
/** Factors of the camera's distance. */
export const distances: readonly Step[] = [
  { id: 'close-up', value: 0.6, en: 'close-up', zh: '特写' },
  { id: '', value: 1, en: 'medium', zh: '中景' },
  { id: 'wide', value: 1.8, en: 'wide', zh: '远景' },
]

/** A pose that has an id of its own: one of the 96 that the camera model knows. */
export interface NamedPose {
  id: string
  pose: Pose
  label: { en: string; zh: string }
}

/** All 96: azimuth, then elevation, then distance. */
export const namedPoses: readonly NamedPose[] = azimuths.flatMap((azimuth) =>
  elevations.flatMap((elevation) =>
    distances.map((distance) => {
      const rest = [elevation, distance].filter((step) => step.id !== '')
      return {
        id: [azimuth, ...rest].map((step) => step.id).join('-'),
        pose: { azimuth: azimuth.value, elevation: elevation.value, distance: distance.value },
        label: {
          en: [azimuth, ...rest].map((step) => step.en).join(', '),
          zh: [azimuth, ...rest].map((step) => step.zh).join(' · '),
        },
      }
    }),
  ),
)

const byId = new Map(namedPoses.map((named) => [named.id, named]))

function viewOf({ id, pose, label }: NamedPose): View {
  return { id, name: label.en, pose }
}

function viewsWhere(keep: (pose: Pose) => boolean): readonly View[] {
  return namedPoses.filter(({ pose }) => pose.distance === 1 && keep(pose)).map(viewOf)
}

/** Sizes of the contact sheets. */
export const presetSizes = [4, 8, 24] as const
export type PresetSize = (typeof presetSizes)[number]

/** Contact sheets by name: four sides, all around at eye level, and all around at three heights. */
export const viewPresets: Readonly<Record<`preset:${PresetSize}`, readonly View[]>> = {
  'preset:4': viewsWhere(({ azimuth, elevation }) => elevation === 0 && azimuth % 90 === 0),
  'preset:8': viewsWhere(({ elevation }) => elevation === 0),
  'preset:24': [0, 30, 60].flatMap((height) => viewsWhere(({ elevation }) => elevation === height)),
}

const byPose = new Map(namedPoses.map((named) => [poseKey(named.pose), named]))

function poseKey({ azimuth, elevation, distance }: Pose): string {
  return `${azimuth}/${elevation}/${distance}`
}

/** The named pose of the sector that a pose lies in. */
export function namedPoseOf(pose: Pose): NamedPose {
  // The snapped pose is one of the 96 by construction; the first is there for the compiler.
  return byPose.get(poseKey(snapPose(pose))) ?? (namedPoses[0] as NamedPose)
}

/** The view of a pose: the named one, or for a pose between those one with its numbers in the id, so that no two share a file name. */
export function viewOfPose(pose: Pose): View {
  const named = namedPoseOf(pose)
  const turn = ((pose.azimuth % 360) + 360) % 360
  if (poseKey({ ...pose, azimuth: turn }) === poseKey(named.pose)) return { ...viewOf(named), pose }
  const number = (value: number): string => String(Math.round(value * 100) / 100)
  return {
    id: `${named.id}-a${number(pose.azimuth)}-e${number(pose.elevation)}-d${number(pose.distance)}`,
    name: named.label.en,
    pose,
  }
}

/** Both languages' label of a view id of the 96, or undefined for a view of the user's own. */
export function viewLabel(id: string): { en: string; zh: string } | undefined {
  return byId.get(id)?.label
}

/**
 * The view of an id such as `front-right`, `back-high` or `left-low-close-up`; `eye-level` and `medium` may be said or left out,
 * upper case and underscores are read alike. Throws an AppError `input.unknown_view` with the nearest ids in `detail.suggestions`.
 */
export function viewFromId(id: string): View {
  const plain = id
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/gu, '-')
  const named = byId.get(plain) ?? byId.get(plain.replace(/-eye(?:-level)?(?=-|$)/u, '').replace(/-medium$/u, ''))
  if (named) return viewOf(named)
  const near = nearestNames(plain, [...byId.keys(), ...Object.keys(viewPresets)])
  const suggestions = near.length > 0 ? near : ['front', 'front-right', 'preset:8']
  const list = suggestions.map((item) => `“${item}”`).join(', ')
  throw new AppError(
    'input.unknown_view',
    `There is no view “${id.slice(0, 64)}”. Did you mean ${list}? Use such ids, preset:4, preset:8 or preset:24.`,
    {
      detail: { view: id.slice(0, 64), suggestions },
    },
  )
}

/**
 * The views of a list such as `front,front-right-elevated` or `preset:8`, in order, each once.
 * Throws `input.unknown_view` for what it doesn't know and for an empty list.
 */
export function resolveViews(spec: string): View[] {
  const views = new Map<string, View>()
  for (const part of spec.split(/[,，]/u)) {
    const name = part.trim().toLowerCase()
    if (name === '') continue
    const preset = Object.hasOwn(viewPresets, name) ? viewPresets[name as keyof typeof viewPresets] : [viewFromId(name)]
    for (const view of preset) views.set(view.id, view)
  }
  if (views.size === 0) viewFromId(spec)
  return [...views.values()]
}
