// The classic failures of custom nodes, mended by the real uv out of the lock: a module that is gone, and OpenCV's desktop build in the place of the other.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probeHardware } from '#core/runtime/hardware/probe'
import { findPython } from '#core/runtime/install/find-tools'
import { runtimeLayout } from '#core/runtime/layout'
import { processesOfSession } from '#core/runtime/process/identity'
import { findUv } from '../../../scripts/uv.mjs'
import { bundle } from '../bundle'
import { openApp, until } from '../comfyui/harness'
import { makeStandIn, makeWheel, startMirror, type Mirror, type StandIn } from './mirror'

const uv = findUv({ install: true }) ?? ''

describe.skipIf(uv === '' || process.platform === 'win32')('custom nodes that do not load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recast-mend-'))
  const made = join(folder, 'made')
  let standIn: StandIn
  let mirror: Mirror
  let lock = ''

  beforeAll(async () => {
    mkdirSync(made)
    standIn = await makeStandIn(made, { nodes: { Story: ['omegaconf'], Masks: ['cv2'], Strange: ['nobody_knows'] } })
    mirror = await startMirror(made)
    lock = [
      standIn.recipe.lock.text,
      makeWheel(made, 'omegaconf', '2.3.0', 'omegaconf', 'VERSION = 1\n').lock,
      makeWheel(made, 'opencv-python-headless', '4.12.0', 'cv2', 'BUILD = "headless"\n').lock,
    ].join('')
  })
  afterAll(async () => {
    await mirror.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const pip = (venv: string, ...args: string[]): string =>
    execFileSync(uv, ['pip', ...args, '--python', join(venv, 'bin', 'python')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })

  it('get back what the lock knows; what it does not know is left, and said', { timeout: 90_000 }, async () => {
    const dataDir = join(folder, 'data')
    const app = await openApp(dataDir, {
      runtime: {
        recipe: ({ device }) => ({ ...standIn.recipe, device, lock: { name: 'standin.txt', text: lock } }),
        tools: async (python) => {
          const found = await findPython(python)
          return { uv, python: found?.path, pythonVersion: found?.version }
        },
        hardware: (path) => probeHardware(path, { nvidiaSmi: [] }),
        times: { end: { interruptMs: 1_500, terminateMs: 500 } },
      },
    })
    await app.call('settings.set', { runtimeMirrors: { packages: mirror.index, comfyui: mirror.url } })
    const installed = await app.call('runtime.install', { device: 'cpu' })
    const venv = join(dataDir, 'runtime', 'versions', installed.current?.id ?? '', 'venv')
    expect(pip(venv, 'freeze').trim().split('\n')).toEqual([
      'omegaconf==2.3.0',
      'opencv-python-headless==4.12.0',
      'recast-standin==1.0.0',
    ])
    // What installers of other nodes do: one package is removed, and the desktop's OpenCV is written over the other.
    const libGl = 'raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")\n'
    const stranger = makeWheel(join(folder), 'opencv-python', '4.11.0', 'cv2', libGl)
    pip(venv, 'uninstall', 'omegaconf')
    pip(venv, 'install', '--no-deps', '--no-index', stranger.path)

    const started = await app.call('runtime.start', {})
    expect(started).toMatchObject({ state: 'ready', restarts: 0 })
    expect(pip(venv, 'freeze').trim().split('\n')).toEqual([
      'omegaconf==2.3.0',
      'opencv-python-headless==4.12.0',
      'recast-standin==1.0.0',
    ])
    const classes = (await (await fetch(`${started.address ?? ''}/object_info`)).json()) as Record<string, unknown>
    expect(Object.keys(classes)).toEqual(expect.arrayContaining(['Story', 'Masks']))
    expect(classes).not.toHaveProperty('Strange')
    // Started anew, nothing is mended again: what is missing still is nobody's to mend.
    const requests = mirror.requests.length
    await app.call('runtime.stop', {})
    await app.call('runtime.start', {})
    expect(mirror.requests.length).toBe(requests)
    await app.close()
  })

  it('do not keep Recast from quitting while they are mended', { timeout: 90_000 }, async () => {
    const dataDir = join(folder, 'data')
    const id = readdirSync(join(dataDir, 'runtime', 'versions'))[0] ?? ''
    const venv = join(dataDir, 'runtime', 'versions', id, 'venv')
    pip(venv, 'uninstall', 'omegaconf')
    rmSync(join(dataDir, 'runtime', 'cache', 'packages'), { recursive: true, force: true, maxRetries: 5 })
    mirror.requests.length = 0
    mirror.hold = /\.whl$/
    const app = await openApp(dataDir, {
      runtime: {
        recipe: ({ device }) => ({ ...standIn.recipe, device, lock: { name: 'standin.txt', text: lock } }),
        tools: async (python) => ({ uv, python: (await findPython(python))?.path, pythonVersion: undefined }),
        times: { end: { interruptMs: 1_500, terminateMs: 500 } },
      },
    })
    const starting = app.call('runtime.start', {}).then(
      () => 'ready',
      () => 'stopped',
    )
    await until(() => Promise.resolve(mirror.requests.some((request) => request.endsWith('.whl'))), 'uv asked for a package')
    await app.close()
    expect(await starting).toBe('stopped')
    expect(existsSync(join(dataDir, 'runtime', 'server.json'))).toBe(false)
    expect(existsSync(join(dataDir, 'runtime', 'mending.json'))).toBe(false)
    mirror.letGo()
  })

  it('do not leave uv at work when Recast is killed: the next start ends it', { timeout: 90_000 }, async () => {
    const dataDir = join(folder, 'data')
    const layout = runtimeLayout(dataDir)
    const facts = { recipe: { ...standIn.recipe, lock: { name: 'standin.txt', text: lock } }, tools: { uv } }
    writeFileSync(join(folder, 'facts.json'), JSON.stringify(facts))
    mirror.requests.length = 0
    mirror.hold = /\.whl$/
    const bundled = await bundle({ 'mend-child': 'test/integration/runtime/mend-child.ts' })
    try {
      const child = spawn(process.execPath, [join(bundled, 'mend-child.js'), dataDir, mirror.url, join(folder, 'facts.json')], {
        stdio: 'ignore',
      })
      await until(() => Promise.resolve(mirror.requests.some((request) => request.endsWith('.whl'))), 'uv asked for a package')
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    } finally {
      rmSync(bundled, { recursive: true, force: true, maxRetries: 5 })
    }
    const { pid } = JSON.parse(readFileSync(layout.mending, 'utf8')) as { pid: number }
    expect(await processesOfSession(pid)).toContain(pid)
    await openApp(dataDir, { runtime: {} })
    expect(await processesOfSession(pid)).toEqual([])
    expect(existsSync(layout.mending)).toBe(false)
    mirror.letGo()
  })
})
