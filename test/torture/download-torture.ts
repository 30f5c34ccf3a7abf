import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededFile, sha256Of, startFileServer } from '../fakes/file-server/file-server'

/** What a run of kills found; no faults means that nothing was fetched twice, lost or wrong. */
export interface DownloadReport {
  kills: number
  downloads: number
  /** Kills that came before the process had begun to fetch; the others counted from its first request. */
  early: number
  /** Kills that left a part of the file on the disk. */
  midway: number
  size: number
  /** Most bytes that lay between what the disk had at a kill and where the next start went on: must be 0. */
  refetched: number
  faults: string[]
}

const size = 24_000_000
/** So slow that kills fall everywhere into a download, start and end included. */
const bytesPerSecond = 16_000_000

/** Kills a downloading process `kills` times at random moments, starting it again each time, and counts what the server was asked for. */
export async function tortureDownloads(owner: string, folder: string, kills: number): Promise<DownloadReport> {
  const file = seededFile(size)
  const sha256 = sha256Of(file)
  const server = await startFileServer()
  server.put('/model.safetensors', file)
  server.faults(() => ({ kind: 'slow', bytesPerSecond }))
  const report: DownloadReport = { kills: 0, downloads: 0, early: 0, midway: 0, size, refetched: 0, faults: [] }
  const target = join(folder, 'model.safetensors')
  const url = `${server.url}/model.safetensors`
  const start = (): ReturnType<typeof spawn> =>
    // Every other download without a known hash: there only the entity tag allows going on.
    spawn(process.execPath, [owner, url, target, String(size), report.downloads % 2 === 0 ? sha256 : '-'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })

  /** Kills it so long after its first request; answers whether it came to its end before. */
  async function runUntilKilled(afterMs: number): Promise<boolean> {
    const asked = server.asked.length
    const child = start()
    let said = ''
    child.stdout?.on('data', (text: Buffer) => (said += text.toString()))
    // With all that it said: its exit may be told before.
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    let over = false
    void ended.then(() => (over = true))
    // A process takes long to start, and nothing of a download is in that.
    while (!over && server.asked.length === asked) await sleep(1)
    await Promise.race([ended, sleep(afterMs)])
    child.kill('SIGKILL')
    const code = await ended
    if (code === 0) return true
    if (code !== null) report.faults.push(`the process ended with ${code}`)
    report.kills += 1
    if (!said.includes('started')) report.early += 1
    if ((await sizeOf(`${target}.part`)) > 0) report.midway += 1
    return false
  }

  const sizeOf = (path: string): Promise<number> =>
    stat(path).then(
      (found) => found.size,
      () => 0,
    )
  try {
    while (report.kills < kills) {
      const asked = server.asked.length
      const before = (await sizeOf(`${target}.part.json`)) > 0 ? await sizeOf(`${target}.part`) : 0
      const done = await runUntilKilled(Math.random() * 1_500)
      for (const one of server.asked.slice(asked)) {
        const from = Number(/^bytes=(\d+)-$/.exec(one.range ?? 'bytes=0-')?.[1])
        report.refetched = Math.max(report.refetched, before - from)
        if (from !== before) report.faults.push(`${before} bytes were there, and the next start asked from ${from}`)
      }
      if (!done && (await sizeOf(target)) > 0 && (await sizeOf(target)) !== size)
        report.faults.push('half a file is at the target')
      if ((await sizeOf(target)) === size) {
        const bytes = await readFile(target)
        if (createHash('sha256').update(bytes).digest('hex') !== sha256) report.faults.push('other bytes are at the target')
        if (done) {
          const left = (await readdir(folder)).filter((name) => name !== 'model.safetensors')
          if (left.length > 0) report.faults.push(`left behind: ${left.join(', ')}`)
        }
        report.downloads += 1
        await rm(target)
        await rm(`${target}.part.json`, { force: true })
      }
    }
    return report
  } finally {
    await server.close()
  }
}
