import { createHash } from 'node:crypto'
import { AppError } from '#shared/domain/error'
import { exportExtensions, type ExportFormat } from '#shared/domain/export'
import type { Database } from '../database/database'
import { toCoreError } from '../database/errors'
import { assetTable, type AssetTable, type StoredAsset } from '../database/tables/assets'
import { pictureTable, type PictureTable } from '../database/tables/pictures'
import type { EngineInput, EngineResult } from '../engines/engine'
import { openBlobStore, type BlobStore } from './blob-store'
import { exportPicture, exportMimes, planExportPath, renderExport, writeExport, type EncodeOptions } from './export'
import { checkFiles, type Check, type FileCheckOptions } from './file-checks'
import { createImporter, type Importer } from './import'
import { safeFileStem } from './names'
import { storeProduced } from './produced'
import { openThumbnails, thumbnailMime, thumbnailWidth, type Thumbnails } from './thumbnails'

/** Options of {@link openAssetStore}. */
export interface AssetStoreOptions {
  dataDir: string
  db: Database
  /** Another way of storing files; the tests of durability put a careless one here. */
  openBlobs?: (dataDir: string) => Promise<BlobStore>
  /** Bytes of thumbnails that are kept; absent: 512 MiB. */
  thumbnailCacheBytes?: number
}

/** A stored picture in some form, ready to be sent. */
export interface ServedFile {
  path?: string
  bytes?: Uint8Array
  mime: string
  /** Strong entity tag, quotes included. */
  etag: string
}

/** Everything about pictures on this disk: in, kept, shown, out. */
export interface AssetStore extends Importer {
  readonly assets: AssetTable
  readonly pictures: PictureTable
  readonly blobs: BlobStore
  /** An asset as engines see it. Throws `input.not_found`. */
  engineInput(assetId: string): EngineInput
  /**
   * Takes an engine's result file over, durably; answers the row for `assets.insertOrReuse` within the caller's transaction.
   * `trusted` where Recast's own code painted or decoded it already: what a server sends is decoded before it is believed.
   */
  storeProduced(result: EngineResult, trusted?: boolean): Promise<StoredAsset>
  /** The working picture, or a thumbnail of at least that width. Throws `input.not_found`, `input.damaged`, `io.*`. */
  serve(assetId: string, width?: number): Promise<ServedFile>
  /** Thumbnails of at least that width that are kept, in the order asked for; undefined for others. Never rejects. */
  keptThumbnails(assetIds: readonly string[], width: number): Promise<(Uint8Array | undefined)[]>
  /** The picture as a download in a format, with the name to save it under. */
  download(assetId: string, name: string, options: EncodeOptions): Promise<ServedFile & { downloadName: string }>
  /** Writes a copy to a folder, never over another file; answers its path. */
  export(assetId: string, target: { dir: string; name: string } & EncodeOptions): Promise<string>
  /** The path that an export will have; store it, then call {@link AssetStore.writeExport}. */
  planExportPath(dir: string, name: string, format: ExportFormat, taken?: (key: string) => boolean): Promise<string>
  /** Writes to a planned path; may be repeated. `input.conflict` when another file took it. */
  writeExport(assetId: string, path: string, options: EncodeOptions): Promise<void>
  checkFiles(options: FileCheckOptions): Promise<Check[]>
}

/** Media types of working files. */
const mimeByFormat: Record<string, string> = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' }

/** Uses a working file; one that is gone gets words of its own. */
async function withFile<T>(blobs: BlobStore, stored: StoredAsset, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(blobs.path(stored.workingSha256))
  } catch (error) {
    if (await blobs.size(stored.workingSha256)) throw error
    throw new AppError('input.not_found', 'The file of this picture is gone. Run "recast doctor", or import the picture again.', {
      cause: error,
      detail: { assetId: stored.asset.id },
    })
  }
}

/** Opens the asset store of a data folder and sweeps what a former process left in the making. Only the folder's owner may. */
export async function openAssetStore(options: AssetStoreOptions): Promise<AssetStore> {
  const { dataDir, db, openBlobs = openBlobStore } = options
  const blobs = await openBlobs(dataDir)
  await blobs.sweepStaging()
  const thumbnails: Thumbnails = await openThumbnails(dataDir, options.thumbnailCacheBytes)
  await thumbnails.sweep()
  const assets = assetTable(db)
  const pictures = pictureTable(db)
  const importer = createImporter({ db, assets, pictures, blobs, thumbnails, toError: toCoreError })

  const need = (assetId: string): StoredAsset => {
    const stored = assets.get(assetId)
    if (stored) return stored
    throw new AppError('input.not_found', 'There is no such picture. Reload the library and choose it again.', {
      detail: { assetId },
    })
  }
  return {
    ...importer,
    assets,
    pictures,
    blobs,
    engineInput(assetId) {
      const { asset, workingSha256 } = need(assetId)
      const { width, height, hasAlpha } = asset
      return { assetId, sha256: workingSha256, path: blobs.path(workingSha256), width, height, hasAlpha }
    },
    storeProduced: (result, trusted) =>
      storeProduced({ blobs, thumbnails, known: (sha256) => assets.getBySha256(sha256) }, result, trusted),
    async serve(assetId, width) {
      const stored = need(assetId)
      const sha256 = stored.workingSha256
      return withFile(blobs, stored, async (path) => {
        const original = sha256 === stored.asset.sha256
        const whole = {
          path,
          mime: original ? (mimeByFormat[stored.asset.format] ?? 'image/png') : 'image/png',
          etag: `"${sha256}"`,
        }
        if (width === undefined) return whole
        try {
          const bytes = await thumbnails.get({ sha256, path }, width)
          return { bytes, mime: thumbnailMime, etag: `"${sha256.slice(0, 40)}-${thumbnailWidth(width)}"` }
        } catch (error) {
          // A full disk must not empty the library: the picture itself shows the same, slower.
          if (error instanceof AppError && error.code.startsWith('io.')) return whole
          throw error
        }
      })
    },
    keptThumbnails: (assetIds, width) =>
      Promise.all(
        assetIds.map((assetId) => {
          const stored = assets.get(assetId)
          return stored && thumbnails.kept(stored.workingSha256, width)
        }),
      ),
    async download(assetId, name, options) {
      const stored = need(assetId)
      const mime = exportMimes[options.format]
      const file = await withFile(blobs, stored, (path) => renderExport(path, options))
      const form = createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 16)
      const etag = `"${stored.workingSha256.slice(0, 40)}-${options.format}-${form}"`
      return { ...file, mime, etag, downloadName: safeFileStem(name) + exportExtensions[options.format] }
    },
    export: (assetId, target) => withFile(blobs, need(assetId), (path) => exportPicture(path, target)),
    planExportPath,
    writeExport: (assetId, path, options) => withFile(blobs, need(assetId), (working) => writeExport(working, path, options)),
    checkFiles: (options) => checkFiles({ dataDir, blobs, assets, thumbnails }, options),
  }
}
