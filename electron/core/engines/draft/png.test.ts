import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { encodePng } from './png'

function noise(length: number): Uint8Array {
  const data = new Uint8Array(length)
  let state = 7
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[i] = state >>> 24
  }
  return data
}

describe('encodePng', () => {
  it.each([
    [1, 1, 3],
    [1, 5, 4],
    [7, 1, 3],
    [33, 17, 3],
    [16, 9, 4],
    [640, 480, 3],
  ] as const)('%i × %i with %i channels is read back pixel by pixel', async (width, height, channels) => {
    const data = noise(width * height * channels)
    const png = await encodePng({ width, height, channels, data })
    const read = await sharp(png, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
    expect(read.info).toMatchObject({ width, height, channels })
    expect(Buffer.compare(read.data, Buffer.from(data))).toBe(0)
  })

  it('has nothing but pixels in it, and flat ones take little', async () => {
    const png = await encodePng({ width: 512, height: 512, channels: 4, data: new Uint8Array(512 * 512 * 4).fill(200) })
    const types = [...png.toString('latin1').matchAll(/IHDR|IDAT|IEND|[a-z][A-Za-z]{3}(?=\0\0)/g)].map(([type]) => type)
    expect([...new Set(types)]).toEqual(['IHDR', 'IDAT', 'IEND'])
    expect(png.byteLength).toBeLessThan(512 * 512 * 4 * 0.02)
  })
})
