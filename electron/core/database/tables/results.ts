import type { Edit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { AssetMark, Mark, MarkChange } from '#shared/domain/mark'
import { facetTokens, wordsOfResult, type Facet } from '../../gallery/words'
import type { Database } from '../database'

/** The columns of a mark, of a result or (null) of what is none. */
export interface MarkRow {
  star: number | null
  rejected: number | null
}

/** The mark as the contract has it: absent where nothing was said. */
export function markOfRow({ star, rejected }: MarkRow): { mark?: Mark } {
  return star || rejected ? { mark: { star: star ?? 0, rejected: rejected === 1 } } : {}
}

/** A result and the bytes of its file. */
export interface ResultSize {
  assetId: string
  bytes: number
}

interface UnindexedRow extends Record<Facet, string> {
  seq: number
  edit: string
  seed: number
  name: string
}

/** The statements over the results table, prepared once per connection. */
export type ResultTable = ReturnType<typeof resultTable>

/** Prepares the statements over the results table. */
export function resultTable(db: Database) {
  const ofAsset = 'asset_seq = (SELECT seq FROM assets WHERE id = ?)'
  const marked = db.prepare<[string], { star: number; rejected: number }>(`SELECT star, rejected FROM results WHERE ${ofAsset}`)
  const setMark = db.prepare<[number, number, string]>(`UPDATE results SET star = ?, rejected = ? WHERE ${ofAsset}`)
  const unindexed = `SELECT r.seq, r.kind, r.style, r.engine, r.workflow, j.edit, j.seed, coalesce(j.name, p.name) AS name
    FROM results r INDEXED BY results_unindexed CROSS JOIN jobs j ON j.seq = r.job_seq JOIN pictures p ON p.seq = r.picture_seq
    WHERE r.indexed = 0`
  const toIndex = db.prepare<[number], UnindexedRow>(`${unindexed} ORDER BY r.seq DESC LIMIT ?`)
  const addWords = db.prepare<[number, string, string]>('INSERT INTO result_words (rowid, words, facets) VALUES (?, ?, ?)')
  const setIndexed = db.prepare<[number]>('UPDATE results SET indexed = 1 WHERE seq = ?')
  const trash = db
    .prepare<[number, string], string>(
      `UPDATE results SET trashed_at = ?, hidden = 1
       WHERE asset_seq IN (SELECT seq FROM assets WHERE id IN (SELECT value FROM json_each(?))) AND trashed_at IS NULL
       RETURNING (SELECT id FROM assets WHERE seq = asset_seq)`,
    )
    .pluck()
  const restore = db
    .prepare<[string], string>(
      `UPDATE results SET trashed_at = NULL, hidden = (SELECT trashed_at IS NOT NULL FROM pictures p WHERE p.seq = picture_seq)
       WHERE asset_seq IN (SELECT seq FROM assets WHERE id IN (SELECT value FROM json_each(?))) AND trashed_at IS NOT NULL
       RETURNING (SELECT id FROM assets WHERE seq = asset_seq)`,
    )
    .pluck()
  // What somebody starred, collected, applied, or works with stays, however old it is.
  const dispensable = `FROM results r JOIN assets a ON a.seq = r.asset_seq
    WHERE r.hidden = 0 AND r.star = 0
      AND NOT EXISTS (SELECT 1 FROM collection_results c WHERE c.result_seq = r.seq)
      AND NOT EXISTS (SELECT 1 FROM pictures p WHERE p.seq = r.picture_seq AND a.id IN (p.current_asset_id, p.root_asset_id))
      AND a.id NOT IN (SELECT sample_asset_id FROM own_styles WHERE sample_asset_id IS NOT NULL)
      AND a.id NOT IN (SELECT style_asset_id FROM own_styles WHERE style_asset_id IS NOT NULL)
      AND a.id NOT IN (SELECT input_asset_id FROM jobs WHERE input_asset_id IS NOT NULL AND state NOT IN ('done', 'failed', 'canceled'))`
  const madeBefore = db.prepare<[number], ResultSize>(
    `SELECT a.id AS assetId, a.bytes ${dispensable} AND r.made_at < ? ORDER BY r.seq`,
  )
  const oldest = db.prepare<[number], ResultSize>(
    `SELECT assetId, bytes FROM (SELECT a.id AS assetId, a.bytes, r.seq, sum(a.bytes) OVER (ORDER BY r.seq) AS upTo ${dispensable})
     WHERE upTo - bytes < ? ORDER BY seq`,
  )
  const held = db.prepare<[], { total: number; totalBytes: number }>(
    `SELECT count(*) AS total, coalesce(sum(a.bytes), 0) AS totalBytes FROM results r JOIN assets a ON a.seq = r.asset_seq WHERE r.hidden = 0`,
  )
  const mark = db.transaction((changes: readonly MarkChange[]): { marks: AssetMark[]; before: AssetMark[] } => {
    const marks: AssetMark[] = []
    const before: AssetMark[] = []
    for (const { assetId, star, rejected } of changes) {
      const row = marked.get(assetId)
      if (!row) {
        throw new AppError('input.not_found', 'Only results can be starred or rejected. Reload, and choose a result.', {
          detail: { assetId },
        })
      }
      const was = { assetId, star: row.star, rejected: row.rejected === 1 }
      const is = { assetId, star: star ?? was.star, rejected: rejected ?? was.rejected }
      setMark.run(is.star, is.rejected ? 1 : 0, assetId)
      before.push(was)
      marks.push(is)
    }
    return { marks, before }
  })
  const index = db.transaction((limit: number): number => {
    const rows = toIndex.all(limit)
    for (const row of rows) {
      const { kind, style, engine, workflow } = row
      const words = wordsOfResult({ edit: JSON.parse(row.edit) as Edit, name: row.name, seed: row.seed })
      addWords.run(row.seq, words, facetTokens({ kind, style, engine, workflow }))
      setIndexed.run(row.seq)
    }
    return rows.length
  })

  return {
    /** Marks results, all or none; answers how they are and were. Throws `input.not_found` for what is no result. */
    mark: (changes: readonly MarkChange[]): { marks: AssetMark[]; before: AssetMark[] } => mark.immediate(changes),
    /** Makes up to `limit` results findable by their words, newest first; answers how many it was. */
    index: (limit: number): number => index.immediate(limit),
    /** Into the trash; answers those that were not there yet. */
    trash: (assetIds: readonly string[], now: number): string[] => trash.all(now, JSON.stringify(assetIds)),
    /** Results that nobody would miss by their marks, made before a time (Unix milliseconds), the oldest first. */
    madeBefore: (time: number): ResultSize[] => madeBefore.all(time),
    /** The oldest such results that hold so many bytes together. */
    oldest: (bytes: number): ResultSize[] => (bytes > 0 ? oldest.all(bytes) : []),
    /** How much the gallery holds. */
    held: (): { total: number; totalBytes: number } => held.get() ?? { total: 0, totalBytes: 0 },
    /** Out of the trash; answers those that were in it. */
    restore: (assetIds: readonly string[]): string[] => restore.all(JSON.stringify(assetIds)),
  }
}
