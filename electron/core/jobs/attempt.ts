import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { access, link, rm } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { assetsOf } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { JobState, Made } from '#shared/domain/job'
import type { AppLogger } from '../app'
import type { AssetStore } from '../assets/asset-store'
import type { Database } from '../database/database'
import { toCoreError } from '../database/errors'
import type { Tables } from '../database/tables'
import type { StoredAsset } from '../database/tables/assets'
import type { JobRecord } from '../database/tables/jobs'
import { unflushed } from '../database/unflushed'
import type { Engine, EngineEvent, EngineResult, EngineTask } from '../engines/engine'
import type { EventSource } from '../event-hub'
import type { JobBoard } from './board'
import { remainingMs, workOf, type Estimator } from './estimate'
import type { JobExporter } from './export'
import type { LeftPrompts } from './left-prompts'
import { expectedPixels, needRoomForResult, resultBytes } from './room'

/** Why an attempt is stopped from outside; the reason of its AbortSignal. `failover`: its engine is away and another one is here. */
export type StopReason = 'cancel' | 'shutdown' | 'failover'

/** What attempts work with. */
export interface AttemptContext {
  dataDir: string
  db: Database
  tables: Tables
  store: AssetStore
  board: JobBoard
  events: EventSource
  estimator: Estimator
  exporter: JobExporter
  kept: KeptResults
  left: Pick<LeftPrompts, 'of'>
  /** Absent: {@link commitResult}. */
  commit?: CommitResult | undefined
  logger: AppLogger
}

/** One attempt to be driven: its rows are there already. */
export interface Attempt {
  id: string
  job: JobRecord
  engine: Engine
  signal: AbortSignal
  /** `attach` waits for what a former process began; `run` begins. */
  mode: 'run' | 'attach'
  /** Resolves when its rows survive a power loss; absent: they do. */
  stored?: Promise<void> | undefined
  /** Called when the engine has nothing more to do for it, so that the next job can have its place. */
  onEngineFree: () => void
}

/** How an attempt ended. `lost-race`: somebody else moved the job first, and what they did counts. */
export type AttemptEnd = { kind: 'done' } | { kind: 'lost-race' } | { kind: 'failed'; error: AppError }

/** Results whose storing failed (a full disk), for the user's retry: the engine's work is not done twice. */
export type KeptResults = Map<string, { results: EngineResult[]; workDir: string }>

/** How long an engine may take to let go of a stopped job before its place is given away, milliseconds. */
const graceMs = 5_000

/** Storing a job's end: results, attempt and job. Throws {@link LostRace} when somebody else has claimed or moved it. */
export type CommitResult = (
  context: { db: Database; tables: Tables },
  attempt: { id: string; job: JobRecord },
  stored: readonly StoredAsset[],
  end: { exportPaths: string[] | undefined; durationMs: number; notes: string[]; made?: Made | undefined },
) => void | Promise<void>

/** Thrown inside a transaction when a compare-and-set found another state: rolls it back. */
export class LostRace extends Error {}

/** Folder of an attempt's own in which its engine works. */
export function workDirOf(dataDir: string, attemptId: string): string {
  return join(dataDir, 'staging', attemptId)
}

/** Waits for a promise, but not longer than the grace time after the signal. Rejects with the signal's reason then. */
function withGrace<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      timer = setTimeout(() => reject(signal.reason as Error), graceMs)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    })
  })
}

function taskOf(context: AttemptContext, { job, engine }: Attempt, workDir: string): EngineTask {
  return {
    jobId: job.id,
    edit: job.edit,
    sampling: job.sampling,
    workflowId: job.workflowId,
    seed: job.seed,
    input: job.inputAssetId === undefined ? undefined : context.store.engineInput(job.inputAssetId),
    styleInput: job.styleAssetId === undefined ? undefined : context.store.engineInput(job.styleAssetId),
    pictures: Object.fromEntries([...new Set(assetsOf(job.edit))].map((id) => [id, context.store.engineInput(id)])),
    left: context.left.of(job.id, engine.id),
    workDir,
  }
}

/**
 * Hears what the engine says: progress, time left and previews go out, and whether the run was a cold one is remembered.
 * @param onReleased its device is done with the job, its results are on their way
 */
function listener(context: AttemptContext, attempt: Attempt, pixels: number, onReleased: () => void) {
  const { board, events, estimator } = context
  const { job, engine } = attempt
  const work = workOf(job)
  let startedAt = performance.now()
  let cold = false
  let progress = 0
  let pending = false
  let expected = estimator.expected(engine.id, work, pixels, cold)
  const tell = (): void => {
    // How long others keep it waiting there is not known.
    const left = pending ? undefined : remainingMs(progress, performance.now() - startedAt, expected)
    board.progress(job.id, progress, left, pending)
  }
  tell()
  return {
    elapsedMs: () => performance.now() - startedAt,
    work,
    isCold: () => cold,
    onEvent(event: EngineEvent): void {
      if (attempt.signal.aborted) return
      switch (event.type) {
        case 'progress':
          progress = Math.max(progress, event.progress)
          return tell()
        case 'released':
          attempt.onEngineFree()
          return onReleased()
        case 'pending':
          pending = true
          return tell()
        case 'begun':
          // Time in the engine's own queue says nothing about the work.
          startedAt = performance.now()
          pending = false
          return tell()
        case 'loading':
          cold = true
          expected = estimator.expected(engine.id, work, pixels, cold)
          return tell()
        case 'preview': {
          const { mime, width, height, image } = event
          return events.preview({ header: { jobId: job.id, attemptId: attempt.id, mime, width, height, progress }, image })
        }
      }
    },
  }
}

/** Storing uses a result's file up: an engine's mistake must not take a picture of the library for one. Throws `bug`. */
function checkPaths(results: readonly EngineResult[], workDir: string): void {
  const strays = results.map(({ path }) => path).filter((path) => !resolve(path).startsWith(join(workDir, sep)))
  if (strays.length === 0) return
  throw new AppError('bug', 'The engine put its result outside of its folder. Retry the job, and report it if it comes back.', {
    detail: { paths: strays },
  })
}

/** Gives results whose storing has failed their files back; those that were moved already from where they are. Rejects where one is gone. */
async function giveBack(results: readonly EngineResult[], stored: readonly StoredAsset[], store: AssetStore): Promise<void> {
  for (const [index, { path }] of results.entries()) {
    const moved = stored[index]
    if (moved) await link(store.blobs.path(moved.asset.sha256), path)
    else await access(path)
  }
}

/**
 * Drives one attempt from staging to its end, tells `conclude` how it ended, and then takes its folder away: whoever waits for the job
 * need not wait for that. Rejects with what `conclude` rejects with.
 */
export async function runAttempt(
  context: AttemptContext,
  attempt: Attempt,
  conclude: (end: AttemptEnd) => Promise<void>,
): Promise<void> {
  const { kept } = context
  const { job } = attempt
  const own = workDirOf(context.dataDir, attempt.id)
  /** Where the result files are: an earlier attempt's folder when only storing them had failed. */
  const resultDir = kept.get(job.id)?.workDir ?? own
  try {
    await conclude(await drive(context, attempt, own))
  } finally {
    for (const workDir of new Set([own, resultDir])) {
      if (kept.get(job.id)?.workDir !== workDir) await discardWorkDir(context, workDir)
    }
  }
}

/**
 * Runs an attempt, stores its results durably, and commits results and states in one transaction, which only the first claimant of an
 * active attempt gets through. Never rejects.
 */
async function drive(context: AttemptContext, attempt: Attempt, own: string): Promise<AttemptEnd> {
  const { board, estimator, kept } = context
  const { job, engine, signal } = attempt
  const before = kept.get(job.id)
  const resultDir = before?.workDir ?? own

  try {
    const task = taskOf(context, attempt, own)
    const pixels = expectedPixels(task)
    // At once: the database is written on this disk in the same way, and a turn of the thread pool takes ten times as long.
    mkdirSync(own, { recursive: true })
    if (attempt.mode === 'run' && !before) needRoomForResult(context.dataDir, resultBytes(pixels))
    if (job.state === 'staging') board.announce(job.id)
    if (job.state === 'staging' && !step(context, job.id, 'staging', 'running')) return { kind: 'lost-race' }
    board.announce(job.id)
    let collecting = job.state === 'collecting'
    const collect = (): boolean => {
      if (collecting) return true
      collecting = step(context, job.id, 'running', 'collecting')
      if (collecting) board.announce(job.id)
      return collecting
    }
    const { onEvent, elapsedMs, work, isCold } = listener(context, attempt, pixels, () => {
      try {
        collect()
      } catch {
        // The disk refuses. The result is fetched all the same, and then it is tried again.
      }
    })
    const options = { attemptId: attempt.id, signal, onEvent, stored: attempt.stored }
    const running = before ? undefined : attempt.mode === 'run' ? engine.run(task, options) : engine.collect(task, options)
    const results = running ? await withGrace(running, signal) : (before?.results ?? [])
    const durationMs = Math.round(elapsedMs())
    attempt.onEngineFree()
    if (signal.aborted) return { kind: 'lost-race' }
    if (results.length === 0) throw new AppError('engine.execution', 'The engine ended without a picture. Retry the job.')
    checkPaths(results, resultDir)
    const stored: StoredAsset[] = []
    try {
      if (!collect()) return { kind: 'lost-race' }
      for (const result of results) {
        // Drafts are painted by Recast's own code: their checksums prove them.
        const trusted = engine.kind === 'draft' || result.decoded === true
        stored.push(await context.store.storeProduced(result, trusted))
      }
      const exportPaths = await context.exporter.plan(job, stored.length)
      await (context.commit ?? commitResult)(context, attempt, stored, {
        exportPaths,
        durationMs,
        notes: [...new Set(results.flatMap((result) => result.notes))],
        made: results[0]?.made,
      })
    } catch (error) {
      if (['io.disk_full', 'io.permission', 'io.failed'].includes(toCoreError(error).code)) {
        // Where there are no hard links a failed storing costs another run, nothing more.
        await giveBack(results, stored, context.store).then(
          () => kept.set(job.id, { results, workDir: resultDir }),
          () => undefined,
        )
      }
      throw error
    }
    kept.delete(job.id)
    if (running && attempt.mode === 'run') {
      unflushed(context.db, () => estimator.learn(engine.id, work, pixels, isCold(), durationMs))
    }
    return { kind: 'done' }
  } catch (thrown) {
    if (thrown instanceof LostRace || signal.aborted) return { kind: 'lost-race' }
    return { kind: 'failed', error: toCoreError(thrown) }
  } finally {
    attempt.onEngineFree()
  }
}

/** A step on the way: after a power loss the state before it leads to the same, so it need not wait for the disk. */
function step({ db, tables }: AttemptContext, jobId: string, from: JobState, to: JobState): boolean {
  return unflushed(db, () => tables.jobs.move(jobId, from, to))
}

async function discardWorkDir(context: AttemptContext, workDir: string): Promise<void> {
  await rm(workDir, { recursive: true, force: true }).catch((error: unknown) => {
    context.logger.warn({ err: error, workDir }, 'a work folder could not be removed; the next start does it')
  })
}

/**
 * Makes the first result of a job without a picture a picture of the library, so that nothing that was made is without a home. The same
 * pixels may be one already (an engine's cache answers alike): then that one is it, out of the trash if need be.
 */
function giveHome(tables: Tables, job: JobRecord, assetId: string, now: number): void {
  const twin = tables.pictures.getByRootAsset(assetId)
  if (twin) tables.pictures.restore([twin.id])
  const home = twin ?? tables.pictures.insert({ id: randomUUID(), name: job.pictureName, assetId, createdAt: now })
  tables.jobs.settle(job.id, home.id)
}

/** The claim: results, attempt and job in one transaction, or nothing. */
export const commitResult: CommitResult = ({ db, tables }, attempt, stored, end) => {
  const { job } = attempt
  db.transaction(() => {
    const now = Date.now()
    if (!tables.attempts.end(attempt.id, 'done', now)) throw new LostRace()
    for (const [index, produced] of stored.entries()) {
      const { asset } = tables.assets.insertOrReuse(produced)
      if (index === 0 && job.pictureId === undefined) giveHome(tables, job, asset.id, now)
      tables.outputs.insert({
        jobId: job.id,
        index,
        attemptId: attempt.id,
        assetId: asset.id,
        exportPath: end.exportPaths?.[index],
      })
    }
    const moved = tables.jobs.move(job.id, 'collecting', 'done', {
      finishedAt: now,
      durationMs: end.durationMs,
      notes: end.notes,
      made: end.made,
      error: undefined,
    })
    if (!moved) throw new LostRace()
    // After the job knows what made them: that is among their words.
    tables.results.index(stored.length)
  }).immediate()
}
