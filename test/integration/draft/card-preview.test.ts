import { describe, expect, it } from 'vitest'
import { cameraOf, project } from '#core/engines/draft/perspective/camera'
import { cardTransform } from '../../../renderer/camera/card-transform'

/** Where CSS shows a point of the card (x right, y down, pixels from its middle), by the rules of css-transforms-2. */
function cssPlace(css: { perspective: string; transform: string }, x: number, y: number): { x: number; y: number } {
  const [back = 0, tilt = 0, turn = 0] = [...css.transform.matchAll(/\((-?[\d.]+)/gu)].map((match) => Number(match[1]))
  const [a, b] = [(tilt * Math.PI) / 180, (turn * Math.PI) / 180]
  const turned = { x: x * Math.cos(b), y, z: -x * Math.sin(b) }
  const tilted = {
    x: turned.x,
    y: turned.y * Math.cos(a) - turned.z * Math.sin(a),
    z: turned.y * Math.sin(a) + turned.z * Math.cos(a) + back,
  }
  const focal = Number.parseFloat(css.perspective)
  const scale = focal / (focal - tilted.z)
  return { x: tilted.x * scale, y: tilted.y * scale }
}

describe('the studio’s draft card', () => {
  it.each([
    [0, 0, 1],
    [45, 30, 1],
    [-90, -30, 0.6],
    [135, 60, 1.8],
    [180, 0, 1],
    [-20, 12, 1.2],
  ])('at %d°, %d°, × %d lies where the draft engine will draw it', (azimuth, elevation, distance) => {
    const [width, height] = [256, 170]
    const pose = { azimuth, elevation, distance }
    const css = cardTransform(pose, width)
    const camera = cameraOf(pose, width)
    for (const [x, y] of [
      [-width / 2, -height / 2],
      [width / 2, -height / 2],
      [width / 2, height / 2],
      [-width / 2, height / 2],
    ] as const) {
      const drawn = project(camera, [x, -y, 0])
      const shown = cssPlace(css, x, y)
      expect(shown.x).toBeCloseTo(drawn?.x ?? Number.NaN, 1)
      expect(shown.y).toBeCloseTo(drawn?.y ?? Number.NaN, 1)
    }
  })
})
