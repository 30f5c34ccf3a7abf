// Outputs as torch 2.x, the CUDA runtime and ComfyUI word them (synthetic: no card was at hand), and a torch that says so to check.py.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Hardware, SelfTest, SelfTestProblemCode } from '#shared/domain/runtime'
import { environmentProblems, factsOf } from './install/check-environment'
import { isWorthStarting, judgeJobError, judgePicture, judgeTorch, pictureProblem, testNotes } from './self-test-verdicts'

const card = { maker: 'nvidia' as const, name: 'GeForce RTX 4060', index: 0, driver: '581.57', memoryMb: 8188, freeMemoryMb: 300 }
const hardware: Hardware = {
  platform: 'linux',
  arch: 'x64',
  wsl: false,
  cards: [card],
  memoryMb: 32_000,
  freeMemoryMb: 20_000,
  verdict: { code: 'cuda', device: 'cuda', generation: 'cu13', card: 0, message: 'GeForce RTX 4060, 8 GB' },
  warnings: [],
}
const oldDriver: Hardware = {
  ...hardware,
  verdict: {
    code: 'driver_too_old',
    device: 'none',
    message: 'The driver 535.104 of GeForce RTX 4060 is too old: install 580 or newer.',
  },
}

/** A torch with the parts that check.py touches; its card fails as told. */
const torchSource = `
class version: cuda = %CUDA%
__version__ = '2.9.0+cu130'
float32 = 'float32'
class Tensor:
    def reshape(self, *shape): return self
    def __truediv__(self, other): return self
    def __matmul__(self, other): return self
    def cpu(self): return self
    def cuda(self):
        %ON_CARD%
        return self
    def any(self): return %NAN%
def arange(count, dtype=None): return Tensor()
def isnan(tensor): return tensor
def allclose(left, right, rtol=0, atol=0): return %RIGHT%
class OutOfMemoryError(RuntimeError): pass
class cuda:
    is_available = staticmethod(lambda: %AVAILABLE%)
    device_count = staticmethod(lambda: 1)
    synchronize = staticmethod(lambda: None)
    @staticmethod
    def get_device_properties(index):
        class Properties: name, major, minor, total_memory = 'NVIDIA GeForce RTX 4060', 8, 9, 8585216000
        return Properties
    @staticmethod
    def init(): raise RuntimeError(%WHY%)
`

interface Case {
  code?: SelfTestProblemCode
  says?: RegExp
  machine?: Hardware
  visible?: string
  /** What of that torch is otherwise. */
  torch?: Partial<Record<'CUDA' | 'AVAILABLE' | 'ON_CARD' | 'NAN' | 'RIGHT' | 'WHY', string>>
}
const cases: Case[] = [
  {},
  { code: 'torch_without_cuda', torch: { CUDA: 'None', AVAILABLE: 'False' }, says: /without CUDA.*Repair/ },
  {
    code: 'driver',
    torch: {
      AVAILABLE: 'False',
      WHY: 'The NVIDIA driver on your system is too old (found version 12020). Please update your GPU driver.',
    },
    says: /581\.57 is too old.*580 or newer.*restart/,
  },
  { code: 'driver', torch: { AVAILABLE: 'False', WHY: 'anything' }, machine: oldDriver, says: /535\.104.*install 580/ },
  {
    code: 'card_hidden',
    torch: { AVAILABLE: 'False', WHY: 'No CUDA GPUs are available' },
    visible: '-1',
    says: /"-1" and hides.*Remove it/,
  },
  {
    code: 'card_unseen',
    torch: { AVAILABLE: 'False', WHY: 'CUDA unknown error - this may be due to an incorrectly set up environment' },
    says: /does not: RuntimeError: CUDA unknown error.*Restart/,
  },
  {
    code: 'memory_full',
    torch: {
      ON_CARD:
        "raise OutOfMemoryError('CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 7.62 GiB')",
    },
    says: /0\.3 GB of 8\.0 GB free.*Close other programs/,
  },
  {
    code: 'card_unsupported',
    torch: { ON_CARD: "raise RuntimeError('CUDA error: no kernel image is available for execution on the device')" },
    says: /no code for this card.*update/,
  },
  {
    code: 'driver',
    torch: { ON_CARD: "raise RuntimeError('CUDA error: the provided PTX was compiled with an unsupported toolchain.')" },
    says: /too old/,
  },
  {
    code: 'card_busy',
    torch: { ON_CARD: "raise RuntimeError('CUDA error: all CUDA-capable devices are busy or unavailable')" },
    says: /Another program/,
  },
  {
    code: 'card_failed',
    torch: { ON_CARD: "raise RuntimeError('CUDA error: an illegal memory access was encountered')" },
    says: /illegal memory access.*Restart/,
  },
  { code: 'computes_nan', torch: { NAN: 'True', RIGHT: 'False' }, says: /NaN.*overclocking/ },
  { code: 'computes_wrong', torch: { RIGHT: 'False' }, says: /wrong results.*temperature/ },
]

/** Lets the real check.py look at each of these torches, all in one Python. */
function checked(): string[] {
  const usual = { CUDA: "'13.0'", AVAILABLE: 'True', ON_CARD: 'pass', NAN: 'False', RIGHT: 'True', WHY: '' }
  const sources = cases.map(({ torch }) => {
    const parts: Record<string, string> = { ...usual, ...torch, WHY: JSON.stringify(torch?.WHY ?? '') }
    return torchSource.replaceAll(/%(\w+)%/g, (_all, name: string) => parts[name] ?? '')
  })
  const check = join(import.meta.dirname, '..', '..', '..', 'resources', 'runtime', 'check.py')
  const program = `
import json, runpy, sys, types
for source in json.load(sys.stdin):
    sys.modules['torch'] = torch = types.ModuleType('torch')
    exec(source, torch.__dict__)
    runpy.run_path(sys.argv[2], run_name='__main__')
`
  const asked = JSON.stringify({ imports: ['torch'], packages: {}, compute: true })
  // check.py reads its first argument, and answers in a line of its own.
  const out = execFileSync('python3', ['-c', program, asked, check], { encoding: 'utf8', input: JSON.stringify(sources) })
  return out.split('\n').filter((line) => line !== '')
}

describe.skipIf(process.platform === 'win32')('a card whose torch is asked by check.py', () => {
  let answers: string[] = []
  beforeAll(() => {
    answers = checked()
  })

  it.each(cases.map((one, at) => ({ ...one, at })))(
    '$at: $code, with what to do next',
    ({ at, code, says, machine = hardware, visible, torch }) => {
      const facts = factsOf(answers[at] ?? '')
      const problems = judgeTorch(facts, { device: 'cuda', hardware: machine, visible })
      expect(problems.map((problem) => problem.code)).toEqual(code === undefined ? [] : [code])
      expect(problems[0]?.message ?? '').toMatch(says ?? /^$/)
      // What was seen before it failed is told all the same.
      expect(facts.torch).toMatchObject({
        version: '2.9.0+cu130',
        devices: torch?.AVAILABLE === 'False' ? [] : [{ capability: '8.9' }],
      })
      expect(isWorthStarting(problems)).toBe(code === undefined || code.startsWith('computes_'))
    },
  )
})

it('a torch that cannot be loaded is to be repaired; on Windows its libraries may be missing', () => {
  const facts = (error: string) => ({ python: '3.12.8', failures: [{ module: 'torch', error }], versions: {}, ms: 1 })
  const context = { device: 'cuda' as const, hardware, visible: undefined }
  expect(judgeTorch(facts('OSError: libcudart.so.13: cannot open shared object file'), context)).toMatchObject([
    { code: 'torch_import', message: expect.stringMatching(/libcudart.*runtime repair/) as string },
  ])
  const windows = facts('OSError: [WinError 126] The specified module could not be found. Error loading "c10.dll"')
  expect(judgeTorch(windows, context)[0]?.message).toMatch(/Visual C\+\+ Redistributable/)
  // The first who meets it is the installation's own check.
  expect(environmentProblems(windows, { packages: {}, cuda: true })[0]).toMatch(/c10\.dll.*Visual C\+\+ Redistributable/)
})

it('a failed job says whether the card, its memory or ComfyUI is to blame', () => {
  const codes = [
    ['torch.OutOfMemoryError', 'Allocation on device 0 would exceed allowed memory. (out of memory)'],
    ['torch.AcceleratorError', 'CUDA error: an illegal memory access was encountered'],
    ['RuntimeError', 'cuDNN error: CUDNN_STATUS_EXECUTION_FAILED'],
    ['AttributeError', "'NoneType' object has no attribute 'shape'"],
    ['', ''],
  ].map(([type = '', message = '']) => judgeJobError(type, message, hardware).code)
  expect(codes).toEqual(['memory_full', 'card_failed', 'card_failed', 'job_failed', 'job_failed'])
})

it('a black, a flat, a NaN and a foreign picture are told apart', () => {
  const sent = Uint8Array.from({ length: 3 * 64 }, (_none, at) => (at * 4) % 256)
  const inverted = sent.map((value) => 255 - value)
  const cases = [inverted, sent.map(() => 0), sent.map(() => 127), sent, inverted.subarray(3), new Uint8Array()]
  expect(cases.map((result) => judgePicture(result, sent))).toEqual(['right', 'black', 'flat', 'wrong', 'wrong', 'black'])
  const nan =
    'nodes.py:1656: RuntimeWarning: invalid value encountered in cast\n  img = Image.fromarray(np.clip(i, 0, 255).astype(np.uint8))'
  expect(pictureProblem('black', nan)).toMatchObject({
    code: 'picture_nan',
    message: expect.stringMatching(/NaN.*driver/) as string,
  })
  expect(pictureProblem('black', 'got prompt')?.code).toBe('picture_black')
  expect(pictureProblem('flat', nan)?.code).toBe('picture_flat')
  expect(pictureProblem('wrong', '')?.code).toBe('picture_wrong')
  expect(pictureProblem('right', nan)).toBeUndefined()
})

it('five minutes of compiling are explained, and little free memory is noted', () => {
  const test: SelfTest = { at: '', ok: true, cuda: true, devices: [], problems: [], notes: [] }
  const roomy = { ...hardware, cards: [{ ...card, freeMemoryMb: 7_000 }] }
  expect(testNotes({ ...test, jobMs: 301_000, secondJobMs: 240 }, 'cuda', roomy)).toEqual([
    expect.stringMatching(/301 s, the next 0\.2 s.*compiled/),
  ])
  expect(testNotes({ ...test, jobMs: 30_000, secondJobMs: 29_000 }, 'cpu', hardware)).toEqual([])
  expect(testNotes({ ...test, jobMs: 400, secondJobMs: 200 }, 'cuda', hardware)).toEqual([
    expect.stringMatching(/0\.3 GB of 8\.0 GB free/),
  ])
})
