import { describe, expect, it } from 'vitest'
import type { CallInput } from '#shared/contract/calls'
import type { Result } from '#shared/domain/result'
import { resultAt } from './gallery-pages'
import { createGallerySource } from './gallery-source'

const result = (seq: number): Result => ({
  seq,
  assetId: `asset ${seq}`,
  jobId: 'job',
  pictureId: 'picture',
  pictureName: 'cup',
  width: 4,
  height: 3,
  kind: 'style',
  label: 'clay',
  engine: 'draft',
  workflow: '',
  seed: 1,
  star: 0,
  rejected: false,
  madeAt: 0,
})

/** An app with so many results, whose answers come when the test says so. */
function slowApp(total: number) {
  const asked: { offset: number; answer: () => void }[] = []
  const call = (_name: string, { offset = 0, limit = 100 }: CallInput<'results.search'>) =>
    new Promise((resolve) => {
      const items = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_unused, n) =>
        result(total - offset - n),
      )
      asked.push({ offset, answer: () => resolve({ items, total }) })
    })
  const source = createGallerySource({ call: call as never }, (thrown) => {
    throw thrown
  })
  const answer = async (): Promise<void> => {
    asked.splice(0).forEach((request) => request.answer())
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { source, asked, answer }
}

describe('the source of the grid', () => {
  it('fetches what is looked at, and after a quick scroll only where it ends', async () => {
    const { source, asked, answer } = slowApp(100_000)
    source.setFilter({})
    await answer()
    expect(source.getPages().total).toBe(100_000)
    for (let at = 1_000; at <= 99_000; at += 1_000) source.want(at, at + 60)
    expect(asked.map(({ offset }) => offset)).toEqual([1_000, 2_000])
    await answer()
    expect(asked.map(({ offset }) => offset)).toEqual([99_000])
    await answer()
    expect(resultAt(source.getPages(), 99_010)?.seq).toBe(990)
    expect(asked).toEqual([])
  })

  it('holds a bounded part of it', async () => {
    const { source, answer } = slowApp(100_000)
    source.setFilter({})
    await answer()
    for (let page = 0; page < 120; page++) {
      source.want(page * 100, page * 100 + 50)
      await answer()
    }
    expect(source.getPages().pages.size).toBe(40)
    expect(resultAt(source.getPages(), 11_920)).toBeDefined()
  })

  it('keeps the old results until the new search has answered, and drops answers to the old one', async () => {
    const { source, asked, answer } = slowApp(500)
    source.setFilter({})
    await answer()
    source.want(200, 260)
    const late = asked.splice(0)
    source.setFilter({ words: 'x' })
    expect(resultAt(source.getPages(), 0)?.seq).toBe(500)
    late.forEach((request) => request.answer())
    await answer()
    expect([...source.getPages().pages.keys()]).toEqual([0])
  })

  it('fetches again what is looked at when the set has changed, without emptying the screen', async () => {
    const { source, asked, answer } = slowApp(300)
    source.setFilter({})
    await answer()
    source.want(0, 150)
    await answer()
    source.refresh()
    expect(resultAt(source.getPages(), 120)).toBeDefined()
    expect(asked.map(({ offset }) => offset)).toEqual([0, 100])
    await answer()
    expect(asked).toEqual([])
  })

  it('answers a range across pages', async () => {
    const { source, answer } = slowApp(350)
    source.setFilter({})
    await answer()
    const asked = source.range(95, 205)
    for (let n = 0; n < 4; n++) await answer()
    expect((await asked).map(({ seq }) => seq)).toEqual(Array.from({ length: 111 }, (_unused, n) => 255 - n))
  })
})
