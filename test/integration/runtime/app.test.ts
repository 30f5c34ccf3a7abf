// The whole way through the app: installed from loopback mirrors, started by a job, ended with the app.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '#core/app'
import { findPython } from '#core/runtime/install/find-tools'
import { probeHardware } from '#core/runtime/hardware/probe'
import { identify, processesOfSession } from '#core/runtime/process/identity'
import type { RuntimeParts } from '#core/runtime/runtime-context'
import { findUv } from '../../../scripts/uv.mjs'
import { openApp, submit, until, untilState, writePhoto } from '../comfyui/harness'
import { makeExistingComfyui, treeOf } from './existing'
import { makeStandIn, startMirror, type Mirror, type StandIn } from './mirror'

const uv = findUv({ install: true })
if (!uv) process.stderr.write('SKIPPED: uv is not here and pip could not get it, so that the runtime in the app is not tested.\n')

describe.skipIf(!uv || process.platform === 'win32')('the runtime in the app', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recast-runtime-app-'))
  let standIn: StandIn
  let mirror: Mirror
  let photo = ''
  let count = 0

  beforeAll(async () => {
    mkdirSync(join(folder, 'made'))
    standIn = await makeStandIn(join(folder, 'made'))
    mirror = await startMirror(join(folder, 'made'))
    photo = await writePhoto(join(folder, 'photo.png'))
  })
  afterEach(() => {
    mirror.status = undefined
  })
  afterAll(async () => {
    await mirror.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const parts = (more: Partial<RuntimeParts> = {}): Partial<RuntimeParts> => ({
    recipe: ({ device }) => ({ ...standIn.recipe, device }),
    tools: async (python) => {
      const found = await findPython(python)
      return { uv: uv ?? '', python: found?.path, pythonVersion: found?.version }
    },
    // This machine as it is, but never with a card: what a test installs runs on the CPU.
    hardware: (path) => probeHardware(path, { nvidiaSmi: [] }),
    times: { lookMs: 100, hungMs: 30_000, end: { interruptMs: 1_500, terminateMs: 500 } },
    ...more,
  })
  const open = (name: string, more: Partial<RuntimeParts> = {}): Promise<App> =>
    openApp(join(folder, name), { runtime: parts(more), downloads: { retryMs: 20 } })
  const mirrors = () => ({ packages: mirror.index, comfyui: mirror.url })
  const installed = async (more: Partial<RuntimeParts> = {}): Promise<App> => {
    const app = await open(`data-${(count += 1)}`, more)
    await app.call('runtime.install', { device: 'cpu', mirrors: mirrors() })
    return app
  }

  it('says what it found without a GPU, and downloads nothing', async () => {
    const app = await open('no-gpu')
    const before = mirror.requests.length
    const report = await app.call('runtime.doctor', {})
    expect(report.hardware.verdict).toMatchObject({ device: 'none' })
    expect(report.hardware.verdict.message).toMatch(/remote ComfyUI.*CPU/)
    expect(report.runtime.state).toBe('absent')
    await expect(app.call('runtime.install', { mirrors: mirrors() })).rejects.toMatchObject({
      message: expect.stringMatching(/--device cpu/) as string,
    })
    await expect(app.call('runtime.start', {})).rejects.toMatchObject({ code: 'engine.start' })
    expect(mirror.requests.length).toBe(before)
    expect((await app.call('engines.list', {})).engines).toEqual([])
    expect(existsSync(join(folder, 'no-gpu', 'runtime', 'versions'))).toBe(false)
  })

  it(
    'installs from nothing, runs a job, and leaves no process when it is closed; offline the second time',
    { timeout: 90_000 },
    async () => {
      const app = await open('whole')
      const steps = new Set<string>()
      app.events.onEvent(({ body }) => body.type === 'runtime' && body.runtime.install && steps.add(body.runtime.install.step))
      const view = await app.call('runtime.install', { device: 'cpu', mirrors: mirrors() })
      expect(view).toMatchObject({ state: 'stopped', current: { version: '0.0.7', device: 'cpu', adopted: false } })
      expect(steps).toContain('check')
      expect((await app.call('engines.list', {})).engines).toMatchObject([{ id: 'local', state: 'ready' }])

      const [job] = await submit(app, photo, { engine: 'local' })
      const done = await untilState(app, job, 'done', 'failed')
      expect(done.error?.message).toBeUndefined()
      expect(done.outputs).toHaveLength(1)
      const { runtime, log } = await app.call('runtime.status', {})
      expect(runtime).toMatchObject({ state: 'ready', restarts: 0 })
      expect(log.join('\n')).toContain('recast-standin 1.0.0')
      // The stand-in's environment has no torch: that is said, and nothing is started for it.
      const proof = await app.call('runtime.doctor', { run: true })
      expect(proof).toMatchObject({ ok: false, selfTest: { ok: false, problems: [{ code: 'torch_import' }] } })
      expect(proof.selfTest?.startMs).toBeUndefined()
      const pid = runtime.pid ?? 0
      expect(await processesOfSession(pid)).toContain(pid)
      await app.close()
      expect(await identify(pid)).toBeUndefined()
      expect(await processesOfSession(pid)).toEqual([])
      expect(existsSync(join(folder, 'whole', 'runtime', 'server.json'))).toBe(false)

      mirror.status = 503
      const again = await open('whole')
      expect((await again.call('runtime.status', {})).runtime).toMatchObject({ state: 'stopped', current: { version: '0.0.7' } })
      await again.call('runtime.remove', {})
      expect((await again.call('runtime.status', {})).runtime.state).toBe('absent')
      expect((await again.call('engines.list', {})).engines).toEqual([])
      expect(existsSync(join(folder, 'whole', 'comfyui', 'output'))).toBe(true)
      const before = mirror.requests.length
      await again.call('runtime.install', { device: 'cpu', offline: true, mirrors: mirrors() })
      expect(mirror.requests.length).toBe(before)
      const [second] = await submit(again, photo, { engine: 'auto' })
      expect((await untilState(again, second, 'done', 'failed')).state).toBe('done')
    },
  )

  it(
    'runs a job again whose server was killed, and fails one that takes all memory with the reason',
    { timeout: 90_000 },
    async () => {
      const app = await installed({ env: { STANDIN_FAULT: 'killed-in-job' } })
      const [job] = await submit(app, photo, { engine: 'local' })
      const done = await untilState(app, job, 'done', 'failed')
      expect(done.error?.message).toBeUndefined()
      expect((await app.call('runtime.status', {})).runtime.restarts).toBe(1)
      const short = await installed({ env: { STANDIN_FAULT: 'memory-in-job' } })
      const [large] = await submit(short, photo, { engine: 'local' })
      const failed = await untilState(short, large, 'done', 'failed')
      expect(failed.error).toMatchObject({ code: 'engine.out_of_memory' })
    },
  )

  it(
    'repairs what was damaged, keeps the former one at an update that does not start, and goes back',
    { timeout: 90_000 },
    async () => {
      let recipe = standIn.recipe
      let env: NodeJS.ProcessEnv = {}
      const app = await installed({
        recipe: ({ device }) => ({ ...recipe, device }),
        get env() {
          return env
        },
      })
      const first = (await app.call('runtime.status', {})).runtime.current
      const version = join(app.dataDir, 'runtime', 'versions', first?.id ?? '')
      writeFileSync(join(version, 'ComfyUI', 'main.py'), 'raise SystemExit(9)\n')
      const broken = await app.call('runtime.doctor', {})
      expect(broken.ok).toBe(false)
      expect(broken.checks.find(({ name }) => name === 'runtime')?.note).toContain('main.py')
      await app.call('settings.set', { runtimeMirrors: mirrors() })
      const repaired = await app.call('runtime.repair', {})
      expect(repaired.current?.id).not.toBe(first?.id)
      expect(existsSync(version)).toBe(false)
      expect((await app.call('runtime.doctor', {})).checks.find(({ name }) => name === 'runtime')?.ok).toBe(true)

      const copied = await app.call('runtime.snapshot', { name: 'before IPAdapter' })
      const [byHand] = copied.snapshots
      expect(copied.current?.id).toBe(repaired.current?.id)
      expect(byHand).toMatchObject({ name: 'before IPAdapter', takenAt: expect.any(String) as string, version: '0.0.7' })

      // A new pin whose server lacks a node: it does not become ready.
      recipe = {
        ...standIn.recipe,
        imports: ['recast_standin', 'json'],
        comfyui: { ...standIn.recipe.comfyui, sentinels: ['NoSuchNode'] },
        lock: { ...standIn.recipe.lock, text: `${standIn.recipe.lock.text}\n` },
      }
      await expect(app.call('runtime.update', {})).rejects.toMatchObject({
        message: expect.stringMatching(/former one is back.*NoSuchNode/) as string,
      })
      expect((await app.call('runtime.status', {})).runtime.current?.id).toBe(repaired.current?.id)
      recipe = { ...recipe, comfyui: standIn.recipe.comfyui }
      const updated = await app.call('runtime.update', {})
      expect(updated).toMatchObject({ state: 'ready' })
      expect(updated.current?.id).not.toBe(repaired.current?.id)
      const back = await app.call('runtime.rollback', { id: repaired.current?.id })
      expect(back).toMatchObject({ state: 'stopped', current: { id: repaired.current?.id } })
      env = {}

      // What was copied by hand outlives updates, and works without what it was copied from.
      expect(back.snapshots.map(({ id }) => id)).toContain(byHand?.id)
      await app.call('runtime.rollback', { id: byHand?.id })
      await expect(app.call('runtime.discard', { id: byHand?.id ?? '' })).rejects.toMatchObject({ code: 'input.not_found' })
      for (const { id } of back.snapshots.filter((one) => one.id !== byHand?.id)) await app.call('runtime.discard', { id })
      const alone = await app.call('runtime.discard', { id: repaired.current?.id ?? '' })
      expect(alone).toMatchObject({ snapshots: [], current: { id: byHand?.id, name: 'before IPAdapter' } })
      expect(readdirSync(join(app.dataDir, 'runtime', 'versions'))).toEqual([byHand?.id])
      const [job] = await submit(app, photo, { engine: 'local' })
      expect((await untilState(app, job, 'done', 'failed')).error?.message).toBeUndefined()
    },
  )

  it('refuses an existing folder that would not start, and says why', { timeout: 60_000 }, async () => {
    const own = join(folder, 'made', 'source', 'ComfyUI-pinned')
    const app = await open('refusing')
    await expect(app.call('runtime.install', { adopt: folder })).rejects.toMatchObject({ code: 'input.not_found' })
    const python = (await findPython('3'))?.path
    // Its Python has no torch here: it is refused before anything is pointed to.
    await expect(app.call('runtime.install', { adopt: own, device: 'cpu', python })).rejects.toMatchObject({
      message: expect.stringMatching(/torch/) as string,
    })
    expect((await app.call('runtime.status', {})).runtime.state).toBe('absent')
  })

  it('uses an existing folder where it is, changes nothing in it, and only lets go of it', { timeout: 90_000 }, async () => {
    const { own, strange } = makeExistingComfyui(join(folder, 'existing'), standIn)
    const before = treeOf(own)
    // Also on a machine for which this build has no lock: it is the way out there.
    const recipe = (): never => {
      throw new Error('there is no lock for this machine')
    }
    const app = await open('adopting', { recipe })
    const view = await app.call('runtime.install', { adopt: own, device: 'cpu' })
    expect(view).toMatchObject({ state: 'stopped', current: { adopted: true, version: '0.0.7', torch: '0.0.1' } })
    const { settings } = await app.call('app.snapshot', {})
    expect(settings.modelFolders).toEqual([join(own, 'models')])
    // The very same program, started by its owner: whatever happens to ours, it goes on.
    const theirs = strange()
    try {
      const [job] = await submit(app, photo, { engine: 'local' })
      expect((await untilState(app, job, 'done', 'failed')).error?.message).toBeUndefined()
      const { runtime } = await app.call('runtime.status', {})
      const paths = readFileSync(join(app.dataDir, 'runtime', 'model-paths.yaml'), 'utf8')
      expect(paths).toContain(JSON.stringify(join(own, 'models')))
      expect(paths).toContain(JSON.stringify(join(app.dataDir, 'models')))
      await expect(app.call('runtime.update', {})).rejects.toMatchObject({ code: 'input.conflict' })
      await expect(app.call('runtime.repair', {})).rejects.toMatchObject({ code: 'input.conflict' })
      // The stand-in sends back what it was sent, which no card does that computes rightly.
      const proof = await app.call('runtime.doctor', { run: true })
      expect(proof.selfTest).toMatchObject({ ok: false, torch: '0.0.1', picture: 'wrong', problems: [{ code: 'picture_wrong' }] })
      await app.call('runtime.stop', {})
      expect(await processesOfSession(runtime.pid ?? 0)).toEqual([])
      // A later look is no test of its own, and still tells of that one; so does the report for supporters, without places.
      const later = await app.call('runtime.doctor', {})
      expect(later).toMatchObject({ ok: true, selfTest: { at: proof.selfTest?.at } })
      const { text } = await app.call('app.diagnostics', {})
      expect(text).toMatch(/self-test of .*torch 0\.0\.1.*picture wrong/)
      expect(text).toContain('✗ picture_wrong: ')
      expect(text).not.toContain(app.dataDir)
      await app.call('runtime.remove', { cache: true })
      expect((await app.call('runtime.status', {})).runtime.state).toBe('absent')
      expect(await identify(theirs.pid ?? 0)).toBeDefined()
    } finally {
      theirs.kill('SIGKILL')
    }
    expect(treeOf(own)).toEqual(before)
    // What it made lies in the data folder.
    expect(readdirSync(join(app.dataDir, 'comfyui', 'output')).length).toBeGreaterThan(0)
  })

  it('asks a mirror before it wants anything of it', async () => {
    const app = await open('deaf-mirror')
    const asked = { device: 'cpu' as const, mirrors: { ...mirrors(), packages: 'http://127.0.0.1:9/simple' } }
    await expect(app.call('runtime.install', asked)).rejects.toMatchObject({
      code: 'engine.offline',
      message: expect.stringMatching(/mirror for packages/) as string,
    })
    expect((await app.call('runtime.status', {})).runtime).toMatchObject({ state: 'absent', error: { code: 'engine.offline' } })
  })

  it('stops everything when it is closed in the middle of an installation', async () => {
    mirror.pace = 40
    const app = await open('closing')
    const running = app.call('runtime.install', { device: 'cpu', mirrors: mirrors() })
    running.catch(() => undefined)
    await until(async () => (await app.call('runtime.status', {})).runtime.install !== undefined, 'it began')
    await app.close()
    await expect(running).rejects.toMatchObject({ code: 'canceled' })
    mirror.pace = 0
    expect(existsSync(join(folder, 'closing', 'runtime', 'current.json'))).toBe(false)
  })
})
