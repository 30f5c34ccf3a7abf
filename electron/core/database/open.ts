import { chmod, open as openFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { AppError } from '#shared/domain/error'
import { compareVersions } from '#shared/domain/version'
import { backUp } from './backups'
import type { Database } from './database'
import { toCoreError } from './errors'
import { openSqlite } from './sqlite'
import { migrations as allMigrations, type Migration } from './migrations'

/** The oldest SQLite without the WAL-reset bug that two connections can meet (https://sqlite.org/wal.html, "The WAL-Reset Bug"). */
export const oldestSqlite = '3.51.3'

/** Options of {@link openDatabase}. */
export interface OpenDatabaseOptions {
  /** The database file; its folder exists. */
  path: string
  /** Steps to the newest shape; for tests. */
  migrations?: readonly Migration[]
  /** Told of each backup and step. */
  onNote?: (note: string) => void
}

function futureError(path: string, found: number, known: number): AppError {
  return new AppError(
    'database.future',
    `The data folder ${dirname(path)} was written by a newer Recast (database version ${found}, this one knows ${known}). ` +
      'Update Recast, or start it with another data folder (--data).',
    { detail: { path, found, known } },
  )
}

function corruptError(path: string, cause: unknown): AppError {
  return new AppError(
    'database.corrupt',
    `The database ${path} is damaged, or is not one of Recast's. Nothing was changed. ` +
      `Put a backup in its place (${basename(path)}.v*.backup beside it, or your own), or move the file away to begin with an empty library; the pictures stay in the folder "blobs".`,
    { detail: { path }, cause },
  )
}

/**
 * Reads `user_version` from the file's header (https://sqlite.org/fileformat.html, offset 60) without SQLite, so that a file that
 * is not ours to open is not touched at all. Undefined for a file that is not there or empty.
 */
async function headerVersion(path: string): Promise<number | undefined> {
  let file
  try {
    file = await openFile(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw toCoreError(error)
  }
  try {
    const header = Buffer.alloc(100)
    const { bytesRead } = await file.read(header, 0, 100, 0)
    if (bytesRead === 0) return undefined
    if (bytesRead < 100 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw corruptError(path, undefined)
    return header.readUInt32BE(60)
  } finally {
    await file.close()
  }
}

function userVersion(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

/** The version as SQLite sees it: steps that are still in the write-ahead log count, which the header does not show. */
function walVersion(path: string): number {
  const db = openSqlite(path, { readonly: true, fileMustExist: true })
  try {
    return userVersion(db)
  } finally {
    db.close()
  }
}

function configure(db: Database): void {
  db.pragma('journal_mode = WAL')
  // A finished job survives power loss; costs under 1 ms a job.
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('busy_timeout = 2000')
  // The file may come from anywhere: nothing in its schema may call functions with side effects.
  db.pragma('trusted_schema = OFF')
  db.pragma('temp_store = MEMORY')
  db.pragma('journal_size_limit = 67108864')
}

/** Runs the steps that are missing, each in one transaction with its number; for a new database all in one. Leaves foreign keys on. */
export function migrate(
  db: Database,
  steps: readonly Migration[] = allMigrations,
  from = 0,
  onNote: (note: string) => void = () => {},
): void {
  const missing = steps.filter((step) => step.version > from)
  // There is nothing to lose in a new database: one wait for the disk instead of one a step.
  for (const together of from === 0 ? [missing] : missing.map((step) => [step])) {
    // Does nothing within a transaction, so it comes before. An error closes the connection (see openDatabase), and the next one is on again.
    if (together.some((step) => step.rebuilds === true)) {
      db.pragma('foreign_keys = OFF')
      // Renaming would look into triggers that name the table which is not there for a moment.
      db.pragma('legacy_alter_table = ON')
    }
    db.transaction(() => {
      for (const step of together) {
        db.exec(step.sql)
        const broken = db.pragma('foreign_key_check') as unknown[]
        if (broken.length > 0)
          throw new AppError('bug', `Database step ${step.version} breaks ${broken.length} references. Please report it.`)
        db.pragma(`user_version = ${step.version}`)
      }
    }).immediate()
    db.pragma('legacy_alter_table = OFF')
    db.pragma('foreign_keys = ON')
    for (const step of together) onNote(`database is now version ${step.version}`)
  }
}

/**
 * Makes the file, its log and its index the user's alone: they hold the headers of servers behind a login. SQLite gives log and index the
 * mode of the file, so a new one is made before SQLite does it. A disk that knows no modes is no reason not to start.
 */
async function keepPrivate(path: string): Promise<void> {
  await (await openFile(path, 'a', 0o600)).close()
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    await chmod(file, 0o600).catch((error: NodeJS.ErrnoException) => {
      if (!['ENOENT', 'EPERM', 'ENOTSUP', 'ENOSYS', 'EINVAL', 'EROFS'].includes(error.code ?? '')) throw error
    })
  }
}

/**
 * Opens the database of a data folder, making or migrating it.
 * Rejects with `database.future` (nothing is changed), `database.corrupt` (nothing is overwritten), `io.permission`, `io.disk_full`.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { path } = options
  const steps = options.migrations ?? allMigrations
  const onNote = options.onNote ?? (() => {})
  const known = steps.at(-1)?.version ?? 0

  const inHeader = await headerVersion(path)
  if (inHeader !== undefined && inHeader > known) throw futureError(path, inHeader, known)

  let db: Database | undefined
  try {
    const walBytes = await stat(`${path}-wal`).then(
      (file) => file.size,
      () => 0,
    )
    if (inHeader !== undefined && walBytes > 0) {
      const inLog = walVersion(path)
      if (inLog > known) throw futureError(path, inLog, known)
    }
    await keepPrivate(path)
    db = openSqlite(path, { timeout: 2000 })
    const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '0'
    if (compareVersions(sqlite, oldestSqlite) < 0) {
      throw new AppError('bug', `SQLite ${sqlite} is too old (${oldestSqlite} at least): install Recast again.`, {
        detail: { sqlite },
      })
    }
    const tables = db.prepare<[], number>("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get() ?? 0
    const version = userVersion(db)
    // A step and its number are one transaction: tables without a number are somebody else's.
    if (version === 0 && tables > 0) throw corruptError(path, undefined)
    configure(db)
    if (version > 0 && version < known) onNote(`database backed up to ${basename(await backUp(db, path, version))}`)
    migrate(db, steps, version, onNote)
    return db
  } catch (error) {
    db?.close()
    const known = toCoreError(error)
    throw known.code === 'database.corrupt' && known.cause !== undefined ? corruptError(path, error) : known
  }
}

/** What `PRAGMA quick_check` says; empty when the database is whole. 250 ms for 100,000 rows: see integrity-worker for the main loop. */
export function quickCheck(db: Database): string[] {
  const rows = db.pragma('quick_check(20)') as { quick_check: string }[]
  return rows.map((row) => row.quick_check).filter((line) => line !== 'ok')
}
