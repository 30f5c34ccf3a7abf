import type { Job } from '#shared/domain/job'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import sharp from 'sharp'
import { sampleGraph } from '../bench/client/graph.mjs'
import { type BenchRecast, openRecast } from '../bench/client/recast'
import { type FakeComfyUi, startFakeComfyUi } from '../fakes/comfyui/fake-comfyui'
import { type Faults, noFaults } from '../fakes/comfyui/faults'

/** Faults that the double shows by itself, each alone; a restart is beside them. */
export const singleFaults: readonly (readonly [string, Partial<Faults>])[] = [
  ['slow', { delayMs: 60 }],
  ['silent socket', { deafSocket: true }],
  ['dropped socket', { dropSocketAfter: 7 }],
  ['500s', { errors500: 4 }],
  ['half answers', { halfAnswers: 2 }],
  ['half pictures', { view: 'half' }],
  ['garbage frames', { garbageFrames: 3 }],
  ['wrong sizes', { view: 'wrong_size' }],
  ['lying file names', { lyingName: '../../climbed.png' }],
  ['duplicate events', { duplicates: 2 }],
  ['out-of-order events', { outOfOrder: true }],
  ['out of memory', { outOfMemory: true }],
  ['late history', { historyLateMs: 200, deafSocket: true }],
  ['lost post', { losePosts: 1 }],
  ['lost answer', { loseAnswers: 1 }],
]

/** A random mixture of faults out of a seed: two to five at once, and sometimes a restart. */
export function mixtureOf(seed: number): { names: string[]; faults: Partial<Faults>; restart: boolean } {
  let state = (seed * 2654435761 + 12345) >>> 0
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  const faults: Partial<Faults> = {}
  const names: string[] = []
  const count = 2 + Math.floor(random() * 4)
  for (let i = 0; i < count; i += 1) {
    const picked = singleFaults[Math.floor(random() * singleFaults.length)]
    if (!picked) continue
    names.push(picked[0])
    Object.assign(faults, picked[1])
  }
  return { names, faults, restart: random() < 0.2 }
}

/** What is wrong after one job under faults and one after them; empty when all is well. */
export async function tryMixture(
  fake: FakeComfyUi,
  recast: BenchRecast,
  { faults, restart }: { faults: Partial<Faults>; restart: boolean },
): Promise<string[]> {
  const before = new Set(fake.executions.keys())
  Object.assign(fake.faults, noFaults, faults)
  const [first, second] = await recast.submit(2)
  if (restart) await fake.restart(50)
  const wrong: string[] = []
  // As long as the faults last the jobs may fail; that is true as long as it is said, and no result is there.
  const ends = await Promise.all([first, second].map((id) => within(recast.ended(id ?? ''), 60_000)))
  Object.assign(fake.faults, noFaults)
  for (const job of ends) wrong.push(...(await untrue(job, recast)))
  const runs = [...fake.executions].filter(([id]) => !before.has(id))
  if (runs.some(([, times]) => times !== 1)) wrong.push('a prompt was executed twice')
  const [next] = await recast.submit(1)
  const after = await within(recast.ended(next ?? ''), 30_000)
  if (after?.state !== 'done') wrong.push(`the queue does not go on: ${after?.state ?? 'hung'} ${after?.error?.message ?? ''}`)
  return wrong
}

async function untrue(job: Job | undefined, recast: BenchRecast): Promise<string[]> {
  if (!job) return ['a job hung']
  if (job.state === 'failed') return job.error && job.outputs.length === 0 ? [] : ['failed without a reason, or with a result']
  if (job.state !== 'done' || job.outputs.length !== 1) return [`${job.state} with ${job.outputs.length} results`]
  return (await recast.resultPath(job)) === '' ? ['done without a file'] : []
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A double with quick jobs and Recast before it, with times that suit a test. */
export async function openMixed(): Promise<{ fake: FakeComfyUi; recast: BenchRecast; close: () => Promise<void> }> {
  const fake = await startFakeComfyUi({ stepMs: 3 })
  const photo = join(tmpdir(), `recast-mixtures-${process.pid}-${fake.url.split(':').at(-1)}.png`)
  await sharp({ create: { width: 16, height: 16, channels: 3, background: 'teal' } })
    .png()
    .toFile(photo)
  const times = { reconcileMs: 60, lostMs: 2_500, forgottenMs: 700, pingMs: 300, deafMs: 1_000 }
  const recast = await openRecast(fake.url, photo, sampleGraph(0, '', { steps: 4 }), times)
  await rm(photo)
  return {
    fake,
    recast,
    async close() {
      await recast.close()
      await fake.close()
    },
  }
}

/**
 * Tries mixtures from `firstSeed` on, several pairs of a double and Recast side by side. Answers what was wrong, by seed, and by how much
 * the heap has grown from after the first mixtures to the end, bytes, with the garbage collected.
 */
export async function tryMixtures(
  firstSeed: number,
  count: number,
  onDone?: (seed: number) => void,
): Promise<{ wrong: string[]; grownBytes: number }> {
  const wrong: string[] = []
  const lanes = await Promise.all(Array.from({ length: 5 }, openMixed))
  const seeds = Array.from({ length: count }, (_, n) => firstSeed + n)
  const work = async (own: number[]): Promise<void> => {
    await Promise.all(
      lanes.map(async ({ fake, recast }) => {
        for (let seed = own.shift(); seed !== undefined; seed = own.shift()) {
          const mixture = mixtureOf(seed)
          for (const what of await tryMixture(fake, recast, mixture)) {
            wrong.push(`seed ${seed} (${mixture.names.join(', ')}${mixture.restart ? ', restart' : ''}): ${what}`)
          }
          onDone?.(seed)
        }
      }),
    )
  }
  // Collected on demand: without, the figure would be whatever garbage lies about at that moment.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heap = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  try {
    // What is made once (caches, prepared statements) is no leak.
    await work(seeds.splice(0, Math.ceil(count / 5)))
    const before = heap()
    await work(seeds)
    return { wrong, grownBytes: heap() - before }
  } finally {
    for (const lane of lanes) await lane.close()
  }
}
