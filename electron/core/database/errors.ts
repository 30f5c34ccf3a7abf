import { AppError, toAppError } from '#shared/domain/error'

/** True for what better-sqlite3 throws. By shape: the class differs between the copies of a bundled and an unbundled module. */
function isSqliteError(thrown: unknown): thrown is Error & { code: string } {
  return (
    thrown instanceof Error &&
    typeof (thrown as { code?: unknown }).code === 'string' &&
    (thrown as unknown as { code: string }).code.startsWith('SQLITE_')
  )
}

/**
 * Turns what was thrown by the core into an AppError; SQLite's own codes get the app's
 * (SQLITE_FULL → io.disk_full, SQLITE_CORRUPT → database.corrupt …), the rest goes by {@link toAppError}.
 */
export function toCoreError(thrown: unknown): AppError {
  if (!isSqliteError(thrown)) return toAppError(thrown)
  const options = { cause: thrown, detail: { sqlite: thrown.code } }
  if (thrown.code === 'SQLITE_FULL') {
    return new AppError('io.disk_full', 'The disk of the data folder is full. Free some space on it, then retry.', options)
  }
  if (thrown.code === 'SQLITE_CORRUPT' || thrown.code.startsWith('SQLITE_CORRUPT_') || thrown.code === 'SQLITE_NOTADB') {
    return new AppError(
      'database.corrupt',
      'The database is damaged. Quit Recast, keep a copy of its data folder, and run "recast doctor"; a backup may lie beside it.',
      options,
    )
  }
  if (/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/.test(thrown.code)) {
    return new AppError(
      'io.permission',
      'The database cannot be written. Allow writing to the data folder and its files, then start again.',
      options,
    )
  }
  if (thrown.code.startsWith('SQLITE_BUSY') || thrown.code.startsWith('SQLITE_LOCKED')) {
    return new AppError('io.failed', 'Another program holds the database. End it, then retry.', { ...options, retry: 'user' })
  }
  if (thrown.code.startsWith('SQLITE_IOERR')) {
    return new AppError('io.failed', `The disk of the data folder failed (${thrown.code}). Check it, then retry.`, options)
  }
  return new AppError(
    'bug',
    `${thrown.message} (${thrown.code}). This is a fault in Recast: retry, and report it if it comes back.`,
    options,
  )
}
