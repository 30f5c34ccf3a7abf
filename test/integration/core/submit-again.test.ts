import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'
import { importPictures, openApp, submit, temporaryFolder, until } from './harness'

const total = async (app: Awaited<ReturnType<typeof openApp>>['app']): Promise<number> =>
  (await app.call('jobs.list', { limit: 1 })).total

test('the same batchId again answers the same jobs, whatever became of them', async () => {
  const { app } = await openApp()
  const pictures = await importPictures(app, 3)
  const batchId = randomUUID()
  const first = await submit(app, pictures, { batchId, count: 2 })
  expect(first).toHaveLength(6)
  expect(first.map((job) => job.batchId)).toEqual(Array(6).fill(batchId))
  const again = await submit(app, pictures, { batchId, count: 2 })
  expect(again.map((job) => [job.id, job.seed])).toEqual(first.map((job) => [job.id, job.seed]))
  await until(async () => (await app.call('jobs.list', { states: ['done'], limit: 1 })).total === 6, 'all are done')
  const late = await submit(app, pictures, { batchId, count: 2 })
  expect(late.map((job) => [job.id, job.state])).toEqual(first.map((job) => [job.id, 'done']))
  expect(await total(app)).toBe(6)
})

test('also when both are under way at the same time', async () => {
  const { app } = await openApp()
  const pictures = await importPictures(app, 2)
  const batchId = randomUUID()
  // More than goes into one transaction, so that the second call comes while the first is in the middle.
  const both = await Promise.all(
    [0, 1].map(() => submit(app, pictures, { batchId, count: 64, edits: views(10), engine: 'draft' })),
  )
  expect(both[0]).toHaveLength(1280)
  expect(both[1]?.map((job) => job.id)).toEqual(both[0]?.map((job) => job.id))
  expect(await total(app)).toBe(1280)
  await app.call('jobs.cancel', {})
})

test('what a killed process left out of a batch is added, with the same seeds', async () => {
  const dataDir = await temporaryFolder()
  const batchId = randomUUID()
  const opened = await openApp({ dataDir })
  const pictures = await importPictures(opened.app, 2)
  await opened.app.call('queue.pause', { paused: true })
  const all = await submit(opened.app, pictures, { batchId, count: 3 })
  await opened.app.close()
  // As if it had been killed between two parts of the batch.
  const database = new BetterSqlite3(join(dataDir, 'recast.db'))
  database.prepare('DELETE FROM jobs WHERE id IN (?, ?)').run(all[4].id, all[5].id)
  database.close()

  const { app } = await openApp({ dataDir })
  const again = await submit(app, pictures, { batchId, count: 3 })
  expect(again.slice(0, 4).map((job) => job.id)).toEqual(all.slice(0, 4).map((job) => job.id))
  expect(again.map((job) => [job.pictureId, job.seed])).toEqual(all.map((job) => [job.pictureId, job.seed]))
  expect(await total(app)).toBe(6)
})

test("another batch's id is refused", async () => {
  const { app } = await openApp()
  const pictures = await importPictures(app, 2)
  const batchId = randomUUID()
  await submit(app, pictures, { batchId, seed: 1 })
  for (const more of [{ seed: 2 }, { edits: views(1) }, { count: 2, seed: 5 }]) {
    await expect(submit(app, pictures, { batchId, ...more })).rejects.toMatchObject({ code: 'input.conflict' })
  }
  await expect(submit(app, pictures.slice(1), { batchId })).rejects.toMatchObject({ code: 'input.conflict' })
  await expect(submit(app, pictures, { batchId: 'mine' })).rejects.toMatchObject({ code: 'input.invalid' })
  expect(await total(app)).toBe(2)
})

function views(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    kind: 'perspective' as const,
    view: { id: `view-${n}`, name: `View ${n}`, pose: { azimuth: n, elevation: 0, distance: 1 } },
  }))
}
