import type { Pose } from '#shared/domain/view'

/**
 * The draft engine's own camera (see `electron/core/engines/draft/perspective/camera.ts`): seen from the front at medium distance the card
 * fills 0.66 of its longer side, from 2.1 of those away.
 */
const frontScale = 0.66
const mediumDistance = 2.1

/** What CSS needs to show a card, whose longer side is `side` pixels, as the draft engine draws it. */
export function cardTransform(pose: Pose, side: number): { perspective: string; transform: string } {
  const focal = frontScale * mediumDistance * side
  const back = focal - mediumDistance * side * pose.distance
  const number = (value: number): string => String(Math.round(value * 1000) / 1000)
  return {
    perspective: `${number(focal)}px`,
    transform: `translateZ(${number(back)}px) rotateX(${number(-pose.elevation)}deg) rotateY(${number(-pose.azimuth)}deg)`,
  }
}
