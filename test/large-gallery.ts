import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { writePng } from './pictures/png-writer'

/** What the issue asks the gallery to stand. */
export const galleryOfYears = { results: 100_000, pictures: 500 }

const uuid = (kind: number, n: number): string => `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Asset id of the n-th result. */
export const resultAssetId = (n: number): string => uuid(6, n)

const styles = ['clay', 'anime', 'oil-painting', 'watercolour', 'pencil', 'pop-art', 'line-art', 'pixel-art']
const subjects = [
  ['a red mug on an oak table', '橡木桌上的红色杯子'],
  ['chair of bent plywood', '弯曲胶合板椅子'],
  ['glass bottle with dew', '带露水的玻璃瓶'],
  ['running shoe, side view', '跑鞋侧面'],
  ['desk lamp at night', '夜晚的台灯'],
] as const
const lights = ['soft morning light', 'studio light, high key', '柔和的光线', 'hard shadow at noon', '电影感逆光'] as const
/** Pictures that all results share: decoding and drawing are as real as with one each. */
const sharedFiles = 48

/** A small picture: a gradient of its own hue with a disc in it, so that scrolling shows that something moves. */
function samplePicture(n: number): Buffer {
  const [width, height] = [320, 240]
  const pixels = Buffer.alloc(width * height * 3)
  const hue = (n / sharedFiles) * Math.PI * 2
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const inside = Math.hypot(x - 100 - n * 2, y - 120) < 70
      const light = inside ? 0.95 : 0.25 + (0.5 * y) / height
      pixels[i] = 255 * light * (0.5 + 0.5 * Math.cos(hue))
      pixels[i + 1] = 255 * light * (0.5 + 0.5 * Math.cos(hue + 2.1))
      pixels[i + 2] = 255 * light * (0.5 + 0.5 * Math.cos(hue + 4.2))
    }
  }
  return writePng({ width, height, colour: 'rgb', pixels })
}

/**
 * Fills a fresh data folder, whose database is there and not open, with results of many jobs over five years, a few of them starred.
 * Rows are as the app makes them; the files behind them are shared, and are written only where thumbnails are wanted.
 */
export function fillGallery(dataDir: string, databaseFile: string, size: typeof galleryOfYears, files: boolean): void {
  const db = new BetterSqlite3(databaseFile)
  db.pragma('synchronous = OFF')
  const working: string[] = []
  for (let n = 0; n < sharedFiles; n++) {
    if (!files) {
      working.push(createHash('sha256').update(`shared ${n}`).digest('hex'))
      continue
    }
    const bytes = samplePicture(n)
    const hash = createHash('sha256').update(bytes).digest('hex')
    const folder = join(dataDir, 'blobs', hash.slice(0, 2))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, hash), bytes)
    working.push(hash)
  }
  const asset = db.prepare(
    `INSERT INTO assets (id, origin, sha256, working_sha256, format, width, height, bytes, has_alpha, created_at)
     VALUES (?, ?, ?, ?, 'png', 320, 240, 1000, 0, ?)`,
  )
  const picture = db.prepare(
    'INSERT INTO pictures (id, name, root_asset_id, current_asset_id, created_at) VALUES (?, ?, ?, ?, ?)',
  )
  const job = db.prepare(
    `INSERT INTO jobs (id, batch_id, picture_id, input_asset_id, kind, edit, sampling, workflow_id, seed, engine, engine_id, priority, position,
                       state, attempt, notes, created_at, started_at, finished_at, duration_ms, cleared)
     VALUES (?, ?, ?, ?, ?, ?, '{}', ?, ?, 'auto', ?, 0, ?, 'done', 1, '[]', ?, ?, ?, 900, 1)`,
  )
  const attempt = db.prepare("INSERT INTO attempts VALUES (?, ?, 1, 'draft', 'done', NULL, 1, 2)")
  const output = db.prepare('INSERT INTO outputs VALUES (?, 0, ?, ?, NULL, 0)')
  const unique = (kind: number, n: number): string => createHash('sha256').update(`${kind} ${n}`).digest('hex')
  const end = Date.UTC(2026, 9, 1)
  const step = (5 * 365 * 86_400_000) / size.results
  db.transaction(() => {
    for (let n = 0; n < size.pictures; n++) {
      asset.run(uuid(1, n), 'imported', unique(1, n), working[n % sharedFiles], 1)
      picture.run(uuid(2, n), `photo ${n}`, uuid(1, n), uuid(1, n), 1)
    }
    for (let n = 0; n < size.results; n++) {
      const madeAt = Math.round(end - (size.results - n) * step)
      const [english, chinese] = subjects[n % subjects.length] ?? subjects[0]
      const view = n % 4 === 3
      const edit = view
        ? { kind: 'perspective', view: { id: 'front-right', name: 'Front right', prompt: `${english}, ${lights[(n >> 3) % 5]}` } }
        : {
            kind: 'style',
            styleId: styles[(n >> 2) % styles.length],
            prompt: `${n % 2 ? english : chinese}, ${lights[(n >> 2) % 5]}${n % 997 === 5 ? ', kingfisher 翠鸟' : ''}`,
            strength: 0.85,
            structure: 0.5,
            keepColours: false,
          }
      asset.run(uuid(6, n), 'produced', unique(6, n), working[(n * 7) % sharedFiles], madeAt)
      const source = n % size.pictures
      const engine = n % 3 ? 'draft' : 'http://127.0.0.1:8188'
      job.run(
        uuid(3, n),
        uuid(4, n >> 3),
        uuid(2, source),
        uuid(1, source),
        edit.kind,
        JSON.stringify(edit),
        n % 3 ? null : view ? 'qwen-edit-2511-perspective' : 'qwen-edit-2511-style',
        n,
        engine,
        n,
        madeAt,
        madeAt,
        madeAt,
      )
      attempt.run(uuid(5, n), uuid(3, n))
      output.run(uuid(3, n), uuid(5, n), uuid(6, n))
    }
    db.exec('UPDATE results SET star = 1 + seq / 50 % 5 WHERE seq % 50 = 0; UPDATE results SET rejected = 1 WHERE seq % 77 = 0')
  })()
  db.close()
}
