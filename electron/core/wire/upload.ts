import { Transform, type Readable } from 'node:stream'
import type { ImportResult } from '#shared/contract/calls'
import { AppError, toAppError } from '#shared/domain/error'
import { cutText } from '#shared/domain/picture-name'
import type { AppFiles } from '../files'

/** Bytes of one uploaded file that a shell passes on. The import has its own, stricter limits; this one guards the disk before them. */
export const maxUploadBytes = 512 * 1024 * 1024
/** Files in one upload. */
export const maxUploadFiles = 10_000

/** Characters of an upload's name: more than any file system allows, so that its end stays, by which its kind is known. */
const maxNameCharacters = 512

/** The last part of a name, without what no file system should be asked to hold. Browsers send paths for folders. */
export function uploadName(given: string | undefined): string {
  const last = (given ?? '').split(/[\\/]/).at(-1) ?? ''
  // oxlint-disable-next-line no-control-regex -- control characters are what this removes
  const clean = cutText(last.replace(/[\u0000-\u001f\u007f]/g, ''), maxNameCharacters)
  return clean === '' || clean === '.' || clean === '..' ? 'picture' : clean
}

/** Lets so many bytes through and then fails with `input.too_large`. */
function limited(maxBytes: number, name: string): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.byteLength
      if (bytes <= maxBytes) return done(null, chunk)
      done(
        new AppError(
          'input.too_large',
          `${name} is over ${Math.floor(maxBytes / 1024 / 1024)} MB. Export it smaller and add it again.`,
          {
            detail: { file: name, limitBytes: maxBytes },
          },
        ),
      )
    },
  })
}

/**
 * Imports one uploaded file and reads its stream to the end whatever happens, so that the next file of the same request can come.
 * Never rejects: a bad file is a result with an error.
 */
export async function importUpload(
  files: Pick<AppFiles, 'importUpload'>,
  given: { name: string | undefined; stream: Readable; as: 'picture' | 'style'; folder?: string | undefined },
  maxBytes = maxUploadBytes,
): Promise<ImportResult> {
  const name = uploadName(given.name)
  let failure: unknown
  const capped = limited(maxBytes, name)
  const { stream } = given
  // Not `pipeline`: that would destroy the source when the cap is reached, and a multipart reader then waits for it for ever.
  const fail = (error: unknown): void => {
    failure ??= error
    stream.unpipe(capped)
    stream.resume()
    capped.destroy(error instanceof Error ? error : undefined)
  }
  stream.on('error', fail)
  stream.on('close', () => {
    if (!stream.readableEnded)
      fail(new AppError('io.failed', `The upload of ${name} broke off. Add it again.`, { detail: { file: name } }))
  })
  capped.on('error', fail)
  stream.pipe(capped)
  try {
    const result = await files.importUpload(name, capped, given.as, given.folder)
    return failure instanceof AppError && !result.picture && !result.asset ? { ...result, error: failure.toView() } : result
  } catch (thrown) {
    const error = failure instanceof AppError ? failure : toAppError(thrown)
    return { file: name, duplicate: false, error: error.toView() }
  } finally {
    // The import may have stopped reading early; the rest of the file must pass for the next one to come.
    stream.unpipe(capped)
    stream.resume()
  }
}
