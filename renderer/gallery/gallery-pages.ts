import type { Result } from '#shared/domain/result'

/** Results of one page: a screen or two, so that a jump fetches one or two of them. */
export const pageSize = 100
/** Pages that are kept: 4,000 results, however far the user has come. */
const keptPages = 40

/** The part of a search that is here: pages by number. */
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

/** Takes a page; those furthest from it give way. */
export function withPage(state: GalleryPages, page: number, items: readonly Result[], total: number): GalleryPages {
  const pages = new Map(state.pages)
  pages.set(page, items)
  while (pages.size > keptPages) {
    let furthest = page
    for (const other of pages.keys()) if (Math.abs(other - page) > Math.abs(furthest - page)) furthest = other
    pages.delete(furthest)
  }
  return { total, pages }
}
