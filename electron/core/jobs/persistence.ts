import { setTimeout as sleep } from 'node:timers/promises'
import type { AppLogger } from '../app'
import type { Database } from '../database/database'
import { toCoreError } from '../database/errors'
import type { LogFlush } from '../database/log-flush'

/** Writing to the database for as long as its disk refuses (it is full, or away): no job may look active for ever, none be sent unstored. */
export interface Persistence {
  /** Writes, again and again while the disk refuses. Rejects with any other error, and with the disk's once the scheduler is closed. */
  persist(write: () => void): Promise<void>
  /** Resolves when what was written before survives a power loss, however often the disk refuses until then. Rejects when the signal aborts. */
  stored(signal: AbortSignal): Promise<void>
  /** Moves the write-ahead log (up to 4 MB) into the database: on a full disk that is the room for what must be said. */
  shrinkLog(): void
}

/** Between two tries to write to a disk that refuses, milliseconds. */
export const diskWaitMs = 1_000

/** Makes it. */
export function createPersistence(context: {
  db: Database
  log: Pick<LogFlush, 'flush'>
  logger: AppLogger
  isClosed: () => boolean
}): Persistence {
  const { db, log, logger } = context

  function shrinkLog(): void {
    try {
      db.pragma('wal_checkpoint(TRUNCATE)')
    } catch (error) {
      logger.warn({ err: error }, 'the write-ahead log could not be shortened')
    }
  }

  return {
    async persist(write) {
      for (;;) {
        try {
          return write()
        } catch (thrown) {
          const error = toCoreError(thrown)
          if (context.isClosed() || !error.code.startsWith('io.')) throw error
          logger.error({ err: error }, 'the database could not be written; trying again')
          shrinkLog()
          await sleep(diskWaitMs, undefined, { ref: false })
        }
      }
    },
    async stored(signal) {
      for (;;) {
        try {
          return await log.flush()
        } catch (error) {
          signal.throwIfAborted()
          logger.error({ err: error }, 'an attempt could not be stored; trying again')
          shrinkLog()
          await sleep(diskWaitMs, undefined, { ref: false, signal })
        }
      }
    },
    shrinkLog,
  }
}
