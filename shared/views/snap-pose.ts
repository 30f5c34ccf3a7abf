import type { Pose } from '../domain/view'

/**
 * The pose nearest to one among the 96 that camera models know: 45° sectors of azimuth, each centred on its own and with its lower edge
 * (22.5° goes on to 45°); elevation below −15 low, below 15 eye level, below 45 elevated, else high (the bounds that the 2511 camera LoRA's
 * own tools use); distance by ratio, because halving is as far as doubling.
 */
export function snapPose(pose: Pose): Pose {
  const turn = ((pose.azimuth % 360) + 360) % 360
  const { elevation, distance } = pose
  const far = (factor: number): number => Math.abs(Math.log(distance / factor))
  return {
    azimuth: (Math.floor((turn + 22.5) / 45) % 8) * 45,
    elevation: elevation < -15 ? -30 : elevation < 15 ? 0 : elevation < 45 ? 30 : 60,
    distance: [0.6, 1.8].reduce((best, factor) => (far(factor) < far(best) ? factor : best), 1),
  }
}
