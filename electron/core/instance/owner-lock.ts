import { join } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { makeOwnFolder } from '../assets/durable-file'
import { openSqlite } from '../database/sqlite'
import { AppError, toAppError } from '#shared/domain/error'

/** The right to own a data folder, held until released or until the process is gone, however it went. */
export interface OwnerLock {
  release(): void
}

/**
 * Name of the lock file in the data folder. Nothing else may open it within a process: closing any other handle to it would drop
 * the lock (POSIX record locks belong to process and file).
 */
export const ownerLockName = 'owner.lock'

/**
 * Tries to become the owner of a data folder, without waiting; `undefined` when another process is.
 *
 * The lock is SQLite's own exclusive lock on an otherwise empty database: the kernel lets go of it when the process dies, also by
 * SIGKILL; it is the same on Windows; and it is there anyway. A lock file with a process id in it would be none of that.
 * @throws AppError `io.permission`, `io.disk_full` or `io.failed` when the folder can't be made or locked at all.
 */
export function tryOwn(dataDir: string): OwnerLock | undefined {
  let database: BetterSqlite3.Database | undefined
  try {
    makeOwnFolder(dataDir)
    database = openSqlite(join(dataDir, ownerLockName), { timeout: 0 })
    database.pragma('locking_mode = EXCLUSIVE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (thrown) {
    database?.close()
    if (isBusy(thrown)) return undefined
    throw lockError(thrown, dataDir)
  }
  const held = database
  return { release: () => held.close() }
}

function sqliteCode(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

function isBusy(thrown: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(thrown))
}

function lockError(thrown: unknown, dataDir: string): AppError {
  const code = sqliteCode(thrown)
  const detail = { path: dataDir }
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/.test(code)) {
    return new AppError(
      'io.permission',
      `Recast can't write to its data folder ${dataDir}. Allow access to it, or choose another one with --data, then try again.`,
      { cause: thrown, detail },
    )
  }
  if (code.startsWith('SQLITE_FULL')) {
    return new AppError(
      'io.disk_full',
      `The disk of the data folder ${dataDir} is full. Free some space on it, then try again.`,
      {
        cause: thrown,
        detail,
      },
    )
  }
  if (code.startsWith('SQLITE_')) {
    return new AppError(
      'io.failed',
      `The data folder ${dataDir} can't be locked (${code}). If it is on a network drive, choose a local one with --data. ` +
        `Otherwise quit every Recast, delete the file ${ownerLockName} in it and try again.`,
      { cause: thrown, detail },
    )
  }
  return toAppError(thrown)
}
