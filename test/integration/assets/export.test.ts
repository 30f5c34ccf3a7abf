import { watch } from 'node:fs'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { exportFormatSchema } from '#shared/domain/export'
import { planExportPath, writeExport } from '#core/assets/export'
import { displayP3, iccProfile, tagJpeg } from '../../pictures/colour-profile'
import { oddPictures, oddSize, scene, writeOddPictures } from '../../pictures/odd-pictures'
import { pngChunk, writePng } from '../../pictures/png-writer'
import { openTestStore } from './open-store'
import { must } from './must'

const odd = async (file: string): Promise<Buffer> => await must(oddPictures.find((picture) => picture.file === file)).bytes()

describe('export', () => {
  it('writes every format, sRGB and without metadata, never over a file', async () => {
    const { store, dir } = await openTestStore()
    const jpeg = await sharp(scene(), { raw: { ...oddSize, channels: 3 } })
      .withExif({ IFD0: { Copyright: 'secret place' } })
      .jpeg()
      .toBuffer()
    const { asset } = await store.importContent('cup.jpg', tagJpeg(jpeg, iccProfile(displayP3)), 'picture')
    const out = join(dir, 'new', 'out')
    for (const format of exportFormatSchema.options) {
      const path = await store.export(must(asset).id, { dir: out, name: 'cup', format })
      const bytes = await readFile(path)
      expect(bytes.includes('secret place')).toBe(false)
      const meta = await sharp(bytes).metadata()
      expect({ ...oddSize, space: 'srgb', depth: 'uchar' }).toEqual({
        width: meta.width,
        height: meta.height,
        space: meta.space,
        depth: meta.depth,
      })
      expect(meta.icc).toBeUndefined()
      expect(meta.exif).toBeUndefined()
    }
    const first = await readFile(join(out, 'cup.png'))
    expect(await store.export(must(asset).id, { dir: out, name: 'cup', format: 'png' })).toBe(join(out, 'cup (2).png'))
    await writeFile(join(out, 'cup (3).png'), 'mine')
    expect(await store.export(must(asset).id, { dir: out, name: 'cup', format: 'png' })).toBe(join(out, 'cup (4).png'))
    expect(await readFile(join(out, 'cup.png'))).toEqual(first)
    expect(await readFile(join(out, 'cup (3).png'), 'utf8')).toBe('mine')
    expect((await readdir(out)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('gives each of many exports at once a name of its own', async () => {
    const { store, dir } = await openTestStore()
    const { asset } = await store.importContent('cup.png', await odd('plain.png'), 'picture')
    const paths = await Promise.all(
      Array.from({ length: 8 }, () => store.export(must(asset).id, { dir, name: 'cup', format: 'png' })),
    )
    expect(new Set(paths).size).toBe(8)
    for (const path of paths) expect((await sharp(path).metadata()).width).toBe(oddSize.width)
  })

  it('strips what a PNG says beside its pixels and turns nothing upside down', async () => {
    const { store, dir } = await openTestStore()
    const png = writePng({
      ...oddSize,
      colour: 'rgb',
      pixels: scene(),
      extra: [pngChunk('tEXt', Buffer.from('Author\0secret name'))],
    })
    const { asset } = await store.importContent('a.png', png, 'picture')
    const bytes = await readFile(await store.export(must(asset).id, { dir, name: 'a', format: 'png' }))
    expect(bytes.includes('secret name')).toBe(false)
    expect(await sharp(bytes).raw().toBuffer()).toEqual(scene())
  })

  it('puts transparency on white where the format has none', async () => {
    const { store, dir } = await openTestStore()
    const { asset } = await store.importContent('t.png', await odd('transparent.png'), 'picture')
    const jpeg = await sharp(await store.export(must(asset).id, { dir, name: 't', format: 'jpeg', quality: 95 }))
      .raw()
      .toBuffer()
    expect([...jpeg.subarray(3 * (oddSize.width - 3), 3 * (oddSize.width - 2))].every((value) => value > 250)).toBe(true)
    const webp = await sharp(await store.export(must(asset).id, { dir, name: 't', format: 'webp' })).metadata()
    expect(webp.hasAlpha).toBe(true)
  })

  it('offers downloads in the same forms under a safe name', async () => {
    const { store } = await openTestStore()
    const { asset } = await store.importContent('t.png', await odd('plain.png'), 'picture')
    const png = await store.download(must(asset).id, 'a/b: cup', { format: 'png' })
    expect(png).toMatchObject({ mime: 'image/png', downloadName: 'a_b_ cup.png' })
    const jpeg = await store.download(must(asset).id, 'cup', { format: 'jpeg', quality: 80 })
    expect((await sharp(jpeg.bytes).metadata()).format).toBe('jpeg')
    expect(jpeg.etag).not.toBe(png.etag)
  })
})

describe('planned export', () => {
  it('promises a path once, whatever the case, and can be repeated', async () => {
    const { store, dir } = await openTestStore()
    const { asset } = await store.importContent('t.png', await odd('plain.png'), 'picture')
    const promised = new Set<string>()
    const plan = async (name: string): Promise<string> => {
      const path = await planExportPath(dir, name, 'png', (key) => promised.has(key))
      promised.add(path.normalize('NFC').toLowerCase())
      return path
    }
    expect([await plan('cup'), await plan('Cup'), await plan('cup')]).toEqual(
      ['cup.png', 'Cup (2).png', 'cup (3).png'].map((name) => join(dir, name)),
    )
    const path = join(dir, 'cup.png')
    await store.writeExport(must(asset).id, path, { format: 'png' })
    const once = await readFile(path)
    // As after a kill between the writing and the row that says so.
    await store.writeExport(must(asset).id, path, { format: 'png' })
    expect(await readFile(path)).toEqual(once)
    expect(await readdir(dir)).not.toContain('cup (2).png')
  })

  it('goes on from the part that a kill left, and leaves none', async () => {
    const { store, dir } = await openTestStore()
    const { asset } = await store.importContent('t.png', await odd('plain.png'), 'picture')
    const out = join(dir, 'out')
    await mkdir(out)
    const path = join(out, 'cup.png')
    // The system tells of every name, however short its time: looking for it would come too late now and then.
    let part: string | undefined
    const watcher = watch(out, (_event, name) => void (name?.endsWith('.part') && (part = name)))
    await store.writeExport(must(asset).id, path, { format: 'avif' })
    await expect.poll(() => part).toBeDefined()
    watcher.close()
    await rm(path)
    await writeFile(join(out, must(part)), 'half of a former try, longer than nothing')
    await store.writeExport(must(asset).id, path, { format: 'avif' })
    expect(await readdir(out)).toEqual(['cup.png'])
    expect((await sharp(path).metadata()).width).toBe(oddSize.width)
  })

  it('does not touch a file that somebody else put there meanwhile', async () => {
    const { store, dir } = await openTestStore()
    const { asset } = await store.importContent('t.png', await odd('plain.png'), 'picture')
    const path = await store.planExportPath(dir, 'cup', 'png')
    await writeFile(path, 'mine')
    await expect(store.writeExport(must(asset).id, path, { format: 'png' })).rejects.toMatchObject({ code: 'input.conflict' })
    expect(await readFile(path, 'utf8')).toBe('mine')
  })

  it('says that a folder is none', async () => {
    const { dir } = await openTestStore()
    const [{ path } = { path: '' }] = await writeOddPictures(join(dir, 'in'), ['plain.png'])
    await expect(planExportPath(join(path, 'sub'), 'cup', 'png')).rejects.toMatchObject({ code: 'io.failed' })
    await expect(writeExport(join(dir, 'missing'), join(dir, 'x.png'), { format: 'png' })).rejects.toMatchObject({
      code: 'input.not_found',
    })
  })
})
