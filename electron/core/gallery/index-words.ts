import { setImmediate as breathe } from 'node:timers/promises'
import type { ResultTable } from '../database/tables/results'

/** Results in one transaction: a few milliseconds of the main loop. */
const perStep = 100

/** Makes the results of an older Recast findable by their words, newest first, until all are or the app closes. */
export async function indexWords(results: Pick<ResultTable, 'index'>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && results.index(perStep) === perStep) await breathe()
}
