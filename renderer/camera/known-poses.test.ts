import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namedPoses } from '#shared/views/presets'
import { assumedPose, reachablePoses } from '#shared/views/relative-pose'
import { snapPose } from '#shared/views/snap-pose'
import { knownPoses, rangeOf, samePose, snapTo, stepTo, withNumber } from './known-poses'

const all = knownPoses('absolute', assumedPose)
const front = assumedPose

describe('the known poses', () => {
  it('are the 96 where the camera is told around the subject', () => {
    for (const { pose } of namedPoses) expect(snapTo(all, pose)).toEqual(pose)
    const poses = fc.record({
      azimuth: fc.double({ min: -360, max: 360, noNaN: true }),
      elevation: fc.double({ min: -90, max: 90, noNaN: true }),
      distance: fc.double({ min: 0.2, max: 5, noNaN: true }),
    })
    fc.assert(
      fc.property(poses, (pose) => {
        const onEdge =
          Math.abs((((pose.azimuth % 45) + 45) % 45) - 22.5) < 1e-6 ||
          [-15, 15, 45].some((edge) => Math.abs(pose.elevation - edge) < 1e-6)
        // On an edge either side is right.
        fc.pre(!onEdge)
        expect(snapTo(all, pose)).toEqual(snapPose(pose))
      }),
    )
  })

  it('are those that commands reach where it moves from the photo, and the photo itself', () => {
    const photo = { azimuth: 90, elevation: 30, distance: 1 }
    const known = knownPoses('relative', photo)
    const combined = known.azimuth.flatMap((azimuth) =>
      known.elevation.flatMap((elevation) => known.distance.map((distance) => ({ azimuth, elevation, distance }))),
    )
    const others = combined.filter((pose) => !samePose(pose, photo))
    expect(others.length).toBe(combined.length - 1)
    expect(new Set(others.map((pose) => JSON.stringify(pose)))).toEqual(
      new Set(reachablePoses(photo).map((pose) => JSON.stringify(pose))),
    )
  })
})

describe('a step', () => {
  it('goes round a whole turn, and stops at the ends of a part of one', () => {
    expect(stepTo(all, { ...front, azimuth: 315 }, 'azimuth', 1).azimuth).toBe(0)
    expect(stepTo(all, front, 'azimuth', -1).azimuth).toBe(315)
    const part = knownPoses('relative', front)
    expect(stepTo(part, { ...front, azimuth: 90 }, 'azimuth', 1).azimuth).toBe(90)
    expect(stepTo(part, front, 'azimuth', -1).azimuth).toBe(315)
    expect(stepTo(part, front, 'elevation', 1).elevation).toBe(60)
    expect(stepTo(all, { ...front, distance: 1.8 }, 'distance', 1).distance).toBe(1.8)
  })
})

describe('a number', () => {
  it('that is typed snaps; one that an arrow key changed by a step goes on to the next known value', () => {
    expect(withNumber(all, front, 'azimuth', -50, 45).azimuth).toBe(315)
    expect(withNumber(all, front, 'elevation', 40, 1).elevation).toBe(30)
    expect(withNumber(all, front, 'distance', 1.1, 0.1).distance).toBe(1.8)
    expect(withNumber(all, front, 'distance', 0.9, 0.1).distance).toBe(0.6)
    expect(withNumber(all, front, 'distance', 1.2, 0.1).distance).toBe(1)
    expect(withNumber(all, { ...front, azimuth: 315 }, 'azimuth', -44, 1).azimuth).toBe(0)
  })

  it('is told from left to right', () => {
    expect(rangeOf(all, 'azimuth')).toEqual({ min: -135, max: 180 })
    expect(rangeOf(knownPoses('relative', front), 'azimuth')).toEqual({ min: -90, max: 90 })
  })
})
