import { createHash } from 'node:crypto'
import { AppError } from '#shared/domain/error'
import type { AppFile } from './files'
import type { AssetStore } from './assets/asset-store'
import type { Engine } from './engines/engine'

/** An engine that can make a small draft of a picture in a style: WebP, its longer side of `size` pixels. The draft engine can. */
type TileEngine = Engine & { thumbnail(inputPath: string, styleId: string, size: number): Promise<Uint8Array> }

/** Small drafts of a picture in each style, for the style tiles. The engine keeps those that it made. */
export interface StyleTiles {
  /** Throws `input.not_found`, `input.unknown_style`, and `input.unsupported_edit` when no engine makes drafts. */
  get(assetId: string, styleId: string, width: number | undefined): Promise<AppFile>
}

/** Sizes that are made, so that few are kept: one for a tile, one for a tile on a dense screen. */
const sizes = [128, 256] as const

function isTileEngine(engine: Engine): engine is TileEngine {
  return 'thumbnail' in engine && typeof engine.thumbnail === 'function'
}

/**
 * Makes the tiles over the first engine that can. `version` is Recast's: another one may draw a style differently. `lookOf` says which
 * style of the catalogue drafts show for a style; throws `input.unknown_style`.
 */
export function createStyleTiles(context: {
  store: AssetStore
  engines: readonly Engine[]
  version: string
  lookOf: (styleId: string) => string
}): StyleTiles {
  const { store, engines, version, lookOf } = context
  const engine = engines.find(isTileEngine)
  const pending = new Map<string, Promise<Uint8Array>>()
  return {
    async get(assetId, styleId, width) {
      const input = store.engineInput(assetId)
      const look = lookOf(styleId)
      if (!engine) {
        throw new AppError('input.unsupported_edit', 'No engine here makes small drafts of styles. Set up the draft engine.')
      }
      const size = sizes.find((one) => one >= (width ?? sizes[0])) ?? sizes[1]
      const key = createHash('sha256').update(`${input.sha256}\0${look}\0${size}\0${version}`).digest('hex').slice(0, 40)
      let tile = pending.get(key)
      if (!tile) {
        tile = engine.thumbnail(input.path, look, size).finally(() => pending.delete(key))
        pending.set(key, tile)
      }
      return { bytes: await tile, mime: 'image/webp', etag: `"${key}"` }
    },
  }
}
