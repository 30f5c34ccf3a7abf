import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cameraOf, dot, frontScale, homographyOf, project, showsBack, type Face } from './camera'

const pose = fc.record({
  azimuth: fc.double({ min: -360, max: 360, noNaN: true }),
  elevation: fc.double({ min: -90, max: 90, noNaN: true }),
  distance: fc.double({ min: 0.2, max: 5, noNaN: true }),
})
const front: Face = { corner: [-300, 200, 0], uAxis: [1, 0, 0], vAxis: [0, -1, 0], uSize: 600, vSize: 400, normal: [0, 0, 1] }

describe('the camera', () => {
  it('has axes at right angles, looks at the middle, and stands as far as it should', () => {
    fc.assert(
      fc.property(pose, (value) => {
        const camera = cameraOf(value, 600)
        for (const axis of [camera.right, camera.up, camera.back]) expect(dot(axis, axis)).toBeCloseTo(1, 9)
        expect(dot(camera.right, camera.up)).toBeCloseTo(0, 9)
        expect(dot(camera.right, camera.back)).toBeCloseTo(0, 9)
        const middle = project(camera, [0, 0, 0])
        expect(Math.hypot(middle?.x ?? NaN, middle?.y ?? NaN)).toBeLessThan(1e-6)
        expect(Math.sqrt(dot(camera.position, camera.position)) / value.distance).toBeCloseTo(2.1 * 600, 6)
      }),
    )
  })

  it('sees the card upright and unturned from the front', () => {
    const corner = project(cameraOf({ azimuth: 0, elevation: 0, distance: 1 }, 600), [300, 200, 0])
    expect(corner?.x).toBeCloseTo(300 * frontScale)
    expect(corner?.y).toBeCloseTo(-200 * frontScale)
  })

  it('moves to the right with a positive azimuth and up with a positive elevation: what is near looks larger', () => {
    const heightAt = (x: number, azimuth: number) => {
      const camera = cameraOf({ azimuth, elevation: 0, distance: 1 }, 600)
      return (project(camera, [x, -200, 0])?.y ?? 0) - (project(camera, [x, 200, 0])?.y ?? 0)
    }
    expect(heightAt(300, 45)).toBeGreaterThan(heightAt(-300, 45) * 1.2)
    expect(heightAt(-300, -45)).toBeGreaterThan(heightAt(300, -45) * 1.2)
    const above = cameraOf({ azimuth: 0, elevation: 40, distance: 1 }, 600)
    const widthAt = (y: number) => (project(above, [300, y, 0])?.x ?? 0) * 2
    expect(widthAt(200)).toBeGreaterThan(widthAt(-200) * 1.1)
  })

  it('gives a homography that agrees with projecting, wherever the face is seen', () => {
    fc.assert(
      fc.property(
        pose,
        fc.double({ min: 0, max: 600, noNaN: true }),
        fc.double({ min: 0, max: 400, noNaN: true }),
        (value, u, v) => {
          const camera = cameraOf(value, 600)
          const map = homographyOf(camera, front)
          const seen = project(camera, [u - 300, 200 - v, 0])
          fc.pre(
            map !== undefined &&
              seen !== undefined &&
              Math.abs(Math.cos((value.azimuth * Math.PI) / 180) * Math.cos((value.elevation * Math.PI) / 180)) > 0.02,
          )
          const at = [seen.x, seen.y, 1] as const
          const w = dot(map.w, at)
          expect(w).toBeGreaterThan(0)
          expect(dot(map.u, at) / w).toBeCloseTo(u, 2)
          expect(dot(map.v, at) / w).toBeCloseTo(v, 2)
        },
      ),
    )
  })

  it('shows either the front or the back, and knows which', () => {
    fc.assert(
      fc.property(pose, (value) => {
        const facing = Math.cos((value.azimuth * Math.PI) / 180) * Math.cos((value.elevation * Math.PI) / 180)
        fc.pre(Math.abs(facing) > 1e-6)
        expect(homographyOf(cameraOf(value, 600), front) === undefined).toBe(showsBack(value))
      }),
    )
  })
})
