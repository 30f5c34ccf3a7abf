import { AppError } from '../domain/error'
import type { Pose, View } from '../domain/view'
import { nearestNames } from '../styles/nearest'

/** One step of a camera's axis: the id's part, the value, its words in both languages, and the camera model's own word. */
interface Step {
  id: string
  value: number
  en: string
  zh: string
  word: string
}

/** Degrees around the subject; positive is to the viewer's right. Words: those of the multiple-angles camera model, verbatim. */
export const azimuths: readonly Step[] = [
  { id: 'front', value: 0, en: 'Front', zh: '正面', word: 'front view' },
  { id: 'front-right', value: 45, en: 'Front right', zh: '右前方', word: 'front-right quarter view' },
  { id: 'right', value: 90, en: 'Right side', zh: '右侧', word: 'right side view' },
  { id: 'back-right', value: 135, en: 'Back right', zh: '右后方', word: 'back-right quarter view' },
  { id: 'back', value: 180, en: 'Back', zh: '背面', word: 'back view' },
  { id: 'back-left', value: 225, en: 'Back left', zh: '左后方', word: 'back-left quarter view' },
  { id: 'left', value: 270, en: 'Left side', zh: '左侧', word: 'left side view' },
  { id: 'front-left', value: 315, en: 'Front left', zh: '左前方', word: 'front-left quarter view' },
]
/** Degrees above the subject. The one with an empty id is left out of ids. */
export const elevations: readonly Step[] = [
  { id: 'low', value: -30, en: 'low angle', zh: '仰拍', word: 'low-angle shot' },
  { id: '', value: 0, en: 'eye level', zh: '平视', word: 'eye-level shot' },
  { id: 'elevated', value: 30, en: 'elevated', zh: '高角度', word: 'elevated shot' },
  { id: 'high', value: 60, en: 'high angle', zh: '俯拍', word: 'high-angle shot' },
]
/** Factors of the camera's distance. */
export const distances: readonly Step[] = [
  { id: 'close-up', value: 0.6, en: 'close-up', zh: '特写', word: 'close-up' },
  { id: '', value: 1, en: 'medium', zh: '中景', word: 'medium shot' },
  { id: 'wide', value: 1.8, en: 'wide', zh: '远景', word: 'wide shot' },
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

/** Contact sheets by name: four sides, all around at eye level, and all around at three heights. */
export const viewPresets: Readonly<Record<'preset:4' | 'preset:8' | 'preset:24', readonly View[]>> = {
  'preset:4': viewsWhere(({ azimuth, elevation }) => elevation === 0 && azimuth % 90 === 0),
  'preset:8': viewsWhere(({ elevation }) => elevation === 0),
  'preset:24': [0, 30, 60].flatMap((height) => viewsWhere(({ elevation }) => elevation === height)),
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
