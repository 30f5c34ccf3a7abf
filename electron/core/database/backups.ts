import { readdirSync } from 'node:fs'
import { chmod, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Database } from './database'
import { openSqlite } from './sqlite'

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Copies the database as it is (log included) to a new file beside it; answers its path. */
export async function backUp(db: Database, path: string, version: number): Promise<string> {
  let target = `${path}.v${version}.backup`
  for (let n = 2; await isThere(target); n++) target = `${path}.v${version}-${n}.backup`
  const part = join(dirname(path), `.${basename(target)}.part`)
  await rm(part, { force: true })
  await db.backup(part)
  await chmod(part, 0o600)
  await rename(part, target)
  return target
}

/**
 * Takes the values of servers' headers out of the copies beside a database; their names stay. What a keychain has sealed here must not lie
 * open there. A copy that cannot be opened or written is left as it is. Answers how many were changed.
 */
export function clearBackedUpHeaders(path: string): number {
  const isBackup = (name: string): boolean => name.startsWith(`${basename(path)}.v`) && name.endsWith('.backup')
  const copies = readdirSync(dirname(path)).filter(isBackup)
  return copies.filter((name) => {
    try {
      return clearHeaders(join(dirname(path), name))
    } catch {
      return false
    }
  }).length
}

function clearHeaders(file: string): boolean {
  const db = openSqlite(file, { fileMustExist: true })
  try {
    const open = db
      .prepare<[], { address: string; headers: string }>(
        "SELECT address, headers FROM servers WHERE EXISTS (SELECT 1 FROM json_each(headers) WHERE value <> '')",
      )
      .all()
    if (open.length === 0) return false
    // Overwritten, not only unlinked from its page, and without a log beside the copy.
    db.pragma('journal_mode = DELETE')
    db.pragma('secure_delete = ON')
    const put = db.prepare<[string, string]>('UPDATE servers SET headers = ? WHERE address = ?')
    db.transaction(() => {
      for (const { address, headers } of open) {
        const names = Object.keys(JSON.parse(headers) as object)
        put.run(JSON.stringify(Object.fromEntries(names.map((name) => [name, '']))), address)
      }
    }).immediate()
    return true
  } finally {
    db.close()
  }
}
