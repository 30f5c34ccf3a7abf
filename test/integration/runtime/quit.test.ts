// Recast is quit in every state of its local ComfyUI: nothing of it is left, and the next start goes on.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '#core/app'
import { probeHardware } from '#core/runtime/hardware/probe'
import { findPython } from '#core/runtime/install/find-tools'
import { identify, processesOfSession } from '#core/runtime/process/identity'
import { findUv } from '../../../scripts/uv.mjs'
import { openApp, submit, until, untilState, writePhoto } from '../comfyui/harness'
import { makeStandIn, startMirror, type Mirror, type StandIn } from './mirror'

const uv = findUv({ install: true })

/** Every process whose command or working folder names a folder, whoever started it and in whatever session (Linux). */
function processesIn(folder: string): number[] {
  const read = (path: string, how: (path: string) => string): string => {
    try {
      return how(path)
    } catch {
      // It has ended meanwhile, or is not ours to look at.
      return ''
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const command = read(`/proc/${pid}/cmdline`, (path) => readFileSync(path, 'utf8'))
      return command.includes(folder) || read(`/proc/${pid}/cwd`, readlinkSync).includes(folder)
    })
    .map(Number)
}

describe.skipIf(!uv || process.platform !== 'linux')('quitting in the middle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recast-quit-'))
  const dataDir = join(folder, 'data')
  const runtime = join(dataDir, 'runtime')
  let standIn: StandIn
  let mirror: Mirror

  beforeAll(async () => {
    mkdirSync(join(folder, 'made'))
    standIn = await makeStandIn(join(folder, 'made'))
    mirror = await startMirror(join(folder, 'made'))
  })
  afterAll(async () => {
    await mirror.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const open = (env: NodeJS.ProcessEnv = {}, imports: readonly string[] = []): Promise<App> =>
    openApp(dataDir, {
      runtime: {
        recipe: ({ device }) => ({ ...standIn.recipe, device, imports: [...standIn.recipe.imports, ...imports] }),
        tools: async (python) => {
          const found = await findPython(python)
          return { uv: uv ?? '', python: found?.path, pythonVersion: found?.version }
        },
        hardware: (path) => probeHardware(path, { nvidiaSmi: [] }),
        times: { lookMs: 100, end: { interruptMs: 1_500, terminateMs: 500 } },
        env,
      },
      downloads: { retryMs: 20 },
    })
  const install = (app: App) =>
    app.call('runtime.install', { device: 'cpu', mirrors: { packages: mirror.index, comfyui: mirror.url } })
  const noted = (name: string): { pid?: number; tool?: { pid: number } } =>
    existsSync(join(runtime, name)) ? (JSON.parse(readFileSync(join(runtime, name), 'utf8')) as { pid?: number }) : {}

  /** Begins something, quits once `reached`, and looks for what is left of the processes that were seen then. */
  async function quitWhile(app: App, begin: () => Promise<unknown>, reached: () => boolean, what: string): Promise<number[]> {
    const begun = begin().then(
      () => 'done',
      () => 'stopped',
    )
    await until(() => Promise.resolve(reached()), what)
    const seen = [noted('server.json').pid, noted('journal.json').tool?.pid].filter((pid) => pid !== undefined)
    await app.close()
    expect(await begun).toBe('stopped')
    for (const pid of seen) {
      expect(await identify(pid)).toBeUndefined()
      expect(await processesOfSession(pid)).toEqual([])
    }
    expect(processesIn(dataDir)).toEqual([])
    expect(noted('journal.json').tool).toBeUndefined()
    expect(existsSync(join(runtime, 'server.json'))).toBe(false)
    return seen
  }

  it('leaves no process, and nothing that is half installed counts', { timeout: 120_000 }, async () => {
    const asked = (path: RegExp) => () => mirror.requests.some((request) => path.test(request))
    const notInstalled = async (): Promise<void> => {
      expect(existsSync(join(runtime, 'current.json'))).toBe(false)
      mirror.letGo()
    }

    mirror.hold = /\/ComfyUI\/archive\//
    const fetching = await open()
    await quitWhile(fetching, () => install(fetching), asked(/^GET .*\/ComfyUI\/archive\//), 'ComfyUI was asked for')
    await notInstalled()

    const unpacking = await open()
    await quitWhile(
      unpacking,
      () => install(unpacking),
      () => existsSync(join(runtime, 'staging', 'ComfyUI')),
      'it was being unpacked',
    )
    await notInstalled()

    mirror.hold = /\.whl$/
    const packing = await open()
    const tools = await quitWhile(packing, () => install(packing), asked(/^GET .*\.whl/), 'uv asked for a package')
    expect(tools).toHaveLength(1)
    await notInstalled()

    const whole = await open({ STANDIN_FAULT: 'silent' })
    expect(await install(whole)).toMatchObject({ state: 'stopped', current: { version: '0.0.7' } })
    // The archive came once: what was there when it was quit was kept.
    const archive = [...mirror.sent].find(([path]) => path.includes('/ComfyUI/archive/'))
    expect(archive?.[1]).toBe(readFileSync(standIn.archive).length)
    const servers = await quitWhile(
      whole,
      () => whole.call('runtime.start', {}),
      () => noted('server.json').pid !== undefined,
      'ComfyUI was starting',
    )
    expect(servers).toHaveLength(1)

    const working = await open({ STANDIN_SECONDS: '3600' })
    const [job] = await submit(working, await writePhoto(join(folder, 'photo.png')), { engine: 'local' })
    await untilState(working, job, 'running')
    const busy = await quitWhile(
      working,
      () => Promise.reject(new Error('nothing is asked')),
      () => noted('server.json').pid !== undefined,
      'ComfyUI ran a job',
    )
    expect(busy).toHaveLength(1)

    // The doctor's Python is one of ours as well: here it waits in a module that takes its time.
    const modules = join(folder, 'modules')
    mkdirSync(modules)
    writeFileSync(join(modules, 'endless.py'), 'import time\ntime.sleep(3600)\n')
    const [site = ''] = readdirSync(join(runtime, 'versions'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('site-packages'),
    )
    writeFileSync(join(runtime, 'versions', site, 'endless.pth'), modules)
    const looking = await open({}, ['endless'])
    await quitWhile(
      looking,
      () => looking.call('runtime.doctor', {}),
      () => processesIn(join(runtime, 'versions')).length > 0,
      'the doctor asked Python',
    )

    const again = await open()
    const done = await untilState(again, job, 'done', 'failed')
    expect(done.error?.message).toBeUndefined()
    expect(done.outputs).toHaveLength(1)
    await again.close()
    expect(processesIn(dataDir)).toEqual([])
  })
})
