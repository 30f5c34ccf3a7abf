import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import sharp from 'sharp'
import type { OwnerLine, OwnerOrder } from './owner'

/** What is to be tortured. */
export interface TortureOptions {
  /** The bundled owner process. */
  owner: string
  /** A folder for everything; emptied before. */
  folder: string
  kills: number
  jobs: number
  engine: OwnerOrder['engine']
  /** Where the ComfyUI is that does the jobs. */
  engineUrl?: string
  storing: OwnerOrder['storing']
  onKill?: (n: number, what: string) => void
}

/** What came of it. `faults` is empty when nothing was lost, doubled, half or otherwise wrong. */
export interface TortureReport {
  kills: number
  batches: number
  results: number
  faults: string[]
  /** Milliseconds from the start of a process until the app was open, each life. */
  readyMs: number[]
}

const photoCount = 10
const photoSize = 96

/** Photos with so much detail that their results are files of tens of kilobytes. */
async function writePhotos(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  return Promise.all(
    Array.from({ length: photoCount }, async (_, n) => {
      const raw = Buffer.alloc(photoSize * photoSize * 3)
      let state = n + 1
      for (let at = 0; at < raw.length; at++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        raw[at] = state >>> 24
      }
      const path = join(folder, `photo-${n}.png`)
      await writeFile(
        path,
        await sharp(raw, { raw: { width: photoSize, height: photoSize, channels: 3 } })
          .png()
          .toBuffer(),
      )
      return path
    }),
  )
}

/** When a life ends: after a time, or a moment after the n-th job came to a state. */
type Death = { afterMs: number } | { state: 'staging' | 'collecting'; times: number; thenMs: number } | undefined

/**
 * Half of the moments anywhere, the others near the storing of a result, where a careless store would be hurt, and (with a server) near
 * the post of a prompt, where a careless client would post it twice or never.
 */
function randomDeath(engine: OwnerOrder['engine'], typicalReadyMs: number): Death {
  if (Math.random() < 0.5) {
    const state = engine === 'comfyui' && Math.random() < 0.5 ? 'staging' : 'collecting'
    return { state, times: 1 + Math.floor(Math.random() * 3), thenMs: Math.random() * 30 }
  }
  return { afterMs: Math.random() * (typicalReadyMs + (engine === 'tint' ? 500 : 1500)) }
}

interface Life {
  killed: boolean
  readyMs: number | undefined
  doctor: Extract<OwnerLine, { say: 'done' }>['doctor'] | undefined
  stderr: string
  code: number | null
}

function live(owner: string, order: OwnerOrder, death: Death): Promise<Life> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(process.execPath, [owner, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] })
    const life: Life = { killed: false, readyMs: undefined, doctor: undefined, stderr: '', code: null }
    const kill = (): void => {
      // Not a process that has said its last word: that would count as a kill and be none.
      if (life.doctor) return
      life.killed = true
      child.kill('SIGKILL')
    }
    const timers = [setTimeout(() => child.kill('SIGKILL'), 120_000)]
    if (death && 'afterMs' in death) timers.push(setTimeout(kill, death.afterMs))
    let reached = 0
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as OwnerLine
      if (line.say === 'ready') life.readyMs = performance.now() - start
      if (line.say === 'done') life.doctor = line.doctor
      if (line.say === 'state' && death && 'state' in death && line.state === death.state) {
        reached += 1
        if (reached === death.times) timers.push(setTimeout(kill, death.thenMs))
      }
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (life.stderr += text))
    child.once('error', reject)
    child.once('close', (code) => {
      for (const timer of timers) clearTimeout(timer)
      resolve({ ...life, code })
    })
  })
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Looks at the data folder with nothing of Recast's: rows by SQL, files by their bytes. */
export async function examine(order: OwnerOrder): Promise<{ results: number; faults: string[] }> {
  const faults: string[] = []
  const db = new Database(join(order.dataDir, 'recast.db'))
  try {
    const integrity = db.pragma('integrity_check', { simple: true })
    if (integrity !== 'ok') faults.push(`integrity: ${String(integrity)}`)
    const broken = db.pragma('foreign_key_check') as unknown[]
    if (broken.length > 0) faults.push(`${broken.length} broken references`)

    const wanted = order.jobs * order.batches
    const states = db.prepare<[], { state: string; n: number }>('SELECT state, count(*) AS n FROM jobs GROUP BY state').all()
    if (states.length !== 1 || states[0]?.state !== 'done' || states[0].n !== wanted) {
      faults.push(`jobs: ${JSON.stringify(states)}, wanted ${wanted} done`)
    }
    const perJob = db.prepare<[], { id: string; outputs: number; done: number; active: number }>(
      `SELECT id, (SELECT count(*) FROM outputs o WHERE o.job_id = j.id) AS outputs,
              (SELECT count(*) FROM attempts a WHERE a.job_id = j.id AND a.state = 'done') AS done,
              (SELECT count(*) FROM attempts a WHERE a.job_id = j.id AND a.state = 'active') AS active FROM jobs j`,
    )
    for (const job of perJob.all()) {
      if (job.outputs === 0) faults.push(`lost: job ${job.id} has no result`)
      if (job.outputs > 1) faults.push(`doubled: job ${job.id} has ${job.outputs} results`)
      if (job.done !== 1 || job.active !== 0) faults.push(`job ${job.id} has ${job.done} done and ${job.active} active attempts`)
    }

    const named = new Set<string>()
    for (const entry of await readdir(join(order.dataDir, 'blobs'), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      named.add(entry.name)
      if (sha256(await readFile(join(entry.parentPath, entry.name))) !== entry.name) faults.push(`half: blob ${entry.name}`)
    }
    const outputs = db
      .prepare<[], { sha256: string; path: string | null; exported: number }>(
        'SELECT a.sha256, o.export_path AS path, o.exported FROM outputs o JOIN assets a ON a.id = o.asset_id',
      )
      .all()
    const paths = new Set<string>()
    for (const output of outputs) {
      if (!named.has(output.sha256)) faults.push(`lost: no file for a result (${output.sha256})`)
      if (output.path === null || output.exported !== 1) faults.push('lost: a copy was not made')
      else if (paths.has(output.path)) faults.push(`doubled: two results at ${output.path}`)
      else {
        paths.add(output.path)
        const copy = await readFile(output.path).catch(() => undefined)
        if (!copy || sha256(copy) !== output.sha256) faults.push(`half: copy ${output.path}`)
      }
    }
    // Made with the first copy: a round may have been killed before there was any.
    for (const name of await readdir(order.exportDir).catch(() => [])) {
      if (!paths.has(join(order.exportDir, name))) faults.push(`left over in the export folder: ${name}`)
    }
    for (const name of await readdir(join(order.dataDir, 'staging'))) faults.push(`left over in staging: ${name}`)
    return { results: outputs.length, faults }
  } finally {
    db.close()
  }
}

/** Kills the owner of a data folder at random moments until there were enough kills, lets it finish, and examines what is there. */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { owner, folder, kills, jobs, engine, storing } = options
  await rm(folder, { recursive: true, force: true })
  const photos = await writePhotos(join(folder, 'photos'))
  const order: OwnerOrder = {
    dataDir: join(folder, 'data'),
    exportDir: join(folder, 'out'),
    photos,
    jobs,
    batches: 1,
    engine,
    ...(options.engineUrl === undefined ? {} : { engineUrl: options.engineUrl }),
    storing,
  }
  const readyMs: number[] = []
  const faults: string[] = []
  let killed = 0
  let typicalReadyMs = 400
  for (;;) {
    const life = await live(owner, order, killed < kills ? randomDeath(engine, typicalReadyMs) : undefined)
    if (life.readyMs !== undefined) {
      readyMs.push(life.readyMs)
      typicalReadyMs = life.readyMs
    }
    if (life.killed) {
      killed += 1
      options.onKill?.(killed, life.readyMs === undefined ? 'while starting' : 'at work')
      continue
    }
    if (!life.doctor || life.code !== 0) {
      faults.push(`a process ended by itself with ${life.code}: ${life.stderr.slice(-2000)}`)
      break
    }
    if (killed < kills) {
      // All done before enough kills: another batch on the same folder.
      order.batches += 1
      continue
    }
    for (const check of life.doctor) {
      // A result that was stored but not committed is stored again by the next attempt, so even orphans are none in the end …
      // unless the engine paints each time differently; then they are set aside, which is clean too.
      if (!check.ok || (check.found > 0 && check.name !== 'orphaned files')) faults.push(`doctor: ${check.name}: ${check.note}`)
    }
    break
  }
  const found = await examine(order)
  return { kills: killed, batches: order.batches, results: found.results, faults: [...faults, ...found.faults], readyMs }
}
