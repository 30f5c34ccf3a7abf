import { statfsSync } from 'node:fs'
import { byteWords } from '#shared/domain/byte-words'
import { AppError } from '#shared/domain/error'

/** Bytes that are left on a folder's disk for this user; undefined where the file system does not tell. */
function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}

/** Rounded up: what is needed must not look like less. */

/**
 * Refuses what would find no room on the data folder's disk: better said before it was worked on, or filled the disk for others.
 * Throws `io.disk_full` with the numbers. Says nothing where the file system does not tell.
 * @param folder the data folder, or one in it
 * @param what needs so many bytes, and what to do once there is room, in words
 */
export function needRoom(folder: string, wanted: number, [what, again]: readonly [string, string]): void {
  const free = freeBytes(folder)
  if (free === undefined || free >= wanted) return
  throw new AppError(
    'io.disk_full',
    `The disk of the data folder has ${byteWords(free)} left, and ${what} needs ${byteWords(wanted)}. Free some space on it, then ${again}.`,
    { detail: { free, wanted } },
  )
}
