import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { pngChunk, writePng } from '../../../test/pictures/png-writer'
import { inflatePixels, showsSomething } from './png-pixels'

const side = 128
/** Noise around one grey: its fields are alike, its pixels are not, so that a filter taken off wrongly gives fields of any value. */
const noise = (grey: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: side * side * 3 }, (_, i) => grey + (((i * 7919) >> 3) % 9) - 4))
const png = (pixels: Buffer): Buffer => writePng({ width: side, height: side, colour: 'rgb', pixels })

/** A PNG with these bytes for its rows, filters included. */
function pngOfRows(rows: Buffer, { kind = [8, 2, 0, 0, 0], packed = deflateSync(rows), between = [] as Buffer[] } = {}): Buffer {
  const size = Buffer.alloc(8)
  size.writeUInt32BE(side, 0)
  size.writeUInt32BE(side, 4)
  const [half, rest] = [packed.subarray(0, packed.length >> 1), packed.subarray(packed.length >> 1)]
  return Buffer.concat([
    png(noise(9)).subarray(0, 8),
    pngChunk('IHDR', Buffer.concat([size, Buffer.from(kind)])),
    pngChunk('IDAT', half),
    ...between,
    pngChunk('IDAT', rest),
    pngChunk('IEND'),
  ])
}

/** Rows with one filter, put on as the standard says. */
function filtered(pixels: Buffer, filter: number): Buffer {
  const bytes = side * 3
  const rows = Buffer.alloc((bytes + 1) * side, filter)
  const at = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : (pixels[y * bytes + x] ?? 0))
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < bytes; x += 1) {
      const [a, b, c] = [at(x - 3, y), at(x, y - 1), x < 3 ? 0 : at(x - 3, y - 1)]
      const near = [a, b, c].toSorted((one, other) => Math.abs(a + b - c - one) - Math.abs(a + b - c - other))[0] ?? 0
      rows[y * (bytes + 1) + 1 + x] = at(x, y) - ([0, a, b, (a + b) >> 1, near][filter] ?? 0)
    }
  }
  return rows
}

describe('inflatePixels', () => {
  it('has every pixel, in one piece or many', async () => {
    const pixels = noise(100)
    for (const made of [png(pixels), pngOfRows(filtered(pixels, 0))]) {
      const found = await inflatePixels(made)
      expect(found).toMatchObject({ width: side, height: side })
      expect(found?.rows.equals(filtered(pixels, 0))).toBe(true)
    }
  })
  it.each([
    ['has a byte too few', () => pngOfRows(filtered(noise(1), 0).subarray(1))],
    ['has a byte too many', () => pngOfRows(Buffer.concat([filtered(noise(1), 0), Buffer.alloc(1)]))],
    ['has a filter that there is not', () => pngOfRows(filtered(noise(1), 5))],
    ['breaks off', () => pngOfRows(Buffer.alloc(0), { packed: deflateSync(filtered(noise(1), 0)).subarray(0, -9) })],
    ['is damaged', () => pngOfRows(Buffer.alloc(0), { packed: deflateSync(filtered(noise(1), 0)).fill(7, 20, 60) })],
    ['is interlaced', () => pngOfRows(filtered(noise(1), 0), { kind: [8, 2, 0, 0, 1] })],
    ['has 16 bits', () => pngOfRows(filtered(noise(1), 0), { kind: [16, 2, 0, 0, 0] })],
    ['has a palette', () => pngOfRows(filtered(noise(1), 0), { kind: [8, 3, 0, 0, 0] })],
    ['is cut in the middle by another chunk', () => pngOfRows(filtered(noise(1), 0), { between: [pngChunk('tEXt')] })],
    ['has a chunk that a decoder must know', () => pngOfRows(filtered(noise(1), 0), { between: [pngChunk('ABCD')] })],
    ['ends before its end', () => pngOfRows(filtered(noise(1), 0)).subarray(0, -6)],
    ['is no PNG', () => Buffer.from('<html>')],
  ])('leaves one that %s to the decoder', async (_why, make) => {
    expect(await inflatePixels(make())).toBeUndefined()
  })
})

describe('showsSomething', () => {
  const shows = async (made: Buffer, spread = 12): Promise<boolean> => {
    const pixels = await inflatePixels(made)
    if (!pixels) throw new Error('not inflated')
    return showsSomething(pixels, spread)
  }
  it.each([0, 1, 2, 3, 4])('takes filter %i off', async (filter) => {
    // Flat as pixels and not as bytes; then the same with one field of another grey.
    const pixels = noise(100)
    expect(await shows(pngOfRows(filtered(pixels, filter)))).toBe(false)
    for (const y of [40, 41]) pixels.fill(130, (y * side + 60) * 3, (y * side + 62) * 3)
    expect(await shows(pngOfRows(filtered(pixels, filter)))).toBe(true)
  })
  it('sees one colour alone', async () => {
    const pixels = noise(100)
    for (let i = 2; i < side * 3 * 64; i += 3) pixels[i] = 150
    expect(await shows(png(pixels))).toBe(true)
  })
  it('looks at the beginning of a large picture only', async () => {
    const large = { width: 1200, height: 1200, channels: 3 } as const
    const top = await sharp({ create: { ...large, background: '#777' } })
      .png()
      .toBuffer()
    const drawn = (y: number): Promise<Buffer> =>
      sharp(top)
        .composite([{ input: { create: { width: 200, height: 40, channels: 3, background: '#fff' } }, left: 100, top: y }])
        .png({ palette: false })
        .removeAlpha()
        .toBuffer()
    expect(await shows(await drawn(100))).toBe(true)
    expect(await shows(await drawn(1000))).toBe(false)
  })
  it('holds of pictures smaller than its fields', async () => {
    const pixels = Buffer.from([0, 0, 0, 90, 90, 90])
    expect(await shows(writePng({ width: 2, height: 1, colour: 'rgb', pixels }))).toBe(true)
  })
})
