import { AppError } from '#shared/domain/error'
import type { StoredAsset } from '../database/tables/assets'
import type { EngineResult } from '../engines/engine'
import { hashFile } from './blob-store'
import { discard } from './durable-file'
import { ingest, type IngestContext } from './ingest'
import { pictureError, type PictureFacts, plainFacts } from './picture-reader'

/**
 * Takes an engine's result file over: checked like user input (a remote engine's files are), stored durably, used up. Where the disk
 * refuses it stays where it is (if it was not moved yet), for another try.
 * Answers the row for `AssetTable.insertOrReuse`, to be committed in one transaction with the output and the job's end.
 * `trusted` is for PNGs that Recast's own code painted or has decoded: they are checked by checksums, not by decoding (25 ms at 1 megapixel).
 * Throws `engine.execution` for a result that is no sound picture of the size it was said to be, and `io.*`.
 */
export async function storeProduced(context: IngestContext, result: EngineResult, trusted = false): Promise<StoredAsset> {
  try {
    const staged = { path: result.path, flushed: result.bare !== undefined, ...(result.bare ?? (await hashFile(result.path))) }
    return await ingest(context, staged, {
      origin: 'produced',
      notes: result.notes,
      trusted,
      keep: true,
      facts: bareFacts(result),
      check(facts) {
        if (facts.width === result.width && facts.height === result.height) return
        throw new AppError(
          'engine.execution',
          `The engine returned a picture of ${facts.width} × ${facts.height} pixels where it announced ${result.width} × ${result.height}. Retry the job.`,
          { detail: { width: facts.width, height: facts.height } },
        )
      },
    })
  } catch (thrown) {
    const error = pictureError(thrown)
    if (error.code.startsWith('io.')) throw error
    await discard(result.path)
    if (!error.code.startsWith('input.')) throw error
    throw new AppError('engine.execution', `The engine returned a file that cannot be used. Retry the job. (${error.message})`, {
      cause: error,
      detail: { ...error.detail, reason: error.code },
    })
  }
}

/** What is known of a file that Recast has just written; undefined of any other. */
function bareFacts({ bare, width, height, hasAlpha }: EngineResult): PictureFacts | undefined {
  return bare && { ...plainFacts, width, height, bytes: bare.bytes, hasAlpha, barePng: true }
}
