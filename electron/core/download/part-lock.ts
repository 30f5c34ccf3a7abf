import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type BetterSqlite3 from 'better-sqlite3'
import { discard, makeFolder } from '../assets/durable-file'
import { openSqlite } from '../database/sqlite'
import { partPath } from './part-file'

/** The right to write a target's part file, held until it is released or the process is gone, however it went. */
export interface PartLock {
  release(): Promise<void>
}

const lockPath = (target: string): string => `${partPath(target)}.lock`

/**
 * Tries to get the right to write a target's part file; `undefined` while another process has it: two data folders may share one models
 * folder. As with the owner of a data folder it is SQLite's exclusive lock on an empty file, which ends with its process.
 *
 * Who holds it removes the file. Somebody who waited on the removed one holds nothing, and notices: another file, or none, has its name.
 */
export async function tryLockPart(target: string): Promise<PartLock | undefined> {
  const path = lockPath(target)
  await makeFolder(dirname(target))
  for (;;) {
    await (await open(path, 'a', 0o600)).close()
    const before = await inodeOf(path)
    let database: BetterSqlite3.Database | undefined
    try {
      database = openSqlite(path, { timeout: 0 })
      database.pragma('locking_mode = EXCLUSIVE')
      database.exec('BEGIN EXCLUSIVE')
    } catch (thrown) {
      database?.close()
      const code = String((thrown as { code?: unknown }).code)
      if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return undefined
      // A network drive without locks: better no protection from a second Recast than no download at all.
      if (code.startsWith('SQLITE_')) return { release: () => discard(path) }
      throw thrown
    }
    const held = database
    if (before !== undefined && (await inodeOf(path)) === before) return { release: () => letGo(held, path) }
    held.close()
  }
}

async function letGo(held: BetterSqlite3.Database, path: string): Promise<void> {
  // While it is held: afterwards the file may be somebody else's.
  await discard(path)
  held.close()
  // Windows removes no open file, so that it goes now, unless somebody else has it already.
  if (process.platform === 'win32') await discard(path)
}

async function inodeOf(path: string): Promise<bigint | undefined> {
  return await stat(path, { bigint: true }).then(
    ({ ino }) => ino,
    () => undefined,
  )
}
