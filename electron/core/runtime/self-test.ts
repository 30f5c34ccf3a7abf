import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import type { SelfTest } from '#shared/domain/runtime'
import { toAppError } from '#shared/domain/error'
import { askEnvironment } from './install/check-environment'
import type { RuntimePlace } from './install/store'

const side = 64
const jobMs = 300_000

/** The test's picture: 64 × 64, four different corners and a gradient, so that turned, black, flat and foreign pictures all show. */
function testPixels(): Buffer {
  const pixels = Buffer.alloc(side * side * 3)
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) pixels.set([x * 4, y * 4, x < 32 === y < 32 ? 200 : 40], (y * side + x) * 3)
  }
  return pixels
}

/** Compares a result with the picture that was sent, inverted and softly blurred. Pure. */
export function judgePicture(result: Uint8Array, sent: Uint8Array): 'right' | 'black' | 'flat' | 'wrong' {
  let sum = 0
  let squares = 0
  let largest = 0
  let difference = 0
  for (const [at, value] of result.entries()) {
    sum += value
    squares += value * value
    largest = Math.max(largest, value)
    difference += Math.abs(255 - (sent[at] ?? 0) - value)
  }
  const count = result.length
  const deviation = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
  if (count === 0 || largest <= 8) return 'black'
  if (deviation < 4) return 'flat'
  return count === sent.length && difference / count < 16 ? 'right' : 'wrong'
}

async function call(address: string, path: string, body: string | FormData | undefined): Promise<Response> {
  const answer = await fetch(`${address}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body }),
    ...(typeof body === 'string' ? { headers: { 'content-type': 'application/json' } } : {}),
    signal: AbortSignal.timeout(30_000),
  })
  if (!answer.ok) throw new Error(`${path} answered HTTP ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
  return answer
}

interface HistoryEntry {
  status?: { status_str?: string; messages?: [string, { exception_message?: string }][] }
  outputs?: Record<string, { images?: { filename: string; subfolder: string; type: string }[] }>
}

/** Sends a picture through ComfyUI's blur, which computes on its device, and back; answers pixels and time. */
async function runJob(address: string, sigma: number): Promise<{ pixels: Uint8Array; ms: number }> {
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
  for (const until = performance.now() + jobMs; performance.now() < until; await sleep(20)) {
    const entry = ((await (await call(address, `/history/${promptId}`, undefined)).json()) as Record<string, HistoryEntry>)[
      promptId
    ]
    if (!entry) continue
    const image = Object.values(entry.outputs ?? {}).flatMap(({ images = [] }) => images)[0]
    if (entry.status?.status_str !== 'success' || !image) {
      const reason = entry.status?.messages?.find(([name]) => name === 'execution_error')?.[1].exception_message
      throw new Error(`the job failed: ${reason ?? 'ComfyUI gives no reason'}`)
    }
    const query = new URLSearchParams({ filename: image.filename, subfolder: image.subfolder, type: image.type })
    const bytes = await (await call(address, `/view?${query.toString()}`, undefined)).arrayBuffer()
    const pixels = await sharp(bytes, { limitInputPixels: 1_000_000 }).removeAlpha().toColourspace('srgb').raw().toBuffer()
    return { pixels, ms: Math.round(performance.now() - began) }
  }
  throw new Error(`the job did not end within ${jobMs / 1000} s`)
}

const pictureWords = {
  black: 'The picture came back black: the card or its driver computes wrong. Update the driver, and switch off overclocking.',
  flat: 'The picture came back in one colour: the card or its driver computes wrong. Update the driver.',
  wrong: 'The picture that came back is not the one that was sent. Repair the runtime, and update the driver.',
}

/** Lets an installation prove itself: torch asked for the card, a product of matrices there, then jobs through ComfyUI. Never throws. */
export async function selfTest({
  place,
  tools,
  start,
}: {
  place: RuntimePlace
  tools: string
  start: () => Promise<string>
}): Promise<SelfTest> {
  const test: SelfTest = { ok: false, cuda: false, devices: [], problems: [] }
  try {
    const facts = await askEnvironment({
      python: place.python,
      tools,
      imports: ['torch'],
      packages: {},
      compute: true,
      foreign: place.adopted !== undefined,
    })
    for (const { module, error } of facts.failures) test.problems.push(`${module}: ${error}`)
    if (facts.torch) {
      const { version, cudaVersion, cuda, devices, computeMs, computeRight } = facts.torch
      Object.assign(test, { torch: version, cudaVersion, cuda, devices, ...(computeMs === undefined ? {} : { computeMs }) })
      if (place.device === 'cuda' && !cuda) test.problems.push('torch finds no CUDA card. Update the NVIDIA driver and restart.')
      if (computeRight === false)
        test.problems.push('The card computes wrong results: switch off overclocking, and look at its temperature.')
    }
    const began = performance.now()
    const address = await start()
    test.startMs = Math.round(performance.now() - began)
    const first = await runJob(address, 0.3)
    test.jobMs = first.ms
    test.picture = judgePicture(first.pixels, testPixels())
    if (test.picture !== 'right') test.problems.push(pictureWords[test.picture])
    // Another value, so that nothing comes from ComfyUI's cache.
    test.secondJobMs = (await runJob(address, 0.31)).ms
  } catch (thrown) {
    test.problems.push(toAppError(thrown).message)
  }
  test.ok = test.problems.length === 0
  return test
}
