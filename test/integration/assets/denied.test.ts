import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImportResult } from '#shared/contract/calls'
import type { ErrorView } from '#shared/domain/error'
import { writePng } from '../../pictures/png-writer'
import { oddPictures } from '../../pictures/odd-pictures'
import { bundleForNode } from './bundle'
import { must } from './must'

const run = promisify(execFile)
/** `nobody`: root passes every permission check, so these tests give their rights up. */
const nobody = 65_534
const isRoot = process.platform === 'linux' && process.getuid?.() === 0
/** Tools of the system, not of the project. */
const tools = { mount: 'mount', umount: 'umount' }

/** A container's root may not mount. */
function canMount(): boolean {
  if (!isRoot) return false
  const place = mkdtempSync(join(tmpdir(), 'recast-mount-'))
  try {
    execFileSync(tools.mount, ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' })
    execFileSync(tools.umount, [place], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmdirSync(place)
  }
}
let dir: string
let child: string

interface Answer {
  results?: ImportResult[]
  exported?: string
  error?: ErrorView
}
const ask = async (request: object): Promise<Answer> =>
  JSON.parse((await run(process.execPath, [child, JSON.stringify(request)], { maxBuffer: 1 << 24 })).stdout) as Answer

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recast-denied-'))
  await chmod(dir, 0o755)
  child = await bundleForNode('test/integration/assets/child.ts', 'assets-child')
})
afterAll(async () => {
  await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  await rm(dirname(child), { recursive: true, force: true, maxRetries: 5 })
})

// Only root can become nobody and mount a small file system; elsewhere the names of the skipped tests say so.
describe.skipIf(!isRoot)('without permission (needs root, to give it up)', () => {
  it('reports the folder and the file that cannot be read, and imports the rest', async () => {
    const root = join(dir, 'photos')
    await mkdir(join(root, 'closed'), { recursive: true })
    const bytes = await must(oddPictures[0]).bytes()
    await writeFile(join(root, 'a.png'), bytes)
    await writeFile(join(root, 'closed', 'b.png'), bytes)
    await writeFile(join(root, 'secret.png'), bytes)
    await chmod(join(root, 'closed'), 0o000)
    await chmod(join(root, 'secret.png'), 0o000)
    const home = join(dir, 'home')
    await mkdir(home)
    await chown(home, nobody, nobody)
    const { results } = await ask({ dataDir: join(home, 'data'), uid: nobody, import: [root, join(root, 'closed')] })
    expect(results?.map(({ file, error, picture }) => [file, error?.code ?? picture?.name])).toEqual([
      [join(root, 'a.png'), 'a'],
      [join(root, 'closed'), 'io.permission'],
      [join(root, 'secret.png'), 'io.permission'],
    ])
  })

  it('says so when the export folder or the data folder cannot be written', async () => {
    const home = join(dir, 'home2')
    await mkdir(home)
    await chown(home, nobody, nobody)
    const photo = join(dir, 'photo.png')
    await writeFile(photo, await must(oddPictures[0]).bytes())
    const exported = await ask({ dataDir: join(home, 'data'), uid: nobody, import: [photo], export: join(dir, 'not-mine') })
    expect(exported.error?.code).toBe('io.permission')
    const closed = await ask({ dataDir: join(dir, 'not-mine', 'data'), uid: nobody, import: [photo] })
    expect(closed.error?.code).toBe('io.permission')
  })
})

describe.skipIf(!canMount())('on a full disk (needs the right to mount a small file system)', () => {
  /** Runs a test with a file system of so many bytes at `disk`. */
  const onSmallDisk = async (bytes: number, test: (disk: string) => Promise<void>): Promise<void> => {
    const disk = await mkdtemp(join(dir, 'disk-'))
    await run(tools.mount, ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', disk])
    try {
      await test(disk)
    } finally {
      await run(tools.umount, [disk])
    }
  }
  /** Noise, which does not compress: about 3 bytes a pixel. */
  const noise = (size: number, seed: number): Buffer => {
    const pixels = Buffer.alloc(size * size * 3)
    let state = seed
    for (let i = 0; i < pixels.length; i++) {
      // xorshift32
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      pixels[i] = state & 255
    }
    return writePng({ width: size, height: size, colour: 'rgb', pixels })
  }

  it('fails the picture that does not fit, keeps the others and leaves no half file', async () => {
    await onSmallDisk(3 << 20, async (disk) => {
      const photos = join(dir, 'sizes')
      await mkdir(photos)
      await writeFile(join(photos, '1 small.png'), noise(64, 1))
      await writeFile(join(photos, '2 large.png'), noise(1200, 2))
      await writeFile(join(photos, '3 small.png'), noise(64, 3))
      const { results } = await ask({ dataDir: join(disk, 'data'), import: [photos] })
      expect(results?.map(({ error, picture }) => error?.code ?? picture?.name)).toEqual(['1 small', 'io.disk_full', '3 small'])
      const blobs = join(disk, 'data', 'blobs')
      expect((await readdir(blobs, { recursive: true })).filter((name) => name.length > 10)).toHaveLength(2)
      expect(await readdir(join(disk, 'data', 'staging'))).toEqual([])
    })
  })

  it('says so when a picture has to be converted and the copy does not fit', async () => {
    await onSmallDisk(4 << 20, async (disk) => {
      const photo = join(dir, 'noise-turned.jpg')
      await writeFile(photo, await sharp(noise(1100, 5)).withMetadata({ orientation: 6 }).jpeg({ quality: 60 }).toBuffer())
      const { results } = await ask({ dataDir: join(disk, 'data'), import: [photo] })
      expect(results?.[0]?.error?.code).toBe('io.disk_full')
      expect((await readdir(join(disk, 'data', 'blobs'), { recursive: true })).filter((name) => name.length > 10)).toEqual([])
    })
  })

  it('says so when an export does not fit, and leaves no part of it', async () => {
    await onSmallDisk(1 << 20, async (disk) => {
      const photo = join(dir, 'noise.png')
      await writeFile(photo, noise(800, 4))
      const answer = await ask({ dataDir: join(dir, 'roomy'), import: [photo], export: join(disk, 'out') })
      expect(answer.results?.[0]?.error).toBeUndefined()
      expect(answer.error?.code).toBe('io.disk_full')
      expect(await readdir(join(disk, 'out'))).toEqual([])
    })
  })
})
