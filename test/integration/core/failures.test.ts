import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import { AppError } from '#shared/domain/error'
import { openBlobStore } from '#core/assets/blob-store'
import { triedAgain } from '#core/engines/tried-again'
import { commitResult } from '#core/jobs/attempt'
import { afterwards, importPictures, openApp, submit, temporaryFolder, until, untilState } from './harness'
import { createTintEngine } from './tint-engine'

const lost = (): AppError => new AppError('engine.lost', `The engine went away. ${triedAgain}`)

describe('another try', () => {
  test('an error that may pass is tried again by itself, with a pause, and then the job is done', async () => {
    let runs = 0
    const starts: number[] = []
    const engine = createTintEngine({
      before() {
        starts.push(performance.now())
        if (++runs === 1) throw lost()
      },
    })
    const { app } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture])
    const waiting = await until(async () => {
      const now = await app.call('jobs.get', { id: job.id })
      return now.error !== undefined && now
    }, 'the first try has failed')
    expect(waiting).toMatchObject({ state: 'queued', error: { code: 'engine.lost', message: lost().message } })
    const done = await untilState(app, job.id, 'done')
    expect(done).toMatchObject({ attempt: 2 })
    expect(done.error).toBeUndefined()
    expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThan(450)
  })

  test('three times, then it is failed with the reason, until the user asks again', async () => {
    let broken = true
    const engine = createTintEngine({
      before() {
        if (broken) throw lost()
      },
    })
    const { app, dataDir } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture])
    // The pauses are cut short in the row: a second and four are long for a test.
    const db = new BetterSqlite3(join(dataDir, 'recast.db'))
    const hurry = setInterval(() => {
      if (db.prepare("UPDATE jobs SET not_before = 0 WHERE state = 'queued'").run().changes > 0) void app.call('settings.set', {})
    }, 20)
    afterwards(() => Promise.resolve(clearInterval(hurry)).then(() => void db.close()))
    const failed = await untilState(app, job.id, 'failed')
    expect(failed).toMatchObject({
      attempt: 3,
      error: { code: 'engine.lost', message: 'The engine went away. It was tried 3 times; retry the job when that is mended.' },
    })
    expect(engine.ran).toHaveLength(3)
    broken = false
    const { jobs } = await app.call('jobs.retry', { ids: [job.id] })
    expect(jobs[0]).toMatchObject({ id: job.id })
    expect((await untilState(app, job.id, 'done')).attempt).toBe(4)
  })

  test('an error that needs the user is not tried again, and the rest of the batch is done', async () => {
    const engine = createTintEngine({
      before(task) {
        if (task.seed === 2) throw new AppError('engine.out_of_memory', 'The picture does not fit. Choose a smaller one.')
      },
    })
    const { app } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const jobs = await submit(app, [picture], { seed: 1, count: 3 })
    const ends = await Promise.all(jobs.map((job) => untilState(app, job.id, 'done', 'failed')))
    expect(ends.map((job) => job.state)).toEqual(['done', 'failed', 'done'])
    expect(ends[1]).toMatchObject({ attempt: 1, error: { code: 'engine.out_of_memory', retry: 'user' } })
  })

  test('an engine that lies about its result, or gives none, fails the job with words', async () => {
    const engine = createTintEngine()
    engine.run = async (task) => {
      const path = join(task.workDir, 'x.png')
      await writeFile(path, 'this is no picture')
      return task.seed === 1 ? [] : [{ path, width: 32, height: 32, hasAlpha: false, notes: [] }]
    }
    const { app } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const jobs = await submit(app, [picture], { seed: 1, count: 2 })
    for (const job of jobs) {
      expect(await untilState(app, job.id, 'failed')).toMatchObject({ error: { code: 'engine.execution' }, outputs: [] })
    }
  })
})

describe('the clock', () => {
  test('set on by a year while a job runs: its failure took no year', async () => {
    const realNow = Date.now
    const clock = vi.spyOn(Date, 'now')
    afterwards(() => Promise.resolve(clock.mockRestore()))
    const engine = createTintEngine({
      before() {
        clock.mockImplementation(() => realNow() + 365 * 86_400_000)
        throw new AppError('engine.execution', 'It can not be done. Retry the job.')
      },
    })
    const { app } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture])
    const failed = await untilState(app, job.id, 'failed')
    expect(failed.durationMs).toBeLessThan(60_000)
  })

  test('set back by a year while a job waits for its next try: the job waits a minute at most, not a year', async () => {
    let runs = 0
    const engine = createTintEngine({
      before() {
        if (++runs === 1) throw lost()
      },
    })
    const { app } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture])
    await until(async () => (await app.call('jobs.get', { id: job.id })).error !== undefined, 'the first try has failed')
    const before = Date.now()
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => before - 365 * 86_400_000)
    try {
      await app.call('settings.set', {})
      const done = await untilState(app, job.id, 'done')
      expect(done.durationMs).toBeGreaterThanOrEqual(0)
      expect(done.durationMs).toBeLessThan(60_000)
    } finally {
      clock.mockRestore()
    }
  })
})

describe('a full disk', () => {
  test.each(['stored', 'committed'])(
    'while a result is %s: failed with the reason, and the retry uses what is there',
    async (when) => {
      let full = true
      const refuse = (): void => {
        if (full) throw new AppError('io.disk_full', 'No space is left. Free some, then retry.')
      }
      const { app, engine, dataDir } = await openApp({
        openBlobs: async (dir) => {
          const store = await openBlobStore(dir)
          return {
            ...store,
            async putFile(path, known) {
              if (when === 'stored' && path.includes('result.png')) refuse()
              return await store.putFile(path, known)
            },
          }
        },
        commitResult: (...all) => {
          // By now the file is in the store, without a row.
          if (when === 'committed') refuse()
          return commitResult(...all)
        },
      })
      const [picture] = await importPictures(app)
      const [job] = await submit(app, [picture])
      expect(await untilState(app, job.id, 'failed')).toMatchObject({ error: { code: 'io.disk_full', retry: 'user' } })
      // Still full: nothing is lost by trying.
      await app.call('jobs.retry', { ids: [job.id] })
      await until(async () => (await app.call('jobs.get', { id: job.id })).attempt === 2, 'the second attempt')
      await untilState(app, job.id, 'failed')
      full = false
      await app.call('jobs.retry', { ids: [job.id] })
      expect(await untilState(app, job.id, 'done')).toMatchObject({ attempt: 3 })
      expect(engine.ran).toHaveLength(1)
      await until(async () => (await readdir(join(dataDir, 'staging'))).length === 0, 'the kept folder is gone')
    },
  )
})

describe('an export folder', () => {
  test('that cannot be written is said before anything is queued', async () => {
    const { app } = await openApp()
    const [picture] = await importPictures(app)
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, 'x')
    await expect(submit(app, [picture], { exportDir: join(file, 'below') })).rejects.toMatchObject({ code: 'io.failed' })
    await expect(submit(app, [picture], { exportDir: 'out' })).rejects.toMatchObject({ code: 'input.invalid' })
    expect((await app.call('jobs.list', {})).total).toBe(0)
  })

  test('that goes away meanwhile: the job is done, its note and error say that the copy is missing, a retry writes it', async () => {
    const { app, engine } = await openApp({ engine: createTintEngine({ steps: 20, stepMs: 10 }) })
    const [picture] = await importPictures(app)
    const dir = join(await temporaryFolder(), 'out')
    const [job] = await submit(app, [picture], { exportDir: dir, seed: 3 })
    await untilState(app, job.id, 'running')
    await rm(dir, { recursive: true })
    await writeFile(dir, 'now a file')
    const done = await until(async () => {
      const now = await app.call('jobs.get', { id: job.id })
      return now.notes.includes('export_failed') && now
    }, 'the failed copy is noted')
    expect(done).toMatchObject({ state: 'done', error: { retry: 'user' } })
    expect(done.error?.message).toMatch(/^The result is safe in Recast/)
    expect(done.outputs[0]?.exportedPath).toBeUndefined()
    await rm(dir)
    const { jobs } = await app.call('jobs.retry', { ids: [job.id] })
    expect(jobs[0]?.outputs[0]?.exportedPath).toBe(join(dir, 'photo 1_clay_3.png'))
    expect(jobs[0]).toMatchObject({ state: 'done', notes: ['draft'] })
    expect(jobs[0]?.error).toBeUndefined()
    expect(engine.ran).toHaveLength(1)
  })
})

describe('what is refused at submission', () => {
  test('unknown engines, edits, styles, pictures, versions, and too many jobs: each by its code, and nothing is queued', async () => {
    const refuse = ({ workflowId }: { workflowId: string | undefined }): AppError | undefined =>
      workflowId === undefined ? undefined : new AppError('input.unknown_workflow', 'There is no such workflow. Choose another.')
    const { app } = await openApp({ engine: createTintEngine({ refuse }) })
    const [one, two] = await importPictures(app, 2)
    const refused = async (more: Parameters<typeof submit>[2], code: string, pictures = [one]): Promise<void> => {
      await expect(submit(app, pictures, more)).rejects.toMatchObject({ code })
    }
    await refused({ engine: 'gpu-box' }, 'input.unknown_engine')
    await refused({ workflowId: 'none' }, 'input.unknown_workflow')
    await refused({ edits: [{ kind: 'style', styleId: 'oil-paintin' }] }, 'input.unknown_style')
    await refused({ edits: [{ kind: 'style', styleAssetId: one.id }] }, 'input.not_found')
    await refused({ pictures: [{ pictureId: one.rootAssetId }] }, 'input.not_found')
    await refused({ pictures: [{ pictureId: one.id, assetId: two.rootAssetId }] }, 'input.not_found')
    await refused(
      { count: 64, edits: Array.from({ length: 200 }, () => ({ kind: 'style', styleId: 'clay' }) as const) },
      'input.invalid',
    )
    await app.call('pictures.trash', { ids: [two.id] })
    await refused({}, 'input.conflict', [two])
    expect((await app.call('jobs.list', {})).total).toBe(0)
  })

  test('a style by another spelling is stored by its id; the engine by kind or address', async () => {
    const { app } = await openApp({ engine: createTintEngine({ id: 'http://gpu:8188', kind: 'remote' }) })
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture], {
      edits: [{ kind: 'style', styleId: 'oil_painting' }],
      engine: 'HTTP://GPU:8188/',
    })
    expect(job.edit).toMatchObject({ styleId: 'oil-painting', strength: 0.85 })
    expect(await untilState(app, job.id, 'done')).toMatchObject({ engineId: 'http://gpu:8188' })
    const [other] = await submit(app, [picture], { engine: 'remote' })
    await untilState(app, other.id, 'done')
  })
})

describe('which engine', () => {
  test('auto takes the own GPU, waits for it while it is away, and other wishes pass', async () => {
    const local = createTintEngine({ id: 'own-card', kind: 'local' })
    const draft = createTintEngine({ id: 'draft', kind: 'draft' })
    local.state = 'offline'
    const { app } = await openApp({ engines: () => [draft, local] })
    const [picture] = await importPictures(app)
    const [auto] = await submit(app, [picture])
    const [named] = await submit(app, [picture], { engine: 'draft' })
    expect(await untilState(app, named.id, 'done')).toMatchObject({ engineId: 'draft' })
    expect((await app.call('jobs.get', { id: auto.id })).state).toBe('queued')
    local.state = 'ready'
    // The pool looks again by itself, within a second or two.
    expect(await untilState(app, auto.id, 'done')).toMatchObject({ engineId: 'own-card' })
  })
})

describe('the data folder', () => {
  test.skipIf(process.getuid?.() !== 0)('without permission is refused in words (as another user)', async () => {
    const dir = join(await temporaryFolder(), 'closed')
    await mkdir(dir)
    await chmod(dir, 0o500)
    process.seteuid?.(65534)
    try {
      await expect(openApp({ dataDir: join(dir, 'data') })).rejects.toMatchObject({ code: 'io.permission' })
    } finally {
      process.seteuid?.(0)
    }
  })

  test('of a newer Recast is refused, and closing frees it for the next', async () => {
    const { app, dataDir } = await openApp()
    await app.close()
    await app.close()
    await expect(app.call('app.snapshot', {})).rejects.toMatchObject({ code: 'instance.unreachable' })
    const db = new BetterSqlite3(join(dataDir, 'recast.db'))
    db.pragma('user_version = 99')
    db.close()
    await expect(openApp({ dataDir })).rejects.toMatchObject({ code: 'database.future' })
  })
})

test('a result outside of its job’s folder is refused, and stays where it is', async () => {
  const elsewhere = await temporaryFolder()
  const stray = join(elsewhere, 'photo.png')
  await writeFile(stray, 'somebody else’s')
  const engine = createTintEngine()
  const { run } = engine
  // As an engine would that took a server's name for a path: by a way up, and by another folder whose name begins alike.
  const ways = [() => stray, (workDir: string) => join(workDir, '..', 'x.png'), (workDir: string) => `${workDir}-too.png`]
  engine.run = async (task, options) => {
    const [result] = await run(task, options)
    const path = ways[engine.ran.length - 1]?.(task.workDir)
    return result && path !== undefined ? [{ ...result, path }] : []
  }
  const { app } = await openApp({ engine })
  const [picture] = await importPictures(app)
  for (const [n] of ways.entries()) {
    const [job] = await submit(app, [picture], { seed: n + 1 })
    expect(await untilState(app, job.id, 'failed', 'done')).toMatchObject({
      state: 'failed',
      error: { code: 'bug' },
      outputs: [],
    })
  }
  expect(await readFile(stray, 'utf8')).toBe('somebody else’s')
})
