import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openAssetStore } from '#core/assets/asset-store'
import { createLogFlush } from '#core/database/log-flush'
import { openDatabase } from '#core/database/open'
import { openTables } from '#core/database/tables'
import { unflushed } from '#core/database/unflushed'
import { createPool } from '#core/engines/pool'
import { submitJobs } from '#core/jobs/submit'
import { submissionSchema } from '#shared/domain/job'
import { afterwards, firstOf, temporaryFolder, writePicture } from './harness'
import { createTintEngine } from './tint-engine'

test('flushes that are asked for meanwhile share the next one', async () => {
  const db = await openDatabase({ path: join(await temporaryFolder(), 'recast.db') })
  const log = createLogFlush(db)
  afterwards(() => log.close().then(() => db.close()))
  unflushed(db, () => db.exec('CREATE TABLE once (n INTEGER)'))
  const first = log.flush()
  const [second, third] = [log.flush(), log.flush()]
  expect(second).not.toBe(first)
  expect(third).toBe(second)
  await Promise.all([first, second])
  const later = log.flush()
  expect(later).not.toBe(second)
  await later
})

test('a flush that may begin soon is the one that somebody else begins until then', async () => {
  const db = await openDatabase({ path: join(await temporaryFolder(), 'recast.db') })
  const flushes = createLogFlush(db)
  afterwards(() => flushes.close().then(() => db.close()))
  unflushed(db, () => db.exec('CREATE TABLE once (n INTEGER)'))
  const ended: string[] = []
  const soon = flushes.flushSoon().then(() => ended.push('soon'))
  const urgent = flushes.flush().then(() => ended.push('urgent'))
  const after = flushes.flush().then(() => ended.push('after'))
  await Promise.all([urgent, after])
  // It is one of these two, whichever began last in its two turns: a quick disk has ended the first by then.
  await breathe()
  await breathe()
  expect(ended.toSorted()).toEqual(['after', 'soon', 'urgent'])
  expect(ended[0]).toBe('urgent')
  await soon
  // By itself, where nobody else begins one.
  await flushes.flushSoon()
})

test('a batch that the disk refuses to keep is refused whole, and can be submitted again', async () => {
  const folder = await temporaryFolder()
  const dataDir = join(folder, 'data')
  const store = { path: join(folder, 'recast.db') }
  const db = await openDatabase(store)
  const tables = openTables(db)
  const assets = await openAssetStore({ dataDir, db })
  const pool = createPool([createTintEngine()], { onChange() {}, logger: { debug() {}, info() {}, warn() {}, error() {} } })
  const log = createLogFlush(db)
  afterwards(() => log.close().then(() => db.close()))
  const { picture } = firstOf(await assets.importPaths([await writePicture(folder, 'photo')], 'picture', {}))
  const submission = submissionSchema.parse({
    pictures: [{ pictureId: picture?.id }],
    edits: [{ kind: 'style', styleId: 'clay' }],
    count: 3,
    batchId: '5b9e1f0a-6c2d-4c7e-9a55-0d3f6a1b2c3d',
  })
  const context = { db, tables, store: assets, pool }
  const refusal = Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'fdatasync' })
  const refused = await submitJobs({ ...context, log: { ...log, flushSoon: () => Promise.reject(refusal) } }, submission)
  await expect(refused.flushed).rejects.toMatchObject({ code: 'io.disk_full' })
  expect(tables.jobs.ofBatch(refused.batchId)).toEqual([])

  const taken = await submitJobs({ ...context, log }, submission)
  await taken.flushed
  expect(tables.jobs.ofBatch(taken.batchId).map((job) => job.id)).toEqual(taken.jobIds)
})
