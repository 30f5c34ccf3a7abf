import { describe, expect, it } from 'vitest'
import { classifyExit, nodeFailures, packageFor, type ServerExit } from './classify'
import { LogRing } from './log-ring'
import { decideRestart } from './restart-policy'
import { knownFlags, modelPathsYaml, startArguments, type FlagFacts } from './start-flags'
import { runtimeLayout } from '../layout'

const exit = (more: Partial<ServerExit>): ServerExit => ({
  code: 1,
  signal: null,
  log: '',
  hung: false,
  kernelEndedSome: false,
  ...more,
})

describe('why a server ended', () => {
  it.each([
    [
      'port',
      exit({ log: "OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8188): address already in use" }),
    ],
    ['port', exit({ log: 'OSError: [WinError 10048] Only one usage of each socket address is normally permitted' })],
    ['out_of_memory', exit({ code: null, signal: 'SIGKILL', kernelEndedSome: true })],
    ['out_of_memory', exit({ code: 137, kernelEndedSome: true })],
    ['out_of_memory', exit({ code: 0xc0000017 })],
    [
      'out_of_memory',
      exit({
        log: 'RuntimeError: [enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory: you tried to allocate 4 GB',
      }),
    ],
    ['out_of_memory', exit({ log: 'OSError: The paging file is too small for this operation to complete. (os error 1455)' })],
    ['out_of_memory', exit({ log: 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB' })],
    ['killed', exit({ code: null, signal: 'SIGKILL' })],
    ['killed', exit({ code: 143 })],
    ['native', exit({ code: null, signal: 'SIGSEGV' })],
    ['native', exit({ code: 3221225477 })],
    ['native', exit({ code: -1073741819 })],
    ['native', exit({ code: 139 })],
    ['cuda', exit({ log: 'RuntimeError: CUDA error: no kernel image is available for execution on the device' })],
    ['cuda', exit({ log: 'AssertionError: Torch not compiled with CUDA enabled' })],
    ['flag', exit({ code: 2, log: 'main.py: error: unrecognized arguments: --foo' })],
    ['import', exit({ log: "ModuleNotFoundError: No module named 'torchsde'" })],
    ['import', exit({ log: 'ImportError: DLL load failed while importing _C: The specified module could not be found.' })],
    ['hung', exit({ code: null, signal: 'SIGKILL', hung: true })],
    ['exited', exit({ code: 0 })],
    ['exited', exit({ code: 3, log: 'ValueError: something else' })],
  ])('%s: %j', (kind, facts) => {
    const crash = classifyExit(facts)
    expect(crash.kind).toBe(kind)
    expect(crash.message.length).toBeGreaterThan(20)
  })

  it('speaks of memory after a SIGKILL only where nobody counts what the kernel ends', () => {
    const killed = { code: null, signal: 'SIGKILL' as const }
    expect(classifyExit(exit({ ...killed, kernelEndedSome: undefined })).message).toMatch(/memory runs out/)
    expect(classifyExit(exit({ ...killed, kernelEndedSome: false })).message).not.toMatch(/memory/)
  })

  it('does not take a handled error of long ago for the reason', () => {
    const log = `torch.OutOfMemoryError: CUDA out of memory\n${'a job ran well\n'.repeat(2_000)}`
    expect(classifyExit(exit({ code: 5, log })).kind).toBe('exited')
  })

  it('names what custom nodes lack', () => {
    const log = [
      "Cannot import /x/custom_nodes/ComfyUI_StoryDiffusion module for custom nodes: No module named 'omegaconf'",
      'Cannot import C:\\x\\custom_nodes\\Other module for custom nodes: libGL.so.1: cannot open shared object file',
      'Cannot import /x/custom_nodes/Odd module for custom nodes: invalid syntax',
    ].join('\n')
    expect(nodeFailures(log).map(({ node, module }) => [node, module])).toEqual([
      ['ComfyUI_StoryDiffusion', 'omegaconf'],
      ['Other', 'cv2'],
      ['Odd', undefined],
    ])
    expect([packageFor('cv2'), packageFor('PIL.Image'), packageFor('comfy_kitchen')]).toEqual([
      'opencv-python-headless',
      'pillow',
      'comfy-kitchen',
    ])
  })
})

describe('starting again', () => {
  it('only what ran, with longer pauses, and not for ever', () => {
    expect(decideRestart({ kind: 'killed', wasReady: false, recent: 0 })).toEqual({ restart: false })
    const waits = [0, 1, 2, 3].map((recent) => decideRestart({ kind: 'killed', wasReady: true, recent }))
    expect(waits.map((one) => (one.restart ? one.afterMs : undefined))).toEqual([500, 4_000, 16_000, undefined])
    expect(decideRestart({ kind: 'port', wasReady: false, recent: 4 })).toEqual({ restart: true, afterMs: 0 })
    expect(decideRestart({ kind: 'port', wasReady: false, recent: 5 })).toEqual({ restart: false })
  })
})

describe('start flags', () => {
  const facts: FlagFacts = {
    port: 8123,
    device: 'cuda',
    card: 1,
    user: runtimeLayout('/data').user,
    modelPaths: '/data/m.yaml',
    ownBase: false,
  }
  const all = knownFlags(
    [
      'listen',
      'port',
      'base-directory',
      'input-directory',
      'output-directory',
      'extra-model-paths-config',
      'cpu',
      'cuda-device',
      'database-url',
    ]
      .map((name) => `parser.add_argument("--${name}", type=str)`)
      .join('\n'),
  )

  it('are those that the version knows', () => {
    const args = startArguments(facts, all)
    expect(args.slice(0, 4)).toEqual(['--listen', '127.0.0.1', '--port', '8123'])
    expect(args).toContain('--cuda-device')
    expect(args).not.toContain('--log-stdout')
    expect(startArguments({ ...facts, device: 'cpu' }, all)).not.toContain('--cuda-device')
    expect(startArguments({ ...facts, ownBase: true }, all)).not.toContain('--base-directory')
  })

  it('refuse a version that would write elsewhere', () => {
    expect(() => startArguments(facts, new Set(['--listen', '--port']))).toThrow(/too old.*--base-directory/)
  })

  it('share models folders whatever is in their names', () => {
    const text = modelPathsYaml(['/a "b"/模型', 'C:\\models'], '/nodes')
    expect(text).toContain('base_path: "/a \\"b\\"/模型"')
    expect(text).toContain('base_path: "C:\\\\models"')
    expect(text).toContain('diffusion_models: "diffusion_models\\nunet"')
    expect(text).toContain('custom_nodes: "/nodes"')
    expect(modelPathsYaml([], undefined)).not.toBe('')
  })
})

describe('log ring', () => {
  it('keeps 50 KB of whole lines, whatever the bytes', () => {
    const lines: string[] = []
    const ring = new LogRing((line) => lines.push(line))
    ring.write(Buffer.from([0xff, 0xfe, 0x41, 0x0d, 0x42, 0x0d, 0x0a]))
    expect(ring.lines).toEqual(['��A', 'B'])
    for (let at = 0; at < 5_000; at += 1) ring.write(Buffer.from(`line ${at} 模型 xxxxxxxxxxxxxxxxxxxx\n`))
    ring.write(Buffer.from('the last, without an end'))
    expect(ring.text.length).toBeLessThan(52 * 1024)
    expect(ring.lines.at(-1)).toBe('the last, without an end')
    expect(lines).toHaveLength(5_002)
    ring.write(Buffer.alloc(100_000, 0x78))
    expect(ring.text.length).toBeLessThan(60 * 1024)
  })
})
