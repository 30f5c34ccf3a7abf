import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { writePng } from './pictures/png-writer'

/** How much a data folder holds. */
export interface FolderSize {
  pictures: number
  jobs: number
}

/** A year of work: what the issue asks the first screen to stand. */
export const yearOfWork: FolderSize = { pictures: 5_000, jobs: 10_000 }

const uuid = (kind: number, n: number): string => `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`

/** A small picture that no other number has: its colour tells its number. */
function smallPicture(kind: number, n: number): Buffer {
  const [width, height] = [24, 16]
  const pixels = Buffer.alloc(width * height * 3)
  for (let i = 0; i < pixels.length; i += 3) pixels.set([(n * 7) & 255, (n >> 5) & 255, kind === 1 ? 180 : 60], i)
  pixels.writeUInt32BE(n * 2 + (kind === 1 ? 1 : 0), 0)
  return writePng({ width, height, colour: 'rgb', pixels })
}

/**
 * Fills a fresh data folder, whose database is there and not open: pictures, and finished jobs with a result each (one in fifty failed).
 * @param files also writes the picture files, so that thumbnails can be made
 */
export function fillFolder(dataDir: string, databaseFile: string, size: FolderSize, files: boolean): void {
  const db = new BetterSqlite3(databaseFile)
  const edit = JSON.stringify({ kind: 'style', styleId: 'oil-painting', strength: 0.85, structure: 0.5, keepColours: false })
  const asset = db.prepare(
    `INSERT INTO assets (id, origin, sha256, working_sha256, format, width, height, bytes, has_alpha, created_at)
     VALUES (?, ?, ?, ?, 'png', 24, 16, ?, 0, 1)`,
  )
  const picture = db.prepare(
    'INSERT INTO pictures (id, name, root_asset_id, current_asset_id, created_at) VALUES (?, ?, ?, ?, 1)',
  )
  const job = db.prepare(
    `INSERT INTO jobs (id, batch_id, picture_id, input_asset_id, kind, edit, sampling, seed, engine, engine_id, priority, position, state,
                       attempt, notes, created_at, started_at, finished_at, duration_ms)
     VALUES (?, ?, ?, ?, 'style', ?, '{}', ?, 'auto', 'draft', 0, ?, ?, 1, '["draft"]', 1, 2, 3, 900)`,
  )
  const attempt = db.prepare("INSERT INTO attempts VALUES (?, ?, 1, 'draft', 'done', NULL, 1, 2)")
  const output = db.prepare('INSERT INTO outputs VALUES (?, 0, ?, ?, NULL, 0)')
  const store = (kind: number, n: number, origin: 'imported' | 'produced'): void => {
    const bytes = smallPicture(kind, n)
    const hash = createHash('sha256').update(bytes).digest('hex')
    asset.run(uuid(kind, n), origin, hash, hash, bytes.length)
    if (!files) return
    const folder = join(dataDir, 'blobs', hash.slice(0, 2))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, hash), bytes)
  }
  db.transaction(() => {
    for (let n = 0; n < size.pictures; n++) {
      store(1, n, 'imported')
      picture.run(uuid(2, n), `photo ${n}`, uuid(1, n), uuid(1, n))
    }
    for (let n = 0; n < size.jobs; n++) {
      const state = n % 50 === 7 ? 'failed' : 'done'
      job.run(uuid(3, n), uuid(4, n % 300), uuid(2, n % size.pictures), uuid(1, n % size.pictures), edit, n, n, state)
      attempt.run(uuid(5, n), uuid(3, n))
      if (state !== 'done') continue
      store(6, n, 'produced')
      output.run(uuid(3, n), uuid(5, n), uuid(6, n))
    }
  })()
  db.close()
}
