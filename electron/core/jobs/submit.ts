import { randomInt, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { assetsOf, type Edit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import { maxSeed } from '#shared/domain/id'
import type { Submission } from '#shared/domain/job'
import type { AssetStore } from '../assets/asset-store'
import { makeFolder } from '../assets/durable-file'
import type { Database } from '../database/database'
import { toCoreError } from '../database/errors'
import type { LogFlush } from '../database/log-flush'
import type { Tables } from '../database/tables'
import type { JobRecord, NewJob } from '../database/tables/jobs'
import { unflushed } from '../database/unflushed'
import type { EnginePool } from '../engines/pool'
import { nameFromEdit } from '../assets/names'
import { checkedEdit, checkShape, expandScenes, type ResolveCustom } from './checked-edit'

/** Most jobs of one submission: pictures × edits × count. */
export const maxJobsAtOnce = 10_000
/** Up to so many jobs are one transaction; more would hold the main loop for longer than a frame or two … */
const jobsAtOnce = 1_000
/** … so they go in parts. */
const jobsPerPart = 500
/** Random seeds are short enough to be read out and typed in again. */
const randomSeedLimit = 2 ** 32

const priorities: Record<Submission['priority'], number> = { interactive: 0, batch: 1 }

/** What submitting works with. */
export interface SubmitContext {
  db: Database
  tables: Tables
  store: AssetStore
  pool: EnginePool
  resolveCustom?: ResolveCustom | undefined
  log: LogFlush
}

/** Jobs that are queued. */
export interface Submitted {
  batchId: string
  /** In the order in which they were asked for. */
  jobIds: string[]
  /** Resolves when they survive a power loss: only then whoever submitted them is answered. Where the disk refuses, those that wait are taken out again. */
  flushed: Promise<void>
}

/** What a job works on, found; everything is open where a picture is made from words. */
interface Target {
  pictureId: string | undefined
  assetId: string | undefined
  name: string | undefined
}

/** One job to be: its edit, what it works on, its seed. */
interface Planned {
  edit: Edit
  target: Target
  seed: number
}

/**
 * Finds the pictures and, where a version is named, checks that it is one of that picture's.
 * @param again the jobs are there already: what has become of a picture since is no matter
 */
function findTargets(db: Database, store: AssetStore, wanted: Submission['pictures'], again: boolean): Target[] {
  const rows = db
    .prepare<[string], { id: string; current: string; trashed: number | null }>(
      'SELECT id, current_asset_id AS current, trashed_at AS trashed FROM pictures WHERE id IN (SELECT value FROM json_each(?))',
    )
    .all(JSON.stringify(wanted.map((picture) => picture.pictureId)))
  const found = new Map(rows.map((row) => [row.id, row]))
  return wanted.map(({ pictureId, assetId, name }) => {
    const picture = found.get(pictureId)
    if (!picture) {
      throw new AppError('input.not_found', 'There is no such picture in the library. Reload it and choose again.', {
        detail: { pictureId },
      })
    }
    if (picture.trashed !== null && !again) {
      throw new AppError('input.conflict', 'The picture is in the trash. Restore it first.', { detail: { pictureId } })
    }
    if (assetId !== undefined && assetId !== picture.current && !store.pictures.hasVersion(pictureId, assetId)) {
      throw new AppError('input.not_found', 'That is no version of this picture. Reload it and choose a version again.', {
        detail: { pictureId, assetId },
      })
    }
    return { pictureId, assetId: assetId ?? picture.current, name }
  })
}

/** Makes the export folder now: a folder that cannot be written is said before the work, not after it. */
async function checkExportDir(dir: string): Promise<void> {
  if (!isAbsolute(dir)) {
    throw new AppError('input.invalid', `exportDir must be an absolute path, got "${dir}".`, { detail: { field: 'exportDir' } })
  }
  try {
    await makeFolder(dir)
    await access(dir, constants.W_OK)
  } catch (error) {
    throw toCoreError(error)
  }
}

/** Seed of the n-th result; goes on at 0 after the largest. */
function seedAt(first: number, n: number): number {
  return first <= maxSeed - n ? first + n : n - (maxSeed - first) - 1
}

/** The first seed of an edit of a target: the submission's, else the one that is kept of a sketch, else `open`. */
function firstSeed({ tables }: SubmitContext, submission: Submission, edit: Edit, target: Target, open: number): number {
  if (submission.seed !== undefined) return submission.seed
  if (edit.kind === 'generate' && edit.from?.seed !== undefined) return edit.from.seed
  // The picture that is refined is its own sketch.
  const refined = edit.kind === 'remix' && edit.level === 'final' ? target.assetId : undefined
  return (refined === undefined ? undefined : tables.outputs.makerOf(refined)?.seed) ?? open
}

/** What an edit without pictures of the submission works on: the picture that it refines or edits, if it names one. */
function ownTarget({ store }: SubmitContext, edit: Edit, name: string | undefined): Target {
  const [assetId] = assetsOf(edit)
  // Scenes and results of the user's own workflow from several pictures are no version of one of them.
  const pictureId = assetId === undefined || edit.kind === 'story' ? undefined : store.pictures.homeOf(assetId)
  return { pictureId, assetId, name: name ?? (pictureId === undefined ? nameFromEdit(edit) : undefined) }
}

/** Every job of a submission, in order. */
function planJobs(
  context: SubmitContext,
  submission: Submission,
  targets: readonly Target[],
  { openSeed, takesWhole }: { openSeed: number; takesWhole: (edit: Edit) => boolean },
): Planned[] {
  const planned: Planned[] = []
  for (const given of targets.length > 0 ? targets : [undefined]) {
    for (const edit of submission.edits) {
      const target = given ?? ownTarget(context, edit, submission.name)
      for (const part of expandScenes(edit, takesWhole(edit))) {
        const scene = part.kind === 'story' && part.seeds === 'each' && part !== edit ? (part.scene ?? 0) : 0
        const first = seedAt(firstSeed(context, submission, part, target, openSeed), scene)
        for (let n = 0; n < submission.count; n++) planned.push({ edit: part, target, seed: seedAt(first, n) })
      }
    }
  }
  return planned
}

function tooMany(total: number): AppError {
  return new AppError(
    'input.invalid',
    `That would be ${total} jobs; at most ${maxJobsAtOnce} go at once. Submit fewer pictures, edits or seeds.`,
    { detail: { total, limit: maxJobsAtOnce } },
  )
}

/**
 * Checks a submission as a whole and queues its jobs: all of them, or (on any error) none.
 * Up to a thousand are one transaction.
 * A batch that is there already is answered as it is, and what a killed process left out of it is added. Callers let one submission end
 * before the next begins.
 */
export async function submitJobs(context: SubmitContext, asked: Submission): Promise<Submitted> {
  const { db, tables, store, pool } = context
  checkShape(asked)
  const least = Math.max(1, asked.pictures.length) * asked.edits.length * asked.count
  if (least > maxJobsAtOnce) throw tooMany(least)
  const hasPicture = asked.pictures.length > 0
  const edits: Edit[] = []
  for (const edit of asked.edits) edits.push(await checkedEdit(edit, context, hasPicture))
  const submission = { ...asked, edits }
  const batchId = submission.batchId ?? randomUUID()
  const known = submission.batchId === undefined ? [] : tables.jobs.ofBatch(batchId)
  const [first] = known
  const planned = planJobs(context, submission, findTargets(db, store, submission.pictures, first !== undefined), {
    openSeed: first?.seed ?? randomInt(randomSeedLimit),
    takesWhole: (edit) =>
      first
        ? first.edit.kind === 'story' && first.edit.scene === undefined
        : pool.takesWholeStory(submission.engine, edit, submission.workflowId),
  })
  if (planned.length > maxJobsAtOnce) throw tooMany(planned.length)
  checkSame(known, planned, batchId)
  if (known.length === planned.length) return { batchId, jobIds: known.map((job) => job.id), flushed: Promise.resolve() }
  for (const edit of edits) pool.check(submission.engine, edit, submission.workflowId, submission.sampling)
  if (submission.exportDir !== undefined) await checkExportDir(submission.exportDir)

  const createdAt = Date.now()
  const jobs = planned.map(({ edit, target, seed }): NewJob => ({
    id: randomUUID(),
    batchId,
    pictureId: target.pictureId,
    inputAssetId: target.assetId,
    styleAssetId: edit.kind === 'style' ? edit.styleAssetId : undefined,
    inputs: assetsOf(edit),
    edit,
    sampling: submission.sampling,
    workflowId: submission.workflowId,
    seed,
    engine: submission.engine,
    priority: priorities[submission.priority],
    position: 0,
    exportDir: submission.exportDir,
    createdAt,
    name: target.name,
  }))
  // Jobs go in in order, so those that are there are the first ones.
  jobs.splice(0, known.length)
  await insertAll(context, jobs, known.at(-1)?.position)
  // Soon: the first of them begins in the next turn, and is to be stored as well before anything is sent to a server.
  const flushed = context.log.flushSoon().catch((thrown: unknown) => {
    tables.jobs.removeQueued(jobs.map((job) => job.id))
    throw toCoreError(thrown)
  })
  // Whoever waits for it hears of it.
  flushed.catch(() => undefined)
  return { batchId, jobIds: [...known, ...jobs].map((job) => job.id), flushed }
}

/**
 * Whether the jobs of a batch that is asked for again are those that it would make: its answer was lost, and whoever asked can't know
 * what became of it. Throws `input.conflict` where that id is another batch's.
 */
function checkSame(known: readonly JobRecord[], planned: readonly Planned[], batchId: string): void {
  const same = known.every((job, n) => {
    const plan = planned[n]
    if (!plan || !isDeepStrictEqual(job.edit, plan.edit) || job.seed !== plan.seed) return false
    // Its first result may have given it a picture since.
    return plan.target.pictureId === undefined || job.pictureId === plan.target.pictureId
  })
  if (same) return
  throw new AppError('input.conflict', 'Another batch has this batchId. Submit again with a new one.', { detail: { batchId } })
}

/**
 * Batches of one priority take turns: the n-th job of a new one has its place beside the n-th that still waits of an older one. One job
 * that is asked for alone comes after what runs, not after a thousand others.
 * @param after place of the last job of the same batch that is there already
 */
async function insertAll({ db, tables }: SubmitContext, all: readonly NewJob[], after: number | undefined): Promise<void> {
  let next = after === undefined ? undefined : after + 1
  const insert = db.transaction((part: NewJob[]) => {
    const start = (next ??= tables.jobs.fairStart(part[0]?.priority ?? 0) ?? Math.floor(tables.jobs.lastPosition()) + 1)
    tables.jobs.insertMany(part.map((job, n) => ({ ...job, position: start + n })))
    next = start + part.length
  })
  const perTransaction = all.length <= jobsAtOnce ? jobsAtOnce : jobsPerPart
  let inserted = 0
  try {
    while (inserted < all.length) {
      if (inserted > 0) await breathe()
      unflushed(db, () => insert.immediate(all.slice(inserted, inserted + perTransaction)))
      inserted += perTransaction
    }
  } catch (error) {
    // Not half a batch: what is in already goes out again. The scheduler is held meanwhile (see the api).
    if (inserted > 0) tables.jobs.removeQueued(all.slice(0, inserted).map((job) => job.id))
    throw error
  }
}
