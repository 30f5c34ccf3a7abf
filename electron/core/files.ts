import type { Readable } from 'node:stream'
import type { ImportResult } from '#shared/contract/calls'
import type { AppFile, AppFiles } from './app'
import type { AssetStore } from './assets/asset-store'
import type { EventSource } from './event-hub'
import type { Exports } from './exports/exports'
import type { StyleTiles } from './style-tiles'

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
