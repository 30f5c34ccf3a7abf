import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toAppError } from '#shared/domain/error'
import { UsageError } from './usage'

/**
 * Refuses a folder for results that could not be written, before any work is done. It is not made here: a command that is refused
 * leaves nothing behind, and the core makes it as soon as there is something to write.
 * Throws {@link UsageError} for a file, and `io.*`.
 */
export async function checkResultsFolder(folder: string): Promise<void> {
  // What is not there yet is made in the nearest folder above it that is.
  for (let at = folder; ; at = dirname(at)) {
    try {
      if (!(await stat(at)).isDirectory()) throw new UsageError(`${at} is a file, not a folder. Give another --out.`)
      return await access(at, constants.W_OK | constants.X_OK)
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException
      const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
      if (!isMissing || dirname(at) === at) throw thrown instanceof UsageError ? thrown : toAppError(thrown)
    }
  }
}
