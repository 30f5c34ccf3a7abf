import { createRequire } from 'node:module'
import BetterSqlite3 from 'better-sqlite3'

let binding: string | undefined

/**
 * Opens an SQLite file with better-sqlite3's native part named outright: its own search for it reads a dozen folders and package files, 10 ms
 * of every start (measured), and can't work from a bundle.
 * @throws what better-sqlite3 throws.
 */
export function openSqlite(path: string, options: BetterSqlite3.Options = {}): BetterSqlite3.Database {
  binding ??= createRequire(import.meta.url).resolve('better-sqlite3/build/Release/better_sqlite3.node')
  return new BetterSqlite3(path, { ...options, nativeBinding: binding })
}
