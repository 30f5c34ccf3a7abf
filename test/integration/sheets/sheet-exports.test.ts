import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { App } from '#core/app'
import { existing, openApp, temporaryFolder } from '../core/harness'

const colours = ['#d03020', '#20a040', '#2040d0', '#d0b020', '#803090'] as const

/** Pictures of one colour each, 96 × 64, in the store; the last one is transparent on its right half. */
async function cellsOf(app: App): Promise<{ assetId: string; label: string }[]> {
  const folder = await temporaryFolder()
  const cells: { assetId: string; label: string }[] = []
  for (const [n, background] of colours.entries()) {
    const path = join(folder, `${n}.png`)
    const hole = { input: { create: { width: 48, height: 64, channels: 4 as const, background: '#000' } }, left: 48, top: 0 }
    const picture = sharp({ create: { width: 96, height: 64, channels: 4, background } })
    await (n === 4 ? picture.composite([{ ...hole, blend: 'dest-out' }]) : picture).png().toFile(path)
    const { results } = await app.call('assets.import', { paths: [path] })
    cells.push({ assetId: existing(results[0]?.asset).id, label: `View ${n} <&>` })
  }
  return cells
}

/** The pixel at a place as [r, g, b, a]. */
async function pixel(bytes: Buffer | string, x: number, y: number, page = 0): Promise<number[]> {
  const { data } = await sharp(bytes, { page })
    .ensureAlpha()
    .extract({ left: x, top: y, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return [...data]
}

describe('a contact sheet', () => {
  it('is one picture with every cell in its place, on the wished ground, with words below', async () => {
    const { app } = await openApp()
    const cells = await cellsOf(app)
    const dir = join(await temporaryFolder(), 'new', 'folder')
    const wish = { cells, format: 'sheet', name: 'mug / turn', dir, columns: 3, cellWidth: 96, ground: 'white' }
    const { paths } = await app.call('sheets.export', wish)
    expect(paths).toEqual([join(dir, 'mug _ turn.png')])
    const [path] = paths as [string]
    // Three across: gaps of 4; two rows of 64 with 16 for the words.
    expect(await sharp(path).metadata()).toMatchObject({ width: 3 * 96 + 4 * 4, height: 2 * (64 + 16) + 3 * 4 })
    const middles = [
      [52, 36],
      [152, 36],
      [252, 36],
      [52, 120],
    ] as const
    const seen = await Promise.all(middles.map(([x, y]) => pixel(path, x, y)))
    expect(seen.map(([r = 0, g = 0, b = 0]) => `#${[r, g, b].map((c) => c.toString(16).padStart(2, '0')).join('')}`)).toEqual(
      colours.slice(0, 4),
    )
    expect(await pixel(path, 190, 120)).toEqual([255, 255, 255, 255])
    const bare = await app.call('sheets.export', { ...wish, labels: false, name: 'bare' })
    expect(await sharp(bare.paths[0]).metadata()).toMatchObject({ height: 2 * 64 + 3 * 4 })
    const { data } = await sharp(path)
      .extract({ left: 4, top: 68, width: 96, height: 16 })
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(Math.min(...data), 'letters under the first cell').toBeLessThan(128)
  })

  it('never takes the name of another file, and leaves no half one', async () => {
    const { app } = await openApp()
    const cells = await cellsOf(app)
    const dir = await temporaryFolder()
    await writeFile(join(dir, 'mug.png'), 'mine')
    const { paths } = await app.call('sheets.export', { cells, format: 'sheet', name: 'mug', dir })
    expect(paths).toEqual([join(dir, 'mug (2).png')])
    expect(await readFile(join(dir, 'mug.png'), 'utf8')).toBe('mine')
    expect((await readdir(dir)).toSorted()).toEqual(['mug (2).png', 'mug.png'])
  })

  it('goes out as a folder of its pictures', async () => {
    const { app } = await openApp()
    const cells = await cellsOf(app)
    const dir = await temporaryFolder()
    const { paths } = await app.call('sheets.export', { cells: cells.slice(0, 2), format: 'folder', name: 'mug', dir })
    expect(paths).toEqual([join(dir, 'mug View 0 _&_.png'), join(dir, 'mug View 1 _&_.png')])
    expect(await pixel(paths[1] ?? '', 5, 5)).toEqual([0x20, 0xa0, 0x40, 255])
  })

  it.each([
    ['a folder that is none', { dir: '__FILE__' }, /^io\./],
    ['a relative folder', { dir: 'somewhere' }, /^input\.invalid$/],
    [
      'an unknown picture',
      { dir: '__DIR__', cells: [{ assetId: '00000000-0000-4000-8000-000000000009', label: 'x' }] },
      /^input\.not_found$/,
    ],
    ['a folder of pictures for nobody', { format: 'folder' }, /^input\.invalid$/],
    ['more than a picture may have', { cellWidth: 2048, columns: 24, cells: 'many' }, /^input\.too_large$/],
  ])('refuses %s', async (_, change, code) => {
    const { app } = await openApp()
    const cells = await cellsOf(app)
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'd'))
    await writeFile(join(folder, 'file'), '')
    const given: Record<string, unknown> = { cells, format: 'sheet', name: 'mug', ...change }
    if (given['cells'] === 'many') given['cells'] = Array.from({ length: 120 }, () => cells[0])
    if (given['dir'] === '__FILE__') given['dir'] = join(folder, 'file')
    if (given['dir'] === '__DIR__') given['dir'] = join(folder, 'd')
    await expect(app.call('sheets.export', given)).rejects.toMatchObject({ code: expect.stringMatching(code) as string })
    expect(await readdir(join(folder, 'd'))).toEqual([])
  })
})

describe('a turntable', () => {
  it.each(['webp', 'gif'] as const)('is a %s that plays every picture in its turn, for ever', async (format) => {
    const { app } = await openApp()
    const cells = await cellsOf(app)
    const dir = await temporaryFolder()
    const { paths } = await app.call('sheets.export', { cells, format, name: 'turn', dir, size: 96, frameMs: 200 })
    const [path] = paths as [string]
    const meta = await sharp(path, { pages: -1 }).metadata()
    expect(meta).toMatchObject({ format, pages: 5, loop: 0, delay: [200, 200, 200, 200, 200], width: 96, pageHeight: 64 })
    for (const [n, colour] of colours.entries()) {
      const [r = 0, g = 0, b = 0] = await pixel(path, 20, 30, n)
      const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number, number]
      // Both formats lose a little colour.
      expect(Math.hypot(r - wanted[0], g - wanted[1], b - wanted[2])).toBeLessThan(14)
    }
    const clear = await app.call('sheets.export', { cells, format, name: 'clear', dir, size: 96, ground: 'transparent' })
    expect((await pixel(clear.paths[0] ?? '', 90, 30, 4))[3]).toBe(0)
    expect((await pixel(path, 90, 30, 4)).slice(0, 3).every((value) => value > 245)).toBe(true)
  })

  it('without a folder is kept for a download, by an id that knows nothing else', async () => {
    const { app } = await openApp()
    const cells = await cellsOf(app)
    const { paths, fileId } = await app.call('sheets.export', { cells, format: 'gif', name: '杯子 1', size: 64 })
    expect(paths).toEqual([])
    const file = await app.files.read(existing(fileId))
    expect(file).toMatchObject({ mime: 'image/gif', downloadName: '杯子 1.gif' })
    expect((await sharp(file.path, { pages: -1 }).metadata()).pages).toBe(5)
    await app.close()
    await expect(readFile(file.path ?? '')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
