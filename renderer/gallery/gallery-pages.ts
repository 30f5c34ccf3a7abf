import type { Result } from '#shared/domain/result'

/** Results of one page: a screen or so, so that a jump fetches little more than what it shows. A row of the grid is never longer. */
export const pageSize = 40
/** Pages that are kept: 4,000 results, however far the user has come. */
const keptPages = 100
/** Most pages in one request: what a call of the app answers. */
const mostAtOnce = 12

/** Width of the grid's thumbnails, pixels. */
export const thumbnailWidth = 256

/** One page of a search. */
export interface GalleryPage {
  readonly results: readonly Result[]
  /** Object URLs of the thumbnails that came with it, by asset; every other one is loaded from its own address. */
  readonly thumbnails: ReadonlyMap<string, string>
}

/** The part of a search that is here: pages by number. */
export interface GalleryPages {
  /** Which search it is a part of; another one has another number. */
  readonly search: number
  /** How many there are; undefined until the first answer. */
  readonly total: number | undefined
  readonly pages: ReadonlyMap<number, GalleryPage>
}

export const noPages: GalleryPages = { search: 0, total: undefined, pages: new Map() }

function pageAt(state: GalleryPages, index: number): GalleryPage | undefined {
  return state.pages.get(Math.floor(index / pageSize))
}

/** The result at a place; undefined while its page is not here. */
export function resultAt(state: GalleryPages, index: number): Result | undefined {
  return pageAt(state, index)?.results[index % pageSize]
}

/** The numbers of the pages that hold these places, both ends included. */
export function pagesOf(first: number, last: number): number[] {
  const from = Math.floor(Math.max(0, first) / pageSize)
  const to = Math.floor(Math.max(0, last) / pageSize)
  return Array.from({ length: to - from + 1 }, (_unused, n) => from + n)
}

/** Of these pages (ascending), the first that follow one another without a gap: what one request fetches. */
export function firstRun(wanted: readonly number[]): number[] {
  const gap = wanted.findIndex((page, n) => page !== (wanted[0] ?? 0) + n)
  return wanted.slice(0, Math.min(gap < 0 ? wanted.length : gap, mostAtOnce))
}

/**
 * Takes the results of pages that follow one another, from the first of them on, and their thumbnails, as far as these came;
 * kept pages furthest from it give way.
 */
export function withPages(
  state: GalleryPages,
  run: readonly number[],
  { items, total, thumbnails }: { items: readonly Result[]; total: number; thumbnails: ReadonlyMap<string, string> },
): GalleryPages {
  const pages = new Map(state.pages)
  const page = run[0] ?? 0
  run.forEach((each, n) => {
    const results = items.slice(n * pageSize, (n + 1) * pageSize)
    const own = results.flatMap(({ assetId }) => {
      const url = thumbnails.get(assetId)
      return url === undefined ? [] : [[assetId, url] as const]
    })
    // Beyond the end there is no page; an empty search has its first one.
    if (results.length > 0 || each === 0) pages.set(each, { results, thumbnails: new Map(own) })
    else pages.delete(each)
  })
  while (pages.size > keptPages) {
    let furthest = page
    for (const other of pages.keys()) if (Math.abs(other - page) > Math.abs(furthest - page)) furthest = other
    pages.delete(furthest)
  }
  return { search: state.search, total, pages }
}

/** The same with two results in each other's place; nothing changes while one of them is not here. */
export function withSwapped(state: GalleryPages, a: number, b: number): GalleryPages {
  const [first, second] = [resultAt(state, a), resultAt(state, b)]
  if (!first || !second) return state
  const thumbnails = new Map([a, b].flatMap((index) => [...(pageAt(state, index)?.thumbnails ?? [])]))
  const pages = new Map(state.pages)
  const put = (index: number, result: Result): void => {
    const number = Math.floor(index / pageSize)
    const page = pages.get(number)
    if (page) pages.set(number, { results: page.results.with(index % pageSize, result), thumbnails })
  }
  put(a, second)
  put(b, first)
  return { ...state, pages }
}
