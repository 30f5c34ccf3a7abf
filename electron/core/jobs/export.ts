import { editName } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { AppLogger } from '../app'
import type { AssetStore } from '../assets/asset-store'
import { pathKey } from '../assets/export'
import { resultName } from '../assets/names'
import type { Database } from '../database/database'
import { toCoreError } from '../database/errors'
import type { Tables } from '../database/tables'
import type { JobRecord } from '../database/tables/jobs'
import { unflushed } from '../database/unflushed'

/** Note of a done job whose copy for the export folder could not be written; its error says why, a retry writes it. */
export const exportFailedNote = 'export_failed'

/** Copies of results for the folders that jobs were asked to put them in. */
export interface JobExporter {
  /**
   * Chooses a path for each of `count` results, free on disk and promised to nobody else, to be stored together with the results.
   * Undefined for a job without a folder, and for a folder that cannot be used: then the copy is tried again when it is written.
   */
  plan(job: JobRecord, count: number): Promise<string[] | undefined>
  /** Writes the copies of a done job that are not there yet. Never rejects: what hinders it becomes the job's note and error. */
  write(jobId: string): Promise<void>
  /** Goes on with what a former process planned and did not finish; answers the jobs. */
  resume(): Promise<string[]>
}

/** How often a path may be lost to another file before the export counts as failed. */
const maxConflicts = 5

/** Makes the exporter. */
export function createJobExporter(context: { db: Database; tables: Tables; store: AssetStore; logger: AppLogger }): JobExporter {
  const { db, tables, store, logger } = context
  /** Paths of rows that are about to be committed, or written: not on disk yet, but no longer free. */
  const promised = new Set<string>()

  async function choose(job: JobRecord, dir: string): Promise<string> {
    const name = resultName({ name: job.pictureName, styleOrView: editName(job.edit), seed: job.seed })
    for (;;) {
      const path = await store.planExportPath(dir, name, 'png', (key) => promised.has(key))
      const key = pathKey(path)
      // Planning looked at the disk meanwhile: another job may have been promised the same.
      if (promised.has(key)) continue
      promised.add(key)
      return path
    }
  }

  async function writeOne(
    job: JobRecord,
    dir: string,
    output: { index: number; assetId: string; exportPath: string | undefined },
  ): Promise<void> {
    let path = output.exportPath
    for (let conflicts = 0; ; conflicts++) {
      if (path === undefined) {
        path = await choose(job, dir)
        tables.outputs.planExport(job.id, output.index, path)
      }
      try {
        await store.writeExport(output.assetId, path, { format: 'png' })
        // Lost in a power loss, the next start compares the file and finds it there.
        unflushed(db, () => tables.outputs.setExported(job.id, output.index))
        return
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'input.conflict' || conflicts >= maxConflicts) throw error
        path = undefined
      } finally {
        if (path !== undefined) promised.delete(pathKey(path))
      }
    }
  }

  async function write(jobId: string): Promise<void> {
    const job = tables.jobs.get(jobId)
    if (job?.state !== 'done' || job.exportDir === undefined) return
    const notes = job.notes.filter((note) => note !== exportFailedNote)
    try {
      for (const output of tables.outputs.unexportedOf(jobId)) await writeOne(job, job.exportDir, output)
      if (notes.length < job.notes.length) tables.jobs.annotateDone(jobId, notes, undefined)
    } catch (thrown) {
      const error = toCoreError(thrown)
      logger.warn({ err: thrown, job: jobId, dir: job.exportDir }, 'a result could not be copied to its folder')
      const view = {
        ...error.toView(),
        message: `The result is safe in Recast, but its copy could not be written to ${job.exportDir}. ${error.message}`,
        retry: 'user' as const,
      }
      try {
        tables.jobs.annotateDone(jobId, [...notes, exportFailedNote], view)
      } catch (failure) {
        // The disk that has no room for the copy may be the database's own. The rows still say that the copy is missing.
        logger.error({ err: failure, job: jobId }, 'a failed copy could not be noted')
      }
    }
  }

  return {
    async plan(job, count) {
      if (job.exportDir === undefined) return undefined
      const paths: string[] = []
      try {
        for (let n = 0; n < count; n++) paths.push(await choose(job, job.exportDir))
        return paths
      } catch (error) {
        logger.warn({ err: error, job: job.id, dir: job.exportDir }, 'no place for a copy could be chosen')
        for (const path of paths) promised.delete(pathKey(path))
        return undefined
      }
    },
    write,
    async resume() {
      const jobIds = [...new Set(tables.outputs.allUnexported().map((output) => output.jobId))]
      for (const jobId of jobIds) await write(jobId)
      return jobIds
    },
  }
}
