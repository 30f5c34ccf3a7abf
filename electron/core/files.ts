import type { Readable } from 'node:stream'
import type { ImportResult } from '#shared/contract/calls'
import type { FileUrlOptions } from '#shared/contract/client'
import type { AssetStore } from './assets/asset-store'
import type { EventSource } from './event-hub'
import type { Exports } from './exports/exports'
import type { StyleTiles } from './style-tiles'

/** A stored picture, ready to be sent: by path where there is a file for it, else by its bytes. */
export interface AppFile {
  path?: string
  bytes?: Uint8Array
  mime: string
  /** Strong entity tag, quotes included; the content behind one id and form never changes. */
  etag: string
  /** The name to save it under; only for downloads. */
  downloadName?: string
}

/** Pictures in and out of the app by content, for shells whose users don't share its disk. */
export interface AppFiles {
  /** Finds a picture in the wanted form; rejects with `input.not_found` for an unknown id. */
  read(assetId: string, options?: FileUrlOptions): Promise<AppFile>
  /** The thumbnails of these assets that are kept, in their order; undefined for one that is not, or would have to be made. */
  thumbnails(assetIds: readonly string[], width: number): Promise<(Uint8Array | undefined)[]>
  /** Imports one uploaded file, from a folder of this name; a bad file is an `error` in the result, not a rejection. */
  importUpload(name: string, stream: Readable, as: 'picture' | 'style', folder?: string): Promise<ImportResult>
}

/** Pictures in and out by content, over the asset store. */
export function createFiles(context: {
  store: AssetStore
  events: EventSource
  tiles: StyleTiles
  /** A file that an export made for a download, by its id. */
  made: (id: string) => AppFile | undefined
  exports: Pick<Exports, 'encoding'>
}): AppFiles {
  const { store, events, tiles, made, exports } = context
  return {
    async read(assetId, { width, styleId, download } = {}): Promise<AppFile> {
      const file = made(assetId)
      if (file) return file
      if (download) {
        const { name, ...options } = download
        return await store.download(assetId, name, await exports.encoding(assetId, options))
      }
      if (styleId !== undefined) return await tiles.get(assetId, styleId, width)
      return await store.serve(assetId, width)
    },
    thumbnails: store.keptThumbnails,
    async importUpload(name: string, stream: Readable, as: 'picture' | 'style', folder?: string): Promise<ImportResult> {
      const result = await store.importContent(name, stream, as, folder)
      if (result.picture) events.emit({ type: 'picture', picture: result.picture })
      return result
    },
  }
}
