import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach } from 'vitest'
import { createApp, type App, type AppOptions } from '#core/app'
import { type ComfyEngineOptions, createComfyEngine } from '#core/engines/comfyui/comfy-engine'
import type { RemoteContext } from '#core/engines/open-engines'
import type { Job, SubmissionInput } from '#shared/domain/job'
import { type FakeComfyUi, type FakeOptions, startFakeComfyUi } from '../../fakes/comfyui/fake-comfyui'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  // Newest first: an app is closed before its server and its folder go.
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A folder that goes after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recast-comfy-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** A double that ends after the test. */
export async function startFake(options: FakeOptions = {}): Promise<FakeComfyUi> {
  const fake = await startFakeComfyUi(options)
  cleanups.push(() => fake.close())
  return fake
}

/** The engine of an address with times that suit a test. */
export function quickEngine(more: Partial<ComfyEngineOptions> = {}) {
  return (context: RemoteContext) =>
    createComfyEngine({ ...context, reconcileMs: 100, lostMs: 4_000, forgottenMs: 250, pingMs: 500, ...more })
}

/** An app without other engines than those that are named by address; closed after the test. */
export async function openApp(dataDir: string, more: Partial<AppOptions> = {}): Promise<App> {
  const app = await createApp({ dataDir, version: '0.0.0', engines: () => [], remoteEngine: quickEngine(), ...more })
  cleanups.push(() => app.close())
  return app
}

/** Writes a photo with something to see in it: 96 × 60 unless told otherwise, so that every canvas has a border. */
export async function writePhoto(path: string, size = { width: 96, height: 60 }, alpha = false): Promise<string> {
  const { width, height } = size
  const channels = alpha ? 4 : 3
  const data = Buffer.alloc(width * height * channels, 255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * channels
      const inside = x > width / 4 && x < (3 * width) / 4 && y > height / 4 && y < (3 * height) / 4
      data[at] = inside ? 200 : (x * 255) / width
      data[at + 1] = inside ? 40 : (y * 255) / height
      data[at + 2] = 90
      if (alpha) data[at + 3] = inside ? 255 : 0
    }
  }
  await sharp(data, { raw: { width, height, channels } }).png().toFile(path)
  return path
}

/** Imports one photo and submits edits of it. */
export async function submit(app: App, photo: string, more: Partial<SubmissionInput> & { engine: string }): Promise<Job[]> {
  const { results } = await app.call('assets.import', { paths: [photo] })
  const pictureId = results[0]?.picture?.id
  if (pictureId === undefined) throw new Error(results[0]?.error?.message ?? 'no picture')
  const { jobs } = await app.call('jobs.submit', {
    pictures: [{ pictureId }],
    edits: [{ kind: 'style', styleId: 'clay' }],
    seed: 1,
    ...more,
  })
  return jobs
}

/** Waits until a condition holds. */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  ms = 60_000,
): Promise<T> {
  const deadline = performance.now() + ms
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Waits for a job's state. */
export function untilState(app: App, job: Job | undefined, ...states: Job['state'][]): Promise<Job> {
  if (!job) throw new Error('no job')
  let last = ''
  return until(
    async () => {
      const now = await app.call('jobs.get', { id: job.id })
      last = `${now.state} ${now.error?.message ?? ''}`
      return states.includes(now.state) && now
    },
    `the job is ${states.join(' or ')}`,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; it was ${last}`)
  })
}
