import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App, AppOptions } from '#core/app'
import type { Job, SubmissionInput } from '#shared/domain/job'
import type { FakeComfyUi, FakeOptions } from '../../fakes/comfyui/fake-comfyui'
import { openApp, quickEngine, startFake, submit, temporaryFolder, until, writePhoto } from '../comfyui/harness'

/** Doubles of servers, an app that has them all saved, and a photo. */
export interface Pool {
  app: App
  folder: string
  photo: string
  fakes: FakeComfyUi[]
}

/** Starts as many doubles as there are options and adds them; `maxInFlight` is 10 unless told otherwise (0: Recast's default). */
export async function openPool(servers: FakeOptions[], more: Partial<AppOptions> = {}, maxInFlight = 10): Promise<Pool> {
  const folder = await temporaryFolder()
  const fakes: FakeComfyUi[] = []
  for (const options of servers) fakes.push(await startFake(options))
  const app = await openApp(join(folder, 'data'), { remoteEngine: quickEngine({ lostMs: 4_000 }), failoverMs: 200, ...more })
  for (const fake of fakes) await app.call('engines.add', { address: fake.url })
  await app.call('settings.set', { maxInFlight })
  return { app, folder, fakes, photo: await writePhoto(join(folder, 'photo.png')) }
}

/** Submits a batch of one photo by `auto` on the smallest workflow. */
export function submitBatch(
  pool: Pool,
  count: number,
  more: Partial<SubmissionInput> & { engine?: string } = {},
): Promise<Job[]> {
  return submit(pool.app, pool.photo, {
    workflowId: 'sd15-style',
    edits: Array.from({ length: count }, (_, n) => ({ kind: 'style' as const, prompt: `clay ${n}` })),
    priority: 'batch',
    ...more,
    engine: more.engine ?? 'auto',
  })
}

/** Waits until all these jobs have ended; answers them in their order. */
export async function allEnded(app: App, jobs: readonly Job[], ms = 60_000): Promise<Job[]> {
  const batchId = jobs[0]?.batchId
  if (batchId === undefined) throw new Error('no jobs')
  const states = ['queued', 'staging', 'running', 'collecting']
  // Counted rather than listed, and not all the time: who asks takes the time that the jobs need.
  await until(
    async () => {
      const { total } = await app.call('jobs.list', { batchId, states, limit: 1 })
      return total === 0 || (await sleep(25, false))
    },
    'every job has ended',
    ms,
  )
  const { items } = await app.call('jobs.list', { batchId, limit: 500 })
  return items.toSorted((a, b) => a.seq - b.seq)
}

/** How many of these jobs each server did, in the order of the servers. */
export function shares(pool: Pool, jobs: readonly Job[]): number[] {
  return pool.fakes.map(({ url }) => jobs.filter(({ engineId }) => engineId === url).length)
}

/** What must hold after any batch: each job is done and has one result. */
export function faultsOf(jobs: readonly Job[]): string[] {
  return jobs.flatMap(({ id, state, error, outputs }) =>
    state === 'done' && outputs.length === 1 ? [] : [`${id}: ${state}, ${outputs.length} results ${error?.message ?? ''}`],
  )
}
