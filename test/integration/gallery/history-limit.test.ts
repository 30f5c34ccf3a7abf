import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect, it } from 'vitest'
import { importPictures, openApp, submit, until, untilState } from '../core/harness'

const day = 86_400_000

/** An app with one photo and six results of it, the first four of them 100 days old and 0.5 GB large by what is written of them. */
async function oldGallery() {
  const { app, dataDir } = await openApp()
  const [picture] = await importPictures(app)
  const jobs = await submit(app, [picture], { count: 6, seed: 1 })
  for (const job of jobs) await untilState(app, job.id, 'done')
  const shown = async (): Promise<string[]> => (await app.call('results.search', {})).items.map((item) => item.assetId).reverse()
  const results = await shown()
  const old = results.slice(0, 4)
  const db = new BetterSqlite3(join(dataDir, 'recast.db'))
  const ofAsset = 'asset_seq IN (SELECT seq FROM assets WHERE id IN (SELECT value FROM json_each(?)))'
  db.prepare(`UPDATE results SET made_at = ? WHERE ${ofAsset}`).run(Date.now() - 100 * day, JSON.stringify(old))
  db.prepare('UPDATE assets SET bytes = ? WHERE id IN (SELECT value FROM json_each(?))').run(2 ** 29, JSON.stringify(old))
  db.close()
  return { app, dataDir, picture, results, shown }
}

it('says what a limit takes away, and takes it into the trash but for what is starred, collected or in use', async () => {
  const { app, picture, results, shown } = await oldGallery()
  const [first = '', starred = '', collected = '', applied = '', ...young] = results
  const limit = { keepResults: 'days', keepDays: 90, keepGigabytes: 50 } as const
  expect(await app.call('history.preview', limit)).toMatchObject({ results: 4, bytes: 2 ** 31, total: 6 })
  await app.call('results.mark', { marks: [{ assetId: starred, star: 1 }] })
  await app.call('collections.create', { name: 'Best', assetIds: [collected] })
  await app.call('pictures.apply', { id: picture.id, assetId: applied })
  expect(await app.call('history.preview', limit)).toMatchObject({ results: 1, bytes: 2 ** 29 })
  // To ask takes nothing away, and to keep all neither.
  expect(await app.call('history.trim', {})).toEqual({ assetIds: [] })
  expect(await shown()).toEqual(results)

  await app.call('settings.set', limit)
  expect(await app.call('history.trim', {})).toEqual({ assetIds: [first] })
  expect(await shown()).toEqual([starred, collected, applied, ...young])
  expect((await app.call('results.search', { trashed: true })).items).toMatchObject([{ assetId: first }])
  await app.call('results.restore', { assetIds: [first] })
  expect(await shown()).toEqual(results)
})

it('keeps the newest that fit, and takes no more than it must', async () => {
  const { app, results, shown } = await oldGallery()
  const limit = { keepResults: 'size', keepDays: 90, keepGigabytes: 1 } as const
  // 2 GB and the bytes of the young ones: the three oldest must go.
  expect(await app.call('history.preview', limit)).toMatchObject({ results: 3 })
  expect(await app.call('history.preview', { ...limit, keepGigabytes: 3 })).toMatchObject({ results: 0, bytes: 0 })
  await app.call('settings.set', limit)
  expect((await app.call('history.trim', {})).assetIds).toEqual(results.slice(0, 3))
  expect(await shown()).toEqual(results.slice(3))
})

it('keeps to the limit by itself after a start', async () => {
  const { app, dataDir, results } = await oldGallery()
  await app.call('settings.set', { keepResults: 'size', keepGigabytes: 2 })
  await app.close()
  const again = (await openApp({ dataDir })).app
  const left = async (): Promise<string[]> => (await again.call('results.search', {})).items.map((item) => item.assetId).reverse()
  await until(async () => (await left()).length === 5, 'the oldest is gone', 60_000)
  expect(await left()).toEqual(results.slice(1))
})
