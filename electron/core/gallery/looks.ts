import { settingTable } from '../database/tables/settings'
import type { Database } from '../database/database'
import { retentionStep, type RetentionStep } from './retention'

/** Between two looks, milliseconds. */
const lookEvery = 3_600_000

/** Looks that are taken again and again, one at a time. */
export interface Looks {
  /** Begins to look: soon, and every hour. */
  start(): void
  /** Does something between two looks; settles as that does. */
  between<T>(work: () => Promise<T>): Promise<T>
  /** No look begins any more; resolves when the one under way has ended. */
  close(): Promise<void>
}

/**
 * Makes looks. They keep nobody alive.
 * @param look never rejects
 * @param firstAfterMs milliseconds before the first look: a start has more urgent work
 */
export function createLooks(look: () => Promise<void>, firstAfterMs: number): Looks {
  let timer: NodeJS.Timeout | undefined
  let first: NodeJS.Timeout | undefined
  let looking: Promise<unknown> = Promise.resolve()
  return {
    start() {
      const turn = (): void => void (looking = looking.then(look))
      timer ??= setInterval(turn, lookEvery)
      timer.unref()
      first ??= setTimeout(turn, firstAfterMs).unref()
    },
    between(work) {
      const turn = looking.then(work)
      looking = turn.catch(() => {})
      return turn
    },
    async close() {
      clearInterval(timer)
      clearTimeout(first)
      await looking
    },
  }
}

/** The next step of a retention whose counted time is kept under a key, beside the settings. */
export function keptRetentionStep(db: Database, key: string, days: number): RetentionStep {
  const settings = settingTable(db)
  const last = settings.all()[key]
  const step = retentionStep(Date.now(), days, typeof last === 'number' ? last : undefined)
  settings.put(key, step.countedNow)
  return step
}
