import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { EngineTask } from '#core/engines/engine'
import { afterwards, importPictures, openApp, submit, temporaryFolder, until, untilState } from './harness'
import { createTintEngine } from './tint-engine'

/** A file system of its own of a few megabytes; undefined where none can be mounted. */
async function smallDisk(megabytes: number): Promise<string | undefined> {
  const folder = await temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  afterwards(() => {
    execFileSync('umount', ['-l', folder])
    return Promise.resolve()
  })
  return folder
}

test(
  'a real disk runs full under a batch: what is done stays done, the rest fails with the reason, and is done after a retry',
  { timeout: 60_000 },
  async (context) => {
    const disk = await smallDisk(8)
    if (disk === undefined) return context.skip('no file system can be mounted here: run as root')
    const engine = createTintEngine({ slots: 1, steps: 1 })
    // Noise cannot be compressed: each result is 200 KB.
    engine.run = async (task: EngineTask) => {
      const path = join(task.workDir, 'result.png')
      const raw = { width: 256, height: 256, channels: 3 as const }
      await writeFile(
        path,
        await sharp(randomFillSync(Buffer.alloc(256 * 256 * 3)), { raw })
          .png()
          .toBuffer(),
      )
      return [{ path, width: 256, height: 256, hasAlpha: false, notes: [] }]
    }
    const { app } = await openApp({ engine, dataDir: join(disk, 'data') })
    const [picture] = await importPictures(app)
    const ballast = join(disk, 'ballast')
    await writeFile(ballast, Buffer.alloc(1_500_000))
    const jobs = await submit(app, [picture], { count: 40 })
    const ends = await Promise.all(jobs.map((job) => untilState(app, job.id, 'done', 'failed')))
    const done = ends.filter((job) => job.state === 'done')
    const failed = ends.filter((job) => job.state === 'failed')
    expect(done.length).toBeGreaterThan(2)
    expect(failed.length).toBeGreaterThan(2)
    for (const job of failed) expect(job.error).toMatchObject({ code: 'io.disk_full', retry: 'user' })
    for (const job of done) expect(job.outputs).toHaveLength(1)

    // Room again: a bigger disk.
    execFileSync('mount', ['-o', 'remount,size=64m', disk])
    await app.call('jobs.retry', { ids: failed.map((job) => job.id) })
    await until(async () => (await app.call('app.snapshot', {})).queue.done === 40, 'all are done', 30_000)
    const { checks } = await app.call('app.doctor', {})
    expect(checks.filter((check) => !check.ok)).toEqual([])
  },
)
