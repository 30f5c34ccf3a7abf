import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { poseSchema } from '../domain/view'
import { namedPoses } from './presets'
import { snapPose } from './snap-pose'

const front = { azimuth: 0, elevation: 0, distance: 1 }

describe('a pose is snapped', () => {
  it('to sectors of 45° around each azimuth; what lies on an edge goes on', () => {
    const around = [337.5, 359, 0, 22.4, 22.5, 67.4, 67.5, -45, -90, 405, -360]
    expect(around.map((azimuth) => snapPose({ ...front, azimuth }).azimuth)).toEqual([0, 0, 0, 0, 45, 45, 90, 315, 270, 45, 0])
  })

  it('to the bounds of elevation, and to distances by their ratio', () => {
    const heights = [-90, -15.1, -15, 14.9, 15, 44.9, 45, 90]
    expect(heights.map((elevation) => snapPose({ ...front, elevation }).elevation)).toEqual([-30, -30, 0, 0, 30, 30, 60, 60])
    const factors = [0.2, 0.6, 0.77, 0.78, 1, 1.34, 1.35, 5]
    expect(factors.map((distance) => snapPose({ ...front, distance }).distance)).toEqual([0.6, 0.6, 0.6, 1, 1, 1, 1.8, 1.8])
  })

  it('to one of the 96, and each of those to itself', () => {
    const known = namedPoses.map(({ pose }) => pose)
    for (const pose of known) expect(snapPose(pose)).toEqual(pose)
    const poses = fc.record({
      azimuth: fc.double({ min: -360, max: 360, noNaN: true }),
      elevation: fc.double({ min: -90, max: 90, noNaN: true }),
      distance: fc.double({ min: 0.2, max: 5, noNaN: true }),
    })
    fc.assert(
      fc.property(poses, (pose) => {
        expect(poseSchema.safeParse(pose).success).toBe(true)
        expect(known).toContainEqual(snapPose(pose))
      }),
    )
  })
})
