import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '#core/database/database'
import { openDatabase } from '#core/database/open'
import { pageSql, planSearch } from '#core/database/tables/result-search'
import { openTables, type Tables } from '#core/database/tables'
import type { Result, ResultFilter } from '#shared/domain/result'
import { figure } from '../figure'
import { fillGallery, galleryOfYears, resultAssetId } from '../../large-gallery'

let dir: string
let db: Database
let tables: Tables
let all: Row[]

/** A result with all that it is searched by, read without any of the search's own code. */
interface Row {
  seq: number
  n: number
  hidden: number
  trashed: number | null
  kind: string
  style: string
  engine: string
  workflow: string
  star: number
  rejected: number
  made_at: number
  text: string
  picture: string
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recast-gallery-'))
  const path = join(dir, 'recast.db')
  ;(await openDatabase({ path })).close()
  fillGallery(dir, path, galleryOfYears, false)
  db = await openDatabase({ path })
  tables = openTables(db)
  const began = performance.now()
  while (tables.results.index(1_000) === 1_000);
  console.log(`words of 100,000 results indexed in ${Math.round(performance.now() - began)} ms`)
  tables.collections.create('c', 'Red', 1)
  tables.collections.add(
    'c',
    Array.from({ length: 1_000 }, (_unused, n) => resultAssetId(n * 97)),
  )
  tables.results.trash(
    Array.from({ length: 500 }, (_unused, n) => resultAssetId(n * 113)),
    5,
  )
  all = db
    .prepare<[], Row>(
      `SELECT r.seq, r.seq - 1 AS n, r.hidden, r.trashed_at AS trashed, r.kind, r.style, r.engine, r.workflow, r.star, r.rejected, r.made_at,
                p.name || ' ' || j.edit || ' ' || j.seed AS text, p.id AS picture
         FROM results r JOIN jobs j ON j.seq = r.job_seq JOIN pictures p ON p.seq = r.picture_seq ORDER BY r.seq DESC`,
    )
    .all()
}, 120_000)
afterAll(async () => {
  db.close()
  await rm(dir, { recursive: true, force: true, maxRetries: 5 })
})

const day = 86_400_000
const old = Date.UTC(2021, 11, 1)
/** Every kind of search, the hard ones above all: common words with filters that leave little or nothing. */
const searches: [string, ResultFilter][] = [
  ['everything', {}],
  ['a style', { styles: ['clay'] }],
  ['a style that nothing has', { styles: ['no-such'] }],
  ['a kind and an engine', { kinds: ['perspective'], engines: ['draft'] }],
  ['a workflow', { workflows: ['qwen-edit-2511-style'] }],
  ['stars', { minStar: 5 }],
  ['stars and a style', { minStar: 5, styles: ['anime'] }],
  ['rejected', { rejected: true }],
  ['few stars that no style has', { minStar: 5, styles: ['no-such'] }],
  ['a common word and one star', { words: 'photo', minStar: 1 }],
  ['a picture', { pictureId: '00000002-0000-4000-8000-000000000077' }],
  ['an old month', { from: old, before: old + 30 * day }],
  [
    'an old month, a kind, an engine, not rejected',
    { from: old, before: old + 30 * day, kinds: ['style'], engines: ['draft'], rejected: false },
  ],
  ['a rare word', { words: 'kingfisher' }],
  ['a rare Chinese word', { words: '翠鸟' }],
  ['a common word', { words: 'light' }],
  ['a common Chinese word', { words: '光线' }],
  ['one Chinese character', { words: '光' }],
  ['one letter', { words: 's' }],
  ['two common words', { words: 'photo light' }],
  ['three beginnings', { words: 'ph li ta' }],
  ['a common word and a style', { words: 'light', styles: ['clay'] }],
  ['a common word that no starred one has', { words: 'photo', styles: ['no-such'] }],
  ['a common word and stars', { words: 'photo', minStar: 5 }],
  ['a common word in an old month', { words: 'photo', from: old, before: old + 30 * day }],
  ['a common word and an engine without results', { words: 'photo', engines: ['nowhere'] }],
  ['a collection', { collectionId: 'c' }],
  ['a word in a collection', { collectionId: 'c', words: 'light' }],
  ['the trash', { trashed: true }],
  ['a word in the trash', { trashed: true, words: 'light' }],
]

describe('100,000 results', () => {
  it('answer the first page of each search, and pages at the end', () => {
    const lines: string[] = []
    for (const [name, filter] of searches) {
      const time = (ask: () => unknown): number => {
        ask()
        const times = Array.from({ length: 5 }, () => {
          const began = performance.now()
          ask()
          return performance.now() - began
        })
        // The best of them: what else this machine was doing meanwhile is no part of it.
        return Math.min(...times)
      }
      const { total } = tables.resultSearch.page(filter, { offset: 0, limit: 100 })
      const plan = planSearch(filter)
      if (!plan) throw new Error(name)
      const numbers = db.prepare<[Record<string, unknown>]>(pageSql(plan, {})).pluck()
      expect([name, numbers.all({ ...plan.values, limit: 101, offset: 0 }).length]).toEqual([name, Math.min(101, total)])
      const database = time(() => numbers.all({ ...plan.values, limit: 101, offset: 0 }))
      const first = time(() => tables.resultSearch.page(filter, { offset: 0, limit: 100 }))
      const last = time(() => tables.resultSearch.page(filter, { offset: Math.max(0, total - 100), limit: 100 }))
      const deep = time(() => tables.resultSearch.page(filter, { cursor: 5_000, offset: 0, limit: 100 }))
      lines.push(
        `${name}: ${total} found; rows ${database.toFixed(1)}, first page ${first.toFixed(1)}, last ${last.toFixed(1)}, below a cursor ${deep.toFixed(1)} ms`,
      )
      figure(`search for ${name}`, database, 20)
    }
    console.log(lines.join('\n'))
  })

  it('are found by walking an index: nothing is sorted, and no table is read through', () => {
    for (const [name, filter] of searches) {
      const plan = planSearch(filter)
      if (!plan) throw new Error(name)
      const steps = db
        .prepare<[Record<string, unknown>], { detail: string }>(`EXPLAIN QUERY PLAN ${pageSql(plan, { cursor: 5 })}`)
        .all({ ...plan.values, limit: 101, offset: 0, cursor: 5 })
        .map((row) => row.detail)
      const text = `${name}: ${steps.join(' | ')}`
      expect(text).not.toMatch(/TEMP B-TREE FOR ORDER|SCAN (?:r|results|jobs|assets|c)\b(?! USING (?:COVERING )?INDEX)/u)
      const plain = !filter.words && !filter.collectionId && !filter.trashed
      expect(!plain || text.includes('SEARCH r USING COVERING INDEX results_search')).toBe(true)
    }
  })

  it.each(searches)('are the same ones as reading through all rows finds: %s', (_name, filter) => {
    const words = (filter.words ?? '').split(' ').filter(Boolean)
    const holds = (text: string, word: string): boolean =>
      /\p{Script=Han}/u.test(word)
        ? text.includes(word)
        : new RegExp(`(?<![\\p{L}\\p{N}])${word}`, 'iu').test(
            text
              .replace(/"kind":"\w+"|"(?:kind|styleId|prompt|strength|structure|keepColours|view|id|name)":/gu, ' ')
              .replace(/false|0\.85|0\.5/gu, ' '),
          )
    const expected = all.filter(
      (row) =>
        (filter.trashed ? row.trashed !== null : row.hidden === 0) &&
        (!filter.kinds || filter.kinds.includes(row.kind)) &&
        (!filter.styles || filter.styles.includes(row.style)) &&
        (!filter.engines || filter.engines.includes(row.engine)) &&
        (!filter.workflows || filter.workflows.includes(row.workflow)) &&
        (!filter.pictureId || filter.pictureId === row.picture) &&
        (!filter.minStar || row.star >= filter.minStar) &&
        (filter.rejected === undefined || filter.rejected === (row.rejected === 1)) &&
        (!filter.from || row.made_at >= filter.from) &&
        (!filter.before || row.made_at < filter.before) &&
        (!filter.collectionId || (row.n % 97 === 0 && row.n < 97_000)) &&
        words.every((word) => holds(row.text, word)),
    )
    const order = filter.collectionId ? expected.toReversed() : expected
    const { items, total } = tables.resultSearch.page(filter, { offset: 0, limit: 500 })
    expect(total).toBe(expected.length)
    expect(items.map((item) => item.seq)).toEqual(order.slice(0, 500).map((row) => row.seq))
    const at = Math.floor(total / 2)
    expect(tables.resultSearch.page(filter, { offset: at, limit: 100 }).items.map((item) => item.seq)).toEqual(
      order.slice(at, at + 100).map((row) => row.seq),
    )
  })

  it('come in pages by cursor, each once', () => {
    const filter: ResultFilter = { words: '翠鸟', styles: ['clay', 'pop-art'] }
    const seen: Result[] = []
    let cursor: number | undefined
    do {
      const page = tables.resultSearch.page(filter, { cursor, offset: 0, limit: 7 })
      seen.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen.length).toBeGreaterThan(7)
    expect(seen.map((item) => item.seq)).toEqual(
      tables.resultSearch.page(filter, { offset: 0, limit: 500 }).items.map((item) => item.seq),
    )
  })

  it('have a timeline whose places are true', () => {
    const began = performance.now()
    const days = tables.resultSearch.timeline({ styles: ['clay'] }, 60)
    const whole = performance.now()
    tables.resultSearch.timeline({}, 60)
    console.log(`timeline of everything in ${(performance.now() - whole).toFixed(1)} ms`)
    console.log(`timeline: ${days.length} days in ${(performance.now() - began).toFixed(1)} ms`)
    const some = days[Math.floor(days.length / 3)]
    if (!some) throw new Error('no days')
    const [first] = tables.resultSearch.page({ styles: ['clay'] }, { offset: some.offset, limit: 1 }).items
    expect(new Date((first?.madeAt ?? 0) + 3_600_000).toISOString().slice(0, 10)).toBe(some.day)
    expect(days.reduce((sum, { count }) => sum + count, 0)).toBe(
      tables.resultSearch.page({ styles: ['clay'] }, { offset: 0, limit: 1 }).total,
    )
    const asked = performance.now()
    const facets = tables.resultSearch.facets()
    console.log(`facets in ${(performance.now() - asked).toFixed(1)} ms`)
    expect(facets.styles).toHaveLength(8)
    expect(facets.engines).toEqual(['draft', 'http://127.0.0.1:8188'])
    expect(facets.madeAt).toEqual({ first: all.at(-1)?.made_at, last: all[0]?.made_at })
  })

  it('take nothing typed for the query language', () => {
    for (const words of ['"', 'AND', 'a" OR "b', 'NEAR(', '* -', '光"线', "';--", 'words:light', '^', '𠀋', '\u0000'])
      expect(() => tables.resultSearch.page({ words }, { offset: 0, limit: 5 })).not.toThrow()
    expect(tables.resultSearch.page({ words: '"-*"' }, { offset: 0, limit: 5 }).total).toBe(0)
  })

  it('count anew once something was written, by whichever connection', () => {
    const count = (): number => tables.resultSearch.page({ minStar: 1 }, { offset: 10, limit: 1 }).total
    const before = count()
    const unstar = 'UPDATE results SET star = 0 WHERE seq = (SELECT max(seq) FROM results WHERE star > 0 AND hidden = 0)'
    db.prepare(unstar).run()
    expect(count()).toBe(before - 1)
    const other = new BetterSqlite3(join(dir, 'recast.db'))
    other.prepare(unstar).run()
    other.close()
    expect(count()).toBe(before - 2)
  })
})
