import type { Collection } from '#shared/domain/result'
import type { Database } from '../database'

interface CollectionRow {
  id: string
  name: string
  position: number
  count: number
  cover: string | null
  created_at: number
}

const collectionOfRow = (row: CollectionRow): Collection => ({
  id: row.id,
  name: row.name,
  position: row.position,
  count: row.count,
  ...(row.cover === null ? {} : { coverAssetId: row.cover }),
  createdAt: row.created_at,
})

const columns = `
  SELECT c.id, c.name, c.position, c.created_at,
    (SELECT count(*) FROM collection_results i JOIN results r ON r.seq = i.result_seq WHERE i.collection_seq = c.seq AND r.hidden = 0) AS count,
    (SELECT a.id FROM collection_results i JOIN results r ON r.seq = i.result_seq JOIN assets a ON a.seq = r.asset_seq
     WHERE i.collection_seq = c.seq AND r.hidden = 0 ORDER BY i.position, i.result_seq LIMIT 1) AS cover
  FROM collections c`

/** The statements over collections, prepared once per connection. */
export type CollectionTable = ReturnType<typeof collectionTable>

/** Prepares the statements over collections. */
export function collectionTable(db: Database) {
  const all = db.prepare<[], CollectionRow>(`${columns} ORDER BY c.position, c.seq`)
  const byId = db.prepare<[string], CollectionRow>(`${columns} WHERE c.id = ?`)
  const last = db.prepare<[], number | null>('SELECT max(position) FROM collections').pluck()
  const insert = db.prepare<[{ id: string; name: string; position: number; now: number }]>(
    'INSERT INTO collections (id, name, position, created_at) VALUES (@id, @name, @position, @now) ON CONFLICT (id) DO NOTHING',
  )
  const rename = db.prepare<[string, string]>('UPDATE collections SET name = ? WHERE id = ?')
  const remove = db.prepare<[string]>('DELETE FROM collections WHERE id = ?')
  const place = db.prepare<[number, string]>('UPDATE collections SET position = ? WHERE id = ?')
  const members = db
    .prepare<[string], string>(
      `SELECT a.id FROM collection_results i INDEXED BY collection_order JOIN results r ON r.seq = i.result_seq JOIN assets a ON a.seq = r.asset_seq
       WHERE i.collection_seq = (SELECT seq FROM collections WHERE id = ?) ORDER BY i.position, i.result_seq`,
    )
    .pluck()
  const lastPlace = db
    .prepare<[string], number | null>(
      'SELECT max(position) FROM collection_results WHERE collection_seq = (SELECT seq FROM collections WHERE id = ?)',
    )
    .pluck()
  const known = db
    .prepare<[string], string>(
      `SELECT a.id FROM json_each(?) wanted JOIN assets a ON a.id = wanted.value JOIN results r ON r.asset_seq = a.seq ORDER BY wanted.key`,
    )
    .pluck()
  const put = db.prepare<[{ id: string; assetId: string; position: number }]>(
    `INSERT INTO collection_results (collection_seq, result_seq, position)
     SELECT c.seq, r.seq, @position FROM collections c, assets a JOIN results r ON r.asset_seq = a.seq WHERE c.id = @id AND a.id = @assetId
     ON CONFLICT (collection_seq, result_seq) DO UPDATE SET position = excluded.position`,
  )
  const drop = db
    .prepare<[string, string], number>(
      `DELETE FROM collection_results WHERE collection_seq = (SELECT seq FROM collections WHERE id = ?)
       AND result_seq = (SELECT r.seq FROM assets a JOIN results r ON r.asset_seq = a.seq WHERE a.id = ?) RETURNING 1`,
    )
    .pluck()
  const containing = db
    .prepare<[string], string>(
      `SELECT DISTINCT c.id FROM json_each(?) wanted JOIN assets a ON a.id = wanted.value JOIN results r ON r.asset_seq = a.seq
       JOIN collection_results i ON i.result_seq = r.seq JOIN collections c ON c.seq = i.collection_seq`,
    )
    .pluck()
  const get = (id: string): Collection | undefined => {
    const row = byId.get(id)
    return row && collectionOfRow(row)
  }

  const add = db.transaction((id: string, assetIds: readonly string[], beforeAssetId: string | undefined): string[] => {
    const present = members.all(id)
    const moving = [...new Set(known.all(JSON.stringify(assetIds)))]
    const isMoving = new Set(moving)
    const rest = present.filter((assetId) => !isMoving.has(assetId))
    const at = beforeAssetId === undefined ? -1 : rest.indexOf(beforeAssetId)
    const before = at < 0 ? rest.length : at
    const order = [...rest.slice(0, before), ...moving, ...rest.slice(before)]
    // Whole numbers anew each time: a collection is small, and places never run out of digits.
    const wasPresent = new Set(present)
    if (before === rest.length && present.length === rest.length) {
      // What was taken out has left gaps: the end is beyond the last place, not at the count.
      const end = (lastPlace.get(id) ?? -1) + 1
      moving.forEach((assetId, n) => put.run({ id, assetId, position: end + n }))
    } else order.forEach((assetId, n) => put.run({ id, assetId, position: n }))
    return moving.filter((assetId) => !wasPresent.has(assetId))
  })
  const move = db.transaction((id: string, beforeId: string | undefined) => {
    const order = all.all().map((row) => row.id)
    const rest = order.filter((each) => each !== id)
    const at = beforeId === undefined ? -1 : rest.indexOf(beforeId)
    const next = at < 0 ? [...rest, id] : [...rest.slice(0, at), id, ...rest.slice(at)]
    next.forEach((each, n) => place.run(n, each))
  })

  return {
    get,
    list: (): Collection[] => all.all().map(collectionOfRow),
    /** Makes one at the end; one that is there already stays as it is. */
    create(id: string, name: string, now: number): void {
      insert.run({ id, name, position: (last.get() ?? -1) + 1, now })
    },
    rename: (id: string, name: string): boolean => rename.run(name, id).changes > 0,
    remove: (id: string): boolean => remove.run(id).changes > 0,
    move: (id: string, beforeId: string | undefined): void => move.immediate(id, beforeId),
    /** Puts results in, in this order, before one of its results or at the end; answers those that are new in it. */
    add: (id: string, assetIds: readonly string[], beforeAssetId?: string): string[] =>
      add.immediate(id, assetIds, beforeAssetId),
    /** Takes results out; answers those that were in it. */
    drop: db.transaction((id: string, assetIds: readonly string[]) =>
      assetIds.filter((assetId) => drop.get(id, assetId) !== undefined),
    ) as (id: string, assetIds: readonly string[]) => string[],
    /** Collections that hold one of these results. */
    containing: (assetIds: readonly string[]): string[] => containing.all(JSON.stringify(assetIds)),
  }
}
