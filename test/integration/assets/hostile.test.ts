import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { oddPictures, oddSize, scene } from '../../pictures/odd-pictures'
import { pngChunk, writePng } from '../../pictures/png-writer'
import { must } from './must'
import { openTestStore } from './open-store'

/** Numbers that are the same at each run. */
function dice(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

/** Makes every chunk's checksum right again, so that what was changed reaches the decoder. */
function mendPng(png: Buffer): Buffer {
  for (let at = 8; at + 12 <= png.length;) {
    const end = at + 8 + png.readUInt32BE(at)
    if (end + 4 > png.length) break
    png.writeUInt32BE(crc32(png.subarray(at + 4, end)), end)
    at = end + 4
  }
  return png
}

const sources = [
  'plain.jpg',
  'plain.png',
  'plain.webp',
  'plain.tif',
  'plain.avif',
  'animated.gif',
  'animated.webp',
  'cmyk.jpg',
  '16-bit.png',
  'display-p3.jpg',
]

describe('hostile pictures', () => {
  it.each(sources)('%s with bytes changed or cut is imported or refused with words, never a fault', async (file) => {
    const { store, dataDir } = await openTestStore()
    const good = await must(oddPictures.find((odd) => odd.file === file)).bytes()
    const roll = dice(good.length + file.length * 7919)
    const codes = new Map<string, number>()
    for (let run = 0; run < 60; run++) {
      const bytes = Buffer.from(good.subarray(0, run % 4 === 0 ? 1 + roll(good.length) : good.length))
      for (let change = roll(6); change >= 0; change--) {
        // Headers are where the dangerous numbers are.
        const at = roll(2) === 0 ? roll(bytes.length) : roll(Math.min(bytes.length, 200))
        bytes[at] = [0, 0xff, 0x7f, roll(256)][roll(4)] ?? 0
      }
      const result = await store.importContent(`${run}`, file.endsWith('.png') ? mendPng(bytes) : bytes, 'picture')
      const code = result.error?.code ?? 'imported'
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    const allowed = [
      'imported',
      'input.damaged',
      'input.not_a_picture',
      'input.unsupported_format',
      'input.too_large',
      'input.empty_file',
    ]
    expect([...codes.keys()].filter((code) => !allowed.includes(code))).toEqual([])
    expect(await readdir(join(dataDir, 'staging'))).toEqual([])
    expect((await store.checkFiles({ repair: false, deep: true })).map(({ ok }) => ok)).toEqual([true, true, true])
  })

  it('does not blow up a compressed text or profile of hundreds of megabytes', async () => {
    const { store } = await openTestStore()
    const zeros = deflateSync(Buffer.alloc(200 << 20))
    const picture = (chunk: Buffer): Buffer => writePng({ ...oddSize, colour: 'rgb', pixels: scene(), extra: [chunk] })
    const before = process.memoryUsage().rss
    const text = await store.importContent(
      'text.png',
      picture(pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), zeros]))),
      'picture',
    )
    const profile = await store.importContent(
      'icc.png',
      picture(pngChunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), zeros]))),
      'picture',
    )
    // Either way is right: the pixels are sound, and what is beside them is not needed.
    expect(
      [text, profile].map(({ error }) => error?.code ?? 'fine').filter((code) => code !== 'fine' && code !== 'input.damaged'),
    ).toEqual([])
    expect(process.memoryUsage().rss - before).toBeLessThan(150 << 20)
  })

  it('refuses what claims to be larger than it may, by header alone', async () => {
    const { store } = await openTestStore()
    const jpeg = await must(oddPictures.find((odd) => odd.file === 'plain.jpg')).bytes()
    // The frame header's height and width (SOF0): 60,000 each is over the pixels that are taken.
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    const claimed = Buffer.from(jpeg)
    claimed.writeUInt16BE(60_000, frame + 5)
    claimed.writeUInt16BE(60_000, frame + 7)
    const result = await store.importContent('a.jpg', claimed, 'picture')
    expect(result.error).toMatchObject({
      code: 'input.too_large',
      detail: { limitPixels: 100_000_000 },
    })
    claimed.writeUInt32BE(0xffffffff, frame + 5)
    expect((await store.importContent('a.jpg', claimed, 'picture')).error?.code).toBe('input.too_large')
  })
})
