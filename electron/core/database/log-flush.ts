import { fdatasync, openSync, closeSync } from 'node:fs'
import { setImmediate as breathe } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Database } from './database'

const flushFile = promisify(fdatasync)

/** Flushes of the database's write-ahead log beside the main loop. */
export interface LogFlush {
  /**
   * Resolves when all that was committed before the call survives a power loss. Calls that come while a flush is under way share the next
   * one. Rejects with what the disk said; what was committed stands nevertheless, until a power loss.
   */
  flush(): Promise<void>
  /** The same, in two turns of the main loop; where somebody else's flush begins until then, it is that one. */
  flushSoon(): Promise<void>
  /** Lets go of the log; before the database is closed. */
  close(): Promise<void>
}

/**
 * The second half of a commit with `synchronous = FULL`, for writes that were done {@link unflushed}: SQLite flushes the log after the
 * frames, on the main thread, which stands still for as long as the disk takes. Whoever need not know at once does the same here.
 */
export function createLogFlush(db: Database): LogFlush {
  let file: number | undefined
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  /** The one that began last, under way or over. */
  let latest: Promise<void> | undefined
  /** The last one that was asked for so. */
  let soon: Promise<void> | undefined

  function begin(): Promise<void> {
    const own = (async () => {
      // It is there as long as a connection is: SQLite removes it when the last one closes.
      file ??= openSync(`${db.name}-wal`, 'r+')
      await flushFile(file)
    })().finally(() => {
      if (running === own) running = undefined
    })
    running = latest = own
    return own
  }

  function flush(): Promise<void> {
    if (!running) return begin()
    // What was written since that one began may not be covered by it.
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return begin()
      })
    return next
  }

  async function flushInTwoTurns(): Promise<void> {
    const before = latest
    await breathe()
    await breathe()
    await (latest === undefined || latest === before ? flush() : latest)
  }

  return {
    flush,
    flushSoon() {
      soon = flushInTwoTurns()
      return soon
    },
    async close() {
      await soon?.catch(() => undefined)
      await (next ?? running)?.catch(() => undefined)
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}
