import { describe, expect, it } from 'vitest'
import { examplePicture, exampleVersion, id } from './examples.test-data'
import { noPictures, picturesChanged, picturesFromPage, picturesWithPage, versionsLoaded } from './pictures'

const first = picturesFromPage(noPictures, { items: [examplePicture(9), examplePicture(8)], total: 5, nextCursor: 8 })

describe('the library', () => {
  it('grows page by page, each picture once', () => {
    const all = picturesWithPage(first, { items: [examplePicture(8), examplePicture(3), examplePicture(2)], total: 5 })
    expect(all.order).toEqual([id(9), id(8), id(3), id(2)])
    expect(all.nextCursor).toBeUndefined()
  })

  it('puts a new picture at the top and counts it', () => {
    const next = picturesChanged(first, [examplePicture(10), examplePicture(11)])
    expect(next.order).toEqual([id(11), id(10), id(9), id(8)])
    expect(next.total).toBe(7)
  })

  it('counts a picture once, though it is told of twice', () => {
    const once = picturesChanged(first, [examplePicture(10)])
    expect(picturesChanged(once, [examplePicture(10, { name: 'renamed' })])).toMatchObject({
      total: 6,
      order: [id(10), id(9), id(8)],
    })
  })

  it('takes a picture out with the trash and puts it back in its own place', () => {
    const trashed = picturesChanged(first, [examplePicture(9, { trashedAt: 1 })])
    expect(trashed).toMatchObject({ order: [id(8)], total: 4 })
    expect(picturesChanged(trashed, [examplePicture(9)])).toMatchObject({ order: [id(9), id(8)], total: 5 })
  })

  it('leaves pictures of pages that are not loaded to their page, but keeps the count true', () => {
    expect(picturesChanged(first, [examplePicture(2)])).toMatchObject({ order: first.order, total: 5 })
    const trashed = picturesChanged(first, [examplePicture(2, { trashedAt: 1 })])
    expect(trashed).toMatchObject({ order: first.order, total: 4 })
    expect(picturesChanged(trashed, [examplePicture(2)]).total).toBe(5)
  })

  it('does nothing for nothing', () => {
    expect(picturesChanged(first, [])).toBe(first)
  })
})

describe('the versions', () => {
  it('are kept for the pictures that were opened last, so that a day of work does not fill the memory', () => {
    let state = first
    for (let n = 1; n <= 60; n++) state = versionsLoaded(state, examplePicture(n), [exampleVersion(id(1000 + n))])
    expect(Object.keys(state.versions)).toHaveLength(40)
    expect(state.versions[id(60)]).toBeDefined()
    expect(state.versions[id(1)]).toBeUndefined()
  })
})
