import { createHash } from 'node:crypto'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { breakChecksum, pngChunk, writePng } from '../../../test/pictures/png-writer'
import { checkPng, type PngFacts, writeBarePng } from './png-check'

let dir: string
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'recast-png-'))))
afterAll(() => rm(dir, { recursive: true, force: true }))

const check = async (png: Buffer): Promise<PngFacts> => {
  const path = join(dir, 'a.png')
  await writeFile(path, png)
  const file = await open(path)
  try {
    return await checkPng(file)
  } finally {
    await file.close()
  }
}
const picture = (...extra: Buffer[]): Buffer =>
  writePng({ width: 8, height: 8, colour: 'rgb', pixels: Buffer.alloc(192, 7), extra })

describe('checkPng', () => {
  it('says what a sound one is', async () => {
    expect(await check(picture())).toEqual({ bitDepth: 8, animated: false, bare: true })
    expect(await check(picture(pngChunk('eXIf', Buffer.from('MM'))))).toMatchObject({ bare: false })
    expect(await check(picture(pngChunk('acTL', Buffer.alloc(8))))).toMatchObject({ animated: true, bare: false })
  })
  it.each(['IHDR', 'tEXt', 'IDAT', 'IEND'])('finds a wrong checksum of %s and names it', async (type) => {
    const png = breakChecksum(picture(pngChunk('tEXt', Buffer.from('a\0b'))), type)
    await expect(check(png)).rejects.toMatchObject({
      code: 'input.damaged',
      message: expect.stringContaining(`its ${type} chunk is wrong`),
    })
  })
  it('finds every single flipped bit after the signature', async () => {
    const png = picture()
    for (let bit = 64; bit < png.length * 8; bit += 3) {
      const broken = Buffer.from(png)
      broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await expect(check(broken), `bit ${bit}`).rejects.toMatchObject({ code: 'input.damaged' })
    }
  })
  it('finds every cut', async () => {
    const png = picture()
    for (let length = 8; length < png.length; length++) {
      await expect(check(png.subarray(0, length))).rejects.toMatchObject({ code: 'input.damaged' })
    }
  })
  it('walks through a chunk larger than its buffer', async () => {
    expect(await check(picture(pngChunk('teSt', Buffer.alloc(3_500_000, 5))))).toMatchObject({ bitDepth: 8 })
  })
})

describe('writeBarePng', () => {
  it('keeps the pixels and nothing else, also of files longer than one reading', async () => {
    const [width, height] = [1024, 700]
    const pixels = Buffer.alloc(width * height * 3)
    // Hardly compressible: over two megabytes in hundreds of chunks.
    for (let i = 0, state = 7; i < pixels.length; i++) pixels[i] = (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24
    const text = Buffer.concat([Buffer.from('prompt\0'), Buffer.alloc(3e6, 65)])
    const plain = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer()
    const told = Buffer.concat([plain.subarray(0, 33), pngChunk('tEXt', text), plain.subarray(33)])
    const [source, target] = [join(dir, 'told.png'), join(dir, 'bare.png')]
    await writeFile(source, told)
    const written = await writeBarePng(source, target)
    const bare = await readFile(target)
    expect(written).toEqual({ bytes: bare.length, sha256: createHash('sha256').update(bare).digest('hex') })
    expect(bare.length).toBeLessThanOrEqual(plain.length)
    expect(await check(bare)).toEqual({ bitDepth: 8, animated: false, bare: true })
    expect(Buffer.compare(await sharp(bare).raw().toBuffer(), pixels)).toBe(0)
    expect((await sharp(bare).metadata()).comments).toBeUndefined()
    expect(await writeBarePng(told, target)).toEqual(written)
    expect(Buffer.compare(await readFile(target), bare)).toBe(0)
  })
  it('copies chunks of any length and number, from a file and from memory', async () => {
    const [width, height] = [900, 700]
    const pixels = Buffer.alloc(width * height * 3)
    for (let i = 0, state = 7; i < pixels.length; i++) pixels[i] = (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24
    // One chunk of pixels that is longer than a reading.
    const long = writePng({ width, height, colour: 'rgb', pixels })
    const end = long.length - 12
    const words = Array.from({ length: 200 }, (_, n) => pngChunk('tEXt', Buffer.from(`a\0${n}`)))
    const torn = words.flatMap((word) => [word, pngChunk('IDAT', Buffer.alloc(0))])
    const path = join(dir, 'long.png')
    for (const png of [long, Buffer.concat([long.subarray(0, end), ...torn, long.subarray(end)])]) {
      await writeFile(path, png)
      for (const source of [png, path]) {
        const target = join(dir, 'bare.png')
        const { bytes, sha256 } = await writeBarePng(source, target)
        const bare = await readFile(target)
        expect({ bytes, sha256 }).toEqual({ bytes: bare.length, sha256: createHash('sha256').update(bare).digest('hex') })
        expect(await check(bare)).toEqual({ bitDepth: 8, animated: false, bare: true })
        expect(Buffer.compare(await sharp(bare).raw().toBuffer(), pixels)).toBe(0)
      }
    }
  })
  it('refuses a file that ends early', async () => {
    const path = join(dir, 'short.png')
    await writeFile(path, picture().subarray(0, -20))
    await expect(writeBarePng(path, join(dir, 'out.png'))).rejects.toMatchObject({ code: 'input.damaged' })
  })
  it('does the same with bytes in memory, and leaves them as they are', async () => {
    const png = picture(pngChunk('tEXt', Buffer.from('a\0b')))
    const [held, file, target] = [Buffer.from(png), join(dir, 'told.png'), join(dir, 'bare.png')]
    await writeFile(file, png)
    expect(await checkPng(held)).toEqual(await check(png))
    expect(await writeBarePng(held, target)).toEqual(await writeBarePng(file, join(dir, 'other.png')))
    for (let length = 8; length < png.length; length++) {
      const cut = Buffer.from(png.subarray(0, length))
      await expect(checkPng(cut)).rejects.toMatchObject({ code: 'input.damaged' })
      expect(cut.equals(png.subarray(0, length))).toBe(true)
    }
    expect(held.equals(png)).toBe(true)
  })
})
