import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { ImportResult } from '#shared/contract/calls'
import { toAppError, type AppError } from '#shared/domain/error'
import { pictureName } from '#shared/domain/picture-name'
import type { Database } from '../database/database'
import type { AssetTable, StoredAsset } from '../database/tables/assets'
import type { PictureTable } from '../database/tables/pictures'
import { gate } from './gate'
import { ingest, stage, stageFile, type IngestContext, type Staged } from './ingest'
import { folderName } from './names'
import { findPictures } from './walk'

/** What an import is for: an entry of the library, or a style picture, which is an asset only. */
export type ImportPurpose = 'picture' | 'style'

/** Options of an import. */
export interface ImportOptions {
  signal?: AbortSignal
  /** Told of each result as soon as it is there, in order. */
  onResult?: (result: ImportResult, index: number) => void
}

/** Takes pictures in. Nothing here rejects for a bad file: each file has a result of its own. */
export interface Importer {
  /** Imports files and folders (recursively, natural order); one result a file, in order, and one for each folder that cannot be read. */
  importPaths(paths: readonly string[], as: ImportPurpose, options?: ImportOptions): Promise<ImportResult[]>
  /** Imports content that is handed over: an upload, a drop, a paste. */
  importContent(
    name: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    as: ImportPurpose,
    /** The name of the folder that it comes from. */
    folder?: string,
  ): Promise<ImportResult>
}

/** What the importer works on. */
export interface ImportContext extends Omit<IngestContext, 'known'> {
  db: Database
  assets: AssetTable
  pictures: PictureTable
  /** Turns what the database throws into an AppError. */
  toError?: (thrown: unknown) => AppError
}

/** Two at a time double the throughput on two cores (MEASURED.md, Pictures); each may hold a decoded picture in memory. */
const inFlight = 2

/** Puts the file's name into an error, so that it can be shown apart from its result. */
function failed(file: string, error: AppError): ImportResult {
  const view = error.toView()
  return { file, duplicate: false, error: { ...view, detail: { ...view.detail, file: basename(file) } } }
}

/** Makes the importer of a data folder. */
export function createImporter(context: ImportContext): Importer {
  const { db, assets, pictures, blobs } = context
  const toError = context.toError ?? toAppError
  const ingestContext: IngestContext = { ...context, known: (sha256) => assets.getBySha256(sha256) }
  // Over all imports: two drops at once are not twice the memory.
  const places = gate(inFlight)

  /** One transaction: the asset, and the picture over it. What was in the trash comes back, what was there stays. */
  const commit = db.transaction((fresh: StoredAsset, path: string, as: ImportPurpose): Omit<ImportResult, 'file'> => {
    const before = assets.getBySha256(fresh.asset.sha256)
    const { asset, workingSha256 } = assets.insertOrReuse(fresh)
    if (workingSha256 !== fresh.workingSha256) {
      assets.setWorking(asset.id, { ...fresh.asset, sha256: fresh.workingSha256 })
    }
    if (as === 'style') return { asset, duplicate: before !== undefined }
    const there = pictures.getByRootAsset(asset.id)
    if (there) {
      pictures.restore([there.id])
      pictures.setFolder(there.id, folderName(path))
      return { asset, picture: pictures.get(there.id) ?? there, duplicate: true }
    }
    return {
      asset,
      picture: pictures.insert({
        id: randomUUID(),
        name: pictureName(path),
        folder: folderName(path),
        assetId: asset.id,
        createdAt: Date.now(),
      }),
      duplicate: false,
    }
  })

  const take = async (
    file: string,
    as: ImportPurpose,
    staging: () => Promise<Staged>,
    turn: Promise<unknown>,
    path = file,
  ): Promise<ImportResult> => {
    try {
      const fresh = await places.run(async () => ingest(ingestContext, await staging(), { origin: 'imported' }))
      // Pictures enter the library in the order of their files, whichever was decoded first.
      await turn
      return { file, ...commit(fresh, path, as) }
    } catch (error) {
      return failed(file, toError(error))
    }
  }

  return {
    async importPaths(paths, as, { signal, onResult } = {}) {
      const found = await findPictures(paths)
      const results: ImportResult[] = []
      let turn: Promise<unknown> = Promise.resolve()
      const window: Promise<unknown>[] = []
      for (const [index, { file, error }] of found.entries()) {
        const before = turn
        const one = error
          ? Promise.resolve(failed(file, error))
          : take(
              file,
              as,
              () => {
                signal?.throwIfAborted()
                return stageFile(blobs, file, signal)
              },
              before,
            )
        turn = Promise.all([one, before]).then(([result]) => {
          results[index] = result
          onResult?.(result, index)
        })
        window.push(turn)
        // Only as many promises as work in flight: a folder of thousands is not thousands of open files.
        if (window.length >= inFlight) await window.shift()
      }
      await turn
      return results
    },
    importContent(name, content, as, folder) {
      const pieces = content instanceof Uint8Array ? [content] : content
      const path = folder === undefined ? name : `${folder}/${name}`
      return take(name, as, () => stage(blobs, toAsync(pieces)), Promise.resolve(), path)
    },
  }
}

async function* toAsync(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces
}
