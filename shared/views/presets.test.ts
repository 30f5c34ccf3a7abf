import { describe, expect, it } from 'vitest'
import { viewSchema } from '../domain/view'
import { namedPoses, resolveViews, viewFromId, viewLabel, viewOfPose, viewPresets } from './presets'

describe('views', () => {
  it('are 96 with ids that read back as themselves', () => {
    expect(namedPoses).toHaveLength(96)
    expect(new Set(namedPoses.map(({ id }) => id)).size).toBe(96)
    for (const { id, pose } of namedPoses) {
      expect(viewFromId(id)).toMatchObject({ id, pose })
      expect(() => viewSchema.parse(viewFromId(id))).not.toThrow()
      expect(viewLabel(id)?.zh).toMatch(/[一-龥]/u)
    }
  })

  it.each([
    ['front-right', { azimuth: 45, elevation: 0, distance: 1 }, 'Front right'],
    ['Back_High', { azimuth: 180, elevation: 60, distance: 1 }, 'Back, high angle'],
    ['left-low-close-up', { azimuth: 270, elevation: -30, distance: 0.6 }, 'Left side, low angle, close-up'],
    ['front-eye-level-medium', { azimuth: 0, elevation: 0, distance: 1 }, 'Front'],
    ['right-eye-level-wide', { azimuth: 90, elevation: 0, distance: 1.8 }, 'Right side, wide'],
  ])('reads %s', (id, pose, name) => expect(viewFromId(id)).toMatchObject({ pose, name }))

  it('come as sheets of 4, 8 and 24', () => {
    expect(viewPresets['preset:4'].map(({ pose }) => pose?.azimuth)).toEqual([0, 90, 180, 270])
    expect(viewPresets['preset:8'].map(({ pose }) => pose?.azimuth)).toEqual([0, 45, 90, 135, 180, 225, 270, 315])
    expect(viewPresets['preset:24'].map(({ pose }) => pose?.elevation)).toEqual(
      [0, 30, 60].flatMap((height) => Array.from({ length: 8 }, () => height)),
    )
  })

  it('are listed once each, in order', () => {
    expect(resolveViews('back, front,preset:4').map(({ id }) => id)).toEqual(['back', 'front', 'right', 'left'])
  })

  it('of a pose between the named ones keep its numbers in their id, so that two files never share a name', () => {
    const [a, b] = [40, 50].map((azimuth) => viewOfPose({ azimuth, elevation: 0, distance: 1 }))
    expect(a?.name).toBe(b?.name)
    expect(a?.id).not.toBe(b?.id)
    expect(viewSchema.safeParse(a).success).toBe(true)
    expect(viewOfPose({ azimuth: -90, elevation: 0, distance: 1 }).id).toBe('left')
    for (const { id, pose } of namedPoses) expect(viewOfPose(pose)).toEqual(viewFromId(id))
  })

  it.each([
    ['frnt', 'front'],
    ['front-rigth', 'front-right'],
    ['preset:9', 'preset:8'],
  ])('unknown: %s offers %s', (id, nearest) => {
    expect(() => resolveViews(id)).toThrowError(
      expect.objectContaining({ code: 'input.unknown_view', message: expect.stringContaining(nearest) as string }),
    )
  })

  it('need one view at least', () =>
    expect(() => resolveViews(' , ')).toThrowError(expect.objectContaining({ code: 'input.unknown_view' })))
})
