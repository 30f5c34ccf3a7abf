import { describe, expect, it } from 'vitest'
import { presetViews, viewOfPose } from '#shared/domain/view-presets'
import { viewSchema } from '#shared/domain/view'
import { createI18n } from '../i18n/i18n'
import type { Say } from '../i18n/words'
import { poseLabel, posesOfSheet, sheetOf, togglePose, viewsOf } from './sheets'

const say =
  (language: 'en' | 'zh'): Say =>
  (key, values) =>
    createI18n(language).t(key, values ?? {})

describe('the sheets', () => {
  it.each([4, 8, 24] as const)('of %i have that many valid views with names of their own', (size) => {
    const views = presetViews(size)
    expect(views).toHaveLength(size)
    expect(new Set(views.map((view) => view.id)).size).toBe(size)
    for (const view of views) expect(viewSchema.parse(view)).toEqual(view)
  })

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
    expect(poseLabel({ azimuth: -50, elevation: 25, distance: 1.5 }, say('en'))).toBe('front left, elevated, wide')
    expect(poseLabel({ azimuth: 350, elevation: 0, distance: 1 }, say('zh'))).toBe('正面')
  })

  it('between the named ones keeps its numbers in its id, so that two files never share a name', () => {
    const a = viewOfPose({ azimuth: 40, elevation: 0, distance: 1 })
    const b = viewOfPose({ azimuth: 50, elevation: 0, distance: 1 })
    expect(a.name).toBe(b.name)
    expect(a.id).not.toBe(b.id)
    expect(viewSchema.safeParse(a).success).toBe(true)
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
