import { randomInt, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Edit, StyleEdit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import { maxSeed } from '#shared/domain/id'
import type { Submission } from '#shared/domain/job'
import { resolveStyle } from '#shared/styles/catalogue'
import type { AssetStore } from '../assets/asset-store'
import { makeFolder } from '../assets/durable-file'
import type { Database } from '../database/database'
import { toCoreError } from '../database/errors'
import type { Tables } from '../database/tables'
import type { JobRecord, NewJob } from '../database/tables/jobs'
import type { EnginePool } from '../engines/pool'

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
}

/** A picture of a submission, found. */
interface Target {
  pictureId: string
  assetId: string
  name: string | undefined
}

/** The edit with the style's own id (aliases are for typing) and every picture that it names found. Throws `input.*`. */
function checkedEdit(edit: Edit, store: AssetStore): Edit {
  if (edit.kind !== 'style') return edit
  const checked: StyleEdit = edit.styleId === undefined ? edit : { ...edit, styleId: resolveStyle(edit.styleId).id }
  if (checked.styleAssetId !== undefined && !store.assets.get(checked.styleAssetId)) {
    throw new AppError('input.not_found', 'The style picture is not in Recast. Import it again and choose it as the style.', {
      detail: { assetId: checked.styleAssetId },
    })
  }
  return checked
}

/** Finds the pictures and, where a version is named, checks that it is one of that picture's. */
function findTargets(db: Database, store: AssetStore, wanted: Submission['pictures']): Target[] {
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
    if (picture.trashed !== null) {
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

/**
 * Checks a submission as a whole and queues its jobs: all of them, or (on any error) none.
 * Up to a thousand are one transaction. Answers the batch and its jobs' ids in order.
 * A batch that is there already is answered as it is, and what a killed process left out of it is added. Callers let one submission end
 * before the next begins.
 */
export async function submitJobs(context: SubmitContext, submission: Submission): Promise<{ batchId: string; jobIds: string[] }> {
  const { db, tables, store, pool } = context
  const total = submission.pictures.length * submission.edits.length * submission.count
  if (total > maxJobsAtOnce) {
    throw new AppError(
      'input.invalid',
      `That would be ${total} jobs; at most ${maxJobsAtOnce} go at once. Submit fewer pictures, edits or seeds.`,
      {
        detail: { total, limit: maxJobsAtOnce },
      },
    )
  }
  const edits = submission.edits.map((edit) => checkedEdit(edit, store))
  const batchId = submission.batchId ?? randomUUID()
  const known = submission.batchId === undefined ? [] : knownJobs(tables, batchId, { ...submission, edits })
  if (known.length === total) return { batchId, jobIds: known.map((job) => job.id) }
  for (const edit of edits) pool.check(submission.engine, edit, submission.workflowId)
  if (submission.exportDir !== undefined) await checkExportDir(submission.exportDir)
  const targets = findTargets(db, store, submission.pictures)

  const firstSeed = submission.seed ?? known[0]?.seed ?? randomInt(randomSeedLimit)
  const createdAt = Date.now()
  const jobs: NewJob[] = []
  for (const { pictureId, assetId, name } of targets) {
    for (const edit of edits) {
      for (let n = 0; n < submission.count; n++) {
        jobs.push({
          id: randomUUID(),
          batchId,
          pictureId,
          inputAssetId: assetId,
          styleAssetId: edit.kind === 'style' ? edit.styleAssetId : undefined,
          edit,
          sampling: submission.sampling,
          workflowId: submission.workflowId,
          seed: seedAt(firstSeed, n),
          engine: submission.engine,
          priority: priorities[submission.priority],
          position: 0,
          exportDir: submission.exportDir,
          createdAt,
          name,
        })
      }
    }
  }
  // Jobs go in in order, so those that are there are the first ones.
  jobs.splice(0, known.length)
  await insertAll(context, jobs)
  return { batchId, jobIds: [...known, ...jobs].map((job) => job.id) }
}

/**
 * The jobs of a batch that is asked for again: its answer was lost, and whoever asked can't know what became of it.
 * Throws `input.conflict` where that id is another batch's.
 */
function knownJobs(tables: Tables, batchId: string, { pictures, edits, count, seed }: Submission): JobRecord[] {
  const known = tables.jobs.ofBatch(batchId)
  const perPicture = edits.length * count
  const first = seed ?? known[0]?.seed ?? 0
  const same = known.every(
    (job, n) =>
      job.pictureId === pictures[Math.floor(n / perPicture)]?.pictureId &&
      isDeepStrictEqual(job.edit, edits[Math.floor((n % perPicture) / count)]) &&
      job.seed === seedAt(first, n % count),
  )
  if (same) return known
  throw new AppError('input.conflict', 'Another batch has this batchId. Submit again with a new one.', { detail: { batchId } })
}

async function insertAll({ db, tables }: SubmitContext, all: readonly NewJob[]): Promise<void> {
  const insert = db.transaction((part: NewJob[]) => {
    const last = Math.floor(tables.jobs.lastPosition())
    tables.jobs.insertMany(part.map((job, n) => ({ ...job, position: last + 1 + n })))
  })
  const perTransaction = all.length <= jobsAtOnce ? jobsAtOnce : jobsPerPart
  let inserted = 0
  try {
    while (inserted < all.length) {
      if (inserted > 0) await breathe()
      insert.immediate(all.slice(inserted, inserted + perTransaction))
      inserted += perTransaction
    }
  } catch (error) {
    // Not half a batch: what is in already goes out again. The scheduler is held meanwhile (see the api).
    if (inserted > 0) tables.jobs.removeQueued(all.slice(0, inserted).map((job) => job.id))
    throw error
  }
}
