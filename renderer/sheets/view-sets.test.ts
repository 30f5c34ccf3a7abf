import { describe, expect, it } from 'vitest'
import { viewOfPose } from '#shared/views/presets'
import { readViewSetFile, setOf, sheetOf, toggleView, viewSetFile, viewsOfSheet } from './view-sets'
import { cameraView, editsOf, wantedViews } from './wanted-views'

const front = { azimuth: 0, elevation: 0, distance: 1 }
const absolute = { frame: 'absolute', photo: undefined } as const

describe('a choice of views', () => {
  it('is known again as a sheet or a set, whatever its order', () => {
    expect(sheetOf(viewsOfSheet(8).toReversed())).toBe(8)
    expect(sheetOf(viewsOfSheet(8).slice(1))).toBeUndefined()
    expect(sheetOf([])).toBeUndefined()
    const shop = { id: 'a', name: 'Shop', views: viewsOfSheet(4) }
    expect(setOf(viewsOfSheet(4).toReversed(), [shop])).toBe(shop)
  })

  it('takes a view in and out; a full turn is the same camera', () => {
    const views = toggleView([], viewOfPose(front))
    expect(views).toHaveLength(1)
    expect(toggleView(views, viewOfPose({ ...front, azimuth: 360 }))).toEqual([])
  })

  it('has at most 96', () => {
    const many = Array.from({ length: 96 }, (_, n) => ({ id: `v${n}`, name: 'v', prompt: `words ${n}` }))
    expect(toggleView(many, viewOfPose(front))).toHaveLength(96)
  })
})

describe('a set as a file', () => {
  const set = { id: 'x', name: '主图 4', views: [...viewsOfSheet(4), { id: 'own', name: 'own', prompt: 'Next Scene: top' }] }

  it('comes back as it was', () => expect(readViewSetFile(viewSetFile(set))).toEqual({ name: set.name, views: set.views }))

  it.each([
    ['no JSON', '{'],
    ['another file', '{"recast":"style"}'],
    ['no views', JSON.stringify({ recast: 'view-set', version: 1, name: 'a', views: [] })],
    ['a path for an id', viewSetFile({ ...set, views: [{ id: '../x', name: 'a', pose: front }] })],
    ['too much', ' '.repeat(500_000)],
  ])('%s is refused in words', (_, text) =>
    expect(() => readViewSetFile(text)).toThrowError(expect.objectContaining({ code: 'input.invalid' })),
  )

  it('of a newer Recast asks for an update', () =>
    expect(() => readViewSetFile('{"recast":"view-set","version":2}')).toThrowError(/newer Recast/u))
})

describe('what is asked for', () => {
  const values = { pose: front, views: [], prompt: ' ' }

  it('is what the camera sees, else the own words, else the chosen views with them', () => {
    expect(wantedViews(values, absolute)).toEqual([viewOfPose(front)])
    const words = { id: 'own-words', name: 'from a drone', prompt: 'from a drone' }
    expect(wantedViews({ ...values, prompt: ' from a drone ' }, absolute)).toEqual([words])
    expect(wantedViews({ ...values, views: viewsOfSheet(4), prompt: 'from a drone' }, absolute)).toEqual([
      ...viewsOfSheet(4),
      words,
    ])
  })

  it('leaves out what the model has no words for', () => {
    const relative = { frame: 'relative', photo: undefined } as const
    expect(wantedViews({ ...values, views: viewsOfSheet(8) }, relative).map(({ id }) => id)).toEqual([
      'move-45-to-the-right',
      'move-90-to-the-right',
      'move-90-to-the-left',
      'move-45-to-the-left',
    ])
    expect(wantedViews(values, relative)).toEqual([])
  })

  it('says where the photo was taken, where that was said', () => {
    const photo = { ...front, azimuth: 45 }
    const view = cameraView(values)
    expect(editsOf([view], { frame: 'relative', photo })).toEqual([{ kind: 'perspective', view, from: photo }])
    expect(editsOf([view], absolute)).toEqual([{ kind: 'perspective', view }])
  })
})
