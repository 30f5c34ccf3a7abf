import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writePng } from '../../pictures/png-writer'
import { scene } from '../../pictures/odd-pictures'
import { bundleForNode } from './bundle'

const run = promisify(execFile)
let dir: string
let child: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recast-durable-'))
  child = await bundleForNode('test/integration/assets/child.ts', 'assets-child')
})
afterAll(async () => {
  await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  await rm(dirname(child), { recursive: true, force: true, maxRetries: 5 })
})

const canTrace = process.platform === 'linux' && existsSync('/usr/bin/strace')

describe.skipIf(!canTrace)("the order of a server's result, which is flushed once, by whoever writes it (needs strace)", () => {
  it('is fsync of the file, rename, fsync of its folder and of the new folder above, then the commit', async () => {
    const png = join(dir, 'result.png')
    await writeFile(png, writePng({ width: 96, height: 64, colour: 'rgb', pixels: scene() }))
    const trace = join(dir, 'trace')
    const request = JSON.stringify({ dataDir: join(dir, 'data'), produce: png })
    const calls = 'fsync,fdatasync,rename,renameat,renameat2,openat,open,mkdir,mkdirat,pwrite64,write,close'
    const { stdout } = await run('strace', ['-f', '-y', '-o', trace, '-e', `trace=${calls}`, process.execPath, child, request])
    const { asset } = JSON.parse(stdout) as { asset: { sha256: string } }
    const lines = (await readFile(trace, 'utf8')).split('\n')
    const blob = join(dir, 'data', 'blobs', asset.sha256.slice(0, 2), asset.sha256)
    const line = (what: RegExp, from = 0): number => {
      const at = lines.findIndex((text, i) => i >= from && what.test(text))
      expect(at, `${what} in the trace`).toBeGreaterThanOrEqual(0)
      return at
    }
    const quoted = (path: string): string => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const rename = line(new RegExp(`rename\\w*\\(.*result\\.png.*${quoted(blob)}"`))
    const fileSynced = lines.findLastIndex((text, i) => i < rename && new RegExp(`fsync\\(\\d+<[^>]*result\\.png>`).test(text))
    const folderSynced = line(new RegExp(`fsync\\(\\d+<${quoted(dirname(blob))}>`), rename)
    const parentSynced = lines.findIndex((text) => new RegExp(`fsync\\(\\d+<${quoted(dirname(dirname(blob)))}>`).test(text))
    // The commit: the write-ahead log gets its frames and is flushed.
    const committed = line(/f(data)?sync\(\d+<[^>]*recast\.db-wal>/, rename)
    expect(fileSynced).toBeGreaterThanOrEqual(0)
    expect(fileSynced).toBeLessThan(rename)
    expect(lines.filter((text) => /fsync\(\d+<[^>]*result\.png>/.test(text))).toHaveLength(1)
    expect(rename).toBeLessThan(folderSynced)
    expect(parentSynced).toBeGreaterThanOrEqual(0)
    expect(parentSynced).toBeLessThan(committed)
    expect(folderSynced).toBeLessThan(committed)
    // Nothing of the result is in the log before the folder is durable.
    expect(lines.findIndex((text, i) => i > fileSynced && /pwrite64\(\d+<[^>]*recast\.db-wal>/.test(text))).toBeGreaterThan(
      folderSynced,
    )
    expect(await readdir(join(dir, 'data', 'work'))).toEqual([])
  })
})

describe('an import that is killed again and again', () => {
  it('has every picture once in the end, and no half file', async () => {
    const photos = join(dir, 'photos')
    await mkdir(photos)
    const count = 40
    for (let i = 0; i < count; i++) {
      const pixels = scene(320, 240).map((value) => (value + i * 5) & 255)
      // Every other one needs a converted copy: two files a picture.
      const colour = sharp(pixels, { raw: { width: 320, height: 240, channels: 3 } }).withMetadata({
        orientation: i % 2 === 0 ? 1 : 6,
      })
      await writeFile(join(photos, `${i}.jpg`), await colour.jpeg({ quality: 90 }).toBuffer())
    }
    const request = { dataDir: join(dir, 'killed'), import: [photos] }
    let killed = 0
    for (let round = 0; round < 12; round++) {
      const running = spawn(process.execPath, [child, JSON.stringify(request)], { stdio: 'ignore' })
      const ended = once(running, 'exit')
      const timer = setTimeout(() => running.kill('SIGKILL'), 150 + Math.random() * 350)
      const [, signal] = (await ended) as [number | null, NodeJS.Signals | null]
      clearTimeout(timer)
      if (signal === 'SIGKILL') killed += 1
      // What is under its final name is whole at every moment, not only in the end.
      for (const blob of await readdir(join(dir, 'killed', 'blobs'), { recursive: true, withFileTypes: true }).catch(() => [])) {
        if (!blob.isFile()) continue
        const hash = createHash('sha256').update(await readFile(join(blob.parentPath, blob.name)))
        expect(hash.digest('hex')).toBe(blob.name)
      }
    }
    expect(killed).toBeGreaterThan(3)
    const { stdout } = await run(process.execPath, [child, JSON.stringify({ ...request, check: true })], { maxBuffer: 1 << 24 })
    const answer = JSON.parse(stdout) as { checks: { name: string; ok: boolean }[]; names: string[]; integrity: string }
    expect(answer.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(answer.integrity).toBe('ok')
    expect(answer.names.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: count }, (_, i) => `${i}`))
    expect(await readdir(join(dir, 'killed', 'staging'))).toEqual([])
  })
})
