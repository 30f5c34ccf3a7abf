import type { Asset } from '#shared/domain/picture'
import type { Database } from '../database'

/** An asset with what only the core needs to know. */
export interface StoredAsset {
  asset: Asset
  /** Content hash of the file that engines and thumbnails read; equal to `asset.sha256` when the original serves as it is. */
  workingSha256: string
}

/** The files that an asset needs. */
export interface BlobNeed {
  id: string
  origin: 'imported' | 'produced'
  sha256: string
  workingSha256: string
  /** Length of the original. */
  bytes: number
}

/** A row as the database keeps it. */
export interface AssetRow {
  seq: number
  id: string
  origin: 'imported' | 'produced'
  sha256: string
  working_sha256: string
  format: string
  width: number
  height: number
  bytes: number
  has_alpha: number
  notes: string
  created_at: number
}

/** Turns a row into the asset that every shell sees. */
export function assetOfRow(row: AssetRow): Asset {
  return {
    id: row.id,
    origin: row.origin,
    sha256: row.sha256,
    format: row.format,
    width: row.width,
    height: row.height,
    bytes: row.bytes,
    hasAlpha: row.has_alpha === 1,
    notes: JSON.parse(row.notes) as string[],
    createdAt: row.created_at,
  }
}

const stored = (row: AssetRow | undefined): StoredAsset | undefined =>
  row && { asset: assetOfRow(row), workingSha256: row.working_sha256 }

/** The statements over the assets table, prepared once per connection. */
export interface AssetTable {
  /** By id; undefined when there is none. */
  get(id: string): StoredAsset | undefined
  /** By content hash of the original; undefined when there is none. */
  getBySha256(sha256: string): StoredAsset | undefined
  /**
   * Adds an asset, or answers the one that already holds this content (its id, origin and date then win).
   * Call it inside the transaction that needs the asset; its files must be durable before.
   */
  insertOrReuse(asset: StoredAsset): StoredAsset
  /** Points an asset at another working file, e.g. when a lost one was made again. */
  setWorking(id: string, working: { sha256: string; width: number; height: number; hasAlpha: boolean }): void
  /** True when some asset needs the blob, as original or as working file. */
  usesBlob(sha256: string): boolean
  /** Every asset with the blobs that it needs; `bytes` is the original's. All at once: the connection stays free while they are checked. */
  allBlobs(): BlobNeed[]
  /** Paths of the copies that export folders got of an asset. */
  exportedCopies(id: string): string[]
  /** What people call the picture that an asset is (or is a result of); undefined for style pictures. */
  nameOf(id: string): string | undefined
  count(): number
}

/** Prepares the statements over the assets table. */
export function assetTable(db: Database): AssetTable {
  const byId = db.prepare<[string], AssetRow>('SELECT * FROM assets WHERE id = ?')
  const bySha = db.prepare<[string], AssetRow>('SELECT * FROM assets WHERE sha256 = ?')
  const insert = db.prepare<[Omit<AssetRow, 'seq'>]>(
    `INSERT INTO assets (id, origin, sha256, working_sha256, format, width, height, bytes, has_alpha, notes, created_at)
     VALUES (@id, @origin, @sha256, @working_sha256, @format, @width, @height, @bytes, @has_alpha, @notes, @created_at)
     ON CONFLICT (sha256) DO NOTHING`,
  )
  const working = db.prepare<[string, number, number, number, string]>(
    'UPDATE assets SET working_sha256 = ?, width = ?, height = ?, has_alpha = ? WHERE id = ?',
  )
  const uses = db
    .prepare<[string, string], number>(
      'SELECT EXISTS (SELECT 1 FROM assets WHERE sha256 = ?) OR EXISTS (SELECT 1 FROM assets WHERE working_sha256 = ?)',
    )
    .pluck()
  const blobs = db.prepare<[], BlobNeed>('SELECT id, origin, sha256, working_sha256 AS workingSha256, bytes FROM assets')
  const copies = db.prepare<[string], string>('SELECT export_path FROM outputs WHERE asset_id = ? AND exported = 1').pluck()
  const name = db
    .prepare<[{ id: string }], string>(
      `SELECT name FROM pictures WHERE root_asset_id = @id UNION ALL
       SELECT p.name FROM outputs o JOIN jobs j ON j.id = o.job_id JOIN pictures p ON p.id = j.picture_id WHERE o.asset_id = @id LIMIT 1`,
    )
    .pluck()
  const total = db.prepare<[], number>('SELECT count(*) FROM assets').pluck()

  return {
    get: (id) => stored(byId.get(id)),
    getBySha256: (sha256) => stored(bySha.get(sha256)),
    insertOrReuse({ asset, workingSha256 }) {
      insert.run({
        id: asset.id,
        origin: asset.origin,
        sha256: asset.sha256,
        working_sha256: workingSha256,
        format: asset.format,
        width: asset.width,
        height: asset.height,
        bytes: asset.bytes,
        has_alpha: asset.hasAlpha ? 1 : 0,
        notes: JSON.stringify(asset.notes),
        created_at: asset.createdAt,
      })
      // Either ours or the one that was there: the unique hash says which.
      return stored(bySha.get(asset.sha256)) as StoredAsset
    },
    setWorking(id, { sha256, width, height, hasAlpha }) {
      working.run(sha256, width, height, hasAlpha ? 1 : 0, id)
    },
    usesBlob: (sha256) => uses.get(sha256, sha256) === 1,
    allBlobs: () => blobs.all(),
    exportedCopies: (id) => copies.all(id),
    nameOf: (id) => name.get({ id }),
    count: () => total.get() ?? 0,
  }
}
