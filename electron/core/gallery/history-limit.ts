import { setImmediate as breathe } from 'node:timers/promises'
import type { Settings } from '#shared/domain/settings'
import type { AppLogger } from '../app'
import type { Database } from '../database/database'
import type { Tables } from '../database/tables'
import type { ResultSize } from '../database/tables/results'
import { createLooks, keptRetentionStep } from './looks'
import type { Trash } from './trash'

/** Which results stay. */
export type Limit = Pick<Settings, 'keepResults' | 'keepDays' | 'keepGigabytes'>

/** Keeps the history within the limit that the user set. */
export interface HistoryLimit {
  /** What a limit would put into the trash now, and how much there is. */
  preview(limit: Limit): { results: number; bytes: number; total: number; totalBytes: number }
  /** Puts what is beyond the limit of the settings into the trash now; answers what went. */
  trim(): Promise<string[]>
  /** Begins to look, soon and every hour. */
  start(): void
  close(): Promise<void>
}

const dayMs = 86_400_000
const bytesPerGigabyte = 1024 ** 3
/** Before the first look, milliseconds: a start has more urgent work. */
const firstLookAfter = 1_000
/** Results that go in one step: a few milliseconds of the main loop. */
const perStep = 200
/** Where the time that counts is kept, beside the settings. */
const countedKey = 'history.countedNow'

/** Makes the limit's side of the core. Nothing is deleted by it: what goes, goes into the trash, and is kept there as long as the trash is. */
export function createHistoryLimit(context: {
  db: Database
  tables: Tables
  trash: Pick<Trash, 'add'>
  logger: AppLogger
  limit: () => Limit
}): HistoryLimit {
  const { db, tables, trash, logger } = context
  let closed = false

  /** @param before results made before it (Unix milliseconds) are too old; undefined: none is */
  const beyond = (limit: Limit, before: number | undefined): ResultSize[] => {
    if (limit.keepResults === 'days') return before === undefined ? [] : tables.results.madeBefore(before)
    if (limit.keepResults === 'all') return []
    return tables.results.oldest(tables.results.held().totalBytes - limit.keepGigabytes * bytesPerGigabyte)
  }

  async function put(results: readonly ResultSize[]): Promise<string[]> {
    const gone: string[] = []
    for (let at = 0; at < results.length && !closed; at += perStep) {
      gone.push(...trash.add(results.slice(at, at + perStep).map(({ assetId }) => assetId)))
      await breathe()
    }
    return gone
  }

  async function look(): Promise<void> {
    try {
      const limit = context.limit()
      // A clock that leaps forward must not empty the gallery: see there.
      const { before } = keptRetentionStep(db, countedKey, limit.keepResults === 'days' ? limit.keepDays : 0)
      const gone = await put(beyond(limit, before))
      if (gone.length > 0) logger.info({ results: gone.length }, 'put results beyond the limit of the history into the trash')
    } catch (error) {
      logger.error({ err: error }, 'the history could not be kept within its limit')
    }
  }

  const looks = createLooks(look, firstLookAfter)
  return {
    preview(limit) {
      const results = beyond(limit, Date.now() - limit.keepDays * dayMs)
      return { results: results.length, bytes: results.reduce((sum, { bytes }) => sum + bytes, 0), ...tables.results.held() }
    },
    trim() {
      const limit = context.limit()
      return looks.between(() => put(beyond(limit, Date.now() - limit.keepDays * dayMs)))
    },
    start: looks.start,
    close() {
      closed = true
      return looks.close()
    },
  }
}
