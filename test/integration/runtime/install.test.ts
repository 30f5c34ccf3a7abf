// The real installer with the real uv and the real Python, from loopback mirrors, for a stand-in of ComfyUI.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDownloader, type Downloader } from '#core/download/downloader'
import { partPath } from '#core/download/part-file'
import { inspect } from '#core/runtime/install/care'
import { findPython, type RuntimeTools } from '#core/runtime/install/find-tools'
import { install, type InstallOptions } from '#core/runtime/install/installer'
import { archivePath } from '#core/runtime/install/sources'
import { deleteFolder, InstallationStore } from '#core/runtime/install/store'
import { runtimeLayout } from '#core/runtime/layout'
import { findUv } from '../../../scripts/uv.mjs'
import { makeStandIn, startMirror, toolsFolder, type Mirror, type StandIn } from './mirror'

const uv = findUv({ install: true })
if (!uv) process.stderr.write('SKIPPED: uv is not here and pip could not get it, so that installing the runtime is not tested.\n')

describe.skipIf(!uv)('installing the runtime', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recast-install-'))
  let standIn: StandIn
  let mirror: Mirror
  let tools: RuntimeTools
  let downloader: Downloader

  beforeAll(async () => {
    mkdirSync(join(folder, 'made'))
    standIn = await makeStandIn(join(folder, 'made'))
    mirror = await startMirror(join(folder, 'made'))
    const python = await findPython('3')
    tools = { uv: uv ?? '', python: python?.path, pythonVersion: python?.version }
    downloader = createDownloader({ retryMs: 20 })
  })
  afterEach(() => Object.assign(mirror, { status: undefined, instead: undefined, pace: 0 }))
  afterAll(async () => {
    await downloader.close()
    await mirror.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  let count = 0
  function begin(more: Partial<InstallOptions> = {}, name = `data-${(count += 1)}`): InstallOptions {
    const store = new InstallationStore(runtimeLayout(join(folder, name)))
    return { recipe: standIn.recipe, store, tools, downloader, mirrors: { packages: mirror.index, comfyui: mirror.url }, ...more }
  }

  it('installs from nothing, then again offline from the cache, and finds what was changed', async () => {
    const options = begin()
    const notes: number[] = []
    const first = await install({ ...options, onProgress: ({ progress }) => notes.push(progress) })
    expect(first).toMatchObject({ version: '0.0.7', device: 'cpu', pinned: true, nodes: [{ id: 'StandinNode' }] })
    expect(notes).toEqual([...notes].sort((a, b) => a - b))
    const place = await options.store.current()
    expect(place?.installation?.id).toBe(first.id)
    expect(existsSync(options.store.layout.staging)).toBe(false)
    expect(existsSync(options.store.layout.journal)).toBe(false)
    if (!place) throw new Error('not installed')
    expect(
      await inspect(options.store, place, { tools: toolsFolder, imports: ['recast_standin'], nodes: ['StandinNode'] }),
    ).toEqual([])

    const before = mirror.requests.length
    mirror.status = 503
    const again = await install({ ...options, offline: true })
    expect(mirror.requests.length).toBe(before)
    expect(again.id).not.toBe(first.id)
    expect((await options.store.current())?.installation?.id).toBe(again.id)
    expect((await options.store.snapshots()).map(({ id }) => id)).toEqual([first.id])

    const now = await options.store.current()
    if (!now) throw new Error('not installed')
    writeFileSync(join(now.program, 'main.py'), '# replaced\n')
    const site =
      readdirSync(join(now.python, '..', '..', 'lib')).map((name) =>
        join(now.python, '..', '..', 'lib', name, 'site-packages'),
      )[0] ?? ''
    rmSync(join(site, 'recast_standin', '__init__.py'))
    rmSync(join(site, 'recast_standin-1.0.0.dist-info'), { recursive: true })
    rmSync(join(site, 'recast_standin'), { recursive: true })
    const problems = await inspect(options.store, now, {
      tools: toolsFolder,
      imports: ['recast_standin'],
      nodes: ['StandinNode'],
    })
    expect(problems.join(' ')).toMatch(/main\.py.*cannot be imported.*is missing/)
    await options.store.pointTo(first.id)
    expect((await options.store.current())?.installation?.id).toBe(first.id)
  })

  it('uses an archive that is brought, and refuses another one unless that is allowed', async () => {
    const options = begin({ archive: { path: standIn.archive, unpinned: false } })
    await install(options)
    expect(mirror.requests.filter((one) => one.includes('standin/ComfyUI')).length).toBeLessThanOrEqual(1)
    const other = { ...standIn.recipe, comfyui: { ...standIn.recipe.comfyui, tree: '0'.repeat(40) } }
    const refused = begin({ recipe: other, archive: { path: standIn.archive, unpinned: false } })
    await expect(install(refused)).rejects.toMatchObject({
      code: 'input.damaged',
      message: expect.stringMatching(/git tree/) as string,
    })
    expect(await refused.store.current()).toBeUndefined()
    const allowed = begin({ recipe: other, archive: { path: standIn.archive, unpinned: true } })
    expect(await install(allowed)).toMatchObject({ pinned: false, comfyTree: standIn.recipe.comfyui.tree })
  })

  it.each([
    ['a mirror that refuses', () => (mirror.status = 403)],
    ['a mirror without it', () => (mirror.status = 404)],
    ['other bytes', () => (mirror.instead = Buffer.from('<html>sign in first</html>'))],
    ['another archive', () => (mirror.instead = readFileSync(join(folder, 'made', 'StandinNode.tar.gz')))],
  ])('installs nothing from %s, and says why', async (_name, spoil) => {
    const options = begin()
    spoil()
    await expect(install(options)).rejects.toMatchObject({ message: expect.stringMatching(/\./) as string })
    expect(await options.store.current()).toBeUndefined()
    Object.assign(mirror, { status: undefined, instead: undefined })
    expect((await install(options)).version).toBe('0.0.7')
  })

  it('refuses a package that is not the locked one', async () => {
    const recipe = { ...standIn.recipe, lock: { name: 'x.txt', text: `recast-standin==1.0.0 --hash=sha256:${'0'.repeat(64)}\n` } }
    const options = begin({ recipe })
    await expect(install(options)).rejects.toMatchObject({
      message: expect.stringMatching(/content that the lock names/) as string,
    })
    expect(await options.store.current()).toBeUndefined()
  })

  it('keeps the one that works when the new one does not', async () => {
    const options = begin()
    const first = await install(options)
    const broken = { ...standIn.recipe, imports: ['recast_standin', 'a_module_that_is_not_there'] }
    await expect(install({ ...options, recipe: { ...broken, python: '3 ' } })).rejects.toMatchObject({
      message: expect.stringMatching(/a_module_that_is_not_there/) as string,
    })
    expect((await options.store.current())?.installation?.id).toBe(first.id)
    expect(existsSync(options.store.layout.staging)).toBe(false)
  })

  it('stops when it is told to, and goes on later without fetching anything twice', async () => {
    const options = begin()
    // One piece, and the next so late that it is told to stop before.
    mirror.pace = 5_000
    const stop = new AbortController()
    const part = partPath(archivePath(options.store.layout.cache.archives, standIn.recipe.comfyui))
    const had = (): number => statSync(part, { throwIfNoEntry: false })?.size ?? 0
    const running = install({ ...options, signal: stop.signal })
    await expect.poll(had, { interval: 5 }).toBeGreaterThan(0)
    stop.abort()
    await expect(running).rejects.toMatchObject({ code: 'canceled' })
    const kept = had()
    mirror.pace = 0
    mirror.requests.length = 0
    await install(options)
    const asked = mirror.requests.filter((request) => /^GET .*ComfyUI.archive/.test(request))
    expect(asked).toEqual([expect.stringContaining(`bytes=${kept}-`)])
  })

  it('deletes without following links', async () => {
    const target = join(folder, 'precious')
    mkdirSync(target)
    writeFileSync(join(target, 'photo.png'), 'x')
    const doomed = join(folder, 'doomed')
    mkdirSync(join(doomed, 'deep'), { recursive: true })
    symlinkSync(target, join(doomed, 'deep', 'models'))
    symlinkSync(target, join(folder, 'doomed-link'))
    await deleteFolder(doomed)
    await deleteFolder(join(folder, 'doomed-link'))
    expect(existsSync(doomed)).toBe(false)
    expect(readFileSync(join(target, 'photo.png'), 'utf8')).toBe('x')
  })
})
