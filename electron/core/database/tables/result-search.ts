import type { Result, ResultFilter } from '#shared/domain/result'
import { facetQuery, wordsQuery, type Facet } from '../../gallery/words'
import type { Database } from '../database'
import { labelExpression } from './pictures'

interface ResultRow {
  seq: number
  asset_id: string
  job_id: string
  picture_id: string
  picture_name: string
  width: number
  height: number
  kind: string
  label: string
  engine: string
  workflow: string
  seed: number
  star: number
  rejected: number
  made_at: number
  trashed_at: number | null
}

function resultOfRow(row: ResultRow): Result {
  return {
    seq: row.seq,
    assetId: row.asset_id,
    jobId: row.job_id,
    pictureId: row.picture_id,
    pictureName: row.picture_name,
    width: row.width,
    height: row.height,
    kind: row.kind,
    label: row.label,
    engine: row.engine,
    workflow: row.workflow,
    seed: row.seed,
    star: row.star,
    rejected: row.rejected === 1,
    madeAt: row.made_at,
    ...(row.trashed_at === null ? {} : { trashedAt: row.trashed_at }),
  }
}

/** A search as SQL: where rows come from, what must hold, in which order, and the values. The filter's own text is only ever a value. */
export interface SearchPlan {
  from: string
  where: string
  order: string
  values: Record<string, unknown>
}

/** What can be filtered by a list, and its column. */
const lists: Record<'kinds' | 'styles' | 'engines' | 'workflows', Facet> = {
  kinds: 'kind',
  styles: 'style',
  engines: 'engine',
  workflows: 'workflow',
}

/**
 * Turns a filter into SQL whose every order is that of an index, so that nothing is ever sorted: words walk the full-text index, whose row
 * numbers are the order of making; everything else walks one index that holds all columns that are filtered by.
 * Undefined for words without a single letter or figure: nothing can match.
 */
export function planSearch(filter: ResultFilter): SearchPlan | undefined {
  const values: Record<string, unknown> = {}
  const conditions: string[] = []
  const words = filter.words === undefined || filter.words.trim() === '' ? undefined : wordsQuery(filter.words)
  if (filter.words !== undefined && filter.words.trim() !== '' && words === undefined) return undefined

  const matched = words === undefined ? [] : [words]
  const inCollection = filter.collectionId !== undefined
  let from: string
  let order: string
  let walksWords = false
  if (inCollection) {
    values['collection'] = filter.collectionId
    from = `collection_results c INDEXED BY collection_order CROSS JOIN results r ON r.seq = c.result_seq`
    conditions.push('c.collection_seq = (SELECT seq FROM collections WHERE id = @collection)')
    order = 'c.position, c.result_seq'
    if (words !== undefined) conditions.push('r.seq IN (SELECT rowid FROM result_words WHERE result_words MATCH @words)')
  } else if (filter.trashed) {
    from = 'results r INDEXED BY results_trashed'
    order = 'r.trashed_at DESC, r.seq DESC'
    if (words !== undefined) conditions.push('r.seq IN (SELECT rowid FROM result_words WHERE result_words MATCH @words)')
  } else if (words !== undefined) {
    from = 'result_words w CROSS JOIN results r ON r.seq = w.rowid'
    conditions.push('w.result_words MATCH @words')
    order = 'w.rowid DESC'
    walksWords = true
  } else {
    from = 'results r INDEXED BY results_search'
    order = 'r.seq DESC'
  }
  conditions.push(filter.trashed ? 'r.trashed_at IS NOT NULL' : 'r.hidden = 0')
  for (const [key, column] of Object.entries(lists) as [keyof typeof lists, Facet][]) {
    const wanted = filter[key]
    if (wanted === undefined) continue
    if (walksWords) {
      matched.push(facetQuery(column, wanted))
      continue
    }
    wanted.forEach((value, n) => (values[`${key}${n}`] = value))
    conditions.push(`r.${column} IN (${wanted.map((_value, n) => `@${key}${n}`).join(', ')})`)
  }
  if (filter.pictureId !== undefined) {
    values['picture'] = filter.pictureId
    conditions.push('r.picture_seq = (SELECT seq FROM pictures WHERE id = @picture)')
  }
  if (filter.minStar !== undefined) {
    values['minStar'] = filter.minStar
    conditions.push(
      walksWords
        ? '+w.rowid IN (SELECT seq FROM results INDEXED BY results_starred WHERE hidden = 0 AND star > 0 AND star >= @minStar)'
        : 'r.star >= @minStar',
    )
  }
  if (filter.rejected !== undefined) {
    values['rejected'] = filter.rejected ? 1 : 0
    conditions.push('r.rejected = @rejected')
  }
  if (filter.from !== undefined || filter.before !== undefined) {
    // Made at about the same time means beside each other in the order of making: the walk begins and ends there. The clock may have been
    // set back, so the times are compared as well.
    const span = `FROM results INDEXED BY results_made WHERE made_at >= @from AND made_at < @before`
    const key = walksWords ? 'w.rowid' : 'r.seq'
    values['from'] = filter.from ?? 0
    values['before'] = filter.before ?? Number.MAX_SAFE_INTEGER
    conditions.push(`${key} >= (SELECT min(seq) ${span})`, `${key} <= (SELECT max(seq) ${span})`)
  }
  if (filter.from !== undefined) {
    conditions.push('r.made_at >= @from')
  }
  if (filter.before !== undefined) {
    conditions.push('r.made_at < @before')
  }
  if (matched.length > 0) values['words'] = matched.join(' AND ')
  return { from, where: conditions.join(' AND '), order, values }
}

/** Where in a search a page begins, and how long it is. */
export interface PageWish {
  cursor?: number | undefined
  offset: number
  limit: number
}

/** Text of the statement that finds a page's rows by number; the index alone answers it. */
export function pageSql(plan: SearchPlan, { cursor }: Pick<PageWish, 'cursor'>): string {
  // Below a cursor the index is entered there: a page costs the same at any depth.
  const key = plan.from.startsWith('result_words') ? 'w.rowid' : 'r.seq'
  const below = cursor === undefined ? '' : ` AND ${key} < @cursor`
  return `SELECT r.seq FROM ${plan.from} WHERE ${plan.where}${below} ORDER BY ${plan.order} LIMIT @limit OFFSET @offset`
}

const details = `
  SELECT r.seq, a.id AS asset_id, j.id AS job_id, p.id AS picture_id, coalesce(j.name, p.name) AS picture_name, a.width, a.height, r.kind,
         ${labelExpression} AS label, r.engine, r.workflow, j.seed, r.star, r.rejected, r.made_at, r.trashed_at
  FROM json_each(?) wanted CROSS JOIN results r ON r.seq = wanted.value
  JOIN assets a ON a.seq = r.asset_seq JOIN jobs j ON j.seq = r.job_seq JOIN pictures p ON p.seq = r.picture_seq
  ORDER BY wanted.key`

const dayMs = 86_400_000

/** Searches over all results; prepared once per connection, each kind of search when it is first asked. */
export function resultSearch(db: Database) {
  const prepared = new Map<string, ReturnType<typeof db.prepare<[Record<string, unknown>]>>>()
  const statement = (sql: string): ReturnType<typeof db.prepare<[Record<string, unknown>]>> => {
    let found = prepared.get(sql)
    if (!found) {
      // As many as a day's searches have shapes; a list of a hundred styles is one of its own.
      if (prepared.size >= 64) prepared.clear()
      prepared.set(sql, (found = db.prepare<[Record<string, unknown>]>(sql)))
    }
    return found
  }
  // Counting walks all that match: the count is kept until anything is written, by this connection or by another.
  const written = db.prepare<[], number>('SELECT total_changes()').pluck()
  const counts = new Map<string, number>()
  let countedAt = ''
  const countOf = (plan: SearchPlan): number => {
    const state = `${written.get() ?? 0} ${String(db.pragma('data_version', { simple: true }))}`
    if (state !== countedAt || counts.size >= 64) counts.clear()
    countedAt = state
    const key = JSON.stringify([plan.from, plan.where, plan.values])
    let total = counts.get(key)
    if (total === undefined) {
      total = statement(`SELECT count(*) FROM ${plan.from} WHERE ${plan.where}`).pluck().get(plan.values) as number
      counts.set(key, total)
    }
    return total
  }
  const byNumbers = db.prepare<[string], ResultRow>(details)
  // A loose scan: from one value of the index to the next larger one.
  const distinct = Object.fromEntries(
    Object.entries(lists).map(([key, column]) => [
      key,
      db
        .prepare<[], string>(
          `WITH RECURSIVE v (value) AS (
             SELECT min(${column}) FROM results UNION ALL
             SELECT (SELECT min(${column}) FROM results WHERE ${column} > v.value) FROM v WHERE v.value IS NOT NULL)
           SELECT value FROM v WHERE value <> ''`,
        )
        .pluck(),
    ]),
  )

  // Each by itself: then it is the end of an index.
  const ends = db.prepare<[], { first: number | null; last: number | null }>(
    'SELECT (SELECT min(made_at) FROM results) AS first, (SELECT max(made_at) FROM results) AS last',
  )

  return {
    /** A page, in the search's order. `total` is counted only where the page itself does not tell. */
    page(filter: ResultFilter, wish: PageWish): { items: Result[]; total: number; nextCursor?: number } {
      const plan = planSearch(filter)
      if (!plan) return { items: [], total: 0 }
      const { cursor, offset, limit } = wish
      const values = { ...plan.values, ...(cursor === undefined ? {} : { cursor }), limit: limit + 1, offset }
      const numbers = statement(pageSql(plan, wish)).pluck().all(values) as number[]
      const items = byNumbers.all(JSON.stringify(numbers.slice(0, limit))).map(resultOfRow)
      const last = items.at(-1)
      const isLast = numbers.length <= limit
      const total =
        isLast && cursor === undefined && (numbers.length > 0 || offset === 0) ? offset + numbers.length : countOf(plan)
      const keyed = filter.collectionId === undefined && !filter.trashed
      return { items, total, ...(!isLast && last && keyed ? { nextCursor: last.seq } : {}) }
    },

    /** Days in the search's order, each with the place of its first result. A day is named once, where most of it is. */
    timeline(filter: ResultFilter, zoneMinutes: number): { day: string; count: number; offset: number }[] {
      const plan = planSearch(filter)
      if (!plan || filter.collectionId !== undefined) return []
      const shift = zoneMinutes * 60_000
      const rows = statement(
        `SELECT CAST(r.made_at + @shift AS INTEGER) / ${dayMs} AS day, count(*) AS n, max(r.seq) AS newest FROM ${plan.from} WHERE ${plan.where}
         GROUP BY day ORDER BY newest DESC`,
      ).all({ ...plan.values, shift }) as { day: number; n: number }[]
      let offset = 0
      return rows.map(({ day, n }) => {
        const entry = { day: new Date(day * dayMs).toISOString().slice(0, 10), count: n, offset }
        offset += n
        return entry
      })
    },

    /** The values that results have, and the time they were made in (Unix milliseconds), to filter by. */
    facets: (): Record<keyof typeof lists, string[]> & { madeAt?: { first: number; last: number } } => {
      const values = Object.fromEntries(Object.entries(distinct).map(([key, found]) => [key, found.all()])) as Record<
        keyof typeof lists,
        string[]
      >
      const { first, last } = ends.get() ?? { first: null, last: null }
      return first === null || last === null ? values : { ...values, madeAt: { first, last } }
    },
  }
}
