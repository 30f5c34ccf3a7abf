import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { hashFile, openBlobStore, type BlobStore } from '#core/assets/blob-store'
import type { CommitResult } from '#core/jobs/attempt'

/**
 * The store as one writes it without thinking of kills: copies straight to the final name, and takes what has that name for whole.
 * Only here to show that the torture test would notice.
 */
export async function openNaiveBlobs(dataDir: string): Promise<BlobStore> {
  const store = await openBlobStore(dataDir)
  return {
    ...store,
    async putFile(path, known) {
      const blob = known ?? (await hashFile(path))
      const place = store.path(blob.sha256)
      if ((await store.size(blob.sha256)) === undefined) {
        await mkdir(dirname(place), { recursive: true })
        await pipeline(createReadStream(path, { highWaterMark: 4096 }), createWriteStream(place))
      }
      await rm(path, { force: true })
      return blob
    },
  }
}

/** Storing a result as one writes it without thinking of kills: first the result, then that the job is done. */
export const naiveCommit: CommitResult = async ({ db, tables }, attempt, stored, end) => {
  const { job } = attempt
  db.transaction(() => {
    let index = db.prepare<[string], number>('SELECT count(*) FROM outputs WHERE job_id = ?').pluck().get(job.id) ?? 0
    for (const [n, produced] of stored.entries()) {
      const { asset } = tables.assets.insertOrReuse(produced)
      const exportPath = end.exportPaths?.[n]
      tables.outputs.insert({ jobId: job.id, index: index++, attemptId: attempt.id, assetId: asset.id, exportPath })
    }
  })()
  await Promise.resolve()
  db.transaction(() => {
    tables.attempts.end(attempt.id, 'done', Date.now())
    tables.jobs.move(job.id, 'collecting', 'done', { finishedAt: Date.now(), notes: end.notes })
  })()
}
