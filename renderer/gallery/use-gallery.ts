import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { toAppError, type ErrorView } from '#shared/domain/error'
import type { ResultFilter } from '#shared/domain/result'
import { useActions, useClient, useStudio } from '../state/context'
import { searchOf } from '../state/gallery'
import type { GalleryPages } from './gallery-pages'
import { createGallerySource, type GallerySource } from './gallery-source'
import type { TimelineDay } from './year-index'

/** Milliseconds in which changes of the set are gathered: sixty results a second must not be sixty searches. */
const settleMs = 200

/** The gallery's search as it stands: its pages, kept true while results come and go. */
export function useGallery(): { source: GallerySource; pages: GalleryPages; filter: ResultFilter } {
  const client = useClient()
  const { fail } = useActions()
  const scope = useStudio((state) => state.gallery.scope)
  const narrowed = useStudio((state) => state.gallery.filter)
  const revision = useStudio((state) => state.gallery.revision)
  const ready = useStudio((state) => state.ready)
  const [source] = useState(() => createGallerySource(client, fail))
  const pages = useSyncExternalStore(source.subscribe, source.getPages)
  const key = JSON.stringify(searchOf({ scope, filter: narrowed }))
  const filter = useParsed(key)
  useEffect(() => {
    if (ready) source.setFilter(filter)
  }, [source, filter, ready])
  const seen = useRef(revision)
  useEffect(() => {
    if (seen.current === revision) return undefined
    const timer = setTimeout(() => {
      seen.current = revision
      source.refresh()
    }, settleMs)
    return () => clearTimeout(timer)
  }, [source, revision])
  useEffect(() => () => source.close(), [source])
  return { source, pages, filter }
}

/** A value by its JSON: the same object for as long as the text is the same. */
function useParsed(text: string): ResultFilter {
  const [kept, setKept] = useState<{ text: string; value: ResultFilter }>({ text, value: JSON.parse(text) as ResultFilter })
  if (kept.text === text) return kept.value
  const next = { text, value: JSON.parse(text) as ResultFilter }
  setKept(next)
  return next.value
}

/** As {@link settleMs}, for the timeline of a search that has one already: it walks all of the search, and results come one by one. */
const timelineMs = 2_000

/** The timeline of a search, asked for when the search or the number of its results changes. */
export function useTimeline(
  filter: ResultFilter,
  total: number | undefined,
): { days: readonly TimelineDay[]; error?: ErrorView } {
  const client = useClient()
  const [timeline, setTimeline] = useState<{ days: readonly TimelineDay[]; error?: ErrorView }>({ days: [] })
  const known = useRef<ResultFilter>(undefined)
  useEffect(() => {
    if (total === undefined || total === 0) return undefined
    let gone = false
    const wait = known.current === filter ? timelineMs : settleMs
    const timer = setTimeout(() => {
      known.current = filter
      client.call('results.timeline', { ...filter, zone: -new Date().getTimezoneOffset() }).then(
        ({ days }) => {
          if (!gone) setTimeline({ days })
        },
        (thrown: unknown) => {
          if (!gone) setTimeline({ days: [], error: toAppError(thrown).toView() })
        },
      )
    }, wait)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [client, filter, total])
  return total === 0 ? { days: [] } : timeline
}
