import BetterSqlite3 from 'better-sqlite3'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { openAssetStore } from '#core/assets/asset-store'
import { writeBarePng } from '#core/assets/png-check'
import { migrate } from '#core/database/open'
import { toAppError } from '#shared/domain/error'

/**
 * The asset store in a process of its own: `child.mjs {"dataDir", "uid"?, "import"?, "produce"?, "export"?}`.
 * Prints one JSON object. With `uid`, everything is loaded first and then the rights are given up.
 */
interface Request {
  dataDir: string
  uid?: number
  /** Paths to import as pictures. */
  import?: string[]
  /** A PNG that plays a server's result: bare pixels of it are written, and flushed, as of one that was fetched. */
  produce?: string
  /** Check the files afterwards, deeply, with repair. */
  check?: boolean
  /** A folder to export the first imported picture to. */
  export?: string
}

const request = JSON.parse(process.argv[2] ?? '{}') as Request
// Loads the native parts while this process may still read everything.
new BetterSqlite3(':memory:').close()
await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
  .png()
  .toBuffer()
if (request.uid !== undefined) {
  process.setgid?.(request.uid)
  process.setuid?.(request.uid)
}

const answer: Record<string, unknown> = {}
try {
  await mkdir(request.dataDir, { recursive: true })
  const path = join(request.dataDir, 'recast.db')
  const db = new BetterSqlite3(path)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  // All tables or none: this process may be killed in between.
  const isNew = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'assets'").get() === undefined
  if (isNew) {
    db.transaction(() => {
      migrate(db)
    })()
  }
  const store = await openAssetStore({ dataDir: request.dataDir, db })
  if (request.import) {
    answer['results'] = await store.importPaths(request.import, 'picture')
  }
  if (request.produce !== undefined) {
    const workDir = join(request.dataDir, 'work')
    await mkdir(workDir, { recursive: true })
    const result = join(workDir, 'result.png')
    const bare = await writeBarePng(request.produce, result)
    const { width, height } = await sharp(result).metadata()
    const stored = await store.storeProduced(
      { path: result, width, height, hasAlpha: false, notes: ['draft'], decoded: true, bare },
      true,
    )
    db.transaction(() => {
      answer['asset'] = store.assets.insertOrReuse(stored).asset
    })()
  }
  if (request.export !== undefined) {
    const [picture] = store.pictures.page({ limit: 1 }).items
    if (picture)
      answer['exported'] = await store.export(picture.rootAssetId, { dir: request.export, name: picture.name, format: 'png' })
  }
  if (request.check === true) {
    answer['checks'] = await store.checkFiles({ repair: true, deep: true })
    answer['names'] = store.pictures.page({ limit: 500 }).items.map(({ name }) => name)
    answer['integrity'] = db.pragma('integrity_check', { simple: true })
  }
} catch (error) {
  answer['error'] = toAppError(error).toView()
}
process.stdout.write(JSON.stringify(answer))
