import type { Database } from '../database'

/** An own preset as it is stored; `content` is JSON. */
export interface OwnStyleRow {
  id: string
  content: string
  sampleAssetId: string | null
  styleAssetId: string | null
  createdAt: number
  /** Set when it was removed: results and queued jobs still find it. */
  removedAt: number | null
}

/** The statements over own presets and the marks of styles, prepared once per connection. */
export function ownStyleTable(db: Database) {
  const columns = `id, content, sample_asset_id AS sampleAssetId, style_asset_id AS styleAssetId, created_at AS createdAt,
    removed_at AS removedAt FROM own_styles`
  const byId = db.prepare<[string], OwnStyleRow>(`SELECT ${columns} WHERE id = ?`)
  const live = db.prepare<[], OwnStyleRow>(`SELECT ${columns} WHERE removed_at IS NULL ORDER BY seq DESC`)
  const insert = db.prepare<[OwnStyleRow]>(
    `INSERT INTO own_styles (id, content, sample_asset_id, style_asset_id, created_at, removed_at)
     VALUES (@id, @content, @sampleAssetId, @styleAssetId, @createdAt, @removedAt)`,
  )
  const change = db.prepare<[Omit<OwnStyleRow, 'createdAt' | 'removedAt'>]>(
    'UPDATE own_styles SET content = @content, sample_asset_id = @sampleAssetId, style_asset_id = @styleAssetId WHERE id = @id',
  )
  const setRemoved = db.prepare<[number | null, string]>('UPDATE own_styles SET removed_at = ? WHERE id = ?')
  const favourites = db.prepare<[], string>('SELECT style_id FROM style_marks WHERE favourite = 1 ORDER BY style_id').pluck()
  const recent = db
    .prepare<[number], string>('SELECT style_id FROM style_marks WHERE used > 0 ORDER BY used DESC LIMIT ?')
    .pluck()
  const favour = db.prepare<[string, number]>(
    'INSERT INTO style_marks (style_id, favourite) VALUES (?, ?) ON CONFLICT (style_id) DO UPDATE SET favourite = excluded.favourite',
  )
  const use = db.prepare<[string]>(
    `INSERT INTO style_marks (style_id, used) VALUES (?, (SELECT coalesce(max(used), 0) + 1 FROM style_marks))
     ON CONFLICT (style_id) DO UPDATE SET used = excluded.used`,
  )
  return {
    /** Also a removed one. */
    get: (id: string): OwnStyleRow | undefined => byId.get(id),
    /** Newest first. */
    live: (): OwnStyleRow[] => live.all(),
    insert: (row: OwnStyleRow): void => void insert.run(row),
    change: (row: Omit<OwnStyleRow, 'createdAt' | 'removedAt'>): void => void change.run(row),
    /** `null` brings it back. */
    setRemoved: (id: string, at: number | null): void => void setRemoved.run(at, id),
    favourites: (): string[] => favourites.all(),
    /** Newest first. */
    recent: (limit: number): string[] => recent.all(limit),
    favour: (styleId: string, favourite: boolean): void => void favour.run(styleId, favourite ? 1 : 0),
    use: (styleId: string): void => void use.run(styleId),
  }
}
