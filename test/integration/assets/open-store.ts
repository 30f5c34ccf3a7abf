import BetterSqlite3 from 'better-sqlite3'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { openAssetStore, type AssetStore, type AssetStoreOptions } from '#core/assets/asset-store'
import type { Database } from '#core/database/database'
import { migrate } from '#core/database/open'

/** A store over a data folder of its own. */
export interface TestStore {
  dir: string
  dataDir: string
  db: Database
  store: AssetStore
}

const opened: { dir: string; db: Database }[] = []
afterEach(async () => {
  for (const { dir, db } of opened.splice(0)) {
    db.close()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
})

/** Opens a database as the app does, without its guards. */
export function openDatabase(path: string): Database {
  const db = new BetterSqlite3(path)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  migrate(db)
  return db
}

/** Opens an asset store in a temporary folder, which goes after the test. */
export async function openTestStore(options: Partial<AssetStoreOptions> = {}): Promise<TestStore> {
  const dir = await mkdtemp(join(tmpdir(), 'recast-assets-'))
  const dataDir = options.dataDir ?? join(dir, 'data')
  await mkdir(dataDir, { recursive: true })
  const db = openDatabase(join(dataDir, 'recast.db'))
  opened.push({ dir, db })
  return { dir, dataDir, db, store: await openAssetStore({ dataDir, db, ...options }) }
}
