import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, Script } from 'node:vm'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bridgeChannels, type RecastBridge } from '#shared/contract/bridge'
import { callNames } from '#shared/contract/calls'
import { desktopCallNames } from '#shared/contract/desktop-calls'

const root = join(import.meta.dirname, '..', '..', '..')
let outDir: string
let source: string

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'recast-preload-'))
  // As electron.vite.config.ts builds it: one CommonJS file in which everything but `electron` is inside.
  await build({
    configFile: false,
    root,
    logLevel: 'silent',
    build: {
      outDir,
      minify: false,
      rollupOptions: {
        input: { preload: join(root, 'electron/desktop/preload.ts') },
        external: ['electron'],
        preserveEntrySignatures: false,
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  })
  source = readFileSync(join(outDir, 'preload.cjs'), 'utf8')
})
afterAll(() => rm(outDir, { recursive: true }))

/** Loads the bundle with what a sandboxed preload has, and nothing else: no process.binding, no fs, no Buffer, no eval. */
function load() {
  const exposed: Record<string, unknown> = {}
  const invoked: unknown[][] = []
  const sent: unknown[][] = []
  const listeners: [string, (event: unknown, message: unknown) => void][] = []
  const required: string[] = []
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, value: unknown) => (exposed[name] = value) },
    ipcRenderer: {
      invoke: (...args: unknown[]) => (invoked.push(args), Promise.resolve({ ok: true, value: 1 })),
      send: (...args: unknown[]) => void sent.push(args),
      on: (channel: string, listener: (event: unknown, message: unknown) => void) => void listeners.push([channel, listener]),
      removeListener: (_: string, listener: unknown) => {
        const at = listeners.findIndex(([, one]) => one === listener)
        if (at >= 0) listeners.splice(at, 1)
      },
    },
    webUtils: { getPathForFile: (file: { path?: string }) => file.path ?? '' },
  }
  const context = createContext(
    {
      require: (name: string) => {
        required.push(name)
        if (name !== 'electron') throw new Error(`module not found: ${name}`)
        return electron
      },
      module: { exports: {} },
      exports: {},
      console,
      setTimeout,
      clearTimeout,
      URL,
      TextEncoder,
      TextDecoder,
    },
    { codeGeneration: { strings: false, wasm: false } },
  )
  new Script(source, { filename: 'preload.cjs' }).runInContext(context)
  return { exposed, invoked, sent, listeners, required, bridge: exposed['recast'] as RecastBridge }
}

describe('the bundled preload', () => {
  it('needs electron and nothing else, and generates no code', () => {
    const { required, exposed } = load()
    expect(new Set(required)).toEqual(new Set(['electron']))
    expect(Object.keys(exposed)).toEqual(['recast'])
    expect(source).not.toMatch(/require\((?!["']electron["'])/)
  })

  it('shows the page two functions and the path of a file, and no part of Electron', () => {
    const { bridge } = load()
    expect(Object.entries(bridge).map(([name, value]) => [name, typeof value])).toEqual([
      ['call', 'function'],
      ['listen', 'function'],
      ['pathForFile', 'function'],
    ])
  })

  it.each([...callNames, ...desktopCallNames])('passes %s on, by the one channel', async (name) => {
    const { bridge, invoked } = load()
    await bridge.call(name, { a: 1 })
    expect(invoked).toEqual([[bridgeChannels.call, name, { a: 1 }]])
  })

  it.each([
    '',
    'no.such',
    '__proto__',
    'constructor',
    'toString',
    'recast:call',
    7,
    null,
    undefined,
    { toString: () => 'jobs.list' },
  ])('keeps %j from leaving the page', async (name) => {
    const { bridge, invoked } = load()
    expect(await bridge.call(name as string, {})).toMatchObject({ ok: false, error: { code: 'input.invalid' } })
    expect(invoked).toEqual([])
  })

  it('hands messages over without their event, and says when a preview was handled', () => {
    const { bridge, listeners, sent } = load()
    const seen: unknown[][] = []
    bridge.listen((...args) => seen.push(args))
    expect(sent).toEqual([[bridgeChannels.listen]])
    expect(listeners.map(([channel]) => channel)).toEqual([bridgeChannels.stream])
    const listener = (...message: [unknown, unknown]): void => listeners.forEach(([, listen]) => listen(...message))
    listener({ sender: 'secret' }, { type: 'hello', epoch: 'e', version: '1' })
    listener({ sender: 'secret' }, { type: 'preview', bytes: new Uint8Array(1) })
    expect(seen).toEqual([[{ type: 'hello', epoch: 'e', version: '1' }], [{ type: 'preview', bytes: new Uint8Array(1) }]])
    expect(sent).toEqual([[bridgeChannels.listen], [bridgeChannels.seen]])
  })

  it('listens once, however often it is asked', () => {
    const { bridge, listeners } = load()
    bridge.listen(() => {})
    const stop = bridge.listen(() => {})
    expect(listeners).toHaveLength(1)
    stop()
    expect(listeners).toHaveLength(0)
  })

  it('answers no path for what is no file', () => {
    const { bridge } = load()
    expect(bridge.pathForFile({ path: '/a.png' })).toBe('/a.png')
    expect(bridge.pathForFile(null as never)).toBe('')
  })
})
