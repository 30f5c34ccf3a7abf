import { describe, expect, it } from 'vitest'
import type { CallInput } from '#shared/contract/calls'
import type { Result } from '#shared/domain/result'
import { firstRun, pageSize, resultAt } from './gallery-pages'
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

/** What an object URL leads to; undefined where it was let go. */
const textBehind = (url: string): Promise<string | undefined> =>
  fetch(url).then(
    (reply) => reply.text(),
    () => undefined,
  )

/** An app with so many results, whose answers come when the test says so. */
function slowApp(held: number, { absent = '', lost = false } = {}) {
  const asked: { offset: number; limit: number; answer: (newer?: number) => void }[] = []
  let total = held
  const call = (_name: string, { offset = 0, limit = 100 }: CallInput<'results.search'>) =>
    new Promise((resolve) => {
      const itemsAfter = (newer: number) =>
        Array.from({ length: Math.max(0, Math.min(limit, total + newer - offset)) }, (_unused, n) =>
          result(total + newer - offset - n),
        )
      asked.push({ offset, limit, answer: (newer = 0) => resolve({ items: itemsAfter(newer), total: total + newer }) })
    })
  const packs: (readonly string[])[] = []
  const thumbnails = async (assetIds: readonly string[]) => {
    packs.push(assetIds)
    if (lost) throw new Error('no answer')
    return new Map(assetIds.filter((id) => id !== absent).map((id) => [id, new Blob([id], { type: 'image/webp' })]))
  }
  const source = createGallerySource({ call: call as never, thumbnails }, (thrown) => {
    throw thrown
  })
  const answer = async (): Promise<void> => {
    asked.splice(0).forEach((request) => request.answer())
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { source, asked, answer, packs, hold: (results: number) => void (total = results) }
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
    for (let page = 0; page < 300; page++) {
      source.want(page * pageSize, page * pageSize + 20)
      await answer()
    }
    expect(source.getPages().pages.size).toBe(100)
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
    expect(asked.map(({ offset, limit }) => ({ offset, limit }))).toEqual([{ offset: 0, limit: 160 }])
    await answer()
    expect(asked).toEqual([])
  })

  it('answers a range across pages, asking at once for those that are missing', async () => {
    const { source, asked, answer } = slowApp(350)
    source.setFilter({})
    await answer()
    source.want(120, 130)
    await answer()
    const range = source.range(35, 205)
    for (const [offset, limit] of [
      [40, 80],
      [160, 80],
    ]) {
      await Promise.resolve()
      expect(asked).toMatchObject([{ offset, limit }])
      await answer()
    }
    expect((await range)?.map(({ seq }) => seq)).toEqual(Array.from({ length: 171 }, (_unused, n) => 315 - n))
  })

  it('ends a range once another search is asked for, and names a result once where the set moves meanwhile', async () => {
    const { source, asked, answer } = slowApp(1_000)
    source.setFilter({})
    await answer()
    const lost = source.range(0, 700)
    source.setFilter({ words: 'x' })
    await answer()
    expect(await lost).toBeUndefined()
    expect(asked).toEqual([])
    const range = source.range(0, 700)
    // Two more came between the two requests: the second answer begins with two that the first one ended with.
    asked.splice(0)[0]?.answer()
    await new Promise((resolve) => setTimeout(resolve))
    expect(asked).toMatchObject([{ offset: 520 }])
    asked.splice(0)[0]?.answer(2)
    await new Promise((resolve) => setTimeout(resolve))
    const seqs = (await range)?.map(({ seq }) => seq) ?? []
    expect([seqs.length, new Set(seqs).size, seqs[0]]).toEqual([699, 699, 1_000])
  })

  it('finds out that something is there again after nothing was left, wherever it was looked at', async () => {
    const { source, asked, answer, hold } = slowApp(300)
    source.setFilter({})
    await answer()
    source.want(280, 299)
    await answer()
    hold(0)
    source.refresh()
    await answer()
    expect(source.getPages().total).toBe(0)
    hold(300)
    source.refresh()
    expect(asked).toMatchObject([{ offset: 0 }])
    await answer()
    expect(resultAt(source.getPages(), 0)?.seq).toBe(300)
  })

  it('lets two results change places at once, across pages, each with its thumbnail', async () => {
    const { source, answer } = slowApp(300)
    source.setFilter({})
    await answer()
    source.want(0, 79)
    await answer()
    const shown = (index: number) => {
      const page = source.getPages().pages.get(Math.floor(index / pageSize))
      const result = page?.results[index % pageSize]
      return [result?.seq, page?.thumbnails.get(result?.assetId ?? '')]
    }
    const [left, right] = [shown(39), shown(40)]
    expect(left[1]).toBeDefined()
    source.swap(39, 40)
    expect([shown(39), shown(40)]).toEqual([right, left])
    expect(await textBehind(String(left[1]))).toBe(`asset ${left[0]}`)
    const before = source.getPages()
    source.swap(79, 80)
    expect(source.getPages()).toBe(before)
  })

  it('fetches what a jump shows by one request, wherever pages begin', async () => {
    const { source, asked, answer } = slowApp(100_000)
    source.setFilter({})
    await answer()
    source.want(50_030, 50_060)
    expect(asked).toMatchObject([{ offset: 50_000, limit: 2 * pageSize }])
    await answer()
    for (const at of [50_030, 50_060]) expect(resultAt(source.getPages(), at)?.seq).toBe(100_000 - at)
  })

  it('fetches the thumbnails of a jump by one request, with the results, and lets them go with their page', async () => {
    const { source, asked, answer, packs } = slowApp(100_000, { absent: 'asset 49960' })
    const thumbnailAt = (index: number) =>
      source
        .getPages()
        .pages.get(Math.floor(index / pageSize))
        ?.thumbnails.get(`asset ${100_000 - index}`)
    source.setFilter({})
    await answer()
    // No screen is known yet: what may be on it.
    expect(packs.splice(0)).toEqual([Array.from({ length: pageSize }, (_unused, n) => `asset ${100_000 - n}`)])
    source.want(50_030, 50_049)
    await answer()
    expect(packs.splice(0)).toEqual([Array.from({ length: 20 }, (_unused, n) => `asset ${49_970 - n}`)])
    const url = thumbnailAt(50_030) ?? ''
    expect(await textBehind(url)).toBe('asset 49970')
    expect([thumbnailAt(50_029), thumbnailAt(50_040), thumbnailAt(50_050)]).toEqual([undefined, undefined, undefined])
    // Made anew: what is here stays, a few are not worth a request of their own.
    source.refresh()
    await answer()
    expect([packs, thumbnailAt(50_030)]).toEqual([[], url])
    // Slow scrolling: a row of the next page.
    source.want(50_076, 50_083)
    await answer()
    expect(packs).toEqual([])
    source.setFilter({ words: 'x' })
    expect(await textBehind(url)).toBeDefined()
    await answer()
    expect(await textBehind(url)).toBeUndefined()
    const last = thumbnailAt(0) ?? ''
    expect(await textBehind(last)).toBeDefined()
    source.close()
    expect([asked, await textBehind(last)]).toEqual([[], undefined])
  })

  it('shows results whose thumbnails did not come together', async () => {
    const { source, answer, packs } = slowApp(300, { lost: true })
    source.setFilter({})
    await answer()
    expect(packs).toHaveLength(1)
    expect(resultAt(source.getPages(), 0)?.seq).toBe(300)
    expect(source.getPages().pages.get(0)?.thumbnails.size).toBe(0)
  })

  it('tells of a failure once, and asks again when it is next looked at', async () => {
    let calls = 0
    const errors: unknown[] = []
    const call = () => Promise.reject(new Error(`fault ${++calls}`))
    const source = createGallerySource(
      { call: call as never, thumbnails: () => Promise.resolve(new Map()) },
      (thrown) => void errors.push(thrown),
    )
    source.setFilter({})
    await new Promise((resolve) => setTimeout(resolve))
    expect(errors).toHaveLength(1)
    source.want(0, 30)
    await new Promise((resolve) => setTimeout(resolve))
    expect(calls).toBe(2)
  })

  it('cuts what is missing where something is there, and where a request is full', () => {
    expect(firstRun([])).toEqual([])
    expect(firstRun([4, 5, 7])).toEqual([4, 5])
    expect(firstRun(Array.from({ length: 40 }, (_unused, n) => n))).toHaveLength(12)
  })
})
