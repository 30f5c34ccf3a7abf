import type { AppClient } from '#shared/contract/client'
import type { Result, ResultFilter } from '#shared/domain/result'
import { firstRun, noPages, pageSize, pagesOf, thumbnailWidth, withPages, withSwapped, type GalleryPages } from './gallery-pages'

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
  /** Two results change places at once, where both are here; the app is told by whoever asks. */
  swap(a: number, b: number): void
  /** The results at these places, fetched where they are missing, each once; undefined once another search was asked for. */
  range(first: number, last: number): Promise<Result[] | undefined>
  /** Drops what is still under way. */
  close(): void
}

/** Requests under way at a time: a quick scroll must not queue up pages that nobody waits for any more. */
const inFlight = 2
/** From so many thumbnails on one request for all is quicker than one for each, of which a browser has six at a time. */
const leastPacked = 8
/** Before there is a screen. */
const firstScreen = { first: 0, last: pageSize - 1 }

/**
 * Makes the source over a client.
 * @param onError told when a page could not be fetched; it is asked for again when it is next looked at
 */
export function createGallerySource(
  client: Pick<AppClient, 'call' | 'thumbnails'>,
  onError: (thrown: unknown) => void,
): GallerySource {
  let filter: ResultFilter = {}
  let pages = noPages
  /** Pages whose content may have changed since. */
  let stale = new Set<number>()
  let looked: readonly number[] = [0]
  /** The places on the screen, both ends included; before there is a screen, all of the first page. */
  let places = firstScreen
  /** Grows with each search: answers to an older one are dropped. */
  let search = 0
  let version = 0
  let fresh = true
  const running = new Map<number, number>()
  /** Requests of the present search that are under way. */
  let under = 0
  const listeners = new Set<() => void>()

  const tell = (next: GalleryPages): void => {
    if (next === pages) return
    const gone = [...pages.pages].filter(
      ([page, { thumbnails }]) => thumbnails.size > 0 && next.pages.get(page)?.thumbnails !== thumbnails,
    )
    pages = next
    if (gone.length > 0) {
      // A result that only changed its place has its thumbnail still.
      const kept = new Set([...next.pages.values()].flatMap(({ thumbnails }) => [...thumbnails.values()]))
      for (const url of gone.flatMap(([, { thumbnails }]) => [...thumbnails.values()]))
        if (!kept.has(url)) URL.revokeObjectURL(url)
    }
    for (const listener of Array.from(listeners)) listener()
  }

  const ask = (run: readonly number[]) =>
    client.call('results.search', { ...filter, offset: (run[0] ?? 0) * pageSize, limit: run.length * pageSize })

  const urlOf = (assetId: string): string | undefined => {
    for (const { thumbnails } of pages.pages.values()) {
      const url = thumbnails.get(assetId)
      if (url !== undefined) return url
    }
    return undefined
  }

  /** Fetches the thumbnails of those of these results that are on the screen, where they are many. */
  const fetchPack = async (offset: number, items: readonly Result[]): ReturnType<AppClient['thumbnails']> => {
    const seen = items.slice(Math.max(places.first - offset, 0), Math.max(places.last + 1 - offset, 0))
    const missing = seen.map(({ assetId }) => assetId).filter((assetId) => urlOf(assetId) === undefined)
    // Where it fails, each is loaded from its own address, which says what is wrong with it.
    return missing.length < leastPacked ? new Map() : client.thumbnails(missing, thumbnailWidth).catch(() => new Map())
  }

  const fetchRun = async (run: readonly number[]): Promise<void> => {
    const mine = search
    const asked = version
    let failed = false
    under += 1
    for (const page of run) running.set(page, mine)
    try {
      const answer = await ask(run)
      if (mine !== search) return
      const pack = await fetchPack((run[0] ?? 0) * pageSize, answer.items)
      if (mine !== search) return
      const thumbnails = new Map<string, string>()
      for (const { assetId } of answer.items) {
        const blob = pack.get(assetId) as Blob | undefined
        const url = urlOf(assetId) ?? (blob && URL.createObjectURL(blob))
        if (url !== undefined) thumbnails.set(assetId, url)
      }
      if (asked === version) for (const page of run) stale.delete(page)
      const before = fresh ? { ...noPages, search: mine } : pages
      fresh = false
      tell(withPages(before, run, { ...answer, thumbnails }))
    } catch (thrown) {
      if (mine !== search) return
      failed = true
      onError(thrown)
    } finally {
      for (const page of run) if (running.get(page) === mine) running.delete(page)
      if (mine === search) under -= 1
    }
    // What failed would only fail again at once.
    if (mine === search && !failed) pump()
  }

  const isMissing = (page: number): boolean => {
    const missing = fresh || !pages.pages.has(page) || stale.has(page)
    const beyond = !fresh && pages.total !== undefined && page > 0 && page * pageSize >= pages.total
    return missing && !beyond && running.get(page) !== search
  }
  const pump = (): void => {
    while (under < inFlight) {
      const run = firstRun(looked.filter(isMissing))
      if (run.length === 0) return
      void fetchRun(run)
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
      if (last >= first) places = { first, last }
      pump()
    },
    setFilter(next) {
      filter = next
      search += 1
      fresh = true
      stale = new Set()
      running.clear()
      under = 0
      looked = [0]
      places = firstScreen
      pump()
    },
    refresh() {
      version += 1
      stale = new Set([...pages.pages.keys(), ...running.keys()])
      // Where nothing was left nothing is looked at: the first page tells when something is there again.
      if (pages.total === 0) looked = [0]
      pump()
    },
    swap: (a, b) => tell(withSwapped(pages, a, b)),
    async range(first, last) {
      const mine = search
      // By asset: where the set changes meanwhile, a result can move on into the next page.
      const found = new Map<string, Result>()
      const wanted = pagesOf(first, last)
      while (wanted.length > 0) {
        const known = (page: number): readonly Result[] | undefined =>
          stale.has(page) ? undefined : pages.pages.get(page)?.results
        const [page = 0] = wanted
        // What is here is taken page by page; what is missing is asked for many pages at a time.
        const here = known(page)
        const run = here ? [page] : firstRun(wanted.filter((each) => !known(each)))
        const items = here ?? (await ask(run)).items
        if (mine !== search) return undefined
        for (const item of items.slice(Math.max(first - page * pageSize, 0), last - page * pageSize + 1))
          found.set(item.assetId, item)
        wanted.splice(0, run.length)
      }
      return [...found.values()]
    },
    close() {
      search += 1
      fresh = true
      tell(noPages)
    },
  }
}
