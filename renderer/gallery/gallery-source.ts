import type { AppClient } from '#shared/contract/client'
import type { Result, ResultFilter } from '#shared/domain/result'
import { noPages, pageSize, pagesOf, withPage, type GalleryPages } from './gallery-pages'

/** A search of the gallery as the grid sees it: a long list of which the looked-at parts are fetched. */
export interface GallerySource {
  getPages(): GalleryPages
  /** Calls back after each change; answers how to end that. */
  subscribe(listener: () => void): () => void
  /** These places are looked at now: what is missing of them is fetched, and what else was waiting is not. */
  want(first: number, last: number): void
  /** Another search. The old results stay on the screen until the first new ones are here. */
  setFilter(filter: ResultFilter): void
  /** The set has changed: what is looked at is fetched anew, the rest when it is looked at. */
  refresh(): void
  /** The results at these places, fetched where they are missing; for ranges of a selection. */
  range(first: number, last: number): Promise<Result[]>
  /** Drops what is still under way. */
  close(): void
}

/** Requests under way at a time: a quick scroll must not queue up pages that nobody waits for any more. */
const inFlight = 2

/**
 * Makes the source over a client.
 * @param onError told when a page could not be fetched; it is asked for again when it is next looked at
 */
export function createGallerySource(client: Pick<AppClient, 'call'>, onError: (thrown: unknown) => void): GallerySource {
  let filter: ResultFilter = {}
  let pages = noPages
  /** Pages whose content may have changed since. */
  let stale = new Set<number>()
  let looked: readonly number[] = [0]
  /** Grows with each search: answers to an older one are dropped. */
  let search = 0
  let version = 0
  let fresh = true
  const running = new Map<number, number>()
  const listeners = new Set<() => void>()

  const tell = (next: GalleryPages): void => {
    if (next === pages) return
    pages = next
    for (const listener of Array.from(listeners)) listener()
  }

  const fetchPage = async (page: number): Promise<void> => {
    const mine = search
    const asked = version
    running.set(page, mine)
    try {
      const answer = await client.call('results.search', { ...filter, offset: page * pageSize, limit: pageSize })
      if (mine !== search) return
      if (asked === version) stale.delete(page)
      const before = fresh ? noPages : pages
      fresh = false
      tell(withPage(before, page, answer.items, answer.total))
    } catch (thrown) {
      if (mine === search) onError(thrown)
    } finally {
      if (running.get(page) === mine) running.delete(page)
      if (mine === search) pump()
    }
  }

  const pump = (): void => {
    for (const page of looked) {
      if (running.size >= inFlight) return
      const missing = fresh || !pages.pages.has(page) || stale.has(page)
      const beyond = !fresh && pages.total !== undefined && page > 0 && page * pageSize >= pages.total
      if (missing && !beyond && running.get(page) !== search) void fetchPage(page)
    }
  }

  return {
    getPages: () => pages,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    want(first, last) {
      looked = pagesOf(first, last)
      pump()
    },
    setFilter(next) {
      filter = next
      search += 1
      fresh = true
      stale = new Set()
      running.clear()
      looked = [0]
      pump()
    },
    refresh() {
      version += 1
      stale = new Set(pages.pages.keys())
      pump()
    },
    async range(first, last) {
      const found: Result[] = []
      for (const page of pagesOf(first, last)) {
        const known = stale.has(page) ? undefined : pages.pages.get(page)
        const items =
          known ?? (await client.call('results.search', { ...filter, offset: page * pageSize, limit: pageSize })).items
        const from = Math.max(first - page * pageSize, 0)
        found.push(...items.slice(from, last - page * pageSize + 1))
      }
      return found
    },
    close() {
      search += 1
    },
  }
}
