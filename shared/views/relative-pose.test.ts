import { describe, expect, it } from 'vitest'
import { assumedPose, poseFromPhoto, reachablePoses, relativePrompt, shortTurn } from './relative-pose'

describe('a turn', () => {
  it.each([
    [0, 0],
    [180, 180],
    [-180, 180],
    [190, -170],
    [-45, -45],
    [315, -45],
    [765, 45],
  ])('of %d° is %d° the short way', (degrees, turn) => expect(shortTurn(degrees)).toBe(turn))
})

describe('a pose seen from the photo', () => {
  it('is straight on where the photo was taken', () => {
    const photo = { azimuth: 315, elevation: 30, distance: 1.8 }
    expect(poseFromPhoto(photo, photo)).toEqual({ azimuth: 0, elevation: 0, distance: 1 })
    expect(poseFromPhoto({ azimuth: 45, elevation: 60, distance: 0.9 }, photo)).toEqual({
      azimuth: 90,
      elevation: 30,
      distance: 0.5,
    })
  })
})

describe('a model of relative commands', () => {
  it('reaches a quarter turn each way, from below and from above, nearer and wider, but not the photo itself', () => {
    const reached = reachablePoses(assumedPose)
    expect(new Set(reached.map(({ azimuth }) => azimuth))).toEqual(new Set([0, 45, 90, 270, 315]))
    expect(new Set(reached.map(({ elevation }) => elevation))).toEqual(new Set([-30, 0, 60]))
    // 5 turns × 3 heights × 3 distances without the photo's own.
    expect(reached).toHaveLength(44)
    expect(relativePrompt(assumedPose, assumedPose)).toBeUndefined()
  })

  it('counts from where the photo was taken', () => {
    const photo = { azimuth: 90, elevation: 60, distance: 1 }
    const reached = reachablePoses(photo)
    expect(reached).toContainEqual({ azimuth: 180, elevation: 60, distance: 1 })
    expect(reached.some(({ azimuth }) => azimuth === 270)).toBe(false)
    expect(relativePrompt({ ...photo, azimuth: 45 }, photo)).toContain('将镜头向左旋转45度')
  })
})
