import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { importPictures, openApp, several, submit, type Several, temporaryFolder, until, untilState } from './harness'
import { createTintEngine } from './tint-engine'
import { settingsSchema } from '#shared/domain/settings'

const attempt = '11111111-1111-4111-8111-111111111111'

/** A data folder as a killed process leaves it: the first of three jobs active, with an attempt. */
async function killedAt(state: string, more: { exportDir?: string } = {}): Promise<{ dataDir: string; ids: Several<string> }> {
  const { app, dataDir } = await openApp({ takeJobs: false })
  const [picture] = await importPictures(app)
  const jobs = await submit(app, [picture], { count: 3, seed: 1, ...more })
  await app.close()
  const db = new BetterSqlite3(join(dataDir, 'recast.db'))
  db.prepare("UPDATE jobs SET state = ?, engine_id = 'tint', attempt = 1, started_at = 5 WHERE id = ?").run(state, jobs[0].id)
  db.prepare("INSERT INTO attempts VALUES (?, ?, 1, 'tint', 'active', NULL, 5, NULL)").run(attempt, jobs[0].id)
  db.close()
  await mkdir(join(dataDir, 'staging', attempt), { recursive: true })
  await writeFile(join(dataDir, 'staging', attempt, 'half.png'), 'half')
  return { dataDir, ids: several(jobs.map((job) => job.id)) }
}

describe.each(['staging', 'running', 'collecting'])('killed while %s', (state) => {
  test('an engine that knows nothing of it: queued again at its old place, its folder swept', async () => {
    const { dataDir, ids } = await killedAt(state)
    const { app, engine } = await openApp({ dataDir, engine: createTintEngine({ slots: 1 }) })
    const done = await untilState(app, ids[0], 'done')
    expect(done).toMatchObject({ attempt: 2 })
    await untilState(app, ids[2], 'done')
    expect(engine.ran).toEqual(ids)
    expect(engine.collected).toEqual([])
    await until(async () => (await readdir(join(dataDir, 'staging'))).length === 0, 'no folder is left')
  })

  test.each(['queued', 'running', 'done'] as const)(
    'an engine that has it %s: waited for and collected, not run again',
    async (place) => {
      const { dataDir, ids } = await killedAt(state)
      const engine = createTintEngine({ slots: 1, place: () => place })
      const { app } = await openApp({ dataDir, engine })
      expect(await untilState(app, ids[0], 'done')).toMatchObject({ attempt: 1, outputs: [{ index: 0 }] })
      await untilState(app, ids[2], 'done')
      expect(engine.collected).toEqual([attempt])
      expect(engine.ran).toEqual(ids.slice(1))
    },
  )
})

describe('at the next start', () => {
  test('an engine that does not answer keeps its job waiting; cancelled meanwhile, it ends', async () => {
    const { dataDir, ids } = await killedAt('running')
    const engine = createTintEngine({ slots: 1, kind: 'remote' })
    engine.lookup = () => Promise.reject(new Error('no route'))
    const { app } = await openApp({ dataDir, engine })
    await untilState(app, ids[2], 'done')
    expect((await app.call('jobs.get', { id: ids[0] })).state).toBe('running')
    expect(await app.call('jobs.cancel', { ids: [ids[0]] })).toEqual({ canceled: [ids[0]] })
    expect((await app.call('jobs.get', { id: ids[0] })).state).toBe('canceled')
  })

  test('an engine that is gone: its job goes to another', async () => {
    const { dataDir, ids } = await killedAt('running')
    const { app } = await openApp({ dataDir, engine: createTintEngine({ id: 'other' }) })
    expect(await untilState(app, ids[0], 'done')).toMatchObject({ engineId: 'other' })
  })

  test('an owner that only looks touches nothing', async () => {
    const { dataDir, ids } = await killedAt('running')
    const { app, engine } = await openApp({ dataDir, takeJobs: false })
    await app.call('settings.set', { theme: 'dark' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await app.call('jobs.get', { id: ids[0] })).state).toBe('running')
    expect(engine.ran).toEqual([])
  })

  test('a copy that was planned and not written is written, over nothing', async () => {
    const exportDir = join(await temporaryFolder(), 'out')
    const { app, dataDir } = await openApp()
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture], { seed: 1, exportDir })
    const path = join(exportDir, 'photo 1_clay_1.png')
    await until(async () => (await app.call('jobs.get', { id: job.id })).outputs[0]?.exportedPath === path, 'the copy is made')
    await app.close()
    const db = new BetterSqlite3(join(dataDir, 'recast.db'))
    db.exec('UPDATE outputs SET exported = 0')
    await rm(path)
    const again = await openApp({ dataDir })
    expect((await again.app.call('jobs.get', { id: job.id })).outputs[0]?.exportedPath).toBe(path)
    await again.app.close()
    // And where somebody put another file there meanwhile, the copy gets another name.
    db.exec('UPDATE outputs SET exported = 0')
    db.close()
    await writeFile(path, 'mine')
    const third = await openApp({ dataDir })
    expect((await third.app.call('jobs.get', { id: job.id })).outputs[0]?.exportedPath).toBe(
      join(exportDir, 'photo 1_clay_1 (2).png'),
    )
  })

  test('closing puts running jobs back, and the next start finishes them', async () => {
    const slow = createTintEngine({ steps: 1000, stepMs: 10, slots: 2 })
    const { app, dataDir } = await openApp({ engine: slow })
    const [picture] = await importPictures(app)
    const jobs = await submit(app, [picture], { count: 4 })
    await untilState(app, jobs[1].id, 'running')
    await app.close()
    expect(slow.stopped).toEqual(['shutdown', 'shutdown'])
    const quick = createTintEngine({ slots: 1 })
    const next = await openApp({ dataDir, engine: quick })
    await untilState(next.app, jobs[3].id, 'done')
    expect(quick.ran).toEqual(jobs.map((job) => job.id))
  })

  test('settings and the pause are what they were', async () => {
    const { app, dataDir } = await openApp()
    await app.call('settings.set', { language: 'zh', maxInFlight: 1 })
    await app.call('queue.pause', { paused: true })
    await app.close()
    const db = new BetterSqlite3(join(dataDir, 'recast.db'))
    db.exec(`INSERT INTO settings VALUES ('ofNewer', '{"x":1}'); UPDATE settings SET value = '"many"' WHERE key = 'maxInFlight'`)
    const next = await openApp({ dataDir })
    const { settings, queue } = await next.app.call('app.snapshot', {})
    expect(settings).toEqual(settingsSchema.parse({ language: 'zh' }))
    expect(queue.paused).toBe(true)
    await next.app.call('settings.set', { theme: 'dark' })
    expect(db.prepare("SELECT value FROM settings WHERE key = 'ofNewer'").pluck().get()).toBe('{"x":1}')
    db.close()
  })
})

describe('the doctor', () => {
  test('is content with a healthy folder, and names and mends what is not', async () => {
    const { app, dataDir } = await openApp()
    const [picture] = await importPictures(app)
    const jobs = await submit(app, [picture], { count: 2 })
    for (const job of jobs) await untilState(app, job.id, 'done')
    const healthy = await app.call('app.doctor', {})
    expect(healthy.checks.filter((check) => check.found > 0)).toEqual([])
    expect(healthy.ok).toBe(true)

    const db = new BetterSqlite3(join(dataDir, 'recast.db'))
    db.prepare("UPDATE attempts SET state = 'active' WHERE job_id = ?").run(jobs[0].id)
    db.prepare('DELETE FROM outputs WHERE job_id = ?').run(jobs[1].id)
    db.close()
    await mkdir(join(dataDir, 'staging', attempt))
    const found = async (repair: boolean): Promise<Record<string, unknown>> => {
      const { checks } = await app.call('app.doctor', { repair })
      return Object.fromEntries(
        checks.filter((check) => check.found > 0).map((check) => [check.name, [check.ok, check.found, check.repaired]]),
      )
    }
    expect(await found(false)).toEqual({ attempts: [false, 1, 0], results: [false, 1, 0], 'work folders': [false, 1, 0] })
    expect(await found(true)).toEqual({ attempts: [true, 1, 1], results: [false, 1, 0], 'work folders': [true, 1, 1] })
    expect(await found(true)).toEqual({ results: [false, 1, 0] })
  })
})
