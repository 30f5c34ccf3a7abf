import fc from 'fast-check'
import { PerspectiveCamera, Vector3 } from 'three'
import { describe, expect, it } from 'vitest'
import type { Pose } from '#shared/domain/view'
import {
  arcEnds,
  azimuthAt,
  cameraPoint,
  distanceAt,
  distanceOf,
  elevationAt,
  fieldOfView,
  handleAt,
  handlePoints,
  project,
  radiusOf,
  ringPoint,
  viewer,
  viewerPoint,
} from './camera-space'

const size = { width: 256, height: 216 }
const front: Pose = { azimuth: 0, elevation: 0, distance: 1 }
const pose = fc.record({
  azimuth: fc.double({ min: -180, max: 180, noNaN: true }),
  elevation: fc.double({ min: arcEnds.low, max: arcEnds.high, noNaN: true }),
  distance: fc.double({ min: 0.6, max: 1.8, noNaN: true }),
})

describe('a point of the gizmo', () => {
  it.each([size, { width: 448, height: 216 }, { width: 200, height: 216 }])('is where three’s camera sees it, in %j', (place) => {
    const camera = new PerspectiveCamera(fieldOfView(place), place.width / place.height, 1, 20)
    camera.position.set(...viewerPoint)
    camera.lookAt(0, viewer.aimY, 0)
    camera.updateMatrixWorld()
    fc.assert(
      fc.property(pose, (at) => {
        const point = cameraPoint(at)
        const seen = new Vector3(...point).project(camera)
        const { x, y } = project(point, place)
        expect(x).toBeCloseTo(((seen.x + 1) / 2) * place.width, 6)
        expect(y).toBeCloseTo(((1 - seen.y) / 2) * place.height, 6)
      }),
    )
  })

  it('stays within the panel, whatever the pose that a model knows', () => {
    for (const place of [size, { width: 216, height: 216 }, { width: 440, height: 216 }]) {
      for (const azimuth of [0, 45, 90, 135, 180, 225, 270, 315])
        for (const elevation of [-30, 0, 30, 60])
          for (const distance of [0.6, 1, 1.8])
            for (const point of Object.values(handlePoints({ azimuth, elevation, distance }))) {
              const { x, y } = project(point, place)
              expect(x).toBeGreaterThan(4)
              expect(x).toBeLessThan(place.width - 4)
              expect(y).toBeGreaterThan(4)
              expect(y).toBeLessThan(place.height - 4)
            }
    }
  })
})

describe('the camera', () => {
  it('goes to the viewer’s right with a positive azimuth, up with the elevation, and away with the distance', () => {
    const at = (change: Partial<Pose>) => project(cameraPoint({ ...front, ...change }), size)
    expect(at({ azimuth: 45 }).x).toBeGreaterThan(at({}).x)
    expect(at({ azimuth: -45 }).x).toBeLessThan(at({}).x)
    expect(at({ elevation: 30 }).y).toBeLessThan(at({}).y)
    expect(radiusOf(1.8)).toBeGreaterThan(radiusOf(1))
    for (const distance of [0.6, 1, 1.8]) expect(distanceOf(radiusOf(distance))).toBeCloseTo(distance, 9)
  })
})

describe('a hand', () => {
  it('on the ring turns to where it is', () => {
    fc.assert(
      fc.property(fc.double({ min: -179, max: 179, noNaN: true }), (azimuth) => {
        expect(azimuthAt(project(ringPoint(azimuth), size), size)).toBeCloseTo(azimuth, 6)
      }),
    )
  })

  it('on the arc lifts to where it is', () => {
    fc.assert(
      fc.property(pose, (at) => {
        const place = project(cameraPoint(at), size)
        const found = project(cameraPoint({ ...at, elevation: elevationAt(place, size, at) }), size)
        // Where the arc runs towards the viewer two heights look the same: what is seen must be where the hand is.
        expect(Math.hypot(found.x - place.x, found.y - place.y)).toBeLessThan(0.6)
      }),
    )
  })

  it('on the arm pulls to where it is', () => {
    fc.assert(
      fc.property(pose, (at) => {
        const place = project(handlePoints(at).distance, size)
        const found = project(handlePoints({ ...at, distance: distanceAt(place, size, at) }).distance, size)
        expect(Math.hypot(found.x - place.x, found.y - place.y)).toBeLessThan(0.6)
      }),
    )
  })

  it('takes hold of what is under it, and of nothing beside', () => {
    const points = handlePoints({ azimuth: 45, elevation: 30, distance: 1 })
    for (const axis of ['azimuth', 'elevation', 'distance'] as const)
      expect(handleAt(project(points[axis], size), size, { azimuth: 45, elevation: 30, distance: 1 }, 12)).toBe(axis)
    expect(handleAt({ x: 3, y: 3 }, size, front, 16)).toBeUndefined()
  })
})
