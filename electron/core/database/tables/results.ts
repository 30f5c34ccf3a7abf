import { AppError } from '#shared/domain/error'
import type { AssetMark, Mark, MarkChange } from '#shared/domain/mark'
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

/** The statements over the results table, prepared once per connection. */
export type ResultTable = ReturnType<typeof resultTable>

/** Prepares the statements over the results table. */
export function resultTable(db: Database) {
  const ofAsset = 'asset_seq = (SELECT seq FROM assets WHERE id = ?)'
  const marked = db.prepare<[string], { star: number; rejected: number }>(`SELECT star, rejected FROM results WHERE ${ofAsset}`)
  const setMark = db.prepare<[number, number, string]>(`UPDATE results SET star = ?, rejected = ? WHERE ${ofAsset}`)

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

  return {
    /** Marks results, all or none; answers how they are and were. Throws `input.not_found` for what is no result. */
    mark: (changes: readonly MarkChange[]): { marks: AssetMark[]; before: AssetMark[] } => mark.immediate(changes),
  }
}
