/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import type { Rgb } from './picture'
import type { Tile } from './network/tiles'

const leastIntervalMs = 300

/** A small picture of a large result as it fills up tile by tile. */
export class TilePreview {
  readonly picture: Rgb
  private readonly factor: number
  private last = performance.now()

  constructor(width: number, height: number, side: number) {
    this.factor = Math.min(1, side / Math.max(width, height))
    const small = { width: Math.max(1, Math.floor(width * this.factor)), height: Math.max(1, Math.floor(height * this.factor)) }
    this.picture = { ...small, data: new Uint8Array(small.width * small.height * 3).fill(128) }
  }

  /** Lays a coarse version under everything; it must have the preview's own size. */
  begin(coarse: Rgb): void {
    if (coarse.width === this.picture.width && coarse.height === this.picture.height) this.picture.data.set(coarse.data)
  }

  /** Takes over one finished tile, by its nearest pixels. */
  take(result: Rgb, tile: Tile): void {
    const { factor, picture } = this
    const right = Math.min(picture.width, Math.ceil(tile.inner.right * factor))
    const bottom = Math.min(picture.height, Math.ceil(tile.inner.bottom * factor))
    for (let y = Math.floor(tile.inner.top * factor); y < bottom; y += 1) {
      const row = Math.min(result.height - 1, Math.floor((y + 0.5) / factor))
      for (let x = Math.floor(tile.inner.left * factor); x < right; x += 1) {
        const from = (row * result.width + Math.min(result.width - 1, Math.floor((x + 0.5) / factor))) * 3
        const to = (y * picture.width + x) * 3
        picture.data[to] = result.data[from]!
        picture.data[to + 1] = result.data[from + 1]!
        picture.data[to + 2] = result.data[from + 2]!
      }
    }
  }

  /** Whether enough time has passed for another preview; counts from here when it has. */
  isDue(): boolean {
    const now = performance.now()
    if (now - this.last < leastIntervalMs) return false
    this.last = now
    return true
  }
}
