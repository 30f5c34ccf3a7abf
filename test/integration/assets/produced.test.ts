import { mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StoredAsset } from '#core/database/tables/assets'
import type { EngineResult } from '#core/engines/engine'
import { oddPictures, oddSize, scene } from '../../pictures/odd-pictures'
import { breakChecksum, writePng } from '../../pictures/png-writer'
import { openCarelessBlobStore } from './careless-blob-store'
import { openTestStore, type TestStore } from './open-store'
import { must } from './must'

const png = writePng({ ...oddSize, colour: 'rgb', pixels: scene() })
/** A result file as an engine leaves it in the attempt's folder. */
async function resultOf({ dataDir }: TestStore, bytes: Uint8Array, said: Partial<EngineResult> = {}): Promise<EngineResult> {
  await mkdir(join(dataDir, 'work'), { recursive: true })
  const path = join(dataDir, 'work', 'result.png')
  await writeFile(path, bytes)
  return { path, ...oddSize, hasAlpha: false, notes: ['draft'], ...said }
}
const commit = ({ db, store }: TestStore, stored: StoredAsset): StoredAsset =>
  db.transaction(() => store.assets.insertOrReuse(stored))()

describe('produced pictures', () => {
  it('are stored before their row is there, and the file is used up', async () => {
    const test = await openTestStore()
    const stored = await test.store.storeProduced(await resultOf(test, png))
    expect(test.store.assets.count()).toBe(0)
    expect(await test.store.blobs.size(stored.asset.sha256)).toBe(png.length)
    expect(await readdir(join(test.dataDir, 'work'))).toEqual([])
    const { asset } = commit(test, stored)
    expect(asset).toMatchObject({ origin: 'produced', ...oddSize, format: 'png', notes: ['draft'] })
    expect(test.store.engineInput(asset.id)).toMatchObject({ sha256: asset.sha256, ...oddSize })
  })

  it('are the asset that already has this content, and become a picture when imported', async () => {
    const test = await openTestStore()
    const first = commit(test, await test.store.storeProduced(await resultOf(test, png)))
    expect(commit(test, await test.store.storeProduced(await resultOf(test, png))).asset.id).toBe(first.asset.id)
    const imported = await test.store.importContent('result.png', png, 'picture')
    expect(imported).toMatchObject({
      duplicate: false,
      asset: { id: first.asset.id, origin: 'produced' },
      picture: { name: 'result' },
    })
  })

  it.each([
    ['a wrong checksum', breakChecksum(png, 'IDAT'), {}],
    ['an empty file', Buffer.alloc(0), {}],
    ['text', Buffer.from('Internal Server Error'), {}],
    ['another size than announced', png, { width: 97 }],
  ])('are refused with %s, as a fault of the engine', async (_, bytes, said) => {
    const test = await openTestStore()
    await expect(test.store.storeProduced(await resultOf(test, bytes, said))).rejects.toMatchObject({
      code: 'engine.execution',
      retry: 'user',
    })
    expect(await readdir(join(test.dataDir, 'work'))).toEqual([])
    expect(await readdir(join(test.dataDir, 'blobs'))).toEqual([])
  })
})

describe('produced pictures of our own', () => {
  it('are checked by their checksums and not decoded', async () => {
    const test = await openTestStore()
    const stored = await test.store.storeProduced(await resultOf(test, png), true)
    expect(await readdir(join(test.dataDir, 'cache', 'thumbnails'))).toEqual([])
    expect(await test.store.blobs.size(stored.asset.sha256)).toBe(png.length)
    await expect(test.store.storeProduced(await resultOf(test, breakChecksum(png, 'IDAT')), true)).rejects.toMatchObject({
      code: 'engine.execution',
    })
  })
})

describe('the doctor', () => {
  it('finds nothing in a sound store, and leaves alone what is about to be committed', async () => {
    const test = await openTestStore()
    const stored = await test.store.storeProduced(await resultOf(test, png))
    expect((await test.store.checkFiles({ repair: true, deep: true })).map(({ ok, found }) => [ok, found])).toEqual([
      [true, 0],
      [true, 0],
      [true, 0],
    ])
    commit(test, stored)
    expect(await test.store.blobs.size(stored.asset.sha256)).toBe(png.length)
  })

  it('sets orphans aside and deletes them in the end', async () => {
    const test = await openTestStore()
    const folder = join(test.dataDir, 'blobs', 'ab')
    await mkdir(folder, { recursive: true })
    const orphan = 'ab'.padEnd(64, '0')
    await writeFile(join(folder, orphan), 'left by a kill')
    await writeFile(join(folder, 'stray.txt'), 'no blob at all')
    expect((await test.store.checkFiles({ repair: false }))[1]).toMatchObject({ ok: false, found: 2, repaired: 0 })
    expect((await test.store.checkFiles({ repair: true }))[1]).toMatchObject({ ok: true, found: 2, repaired: 2 })
    expect((await readdir(join(test.dataDir, 'orphans'))).sort()).toEqual([orphan, 'stray.txt'])
    expect((await test.store.checkFiles({ repair: true }))[1]).toMatchObject({ ok: true, found: 0 })
    expect(await readdir(join(test.dataDir, 'orphans'))).toHaveLength(2)
  })

  it('makes a lost or damaged working file again from its original', async () => {
    const test = await openTestStore()
    const deep = must(oddPictures.find(({ file }) => file === '16-bit.png'))
    const { asset } = await test.store.importContent(deep.file, await deep.bytes(), 'picture')
    const { path } = test.store.engineInput(must(asset).id)
    await rm(path)
    expect((await test.store.checkFiles({ repair: true }))[0]).toMatchObject({ ok: true, found: 1, repaired: 1 })
    expect((await test.store.checkFiles({ repair: false, deep: true }))[0]).toMatchObject({ ok: true, found: 0 })
    // The same length, another content: only a deep look finds it.
    const size = must(await test.store.blobs.size(test.store.engineInput(must(asset).id).sha256))
    await writeFile(path, Buffer.alloc(size, 1))
    expect((await test.store.checkFiles({ repair: false }))[0]).toMatchObject({ found: 0 })
    expect((await test.store.checkFiles({ repair: true, deep: true }))[0]).toMatchObject({ ok: true, found: 1, repaired: 1 })
    expect((await test.store.checkFiles({ repair: false, deep: true }))[0]).toMatchObject({ ok: true, found: 0 })
  })

  it('says which originals are lost or cut off', async () => {
    const test = await openTestStore()
    const { asset } = await test.store.importContent('a.png', png, 'picture')
    await truncate(test.store.blobs.path(must(asset).sha256), 10)
    const [files] = await test.store.checkFiles({ repair: true })
    expect(files).toMatchObject({ ok: false, found: 1, repaired: 0 })
    expect(must(files).note).toMatch(/lost: a\. Import the same photos again/)
    expect((await test.store.importContent('a.png', png, 'picture')).duplicate).toBe(true)
    expect((await test.store.checkFiles({ repair: true, deep: true }))[0]).toMatchObject({ ok: true, found: 0 })
  })

  it('finds the half files of a careless store', async () => {
    const test = await openTestStore({ openBlobs: openCarelessBlobStore })
    const { asset } = await test.store.importContent('a.png', png, 'picture')
    expect((await test.store.checkFiles({ repair: false }))[0]).toMatchObject({ ok: true })
    // As a kill between the two halves of its write leaves it; writing the same again keeps the half.
    await truncate(test.store.blobs.path(must(asset).sha256), png.length >> 1)
    await test.store.importContent('a.png', png, 'picture')
    expect((await test.store.checkFiles({ repair: false }))[0]).toMatchObject({ ok: false, found: 1 })
  })
})
