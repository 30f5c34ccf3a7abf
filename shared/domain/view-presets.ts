import type { Pose, View } from './view'

/** Directions, heights and distances that camera models know by name; degrees and factors as in {@link Pose}. */
export const azimuths = [0, 45, 90, 135, 180, 225, 270, 315] as const
export const elevations = [-30, 0, 30, 60] as const
export const distances = [0.6, 1, 1.8] as const

/** Sizes of the contact sheets that come with Recast. */
export const presetSizes = [4, 8, 24] as const
export type PresetSize = (typeof presetSizes)[number]

const azimuthNames: Record<(typeof azimuths)[number], string> = {
  0: 'front',
  45: 'front right',
  90: 'right side',
  135: 'back right',
  180: 'back',
  225: 'back left',
  270: 'left side',
  315: 'front left',
}
const elevationNames: Record<(typeof elevations)[number], string> = {
  [-30]: 'low angle',
  0: 'eye level',
  30: 'elevated',
  60: 'high angle',
}
const distanceNames: Record<(typeof distances)[number], string> = { 0.6: 'close-up', 1: 'medium', 1.8: 'wide' }

/** The named direction, height and distance nearest to a pose; azimuth goes around, so 350° is front. */
export function nearestNamed(pose: Pose): {
  azimuth: (typeof azimuths)[number]
  elevation: (typeof elevations)[number]
  distance: (typeof distances)[number]
} {
  const turn = ((pose.azimuth % 360) + 360) % 360
  const away = (degrees: number): number => Math.min(Math.abs(turn - degrees), 360 - Math.abs(turn - degrees))
  const least = <T extends number>(of: readonly T[], cost: (value: T) => number): T =>
    of.reduce((best, value) => (cost(value) < cost(best) ? value : best))
  return {
    azimuth: least(azimuths, away),
    elevation: least(elevations, (degrees) => Math.abs(degrees - pose.elevation)),
    // Distance is a factor: halving is as far as doubling.
    distance: least(distances, (factor) => Math.abs(Math.log(factor / pose.distance))),
  }
}

/** A view of a pose, with an English name and an id made of it; eye level and medium distance go without saying. */
export function viewOfPose(pose: Pose): View {
  const near = nearestNamed(pose)
  const exact =
    near.azimuth === ((pose.azimuth % 360) + 360) % 360 && near.elevation === pose.elevation && near.distance === pose.distance
  const words = [
    azimuthNames[near.azimuth],
    ...(near.elevation === 0 ? [] : [elevationNames[near.elevation]]),
    ...(near.distance === 1 ? [] : [distanceNames[near.distance]]),
  ]
  const slug = words.join('-').replaceAll(' ', '-')
  // A pose between the named ones keeps its numbers, or two of them would share an id and a file name.
  const id = exact ? slug : `${slug}-a${number(pose.azimuth)}-e${number(pose.elevation)}-d${number(pose.distance)}`
  return { id, name: words.join(', '), pose }
}

/** The views of a sheet: 4 = the sides; 8 = all around at eye level; 24 = all around at three heights. */
export function presetViews(size: PresetSize): View[] {
  const heights = size === 24 ? [0, 30, 60] : [0]
  const around = size === 4 ? azimuths.filter((degrees) => degrees % 90 === 0) : azimuths
  return heights.flatMap((elevation) => around.map((azimuth) => viewOfPose({ azimuth, elevation, distance: 1 })))
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100)
}
