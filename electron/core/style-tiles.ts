import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/domain/error'
import { resolveStyle } from '#shared/styles/catalogue'
import type { AppFile } from './app'
import type { AssetStore } from './assets/asset-store'

/** Makes the small draft of a picture in a style: an encoded picture whose longer side is `size`. */
export type TileMaker = (inputPath: string, styleId: string, size: number) => Promise<{ image: Uint8Array; mime: string }>

/** Small drafts of a picture in each style, for the style tiles; made when asked for, kept in `cache/tiles`. */
export interface StyleTiles {
  /** Throws `input.not_found`, `input.unknown_style`, and `input.unsupported_edit` when no engine makes drafts. */
  get(assetId: string, styleId: string, width: number | undefined): Promise<AppFile>
}

/** Sizes that are made: one for a tile, one for a tile on a dense screen. */
const sizes = [128, 256] as const
const extensions: Record<string, string> = { 'image/jpeg': '.jpg', 'image/png': '.png', 'image/webp': '.webp' }

/**
 * Opens the tiles of a data folder.
 * @param version of Recast: another one may draw a style differently, so it has tiles of its own.
 */
export function openStyleTiles(options: {
  dataDir: string
  version: string
  store: AssetStore
  make: TileMaker | undefined
}): StyleTiles {
  const { dataDir, version, store, make } = options
  const folder = join(dataDir, 'cache', 'tiles')
  const pending = new Map<string, Promise<{ path: string; mime: string }>>()

  async function find(key: string): Promise<{ path: string; mime: string } | undefined> {
    for (const [mime, extension] of Object.entries(extensions)) {
      const path = join(folder, key + extension)
      if (
        await stat(path).then(
          (file) => file.size > 0,
          () => false,
        )
      )
        return { path, mime }
    }
    return undefined
  }

  async function findOrMake(
    key: string,
    inputPath: string,
    styleId: string,
    size: number,
  ): Promise<{ path: string; mime: string }> {
    const found = await find(key)
    if (found) return found
    if (!make)
      throw new AppError('input.unsupported_edit', 'No engine of this Recast makes drafts of styles. Set up the draft engine.')
    const { image, mime } = await make(inputPath, styleId, size)
    const path = join(folder, key + (extensions[mime] ?? '.png'))
    const part = join(folder, `.${randomUUID()}.part`)
    await mkdir(folder, { recursive: true })
    try {
      // Not flushed: a cache file that a power loss cut off is empty or whole on the file systems we run on, and empty ones are made again.
      await writeFile(part, image)
      await rename(part, path)
    } finally {
      await rm(part, { force: true })
    }
    return { path, mime }
  }

  return {
    async get(assetId, styleId, width) {
      const input = store.engineInput(assetId)
      const style = resolveStyle(styleId)
      const size = sizes.find((one) => one >= (width ?? sizes[0])) ?? sizes[1]
      const key = createHash('sha256').update(`${input.sha256}\0${style.id}\0${size}\0${version}`).digest('hex').slice(0, 40)
      let tile = pending.get(key)
      if (!tile) {
        tile = findOrMake(key, input.path, style.id, size).finally(() => pending.delete(key))
        pending.set(key, tile)
      }
      return { ...(await tile), etag: `"${key}"` }
    },
  }
}
