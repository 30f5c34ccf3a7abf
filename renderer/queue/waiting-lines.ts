import type { QueueRow } from './rows'

/** What has a line of its own among what waits, and is moved as one: a job, or all that waits of a batch that is one line. */
export interface WaitingLine {
  /** The job's id, or the batch's. */
  key: string
  isBatch: boolean
  /** The job of it that has its turn first. */
  first: string
}

/** Where a line is among those that it changes places with, and what brings it to another place. */
export interface LineMove {
  /** The line that is moved: this one up, or the next one past it. */
  line: WaitingLine
  /** The job that it is put before. */
  before: string
  /** The place that results, from 1, of so many. */
  place: number
  count: number
}

/** The lines of the panel's rows that wait, in the order of their turns. */
export function waitingLines(
  rows: readonly QueueRow[],
  waiting: readonly string[],
  batchOf: (id: string) => string | undefined,
): WaitingLine[] {
  const batches = new Set(rows.flatMap((row) => (row.kind === 'batch' ? [row.batchId] : [])))
  const lines = new Map<string, WaitingLine>()
  for (const id of waiting) {
    const batchId = batchOf(id)
    const isBatch = batchId !== undefined && batches.has(batchId)
    const key = isBatch ? batchId : id
    if (!lines.has(key)) lines.set(key, { key, isBatch, first: id })
  }
  return [...lines.values()]
}

/**
 * The lines among which one is moved: those of the panel; for a job of an open batch the jobs of that batch, which stand together.
 * Empty where the key is no line of these.
 */
export function linesAround(
  key: string,
  lines: readonly WaitingLine[],
  waiting: readonly string[],
  batchOf: (id: string) => string | undefined,
): readonly WaitingLine[] {
  if (lines.some((line) => line.key === key)) return lines
  const batchId = batchOf(key)
  if (batchId === undefined || !waiting.includes(key)) return []
  return waiting.filter((id) => batchOf(id) === batchId).map((id) => ({ key: id, isBatch: false, first: id }))
}

/**
 * Moves a line by one place, up (-1) or down (1); undefined when it can't go there. Down is the next line up: where a batch ends is not
 * known here, its first job is.
 */
export function nudged(lines: readonly WaitingLine[], key: string, places: -1 | 1): LineMove | undefined {
  const from = lines.findIndex((line) => line.key === key)
  const [upper, lower] = places < 0 ? [lines[from - 1], lines[from]] : [lines[from], lines[from + 1]]
  if (from < 0 || !upper || !lower) return undefined
  return { line: lower, before: upper.first, place: from + places + 1, count: lines.length }
}
