import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBlobStore, type BlobStore } from './blob-store'

let dir: string
let store: BlobStore
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recast-blobs-'))
  store = await openBlobStore(dir)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const bytes = Buffer.from('the same bytes')
const sha256 = createHash('sha256').update(bytes).digest('hex')

describe('blob store', () => {
  it('keeps bytes and files under their hash and uses the file up', async () => {
    expect(await store.putBytes(bytes)).toEqual({ sha256, bytes: bytes.length })
    expect(store.path(sha256)).toBe(join(dir, 'blobs', sha256.slice(0, 2), sha256))
    const part = store.stagingPath()
    await writeFile(part, 'other')
    const other = await store.putFile(part)
    expect(await readFile(store.path(other.sha256), 'utf8')).toBe('other')
    expect(await readdir(join(dir, 'staging'))).toEqual([])
    expect(await store.size(sha256)).toBe(bytes.length)
    expect(await store.size('0'.repeat(64))).toBeUndefined()
  })
  it('is the same store twice, and at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => store.putBytes(bytes)))
    expect(await readdir(join(dir, 'blobs', sha256.slice(0, 2)))).toEqual([sha256])
    expect(await readdir(join(dir, 'staging'))).toEqual([])
  })
  it('writes a blob of the wrong length again', async () => {
    await store.putBytes(bytes)
    await truncate(store.path(sha256), 3)
    await store.putBytes(bytes)
    expect(await readFile(store.path(sha256))).toEqual(bytes)
  })
  it('sweeps what a former process left in the making', async () => {
    await writeFile(store.stagingPath(), 'half')
    expect(await (await openBlobStore(dir)).sweepStaging()).toBe(1)
    expect(await readdir(join(dir, 'staging'))).toEqual([])
  })
  it('knows the blobs that it just put', async () => {
    await store.putBytes(bytes)
    expect(store.isFresh(sha256)).toBe(true)
    expect((await openBlobStore(dir)).isFresh(sha256)).toBe(false)
  })
  it('says what hinders it', async () => {
    await writeFile(join(dir, 'file'), '')
    await expect(openBlobStore(join(dir, 'file', 'data'))).rejects.toMatchObject({ code: 'io.failed' })
    await expect(store.putFile(join(dir, 'missing'))).rejects.toMatchObject({ code: 'input.not_found' })
  })
  it.skipIf(process.getuid?.() === 0)(
    'tries a folder again that could not be made (not as root, who passes every check)',
    async () => {
      await chmod(join(dir, 'blobs'), 0o500)
      await expect(store.putBytes(bytes)).rejects.toMatchObject({ code: 'io.permission' })
      await chmod(join(dir, 'blobs'), 0o700)
      expect((await store.putBytes(bytes)).sha256).toBe(sha256)
    },
  )
})
