import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { z } from 'zod'
import { selfTestSchema, type Hardware, type SelfTest, type SelfTestProblem } from '#shared/domain/runtime'
import { lazily } from '#shared/lazily'
import { toAppError } from '#shared/domain/error'
import { askEnvironment } from './install/check-environment'
import { readJson, writeJson, type RuntimePlace } from './install/store'
import type { RuntimeLayout } from './layout'
import type { Crash } from './supervisor/classify'
import {
  isWorthStarting,
  judgeCudaText,
  judgeJobError,
  judgePicture,
  judgeTorch,
  pictureProblem,
  testNotes,
} from './self-test-verdicts'

const side = 64
/** How long a job may run: a card without ready code for it compiles for minutes. What waits behind other jobs does not run. */
const runningMs = 15 * 60_000
const wholeMs = 60 * 60_000
const answerMs = 30_000

/** The test's picture: 64 × 64, four different corners and a gradient, so that turned, black, flat and foreign pictures all show. */
function testPixels(): Buffer {
  const pixels = Buffer.alloc(side * side * 3)
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) pixels.set([x * 4, y * 4, x < 32 === y < 32 ? 200 : 40], (y * side + x) * 3)
  }
  return pixels
}

/** What the test found wrong, and in whose words. */
class Finding extends Error {
  constructor(
    readonly problem: SelfTestProblem,
    readonly said?: string,
  ) {
    super(problem.message)
  }
}

async function call(address: string, path: string, body: string | FormData | undefined): Promise<Response> {
  const answer = await fetch(`${address}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body }),
    ...(typeof body === 'string' ? { headers: { 'content-type': 'application/json' } } : {}),
    signal: AbortSignal.timeout(answerMs),
  })
  if (!answer.ok) {
    const said = `${path} answered HTTP ${answer.status}: ${(await answer.text()).slice(0, 1_000)}`
    throw new Finding(
      { code: 'job_failed', message: `ComfyUI refuses the test's job (${said.slice(0, 200)}). Repair the runtime.` },
      said,
    )
  }
  return answer
}

/** Asks a server that may be too busy to answer in time; undefined when it was. */
async function askPatiently<T>(address: string, path: string): Promise<T | undefined> {
  try {
    return (await (await call(address, path, undefined)).json()) as T
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'TimeoutError') return undefined
    throw thrown
  }
}

interface ExecutionError {
  exception_message?: string
  exception_type?: string
}
interface HistoryEntry {
  status?: { status_str?: string; messages?: [string, ExecutionError][] }
  outputs?: Record<string, { images?: { filename: string; subfolder: string; type: string }[] }>
}
interface QueueAnswer {
  queue_pending?: [number, string][]
}

/** Sends a picture through ComfyUI's blur, which computes on its device, and back; answers pixels and time. */
async function runJob(address: string, sigma: number, hardware: Hardware): Promise<{ pixels: Uint8Array; ms: number }> {
  const began = performance.now()
  const png = await sharp(testPixels(), { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
  const form = new FormData()
  form.set('image', new Blob([Uint8Array.from(png)], { type: 'image/png' }), 'recast-self-test.png')
  form.set('overwrite', 'true')
  const uploaded = (await (await call(address, '/upload/image', form)).json()) as { name: string }
  const promptId = randomUUID()
  const prompt = {
    1: { class_type: 'LoadImage', inputs: { image: uploaded.name } },
    2: { class_type: 'ImageBlur', inputs: { image: ['1', 0], blur_radius: 1, sigma } },
    3: { class_type: 'ImageInvert', inputs: { image: ['2', 0] } },
    4: { class_type: 'SaveImage', inputs: { images: ['3', 0], filename_prefix: `recast-self-test-${promptId}` } },
  }
  await call(address, '/prompt', JSON.stringify({ prompt, prompt_id: promptId, client_id: promptId }))
  let waitedUntil = performance.now()
  let lookedAt = waitedUntil
  while (performance.now() - waitedUntil < runningMs && performance.now() - began < wholeMs) {
    const entry = (await askPatiently<Record<string, HistoryEntry>>(address, `/history/${promptId}`))?.[promptId]
    if (entry) return { pixels: await fetchPixels(address, entry, hardware), ms: Math.round(performance.now() - began) }
    if (performance.now() - lookedAt > 2_000) {
      lookedAt = performance.now()
      const queue = await askPatiently<QueueAnswer>(address, '/queue')
      if (queue?.queue_pending?.some(([, id]) => id === promptId)) waitedUntil = performance.now()
    }
    await sleep(20)
  }
  throw new Finding({
    code: 'job_endless',
    message: `The test's job did not end within ${runningMs / 60_000} minutes: the card hangs. Restart the machine, update the NVIDIA driver, then test again.`,
  })
}

async function fetchPixels(address: string, { status, outputs }: HistoryEntry, hardware: Hardware): Promise<Uint8Array> {
  const image = Object.values(outputs ?? {}).flatMap(({ images = [] }) => images)[0]
  if (status?.status_str !== 'success' || !image) {
    const failure = status?.messages?.find(([name]) => name === 'execution_error')?.[1]
    const { exception_type: type = '', exception_message: message = '' } = failure ?? {}
    throw new Finding(judgeJobError(type, message, hardware), `${type}: ${message}`)
  }
  const query = new URLSearchParams({ filename: image.filename, subfolder: image.subfolder, type: image.type })
  const bytes = await (await call(address, `/view?${query.toString()}`, undefined)).arrayBuffer()
  return await sharp(bytes, { limitInputPixels: 1_000_000 }).removeAlpha().toColourspace('srgb').raw().toBuffer()
}

/** What the test needs of the runtime. */
export interface SelfTestOptions {
  place: RuntimePlace
  tools: string
  hardware: Hardware
  /** The card of several that the server gets. */
  card: number | undefined
  /** Ends what it asks of Python; the server is the supervisor's to end. */
  signal: AbortSignal
  start: () => Promise<string>
  /** The server's last output. */
  log: () => string
  /** Why the server ended in the meantime; undefined when it did not. */
  crash: () => Crash | undefined
}

/** Lets an installation prove itself: torch asked for the card, a product of matrices there, then jobs through ComfyUI. Never throws. */
export async function selfTest(options: SelfTestOptions): Promise<SelfTest> {
  const { place, hardware } = options
  const test: SelfTest = { at: new Date().toISOString(), ok: false, cuda: false, devices: [], problems: [], notes: [] }
  try {
    await proveTorch(options, test)
    if (isWorthStarting(test.problems)) await proveJobs(options, test)
  } catch (thrown) {
    const found = thrown instanceof Finding ? thrown : undefined
    // A server that ended refuses connections, which says nothing of why.
    const problem = found?.problem ?? (await endOf(options)) ?? judgeJobError('', toError(thrown).message, hardware)
    test.problems.push(problem)
    const said = found ? found.said : options.log().slice(-2_000)
    if (said !== undefined) test.said = said.slice(-2_000)
  }
  test.ok = test.problems.length === 0
  test.notes = testNotes(test, place.device, hardware)
  return test
}

/** The supervisor may see the end of a server a moment later than the job that it ran. */
async function endOf({ crash, hardware }: SelfTestOptions): Promise<SelfTestProblem | undefined> {
  for (const until = performance.now() + 3_000; crash() === undefined && performance.now() < until;) await sleep(50)
  const seen = crash()
  if (seen === undefined) return undefined
  if (seen.kind === 'out_of_memory' && /card's memory/.test(seen.message)) return judgeCudaText('out of memory', hardware)
  return {
    code: 'server_ended',
    message: `${seen.message} Test again; if it comes back, send the report of "recast doctor --report FILE".`,
  }
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))

const keptSchema = lazily(() => z.object({ of: z.string(), test: selfTestSchema }))
const nameOf = ({ installation, adopted }: RuntimePlace): string => installation?.id ?? `adopted ${adopted?.adoptedAt ?? ''}`

/** Keeps a test for the reports to come. What cannot be written is only not in them. */
export async function keepSelfTest(layout: RuntimeLayout, place: RuntimePlace, test: SelfTest): Promise<void> {
  await writeJson(layout.selfTest, { of: nameOf(place), test }).catch(() => undefined)
}

/** The last test of this very installation. */
export async function lastSelfTest(layout: RuntimeLayout, place: RuntimePlace): Promise<SelfTest | undefined> {
  const kept = await readJson(layout.selfTest, keptSchema())
  return kept?.of === nameOf(place) ? kept.test : undefined
}

async function proveTorch({ place, tools, hardware, card, signal }: SelfTestOptions, test: SelfTest): Promise<void> {
  const facts = await askEnvironment({
    python: place.python,
    tools,
    imports: ['torch'],
    packages: {},
    compute: place.device === 'cuda',
    card,
    foreign: place.adopted !== undefined,
    signal,
  }).catch((thrown: unknown) => {
    throw asFinding('python_silent', thrown)
  })
  const said = [...facts.failures.map(({ error }) => error), ...(facts.torch?.error === undefined ? [] : [facts.torch.error])]
  if (said.length > 0) test.said = said.join('\n').slice(0, 2_000)
  if (facts.torch) {
    const { version, cudaVersion, cuda, devices, computeMs } = facts.torch
    Object.assign(test, { torch: version, cudaVersion, cuda, devices, ...(computeMs === undefined ? {} : { computeMs }) })
  }
  const visible = process.env['CUDA_VISIBLE_DEVICES']
  test.problems.push(...judgeTorch(facts, { device: place.device, hardware, visible }))
}

async function proveJobs({ hardware, start, log }: SelfTestOptions, test: SelfTest): Promise<void> {
  const began = performance.now()
  const address = await start().catch((thrown: unknown) => {
    throw asFinding('server_start', thrown)
  })
  test.startMs = Math.round(performance.now() - began)
  const first = await runJob(address, 0.3, hardware)
  test.jobMs = first.ms
  test.picture = judgePicture(first.pixels, testPixels())
  const problem = pictureProblem(test.picture, log())
  if (problem) test.problems.push(problem)
  // Another value, so that nothing comes from ComfyUI's cache.
  test.secondJobMs = (await runJob(address, 0.31, hardware)).ms
}

/** An error of ours, whose words already say what to do; what the program said goes to the supporter. */
function asFinding(code: SelfTestProblem['code'], thrown: unknown): Finding {
  const error = toAppError(thrown)
  const output = error.detail?.['output']
  return new Finding({ code, message: error.message }, typeof output === 'string' ? output : undefined)
}
