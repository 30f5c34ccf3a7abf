import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import type { ComfyEngineOptions } from '#core/engines/comfyui/comfy-engine'
import type { Graph } from '#core/workflows/graph'
import { openRecast } from '../bench/client/recast'
import { type FakeComfyUi, startFakeComfyUi } from '../fakes/comfyui/fake-comfyui'
import { type FaultyProxy, type ProxyFault, startFaultyProxy } from '../fakes/faulty-proxy/faulty-proxy'

/** Everything that is done to a job on its way. */
export const wayFaults = [
  'reset',
  'close',
  'half_open',
  'zombie',
  'slow',
  'garbage_text',
  'garbage_binary',
  'giant_frame',
  'restart',
  'history_late',
  'lost_post_answer',
] as const
export type WayFault = (typeof wayFaults)[number]

/** What came of one job under a fault. */
export interface FaultedJob {
  /** Done, with the one right picture, executed once (after a restart that forgot it: again). */
  right: boolean
  /** From the fault's end to the job's, milliseconds. */
  afterMs: number
  /** What was wrong. */
  why?: string
}

/** A client under test: does one job with a picture of its own. Answers the picture's pixels as a hash; rejects when it fails or hangs. */
export type FaultedClient = (n: number) => Promise<string>

const steps = 20
const stepMs = 30
const lastingMs = 2_000

/** The double behind the proxy, with jobs of 0.6 s. */
export async function openFaultyServer(): Promise<{ fake: FakeComfyUi; proxy: FaultyProxy; close: () => Promise<void> }> {
  const fake = await startFakeComfyUi({ stepMs })
  const proxy = await startFaultyProxy(fake.url)
  return {
    fake,
    proxy,
    async close() {
      await proxy.close()
      await fake.close()
    },
  }
}

/** Steps of the double's jobs. */
export const faultedSteps = steps

/** Does one job through the proxy while a fault is on; `n` counts the jobs of a fault. */
export async function underFault(
  { fake, proxy }: { fake: FakeComfyUi; proxy: FaultyProxy },
  fault: WayFault,
  n: number,
  client: FaultedClient,
): Promise<FaultedJob> {
  const before = new Set(fake.executions.keys())
  const saved = new Set(fake.files.keys())
  const early = ['slow', 'garbage_text', 'garbage_binary', 'history_late', 'lost_post_answer'].includes(fault)
  const ended = { at: Number.POSITIVE_INFINITY }
  const strike = async (): Promise<void> => {
    if (!early) {
      await untilRunning(fake, before)
      await sleep(Math.random() * stepMs * (steps - 4))
    }
    await strikeNow({ fake, proxy }, fault, n, before)
    ended.at = performance.now()
  }
  try {
    const struck = strike()
    // A client that fails before the fault strikes has failed; what the fault says of it is no news.
    struck.catch(() => undefined)
    const pixels = await client(n)
    const doneAt = performance.now()
    await struck
    const made = [...fake.files].filter(([name]) => name.startsWith('output/') && !saved.has(name))
    const [expected] = await Promise.all(made.slice(-1).map(([, png]) => pixelsOf(png)))
    const runs = [...fake.executions].filter(([id]) => !before.has(id)).map(([, times]) => times)
    const once = runs.every((times) => times === 1) && (runs.length === 1 || (fault === 'restart' && runs.length === 2))
    const why = pixels !== expected ? 'another picture' : once ? undefined : `executed ${runs.join(' + ')} times`
    return { right: why === undefined, afterMs: Math.max(0, doneAt - ended.at), ...(why === undefined ? {} : { why }) }
  } catch (thrown) {
    return { right: false, afterMs: Number.POSITIVE_INFINITY, why: thrown instanceof Error ? thrown.message : String(thrown) }
  } finally {
    proxy.end()
    Object.assign(fake.faults, { historyLateMs: 0, deafSocket: false })
  }
}

async function untilRunning(fake: FakeComfyUi, before: ReadonlySet<string>): Promise<void> {
  const giveUpAt = performance.now() + 20_000
  while (![...fake.executions.keys()].some((id) => !before.has(id))) {
    if (performance.now() > giveUpAt) throw new Error('the job never began')
    await sleep(5)
  }
}

/** Begins a fault and resolves at its end. */
async function strikeNow(
  { fake, proxy }: { fake: FakeComfyUi; proxy: FaultyProxy },
  fault: WayFault,
  n: number,
  before: ReadonlySet<string>,
): Promise<void> {
  switch (fault) {
    case 'restart':
      return await fake.restart(500)
    case 'history_late':
      // With and without the socket's word: alone, the history is all there is.
      Object.assign(fake.faults, { historyLateMs: 5_000, deafSocket: n % 2 === 0 })
      await untilRunning(fake, before)
      return await sleep(stepMs * steps + 5_000)
    case 'slow':
    case 'garbage_text':
    case 'garbage_binary':
      proxy.begin(fault)
      await sleep(lastingMs)
      return proxy.end()
    default:
      proxy.begin(fault satisfies ProxyFault)
  }
}

/** A picture by its pixels: what stands beside them differs from store to store. */
export async function pixelsOf(png: Buffer): Promise<string> {
  return createHash('sha256')
    .update(await sharp(png).removeAlpha().raw().toBuffer())
    .digest('hex')
}

/** Recast as a client: a durable queue with one job at a time. */
export async function recastClient(
  url: string,
  graph: Graph,
  times: Partial<ComfyEngineOptions> = {},
): Promise<{ client: FaultedClient; close: () => Promise<void> }> {
  const photo = join(tmpdir(), `recast-faults-${process.pid}-${Math.random().toString(36).slice(2)}.png`)
  await sharp({ create: { width: 16, height: 16, channels: 3, background: 'teal' } })
    .png()
    .toFile(photo)
  const recast = await openRecast(url, photo, graph, times)
  await rm(photo)
  return {
    async client() {
      const [id] = await recast.submit(1)
      const job = await recast.ended(id ?? '')
      if (job.state !== 'done') throw new Error(`${job.state}: ${job.error?.message}`)
      if (job.outputs.length !== 1) throw new Error(`${job.outputs.length} results`)
      return await pixelsOf(await readFile(await recast.resultPath(job)))
    },
    close: () => recast.close(),
  }
}
