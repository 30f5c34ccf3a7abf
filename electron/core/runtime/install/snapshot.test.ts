// Real files: an installation as the installer leaves one, with what a copy can get wrong.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InstallProgress } from '#shared/domain/runtime'
import { freeDiskMb } from '../hardware/probe'
import { runtimeLayout, venvPython } from '../layout'
import { followMovedPython } from './moved-python'
import { takeSnapshot } from './snapshot'
import { InstallationStore, type Installation } from './store'

let dataDir = ''
let store: InstallationStore
const first: Installation = {
  id: '0.8.0-cpu-aaaaaa',
  recipe: 'r',
  version: '0.8.0',
  device: 'cpu',
  pinned: true,
  comfyTree: '0'.repeat(40),
  nodes: [],
  installedAt: '2026-11-01T10:00:00.000Z',
}
const folder = (): string => store.folderOf(first.id)
const versions = (): string[] => readdirSync(store.layout.versions)

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder(), path)), { recursive: true })
  writeFileSync(join(folder(), path), text)
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'recast-snapshot-'))
  store = new InstallationStore(runtimeLayout(dataDir))
  put('ComfyUI/main.py', 'print(1)\n')
  put('ComfyUI/__pycache__/main.cpython-312.pyc', 'compiled')
  put('ComfyUI/empty/.keep', '')
  put('lock.txt', 'x==1\n')
  mkdirSync(dirname(venvPython(join(folder(), 'venv'))), { recursive: true })
  writeFileSync(venvPython(join(folder(), 'venv')), '#!/bin/sh\n')
  for (let at = 0; at < 60; at += 1) put(`venv/lib/many/${at}.py`, `${'x'.repeat(at)}\n`)
  put('installation.json', JSON.stringify(first))
  await store.pointTo(first.id)
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const taken = (more: { signal?: AbortSignal; onProgress?: (progress: InstallProgress) => void; name?: string } = {}) =>
  takeSnapshot(store, first, { signal: new AbortController().signal, onProgress: () => undefined, ...more })

describe('a snapshot by hand', () => {
  it('is whole, is listed with its name, and stands apart from what it was copied from', async () => {
    const steps: number[] = []
    const snapshot = await taken({ name: 'before IPAdapter', onProgress: ({ progress }) => steps.push(progress) })
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(steps.at(-1)).toBe(1)
    expect((await store.snapshots()).map(({ id, name, takenAt }) => ({ id, name, dated: takenAt !== undefined }))).toEqual([
      { id: snapshot.id, name: 'before IPAdapter', dated: true },
    ])
    const copy = store.folderOf(snapshot.id)
    for (let at = 0; at < 60; at += 1)
      expect(readFileSync(join(copy, 'venv', 'lib', 'many', `${at}.py`), 'utf8')).toBe(`${'x'.repeat(at)}\n`)
    expect(existsSync(join(copy, 'ComfyUI', 'empty', '.keep'))).toBe(true)
    // What Python compiled names the time of its source, which is another one in a copy.
    expect(existsSync(join(copy, 'ComfyUI', '__pycache__'))).toBe(false)
    writeFileSync(join(folder(), 'ComfyUI', 'main.py'), 'changed\n')
    expect(readFileSync(join(copy, 'ComfyUI', 'main.py'), 'utf8')).toBe('print(1)\n')
    expect((await store.current())?.installation?.id).toBe(first.id)
  })

  it.skipIf(process.platform === 'win32')('keeps what may be run, and links that lead inside to its own files', async () => {
    chmodSync(venvPython(join(folder(), 'venv')), 0o755)
    symlinkSync('many', join(folder(), 'venv', 'lib64'))
    symlinkSync(join(folder(), 'ComfyUI', 'main.py'), join(folder(), 'venv', 'inside'))
    symlinkSync('/usr/bin/env', join(folder(), 'venv', 'outside'))
    const copy = store.folderOf((await taken()).id)
    expect(statSync(venvPython(join(copy, 'venv'))).mode & 0o777).toBe(0o755)
    expect(readlinkSync(join(copy, 'venv', 'lib64'))).toBe('many')
    expect(readlinkSync(join(copy, 'venv', 'outside'))).toBe('/usr/bin/env')
    expect(readlinkSync(join(copy, 'venv', 'inside'))).toBe('../ComfyUI/main.py')
  })

  it('that is stopped half-way leaves nothing', async () => {
    const stop = new AbortController()
    const running = taken({ signal: stop.signal, onProgress: ({ progress }) => (progress > 0.3 ? stop.abort() : undefined) })
    await expect(running).rejects.toMatchObject({ code: 'canceled' })
    expect(versions()).toEqual([first.id])
    expect(existsSync(store.layout.trash)).toBe(false)
  })

  it('that meets a file which changes meanwhile leaves nothing, and says which one and what to do', async () => {
    let told = 0
    const grow = (): void => {
      told += 1
      if (told > 1) return
      for (let at = 0; at < 60; at += 1) writeFileSync(join(folder(), 'venv', 'lib', 'many', `${at}.py`), 'x'.repeat(1_000))
    }
    await expect(taken({ onProgress: grow })).rejects.toMatchObject({
      code: 'input.conflict',
      message: expect.stringMatching(/\d\.py was changed while it was copied\. Stop the local ComfyUI/) as string,
    })
    expect(versions()).toEqual([first.id])
  })

  it('is refused before it begins where there is no room for it', async () => {
    const freeMb = (await freeDiskMb(dataDir)) ?? 0
    const large = join(folder(), 'venv', 'large.bin')
    writeFileSync(large, '')
    // It has that size and takes no room.
    truncateSync(large, (freeMb + 1) * 2 ** 20)
    const told: number[] = []
    await expect(taken({ onProgress: ({ progress }) => told.push(progress) })).rejects.toMatchObject({
      code: 'io.disk_full',
      message: expect.stringMatching(/needs .* are free\. Free some space or delete an earlier snapshot/) as string,
    })
    expect(told).toEqual([])
    expect(versions()).toEqual([first.id])
  })
})

describe('a data folder that was moved', () => {
  const cfg = (): string => readFileSync(join(folder(), 'venv', 'pyvenv.cfg'), 'utf8')
  const said = (home: string): void => put('venv/pyvenv.cfg', `home = ${home}\nversion_info = 3.12.11\n`)
  let now = ''
  beforeEach(() => {
    now = join(store.layout.cache.python, 'bundled-3.12.11', 'bin')
    mkdirSync(now, { recursive: true })
    writeFileSync(join(now, 'python3'), '#!/bin/sh\n')
  })

  it('has its environments find the Python in it again, and no other', async () => {
    // Not there, and none of a data folder; of a data folder, and not here either.
    for (const elsewhere of ['/gone/python3.12/bin', '/gone/runtime/python/bundled-3.12.10/bin']) {
      said(elsewhere)
      await followMovedPython(store.layout)
      expect(cfg()).toContain(`home = ${elsewhere}\n`)
    }
    said('/gone/my data/runtime/python/bundled-3.12.11/bin')
    await followMovedPython(store.layout)
    expect(cfg()).toBe(`home = ${now}\nversion_info = 3.12.11\n`)
  })

  it.runIf(process.platform !== 'win32')('is no lost installation where a link names the Python', async () => {
    const link = join(folder(), 'venv', 'bin', 'python')
    rmSync(link)
    symlinkSync('/gone/my data/runtime/python/bundled-3.12.11/bin/python3', link)
    said('/gone/my data/runtime/python/bundled-3.12.11/bin')
    expect(await store.place(first.id)).toBeUndefined()
    await followMovedPython(store.layout)
    expect(readlinkSync(link)).toBe(join(now, 'python3'))
    expect((await store.place(first.id))?.installation?.id).toBe(first.id)
  })
})
