import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach } from 'vitest'
import { createApp, type App, type AppOptions } from '#core/app'
import type { AppEvent } from '#shared/contract/events'
import type { Job, SubmissionInput } from '#shared/domain/job'
import type { Picture } from '#shared/domain/picture'
import { createTintEngine, type TintEngine } from './tint-engine'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  // Newest first: an app is closed before its folder goes.
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Has something undone after the test. */
export function afterwards(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup)
}

/** A folder that goes after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recast-core-'))
  afterwards(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** An app over a tint engine. */
export interface TestApp {
  app: App
  engine: TintEngine
  dataDir: string
  events: AppEvent[]
}

/** Opens an app; it is closed after the test. */
export async function openApp(options: Partial<AppOptions> & { engine?: TintEngine } = {}): Promise<TestApp> {
  const { engine = createTintEngine(), ...rest } = options
  const dataDir = options.dataDir ?? (await temporaryFolder())
  const app = await createApp({ version: '0.0.0', engines: () => [engine], ...rest, dataDir })
  afterwards(() => app.close())
  const events: AppEvent[] = []
  app.events.onEvent((event) => events.push(event))
  return { app, engine, dataDir, events }
}

/** Writes a picture of its own colours; `n` makes its content differ. */
export async function writePicture(folder: string, name: string, n = 0, size = 32): Promise<string> {
  const path = join(folder, `${name}.png`)
  const background = { r: (n * 37) % 256, g: (n * 91 + 40) % 256, b: Math.floor(n / 7) % 256 }
  await writeFile(
    path,
    await sharp({ create: { width: size, height: size, channels: 3, background } })
      .png()
      .toBuffer(),
  )
  return path
}

/** A list whose first entries a test may name without asking whether they are there: naming one that is not throws. */
export type Several<T> = [T, T, T, T, T, T, ...T[]]

/** Marks a list as one that is long enough for what the test names. */
export function several<T>(list: T[]): Several<T> {
  return new Proxy(list, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key) && Number(key) >= target.length)
        throw new Error(`there is no entry ${key}`)
      return Reflect.get(target, key) as unknown
    },
  }) as Several<T>
}

/** A value that the test cannot go on without. */
export function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('something that should be there is not')
  return value
}

/** The first entry of a list that has one. */
export const firstOf = <T>(list: readonly T[]): T => existing(list[0])

/** Imports `count` pictures. */
export async function importPictures(app: App, count = 1): Promise<Several<Picture>> {
  const folder = await temporaryFolder()
  const paths: string[] = []
  for (let n = 0; n < count; n++) paths.push(await writePicture(folder, `photo ${n + 1}`, n))
  const { results } = await app.call('assets.import', { paths })
  return several(
    results.map((result) => {
      if (!result.picture) throw new Error(result.error?.message ?? 'no picture')
      return result.picture
    }),
  )
}

/** Submits style jobs. */
export async function submit(app: App, pictures: readonly Picture[], more: Partial<SubmissionInput> = {}): Promise<Several<Job>> {
  const { jobs } = await app.call('jobs.submit', {
    pictures: pictures.map(({ id }) => ({ pictureId: id })),
    edits: [{ kind: 'style', styleId: 'clay' }],
    ...more,
  })
  return several(jobs)
}

/** Waits until a condition holds; looks after every event and every few milliseconds. */
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
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
}

/** Waits for a job's state. */
export function untilState(app: App, id: string, ...states: Job['state'][]): Promise<Job> {
  return until(
    async () => {
      const job = await app.call('jobs.get', { id })
      return states.includes(job.state) && job
    },
    `job ${id} is ${states.join(' or ')}`,
  )
}
