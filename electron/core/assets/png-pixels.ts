import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import { plainPng } from './png-check'

const inflating = promisify(inflate)

/** The pixels of an opaque PNG of 8 bits, as they are packed: each row behind the byte that names its filter. */
export interface FilteredPixels {
  width: number
  height: number
  /** `height` rows of 1 + 3 × `width` bytes. */
  rows: Buffer
}

/** Memory of the last picture's for the next one's: what is left to the garbage collector for each job stops others. */
let spare: Buffer | undefined
/** So much is kept. Bytes. */
const maxSpare = 4 * 1024 * 1024

/** Larger ones are decoded as a stream: these are held whole, several at a time. Bytes; a picture of 4K has as many. */
const maxHeld = 26 * 1024 * 1024
const channels = 3

/**
 * The pixels of a PNG in memory, inflated beside the main thread in a third of a decoder's time. That proves as much as a decoder would: the
 * stream is whole (its own checksum is checked), it has each row's bytes, no more, and only filters that there are. Undefined of a PNG that
 * is damaged, large, or not {@link plainPng}: whoever asks lets the decoder judge that.
 */
export async function inflatePixels(png: Buffer): Promise<FilteredPixels | undefined> {
  const plain = plainPng(png)
  if (!plain) return undefined
  const { width, height, packed } = plain
  const stride = 1 + width * channels
  const length = stride * height
  if (length > maxHeld) return undefined
  // One piece with a byte to spare: what is longer than it says is found by its length. (zlib takes no piece below 64 bytes.)
  const size = Math.max(64, length + 1)
  const held = inOnePiece(packed)
  const rows = await inflating(held, { chunkSize: size, maxOutputLength: size }).catch(() => undefined)
  if (held.buffer.byteLength <= maxSpare) spare = Buffer.from(held.buffer)
  if (rows?.length !== length) return undefined
  for (let at = 0; at < length; at += stride) if ((rows[at] ?? 0) > 4) return undefined
  return { width, height, rows }
}

function inOnePiece(parts: readonly Buffer[]): Buffer {
  let length = 0
  for (const part of parts) length += part.length
  const all = spare !== undefined && spare.length >= length ? spare : Buffer.allocUnsafeSlow(length)
  spare = undefined
  let at = 0
  for (const part of parts) at += part.copy(all, at)
  return all.subarray(0, length)
}

/** Columns and rows of the coarse picture by which a picture is told from an empty one. */
const cells = 64
/** Bytes that are looked at, at the most: a few milliseconds of the main thread. */
const maxLooked = 1_000_000

/**
 * Whether a picture shows something: two fields of its upper part, a 64th of its width and height each, differ by more than `spread` of
 * 255 in a colour. False says nothing about the rest of it: only as many rows are looked at as it takes, and no more than a megabyte.
 */
export function showsSomething({ width, height, rows }: FilteredPixels, spread: number): boolean {
  const bytes = width * channels
  const lookable = Math.min(height, Math.floor(maxLooked / bytes))
  if (lookable === 0) return false
  const bandRows = Math.max(1, Math.floor(height / cells))
  const columns = Math.min(cells, width)
  const sums = new Float64Array(columns * channels)
  const low = [255, 255, 255]
  const high = [0, 0, 0]
  const counts = new Float64Array(columns)
  const cellOf = Uint16Array.from({ length: width }, (_, x) => Math.floor((x * columns) / width))
  for (const cell of cellOf) counts[cell] = (counts[cell] ?? 0) + bandRows
  let above = new Uint8Array(bytes)
  let row = new Uint8Array(bytes)
  for (let y = 0; y < lookable; y += 1) {
    const at = y * (bytes + 1)
    unfilter(rows[at] ?? 0, rows.subarray(at + 1, at + 1 + bytes), above, row)
    for (let x = 0, i = 0; x < width; x += 1) {
      const sum = (cellOf[x] ?? 0) * channels
      for (let channel = 0; channel < channels; channel += 1, i += 1) {
        sums[sum + channel] = (sums[sum + channel] ?? 0) + (row[i] ?? 0)
      }
    }
    ;[above, row] = [row, above]
    if ((y + 1) % bandRows !== 0) continue
    for (const [i, sum] of sums.entries()) {
      const value = sum / (counts[Math.floor(i / channels)] ?? 1)
      const channel = i % channels
      low[channel] = Math.min(low[channel] ?? 0, value)
      high[channel] = Math.max(high[channel] ?? 0, value)
    }
    if (high.some((most, channel) => most - (low[channel] ?? 0) > spread)) return true
    sums.fill(0)
  }
  return false
}

/** Takes a row's filter off (PNG, third edition, clause 9). `above` is the row before, `row` becomes the pixels. */
function unfilter(filter: number, packed: Uint8Array, above: Uint8Array, row: Uint8Array): void {
  for (let i = 0; i < packed.length; i += 1) {
    const value = packed[i] ?? 0
    const left = i < channels ? 0 : (row[i - channels] ?? 0)
    const up = above[i] ?? 0
    switch (filter) {
      case 1:
        row[i] = value + left
        break
      case 2:
        row[i] = value + up
        break
      case 3:
        row[i] = value + ((left + up) >> 1)
        break
      case 4:
        row[i] = value + paeth(left, up, i < channels ? 0 : (above[i - channels] ?? 0))
        break
      default:
        row[i] = value
    }
  }
}

/** The neighbour that is nearest to left + up − corner. */
function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner)
  const toUp = Math.abs(left - corner)
  const toCorner = Math.abs(left + up - 2 * corner)
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}
