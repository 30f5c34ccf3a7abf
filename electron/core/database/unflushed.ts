import type { Database } from './database'

/**
 * Writes without waiting for the disk: a kill loses nothing, a power loss may lose this write (never the database's soundness,
 * and never one that was flushed later: the log keeps its order). For steps that recovery finds out again anyway; a flush blocks
 * the main loop for as long as the disk takes.
 */
export function unflushed<T>(db: Database, write: () => T): T {
  db.pragma('synchronous = NORMAL')
  try {
    return write()
  } finally {
    db.pragma('synchronous = FULL')
  }
}
