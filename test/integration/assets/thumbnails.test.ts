import { readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openThumbnails, thumbnailWidth } from '#core/assets/thumbnails'
import { scene, oddPictures } from '../../pictures/odd-pictures'
import { writePng } from '../../pictures/png-writer'
import { openTestStore, type TestStore } from './open-store'
import { must } from './must'

const importScene = async ({ store }: TestStore, width: number, height: number): Promise<string> => {
  const bytes = writePng({ width, height, colour: 'rgb', pixels: scene(width, height) })
  return must((await store.importContent(`${width}.png`, bytes, 'picture')).asset).id
}
const sizeOf = async (bytes: Uint8Array): Promise<{ width: number; height: number; format: string }> => {
  const { width, height, format } = await sharp(bytes).metadata()
  return { width, height, format }
}

describe('thumbnails', () => {
  it('come in the next larger of four widths', async () => {
    expect([1, 128, 129, 512, 513, 9999].map(thumbnailWidth)).toEqual([128, 128, 256, 512, 1024, 1024])
    const test = await openTestStore()
    const id = await importScene(test, 1500, 1000)
    const served = await test.store.serve(id, 200)
    expect(served.mime).toBe('image/webp')
    expect(await sizeOf(must(served.bytes))).toEqual({ width: 256, height: 171, format: 'webp' })
    expect((await test.store.serve(id, 600)).etag).not.toBe(served.etag)
    expect(await test.store.serve(id, 200)).toEqual(served)
  })

  it('are never larger than the picture, nor endless for a strip, and keep transparency', async () => {
    const test = await openTestStore()
    expect(await sizeOf(must((await test.store.serve(await importScene(test, 40, 30), 512)).bytes))).toMatchObject({
      width: 40,
      height: 30,
    })
    const strip = await sizeOf(must((await test.store.serve(await importScene(test, 300, 6000), 128)).bytes))
    expect(strip).toMatchObject({ width: 26, height: 512 })
    const bytes = await must(oddPictures.find(({ file }) => file === 'transparent.png')).bytes()
    const { asset } = await test.store.importContent('t.png', bytes, 'picture')
    const thumbnail = await sharp(must((await test.store.serve(must(asset).id, 128)).bytes))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(thumbnail.info.channels).toBe(4)
    expect([thumbnail.data[3], thumbnail.data[4 * 95 + 3]]).toEqual([255, 0])
  })

  it('are made once for all who ask at once', async () => {
    const test = await openTestStore()
    const id = await importScene(test, 900, 600)
    const served = await Promise.all(Array.from({ length: 12 }, () => test.store.serve(id, 1024)))
    expect(new Set(served.map(({ bytes }) => bytes)).size).toBe(1)
    const folder = join(test.dataDir, 'cache', 'thumbnails')
    // The one of 512 came with the import.
    expect((await readdir(folder)).sort().map((name) => name.replace(/^.*-/, ''))).toEqual(['1024.webp', '512.webp'])
  })

  it('are made again when the cache is deleted or one is cut off', async () => {
    const test = await openTestStore()
    const id = await importScene(test, 900, 600)
    const { bytes: whole } = await test.store.serve(id, 256)
    const folder = join(test.dataDir, 'cache', 'thumbnails')
    const path = join(folder, must((await readdir(folder)).find((name) => name.endsWith('-256.webp'))))
    expect(await readFile(path)).toEqual(whole)
    await truncate(path, must(whole).length >> 1)
    expect((await test.store.serve(id, 256)).bytes).toEqual(whole)
    expect(await readFile(path)).toEqual(whole)
    await rm(path)
    // What is asked for many at a time is never made for it, and one that is gone keeps no other away.
    const other = await importScene(test, 640, 480)
    const { bytes: half } = await test.store.serve(other, 512)
    expect(await test.store.keptThumbnails([id, other, 'none'], 512)).toMatchObject([{}, half, undefined])
    expect(await test.store.keptThumbnails([id, other], 256)).toEqual([undefined, undefined])
    expect((await test.store.serve(id, 256)).bytes).toEqual(whole)
    expect(await test.store.keptThumbnails([id], 200)).toEqual([whole])
  })

  it('stay within their bytes: the least recently used go first; leftovers are swept', async () => {
    const test = await openTestStore({ thumbnailCacheBytes: 1 << 30 })
    const ids: string[] = []
    for (let i = 0; i < 6; i++) ids.push(await importScene(test, 300 + i * 10, 200))
    const folder = join(test.dataDir, 'cache', 'thumbnails')
    const files = await readdir(folder)
    const total = (await Promise.all(files.map((name) => stat(join(folder, name))))).reduce((sum, { size }) => sum + size, 0)
    await writeFile(join(folder, 'left.part'), 'x')
    const small = await openThumbnails(test.dataDir, Math.floor(total / 2))
    expect(small.size()).toBe(total)
    const working = (id: string): { sha256: string; path: string } => test.store.engineInput(id)
    // The oldest was just looked at, so it is the last to go.
    await small.get(working(must(ids[0])), 512)
    const gone = await small.sweep()
    expect(gone).toBeGreaterThanOrEqual(3)
    expect(small.size()).toBeLessThanOrEqual(total / 2)
    const left = await readdir(folder)
    expect(left).toContain(`${working(must(ids[0])).sha256}-512.webp`)
    expect(left).not.toContain(`${working(must(ids[1])).sha256}-512.webp`)
    expect(left).not.toContain('left.part')
    const sizes = await Promise.all(left.map((name) => stat(join(folder, name))))
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBe(small.size())
  })

  it('give way to the picture itself when they cannot be written', async () => {
    const test = await openTestStore()
    const id = await importScene(test, 900, 600)
    const folder = join(test.dataDir, 'cache', 'thumbnails')
    await rm(folder, { recursive: true })
    await writeFile(folder, 'no folder')
    expect(await test.store.serve(id, 256)).toEqual(await test.store.serve(id))
    await rm(test.store.engineInput(id).path)
    await expect(test.store.serve(id, 256)).rejects.toMatchObject({ code: 'input.not_found' })
  })
})
