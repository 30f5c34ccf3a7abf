import { setTimeout as pause } from 'node:timers/promises'
import type { ResultTable } from '../database/tables/results'

/** Results in one transaction: about three milliseconds of the main loop … */
const perStep = 50
/** … and a rest after it, milliseconds: an older library is made searchable while somebody works with it. */
const restMs = 12

/** Makes the results of an older Recast findable by their words, newest first, until all are or the app closes. */
export async function indexWords(results: Pick<ResultTable, 'index'>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && results.index(perStep) === perStep) await pause(restMs, undefined, { signal }).catch(() => {})
}
