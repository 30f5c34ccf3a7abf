import type { Result } from '#shared/domain/result'

/** Results of one page: a screen or two, so that a jump fetches one or two of them. */
export const pageSize = 100
/** Pages that are kept: 4,000 results, however far the user has come. */
const keptPages = 40

/** The part of a search that is here: pages by number, the most recently used last. */
export interface GalleryPages {
  /** How many there are; undefined until the first answer. */
  readonly total: number | undefined
  readonly pages: ReadonlyMap<number, readonly Result[]>
}

export const noPages: GalleryPages = { total: undefined, pages: new Map() }

/** The result at a place; undefined while its page is not here. */
export function resultAt(state: GalleryPages, index: number): Result | undefined {
  return state.pages.get(Math.floor(index / pageSize))?.[index % pageSize]
}

/** The numbers of the pages that hold these places, both ends included. */
export function pagesOf(first: number, last: number): number[] {
  const from = Math.floor(Math.max(0, first) / pageSize)
  const to = Math.floor(Math.max(0, last) / pageSize)
  return Array.from({ length: to - from + 1 }, (_unused, n) => from + n)
}

/** Takes a page; the least recently used ones give way. */
export function withPage(state: GalleryPages, page: number, items: readonly Result[], total: number): GalleryPages {
  const pages = new Map(state.pages)
  pages.delete(page)
  pages.set(page, items)
  for (const oldest of pages.keys()) {
    if (pages.size <= keptPages) break
    pages.delete(oldest)
  }
  return { total, pages }
}

/** Marks pages as just used, so that they stay; the same value when they are that already. */
export function touched(state: GalleryPages, wanted: readonly number[]): GalleryPages {
  const newest = [...state.pages.keys()].slice(-wanted.length)
  const here = wanted.filter((page) => state.pages.has(page))
  if (here.every((page) => newest.includes(page))) return state
  const pages = new Map(state.pages)
  for (const page of here) {
    const items = pages.get(page) ?? []
    pages.delete(page)
    pages.set(page, items)
  }
  return { ...state, pages }
}
