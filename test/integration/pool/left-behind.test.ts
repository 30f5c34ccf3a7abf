import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect, it } from 'vitest'
import { runJobsCommand } from '../../../electron/cli/jobs-command'
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

/** `recast jobs cancel` in this process: a look into the data folder that takes no jobs. */
async function cancelByCommand({ folder }: Pool, id: string): Promise<{ code: number; words: string }> {
  let words = ''
  const say = (text: string): void => void (words += text)
  const terminal = { out: say, err: say, outIsTty: false, errIsTty: false, columns: 80, rows: 24, flush: () => Promise.resolve() }
  const context = { terminal, version: '0.0.0', signal: new AbortController().signal }
  const command = { action: { name: 'cancel' as const, ids: [id] }, dataDir: join(folder, 'data'), json: false }
  return { code: await runJobsCommand(command, context), words }
}

it('recast jobs cancel stops a prompt of a former process at its server, or says that the next start does', async () => {
  const { pool, slow, jobId } = await closedWhileRunning()
  slow.faults.errors500 = 100_000
  const away = await cancelByCommand(pool, jobId)
  expect(away.code).toBe(0)
  expect(away.words).toContain('1 job canceled.')
  expect(away.words).toContain(`${jobId.slice(0, 8)} may still run: ${slow.url} could not be asked to stop it. The next start`)
  expect(leftIn(pool)).toEqual([slow.url])

  slow.faults.errors500 = 0
  const before = slow.requests.length
  expect((await cancelByCommand(pool, jobId)).words).toContain(`${jobId} had ended already.`)
  expect(slow.requests.slice(before)).toContain('POST /interrupt')
  expect(leftIn(pool)).toEqual([])
})

it('what a cancel could not stop before Recast ended is stopped by the next start', async () => {
  const pool = await openPool([{ stepMs: slowMs }])
  const [slow] = pool.fakes
  const [job] = await submitBatch(pool, 1)
  if (!slow || !job) throw new Error('no server')
  await until(() => slow.executions.size === 1, 'it runs there')
  slow.faults.errors500 = 100_000
  await pool.app.call('jobs.cancel', { ids: [job.id] })
  await pool.app.close()
  expect(leftIn(pool)).toEqual([slow.url])

  slow.faults.errors500 = 0
  await openApp(join(pool.folder, 'data'), times)
  await until(() => slow.requests.includes('POST /interrupt'), 'it is stopped there')
  await until(() => leftIn(pool).length === 0, 'it is known to be over')
})
