import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect, it } from 'vitest'
import type { FakeComfyUi } from '../../fakes/comfyui/fake-comfyui'
import { openApp, quickEngine, until, untilState } from '../comfyui/harness'
import { openPool, submitBatch, type Pool } from './pool-harness'

/** Long enough for a prompt to outlast the test on the double. */
const slowMs = 2_000
const times = { remoteEngine: quickEngine({ lostMs: 4_000 }), failoverMs: 300 }

/** Prompts of ended attempts that the database remembers as being on their servers. */
function leftIn({ folder }: Pool): unknown[] {
  const db = new BetterSqlite3(join(folder, 'data', 'recast.db'), { readonly: true })
  try {
    return db.prepare('SELECT engine_id FROM left_prompts').pluck().all()
  } finally {
    db.close()
  }
}

/** A job that runs on the slow one of two servers when Recast is closed. */
async function closedWhileRunning(): Promise<{ pool: Pool; slow: FakeComfyUi; quick: FakeComfyUi; jobId: string }> {
  const pool = await openPool([{ stepMs: slowMs }, { stepMs: 2 }])
  const [slow, quick] = pool.fakes
  if (!slow || !quick) throw new Error('no servers')
  await pool.app.call('engines.update', { id: quick.url, drained: true })
  const [job] = await submitBatch(pool, 1)
  await until(() => slow.executions.size === 1, 'it runs on the slow one')
  await pool.app.call('engines.update', { id: quick.url, drained: false })
  await pool.app.close()
  return { pool, slow, quick, jobId: job?.id ?? '' }
}

it('after a restart a job on a server that never comes back goes to another one', async () => {
  const { pool, slow, quick, jobId } = await closedWhileRunning()
  await slow.close()
  const app = await openApp(join(pool.folder, 'data'), times)
  const job = await app.call('jobs.get', { id: jobId })
  const done = await untilState(app, job, 'done', 'failed')
  expect(done).toMatchObject({ state: 'done', engineId: quick.url, attempt: 2 })
  expect(done.outputs).toHaveLength(1)
})

it('what runs on a server that was given up is stopped when it returns, over two restarts, and gives no second result', async () => {
  const { pool, slow, quick, jobId } = await closedWhileRunning()
  slow.faults.errors500 = 100_000
  const app = await openApp(join(pool.folder, 'data'), times)
  const done = await untilState(app, await app.call('jobs.get', { id: jobId }), 'done', 'failed')
  expect(done).toMatchObject({ state: 'done', engineId: quick.url })
  await app.close()
  expect(leftIn(pool)).toEqual([slow.url])

  const before = slow.requests.length
  slow.faults.errors500 = 0
  const again = await openApp(join(pool.folder, 'data'), times)
  await until(() => slow.requests.slice(before).includes('POST /interrupt'), 'it is stopped there')
  await until(() => leftIn(pool).length === 0, 'it is known to be over')
  expect((await again.call('jobs.get', { id: jobId })).outputs).toHaveLength(1)
  expect([...slow.executions.values()]).toEqual([1])
  expect([...quick.executions.values()]).toEqual([1])
})

it('a job that nobody else can do waits for its server, and a prompt that was cancelled meanwhile is stopped there', async () => {
  const { pool, slow, quick, jobId } = await closedWhileRunning()
  slow.faults.errors500 = 100_000
  const app = await openApp(join(pool.folder, 'data'), { ...times, failoverMs: 60_000 })
  expect((await app.call('jobs.get', { id: jobId })).state).toBe('running')
  await app.call('jobs.cancel', { ids: [jobId] })
  expect((await app.call('jobs.get', { id: jobId })).state).toBe('canceled')
  const before = slow.requests.length
  slow.faults.errors500 = 0
  await until(() => slow.requests.slice(before).includes('POST /interrupt'), 'it is stopped there')
  await until(() => leftIn(pool).length === 0, 'it is known to be over')
  expect(quick.executions.size).toBe(0)
})

it('a prompt whose job is cancelled while nobody takes jobs (recast jobs cancel) is stopped there by the next start', async () => {
  const { pool, slow, jobId } = await closedWhileRunning()
  const looked = await openApp(join(pool.folder, 'data'), { ...times, takeJobs: false })
  expect(await looked.call('jobs.cancel', { ids: [jobId] })).toEqual({ canceled: [jobId] })
  await looked.close()
  expect(leftIn(pool)).toEqual([slow.url])
  const before = slow.requests.length
  await openApp(join(pool.folder, 'data'), times)
  await until(() => slow.requests.slice(before).includes('POST /interrupt'), 'it is stopped there')
  await until(() => leftIn(pool).length === 0, 'it is known to be over')
})
