import { stat, statfs } from 'node:fs/promises'
import { byteWords } from '#shared/domain/byte-words'
import { AppError } from '#shared/domain/error'

/** What stays free beside a download, for the system and the database. */
const reserveBytes = 256 * 1024 * 1024

/** The room on disks, with what running downloads will still take of it. */
export interface SpaceBook {
  /**
   * Sets aside room for `bytes` in a folder. Rejects with `io.disk_full` when there is not enough beside what others have set aside,
   * unless `anyway`: some file systems report less than there is.
   */
  reserve(folder: string, bytes: number, anyway?: boolean): Promise<Reservation>
}

/** Room that was set aside. */
export interface Reservation {
  /** So much of it has been written. */
  used(bytes: number): void
  release(): void
}

/** Makes an empty book. */
export function createSpaceBook(): SpaceBook {
  const promisedOn = new Map<number, Set<{ left: number }>>()
  return {
    async reserve(folder, bytes, anyway = false) {
      const { dev } = await stat(folder)
      const { bavail, bsize } = await statfs(folder)
      // What others still have to write is asked after the last wait: two reservations never see the same room as theirs.
      const others = promisedOn.get(dev) ?? new Set()
      promisedOn.set(dev, others)
      const promised = [...others].reduce((sum, one) => sum + one.left, 0)
      const free = bavail * bsize - promised
      if (!anyway && bytes > 0 && free < bytes + reserveBytes) throw noRoom(folder, bytes + reserveBytes, Math.max(0, free))
      const mine = { left: bytes }
      others.add(mine)
      return {
        used(count) {
          mine.left = Math.max(0, mine.left - count)
        },
        release() {
          others.delete(mine)
        },
      }
    },
  }
}

function noRoom(folder: string, needed: number, free: number): AppError {
  return new AppError(
    'io.disk_full',
    `The disk of ${folder} has ${byteWords(free)} left; this needs ${byteWords(needed)}. Free some space or choose another folder, then resume.`,
    { detail: { path: folder, needed, free } },
  )
}
