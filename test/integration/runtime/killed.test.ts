// SIGKILL at random moments of an installation: afterwards it is installed or it is not, and the next start ends the work.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { partPath } from '#core/download/part-file'
import { inspect } from '#core/runtime/install/care'
import { findPython } from '#core/runtime/install/find-tools'
import { archivePath } from '#core/runtime/install/sources'
import { takeSnapshot } from '#core/runtime/install/snapshot'
import { InstallationStore } from '#core/runtime/install/store'
import { runtimeLayout } from '#core/runtime/layout'
import { findUv } from '../../../scripts/uv.mjs'
import { bundle } from '../bundle'
import { makeStandIn, startMirror, toolsFolder, type Mirror, type StandIn } from './mirror'

const uv = findUv({ install: true })
/** Kills; RECAST_KILLS asks for more than fits into every run of the tests. */
const kills = Number(process.env['RECAST_KILLS'] ?? 5)

describe.skipIf(!uv || process.platform === 'win32')('an installation that is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recast-killed-install-'))
  let standIn: StandIn
  let mirror: Mirror
  let child = ''
  let bundled = ''

  beforeAll(async () => {
    mkdirSync(join(folder, 'made'))
    standIn = await makeStandIn(join(folder, 'made'))
    mirror = await startMirror(join(folder, 'made'))
    mirror.pace = 4
    const python = await findPython('3')
    const tools = { uv: uv ?? '', python: python?.path, pythonVersion: python?.version }
    writeFileSync(join(folder, 'facts.json'), JSON.stringify({ recipe: standIn.recipe, tools }))
    bundled = await bundle({
      'install-child': 'test/integration/runtime/install-child.ts',
      'snapshot-child': 'test/integration/runtime/snapshot-child.ts',
    })
    child = join(bundled, 'install-child.js')
  })
  afterAll(async () => {
    await mirror.close()
    rmSync(bundled, { recursive: true, force: true, maxRetries: 5 })
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  /** How much of ComfyUI's archive lies in a data folder, bytes; undefined when it is whole. */
  function archiveBytes(dataDir: string): number | undefined {
    const path = archivePath(runtimeLayout(dataDir).cache.archives, standIn.recipe.comfyui)
    return existsSync(path) ? undefined : (statSync(partPath(path), { throwIfNoEntry: false })?.size ?? 0)
  }

  /** Runs the installer; kills it after a while where one is given. Answers whether it came to its end. */
  async function run(dataDir: string, killAfterMs?: number): Promise<boolean> {
    const started = spawn(process.execPath, [child, dataDir, mirror.url, join(folder, 'facts.json')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let words = ''
    started.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
    const ended = new Promise<number | null>((resolve) => started.once('exit', (code) => resolve(code)))
    if (killAfterMs !== undefined) {
      await Promise.race([ended, sleep(killAfterMs)])
      started.kill('SIGKILL')
    }
    const code = await ended
    if (code !== null && code !== 0) throw new Error(`the installer failed: ${words}`)
    return code === 0
  }

  it(`is there whole or not at all, ${kills} times`, { timeout: 60_000 + kills * 20_000 }, async () => {
    const began = performance.now()
    expect(await run(join(folder, 'whole'))).toBe(true)
    const wholeMs = performance.now() - began
    const archive = `/standin/ComfyUI/archive/${'c'.repeat(40)}.tar.gz`
    const seen = { before: 0, after: 0 }
    for (let kill = 0; kill < kills; kill += 1) {
      const dataDir = join(folder, `data-${kill}`)
      const store = new InstallationStore(runtimeLayout(dataDir))
      const ended = await run(dataDir, Math.random() * wholeMs * 1.05)
      const place = await store.current()
      const had = archiveBytes(dataDir)
      mirror.requests.length = 0
      seen[place ? 'after' : 'before'] += 1
      // What says that it is not installed did not come to its end; the next run brings it there.
      expect(place !== undefined || !ended).toBe(true)
      expect(place !== undefined || (await run(dataDir))).toBe(true)
      const now = await store.current()
      if (!now) throw new Error('it says that it ended, and nothing is installed')
      const question = { tools: toolsFolder, imports: ['recast_standin'], nodes: ['StandinNode'] }
      expect(await inspect(store, now, question)).toEqual([])
      // Nothing that was on the disk when it was killed is fetched again.
      const asked = mirror.requests.filter((request) => request.startsWith(`GET ${archive}`))
      expect(asked.length).toBeLessThanOrEqual(had === undefined ? 0 : 1)
      for (const request of asked) expect(Number(/bytes=(\d+)-/.exec(request)?.[1] ?? 0)).toBeGreaterThanOrEqual(had ?? 0)
      await store.sweep()
      expect(existsSync(store.layout.staging)).toBe(false)
      expect(existsSync(store.layout.trash)).toBe(false)
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
    }
    process.stderr.write(`killed ${kills} times: ${seen.before} before it was whole, ${seen.after} after\n`)
    expect(seen.before + seen.after).toBe(kills)

    // A snapshot that is killed half-way counts as none, and is swept; nothing of a whole one leads back to what it was copied from.
    const dataDir = join(folder, 'whole')
    const store = new InstallationStore(runtimeLayout(dataDir))
    const installation = (await store.current())?.installation
    if (!installation) throw new Error('not installed')
    const ended = await new Promise((resolve) =>
      spawn(process.execPath, [join(bundled, 'snapshot-child.js'), dataDir], { stdio: 'ignore' }).once('exit', (_code, signal) =>
        resolve(signal),
      ),
    )
    expect(ended).toBe('SIGKILL')
    expect(readdirSync(store.layout.versions)).toHaveLength(2)
    expect(await store.snapshots()).toEqual([])
    await store.sweep()
    expect(readdirSync(store.layout.versions)).toEqual([installation.id])
    const options = { signal: new AbortController().signal, onProgress: () => undefined }
    const copy = store.folderOf((await takeSnapshot(store, installation, options)).id)
    const texts = readdirSync(copy, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const naming = texts.filter((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').includes(store.layout.root))
    expect(naming.map(({ name }) => name)).toEqual([])
  })
})
