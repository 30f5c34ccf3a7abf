import type { Database } from '../database'

/** The statements over the ways of pictures through their versions. */
export type PictureStepTable = ReturnType<typeof pictureStepTable>

/** Prepares the statements over the ways of pictures through their versions. */
export function pictureStepTable(db: Database) {
  const where = db.prepare<[string], { seq: number; step: number; current: string; steps: number }>(
    `SELECT seq, step, current_asset_id AS current, (SELECT count(*) FROM picture_steps WHERE picture_seq = p.seq) AS steps
     FROM pictures p WHERE id = ?`,
  )
  const put = db.prepare<[number, number, string]>('INSERT INTO picture_steps (picture_seq, n, asset_id) VALUES (?, ?, ?)')
  const forget = db.prepare<[number, number]>('DELETE FROM picture_steps WHERE picture_seq = ? AND n > ?')
  const at = db.prepare<[number, number], string>('SELECT asset_id FROM picture_steps WHERE picture_seq = ? AND n = ?').pluck()
  const stand = db.prepare<[string, number, number]>('UPDATE pictures SET current_asset_id = ?, step = ? WHERE seq = ?')

  const apply = db.transaction((id: string, assetId: string): boolean => {
    const picture = where.get(id)
    if (!picture) return false
    if (picture.current === assetId) return true
    // The version that it starts from is the first of its steps.
    if (picture.steps === 0) put.run(picture.seq, 0, picture.current)
    forget.run(picture.seq, picture.step)
    put.run(picture.seq, picture.step + 1, assetId)
    stand.run(assetId, picture.step + 1, picture.seq)
    return true
  })
  const walk = db.transaction((id: string, by: 1 | -1): boolean => {
    const picture = where.get(id)
    const assetId = picture && at.get(picture.seq, picture.step + by)
    if (!picture || assetId === undefined) return false
    stand.run(assetId, picture.step + by, picture.seq)
    return true
  })
  return {
    /** Makes a version current and remembers the way; what had been undone is forgotten. False when there is no such picture. */
    apply: (id: string, assetId: string): boolean => apply.immediate(id, assetId),
    /** One step back (−1) or forth; false at the end of the way. */
    walk: (id: string, by: 1 | -1): boolean => walk.immediate(id, by),
  }
}
