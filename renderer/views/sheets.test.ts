import { describe, expect, it } from 'vitest'
import { viewOfPose } from '#shared/views/presets'
import { poseLabel, posesOfSheet, sheetOf, togglePose, viewsOf } from './sheets'

describe('the sheets', () => {
  it('are known again, whatever the order of their poses', () => {
    expect(sheetOf(posesOfSheet(8).toReversed())).toBe(8)
    expect(sheetOf(posesOfSheet(8).slice(1))).toBeUndefined()
    expect(sheetOf([])).toBeUndefined()
  })
})

describe('a pose', () => {
  it('is put in and taken out; a full turn is the same camera', () => {
    const front = { azimuth: 0, elevation: 0, distance: 1 }
    expect(togglePose([front], { ...front, azimuth: 360 })).toEqual([])
    expect(togglePose([], front)).toEqual([front])
  })

  it('is named by what is nearest, in both languages', () => {
    expect(poseLabel({ azimuth: -50, elevation: 25, distance: 1.5 }, 'en')).toBe('Front left, elevated, wide')
    expect(poseLabel({ azimuth: 350, elevation: 0, distance: 1 }, 'zh')).toBe('正面')
  })
})

describe('what is asked for', () => {
  it('are the poses and the own words, if there are any', () => {
    const pose = { azimuth: 90, elevation: 0, distance: 1 }
    expect(viewsOf({ pose, poses: [pose], prompt: '  ' })).toEqual([viewOfPose(pose)])
    expect(viewsOf({ pose, poses: [], prompt: ' from a drone ' })).toEqual([
      { id: 'own-words', name: 'from a drone', prompt: 'from a drone' },
    ])
  })
})
