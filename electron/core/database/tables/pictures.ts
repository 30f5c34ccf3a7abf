import type { Picture, Version } from '#shared/domain/picture'
import type { Pose } from '#shared/domain/view'
import type { Database } from '../database'
import { assetOfRow, type AssetRow } from './assets'
import { markOfRow, type MarkRow } from './results'

interface PictureRow {
  seq: number
  id: string
  name: string
  folder: string | null
  root_asset_id: string
  current_asset_id: string
  trashed_at: number | null
  pose: string | null
  step: number
  can_redo: number
  created_at: number
  width: number
  height: number
  version_count: number
}

type VersionRow = AssetRow & {
  job_id: string | null
  from_asset_id: string | null
  label: string
  seed: number | null
  trashed_at: number | null
} & MarkRow

function pictureOfRow(row: PictureRow): Picture {
  return {
    id: row.id,
    seq: row.seq,
    name: row.name,
    ...(row.folder === null ? {} : { folder: row.folder }),
    rootAssetId: row.root_asset_id,
    currentAssetId: row.current_asset_id,
    width: row.width,
    height: row.height,
    versionCount: row.version_count,
    ...(row.pose === null ? {} : { pose: JSON.parse(row.pose) as Pose }),
    ...(row.step > 0 ? { canUndo: true } : {}),
    ...(row.can_redo === 1 ? { canRedo: true } : {}),
    ...(row.trashed_at === null ? {} : { trashedAt: row.trashed_at }),
    createdAt: row.created_at,
  }
}

/** A picture that enters the library. */
export interface NewPicture {
  id: string
  name: string
  /** The name of the folder that its file came from, where that is known. */
  folder?: string | undefined
  assetId: string
  createdAt: number
}

/** What a page of the library is asked by. */
export interface PicturePageRequest {
  /** Only pictures with a smaller `seq`; the `nextCursor` of the page before. */
  cursor?: number | undefined
  /** At most this many. */
  limit: number
  /** Part of the name, in any case; every character stands for itself. */
  search?: string | undefined
  /** The trash instead of the library. */
  trashed?: boolean | undefined
}

/** A page of the library, newest first. */
export interface PicturePage {
  items: Picture[]
  /** All that match, over all pages. */
  total: number
  nextCursor?: number
}

/** The statements over the pictures table, prepared once per connection. */
export interface PictureTable {
  get(id: string): Picture | undefined
  /** The picture whose import this asset is; in the trash or not. */
  getByRootAsset(assetId: string): Picture | undefined
  /** The picture of the library that an asset is a version of, the newest of several; those in the trash don't count. */
  homeOf(assetId: string): string | undefined
  insert(picture: NewPicture): Picture
  page(request: PicturePageRequest): PicturePage
  /** The import, then every result of the picture's jobs in the order of the jobs, each content once. */
  versions(pictureId: string): Version[]
  /** True when the asset is the picture's import or a result of one of its jobs. */
  hasVersion(pictureId: string, assetId: string): boolean
  /** Marks where the photo was taken from, or takes the mark away; false when there is no such picture. */
  setPose(pictureId: string, pose: Pose | undefined): boolean
  /** Into the trash; answers the ids that were not there yet. */
  trash(ids: readonly string[], now: number): string[]
  /** Out of the trash; answers the ids that were in it. */
  restore(ids: readonly string[]): string[]
  /** Tells the folder of a picture of which none is known, as of those from before Recast kept it. */
  setFolder(id: string, folder: string | undefined): void
}

// One more than the distinct results. A row's own index look-ups, a hundred a page, so no join over all jobs and no query per picture.
const columns = `
  p.seq, p.id, p.name, p.folder, p.root_asset_id, p.current_asset_id, p.trashed_at, p.pose, p.created_at, p.step,
  EXISTS (SELECT 1 FROM picture_steps s WHERE s.picture_seq = p.seq AND s.n = p.step + 1) AS can_redo, a.width, a.height,
  1 + (SELECT count(DISTINCT o.asset_id) FROM jobs j JOIN outputs o ON o.job_id = j.id
       WHERE j.picture_id = p.id AND o.asset_id <> p.root_asset_id) AS version_count
  FROM pictures p JOIN assets a ON a.id = p.root_asset_id`

/** Escapes what LIKE would read as a pattern. */
export function likePattern(search: string): string {
  return `%${search.replace(/[\\%_]/g, (char) => `\\${char}`)}%`
}

/** What the version strip shows under a result; the same as `editName` says. */
export const labelExpression = `
  CASE j.kind
    WHEN 'style' THEN coalesce(json_extract(j.edit, '$.preset.title'), json_extract(j.edit, '$.styleId'), 'custom')
    WHEN 'perspective' THEN coalesce(json_extract(j.edit, '$.view.id'), 'perspective')
    WHEN 'generate' THEN replace(coalesce(json_extract(j.edit, '$.level'), 'generate'), '_', '-')
    WHEN 'story' THEN coalesce('scene-' || (json_extract(j.edit, '$.scene') + 1), 'story')
    WHEN 'upscale' THEN 'upscale-' || coalesce(json_extract(j.edit, '$.factor'), '') || 'x'
    WHEN 'custom' THEN coalesce(json_extract(j.edit, '$.title'), json_extract(j.edit, '$.workflowId'))
    ELSE j.kind
  END`

/** Prepares the statements over the pictures table. */
export function pictureTable(db: Database): PictureTable {
  const byId = db.prepare<[string], PictureRow>(`SELECT ${columns} WHERE p.id = ?`)
  const byRoot = db.prepare<[string], PictureRow>(`SELECT ${columns} WHERE p.root_asset_id = ?`)
  const insert = db.prepare<[Omit<NewPicture, 'folder'> & { folder: string | null }]>(
    `INSERT INTO pictures (id, name, folder, root_asset_id, current_asset_id, created_at)
     VALUES (@id, @name, @folder, @assetId, @assetId, @createdAt)`,
  )
  const where = (searching: boolean, trashed: boolean): string =>
    `p.trashed_at IS ${trashed ? 'NOT ' : ''}NULL ${searching ? `AND p.name LIKE @pattern ESCAPE '\\'` : ''}`
  const pages = new Map<string, ReturnType<typeof preparePage>>()
  const preparePage = (searching: boolean, trashed: boolean) => ({
    items: db.prepare<[Record<string, unknown>], PictureRow>(
      `SELECT ${columns} WHERE ${where(searching, trashed)} AND p.seq < @cursor ORDER BY p.seq DESC LIMIT @limit`,
    ),
    total: db
      .prepare<[Record<string, unknown>], number>(`SELECT count(*) FROM pictures p WHERE ${where(searching, trashed)}`)
      .pluck(),
  })
  const root = db.prepare<[string], VersionRow>(
    // Not imported but made from words, it has the job that made it.
    `SELECT a.*, j.id AS job_id, NULL AS from_asset_id, coalesce(${labelExpression}, 'original') AS label, j.seed AS seed, r.star, r.rejected, r.trashed_at
     FROM pictures p JOIN assets a ON a.id = p.root_asset_id
     LEFT JOIN jobs j ON a.origin = 'produced' AND j.seq = (
       SELECT min(m.seq) FROM outputs o JOIN jobs m ON m.id = o.job_id WHERE o.asset_id = p.root_asset_id AND m.picture_id = p.id)
     LEFT JOIN results r ON r.asset_seq = a.seq AND a.origin = 'produced'
     WHERE p.id = ?`,
  )
  const results = db.prepare<[string], VersionRow>(
    `SELECT a.*, j.id AS job_id, j.input_asset_id AS from_asset_id, ${labelExpression} AS label, j.seed AS seed, r.star, r.rejected, r.trashed_at
     FROM jobs j JOIN outputs o ON o.job_id = j.id JOIN assets a ON a.id = o.asset_id LEFT JOIN results r ON r.asset_seq = a.seq
     WHERE j.picture_id = ? ORDER BY j.seq, o.idx`,
  )
  const has = db
    .prepare<[{ pictureId: string; assetId: string }], number>(
      `SELECT EXISTS (SELECT 1 FROM pictures WHERE id = @pictureId AND root_asset_id = @assetId)
           OR EXISTS (SELECT 1 FROM outputs o JOIN jobs j ON j.id = o.job_id
                      WHERE o.asset_id = @assetId AND j.picture_id = @pictureId)`,
    )
    .pluck()
  const home = db
    .prepare<[{ assetId: string }], string>(
      `SELECT id FROM pictures WHERE trashed_at IS NULL AND (root_asset_id = @assetId OR id IN (
         SELECT j.picture_id FROM outputs o JOIN jobs j ON j.id = o.job_id WHERE o.asset_id = @assetId)) ORDER BY seq DESC LIMIT 1`,
    )
    .pluck()
  const pose = db.prepare<[string | null, string]>('UPDATE pictures SET pose = ? WHERE id = ?')
  const trash = db.prepare<[number, string]>('UPDATE pictures SET trashed_at = ? WHERE id = ? AND trashed_at IS NULL')
  const setFolder = db.prepare<[string, string]>('UPDATE pictures SET folder = ? WHERE id = ? AND folder IS NULL')
  const restore = db.prepare<[string]>('UPDATE pictures SET trashed_at = NULL WHERE id = ? AND trashed_at IS NOT NULL')

  const get = (id: string): Picture | undefined => {
    const row = byId.get(id)
    return row && pictureOfRow(row)
  }
  const trashAll = db.transaction((ids: readonly string[], now: number) => ids.filter((id) => trash.run(now, id).changes > 0))
  const restoreAll = db.transaction((ids: readonly string[]) => ids.filter((id) => restore.run(id).changes > 0))

  return {
    get,
    getByRootAsset(assetId) {
      const row = byRoot.get(assetId)
      return row && pictureOfRow(row)
    },
    insert(picture) {
      insert.run({ ...picture, folder: picture.folder ?? null })
      return get(picture.id) as Picture
    },
    page({ cursor, limit, search, trashed = false }) {
      const searching = search !== undefined && search !== ''
      const key = `${searching} ${trashed}`
      let statements = pages.get(key)
      if (!statements) pages.set(key, (statements = preparePage(searching, trashed)))
      const values = searching ? { pattern: likePattern(search.normalize('NFC')) } : {}
      // One row more tells whether there is another page.
      const rows = statements.items.all({ ...values, cursor: cursor ?? Number.MAX_SAFE_INTEGER, limit: limit + 1 })
      const items = rows.slice(0, limit).map(pictureOfRow)
      const last = items.at(-1)
      return {
        items,
        total: statements.total.get(values) ?? 0,
        ...(rows.length > limit && last ? { nextCursor: last.seq } : {}),
      }
    },
    versions(pictureId) {
      const first = root.get(pictureId)
      if (!first) return []
      const seen = new Set<string>()
      const versions: Version[] = []
      for (const row of [first, ...results.all(pictureId)]) {
        if (seen.has(row.id)) continue
        seen.add(row.id)
        versions.push({
          asset: assetOfRow(row),
          ...(row.job_id === null ? {} : { jobId: row.job_id }),
          ...(row.from_asset_id === null ? {} : { fromAssetId: row.from_asset_id }),
          label: row.label,
          ...(row.seed === null ? {} : { seed: row.seed }),
          ...markOfRow(row),
          ...(row.trashed_at === null ? {} : { trashedAt: row.trashed_at }),
        })
      }
      return versions
    },
    homeOf: (assetId) => home.get({ assetId }),
    hasVersion: (pictureId, assetId) => has.get({ pictureId, assetId }) === 1,
    setPose: (pictureId, value) => pose.run(value ? JSON.stringify(value) : null, pictureId).changes > 0,
    trash: (ids, now) => trashAll(ids, now),
    restore: (ids) => restoreAll(ids),
    setFolder: (id, folder) => void (folder === undefined || setFolder.run(folder, id)),
  }
}
