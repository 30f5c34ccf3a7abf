import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect, it } from 'vitest'
import type { App } from '#core/app'
import type { Job } from '#shared/domain/job'
import type { Picture } from '#shared/domain/picture'
import { existing, firstOf, importPictures, openApp, submit, until, untilState } from '../core/harness'

const day = 86_400_000

/** Results of a picture, one for each prompt, oldest first. */
async function make(app: App, picture: Picture, prompts: string[], more: { assetId?: string } = {}): Promise<Job[]> {
  const made: Job[] = []
  for (const [n, prompt] of prompts.entries()) {
    const [job] = await submit(app, [picture], {
      pictures: [{ pictureId: picture.id, ...more }],
      edits: [{ kind: 'style', styleId: n % 2 ? 'clay' : 'anime', prompt }],
      seed: n + 1,
    })
    made.push(await untilState(app, job.id, 'done'))
  }
  return made
}
const assetOf = (job: Job): string => firstOf(job.outputs).assetId
async function blobCount(dataDir: string): Promise<number> {
  const files = await readdir(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
  return files.filter((file) => file.isFile()).length
}

it('finds results by their words as soon as they are made, in both languages', async () => {
  const { app } = await openApp()
  const [picture] = await importPictures(app)
  const made = await make(app, picture, ['red cup on oak', '红色的杯子', 'blue'])
  const search = async (words: string) =>
    (await app.call('results.search', { words })).items.map((item) => made.findIndex((job) => job.id === item.jobId))
  expect(await search('oak cu')).toEqual([0])
  expect(await search('杯子')).toEqual([1])
  expect(await search('杯')).toEqual([1])
  expect(await search('黏土')).toEqual([1])
  expect(await search('photo')).toEqual([2, 1, 0])
  expect(await search('nothing of it')).toEqual([])
})

it('makes results of an older Recast findable after a start', async () => {
  const first = await openApp()
  const [picture] = await importPictures(first.app)
  await make(first.app, picture, ['heron'])
  await first.app.close()
  const db = new BetterSqlite3(join(first.dataDir, 'recast.db'))
  db.exec("UPDATE results SET indexed = 0; INSERT INTO result_words (result_words) VALUES ('delete-all')")
  db.close()
  const { app } = await openApp({ dataDir: first.dataDir })
  const found = await until(async () => (await app.call('results.search', { words: 'heron' })).items[0], 'the word is found')
  expect(found.pictureId).toBe(picture.id)
})

it('keeps named collections in an order of their own, through a restart', async () => {
  const { app, dataDir, events } = await openApp()
  const [picture] = await importPictures(app)
  const [a, b, c] = (await make(app, picture, ['a', 'b', 'c'])).map(assetOf) as [string, string, string]
  const { collection } = await app.call('collections.create', { name: ' Autumn ', assetIds: [a, b] })
  expect(collection).toMatchObject({ name: 'Autumn', count: 2, coverAssetId: a })
  const other = (await app.call('collections.create', { name: '秋天' })).collection
  await app.call('collections.add', { id: other.id, assetIds: [b] })
  expect((await app.call('collections.add', { id: collection.id, assetIds: [c, b], beforeAssetId: a })).added).toEqual([c])
  await app.call('collections.move', { id: other.id, beforeId: collection.id })
  await app.call('results.trash', { assetIds: [c] })
  expect(existing(events.findLast((event) => event.body.type === 'collection')).body).toMatchObject({
    collection: { id: collection.id, count: 2, coverAssetId: b },
  })
  await app.call('results.restore', { assetIds: [c] })
  await app.close()

  const again = (await openApp({ dataDir })).app
  expect((await again.call('collections.list', {})).collections.map(({ name, count }) => [name, count])).toEqual([
    ['秋天', 1],
    ['Autumn', 3],
  ])
  const inside = async () =>
    (await again.call('results.search', { collectionId: collection.id })).items.map((item) => item.assetId)
  expect(await inside()).toEqual([c, b, a])
  expect((await again.call('collections.drop', { id: collection.id, assetIds: [b, picture.rootAssetId] })).dropped).toEqual([b])
  expect(await inside()).toEqual([c, a])
  // What comes back is at the end, whatever gaps were left.
  await again.call('collections.drop', { id: collection.id, assetIds: [c] })
  await again.call('collections.add', { id: collection.id, assetIds: [c, b] })
  expect(await inside()).toEqual([a, c, b])
  await again.call('collections.remove', { id: collection.id })
  expect((await again.call('results.search', {})).total).toBe(3)
  await expect(again.call('collections.rename', { id: collection.id, name: 'x' })).rejects.toMatchObject({
    code: 'input.not_found',
  })
})

it('keeps the trash through a restart, gives it back, and deletes only what nothing needs', async () => {
  const { app, dataDir } = await openApp()
  const [picture] = await importPictures(app)
  const [first, second, third] = (await make(app, picture, ['a', 'b', 'c'])) as [Job, Job, Job]
  const [child] = await make(app, picture, ['d'], { assetId: assetOf(first) })
  await app.call('pictures.apply', { id: picture.id, assetId: assetOf(third) })
  const ids = [first, second, third].map(assetOf)
  expect((await app.call('results.trash', { assetIds: ids })).assetIds.sort()).toEqual(ids.toSorted())
  expect((await app.call('results.trash', { assetIds: ids })).assetIds).toEqual([])
  await app.close()

  const again = await openApp({ dataDir })
  const left = async () => (await again.app.call('results.search', {})).items.map((item) => item.jobId)
  expect(await left()).toEqual([existing(child).id])
  const inTrash = await again.app.call('results.search', { trashed: true })
  expect(inTrash.items.map((item) => item.jobId).sort()).toEqual([first, second, third].map((job) => job.id).sort())
  await again.app.call('results.restore', { assetIds: [assetOf(second)] })
  expect(await left()).toEqual([existing(child).id, second.id])
  await again.app.call('results.trash', { assetIds: [assetOf(second)] })

  const before = await blobCount(dataDir)
  // The first is what the child was made from, the third is applied to its picture.
  expect(await again.app.call('trash.empty', {})).toEqual({ results: 1, pictures: 0, kept: 2 })
  expect(await blobCount(dataDir)).toBe(before - 1)
  expect(existing(again.events.find((event) => event.body.type === 'removed')).body).toMatchObject({
    assetIds: [assetOf(second)],
    jobIds: [second.id],
  })
  const { versions } = await again.app.call('pictures.get', { id: picture.id })
  expect(versions).toHaveLength(4)
  expect((await again.app.call('app.doctor', {})).ok).toBe(true)
})

it('deletes a trashed picture with all its results, and takes them out of the gallery before', async () => {
  const { app, dataDir } = await openApp()
  const [picture, other] = await importPictures(app, 2)
  await make(app, picture, ['a', 'b'])
  await make(app, other, ['c'])
  await app.call('pictures.trash', { ids: [picture.id] })
  expect((await app.call('results.search', {})).total).toBe(1)
  expect((await app.call('pictures.list', { trashed: true })).items.map(({ id }) => id)).toEqual([picture.id])
  await app.close()
  const again = (await openApp({ dataDir })).app
  expect(await again.call('trash.empty', {})).toMatchObject({ pictures: 1, kept: 0 })
  await expect(again.call('pictures.get', { id: picture.id })).rejects.toMatchObject({ code: 'input.not_found' })
  expect(await blobCount(dataDir)).toBe(2)
  expect((await again.call('results.search', {})).total).toBe(1)
  expect((await again.call('app.doctor', {})).ok).toBe(true)
})

it('empties itself after the days of grace, and not before', async () => {
  const { app, dataDir } = await openApp()
  const [picture] = await importPictures(app)
  const [old, young] = (await make(app, picture, ['a', 'b'])) as [Job, Job]
  await app.call('results.trash', { assetIds: [assetOf(old), assetOf(young)] })
  // Time only counts from a first look on, so that a clock that leaps empties nothing.
  const db = new BetterSqlite3(join(dataDir, 'recast.db'))
  await until(() => db.prepare("SELECT 1 FROM settings WHERE key = 'trash.countedNow'").get() !== undefined, 'the first look')
  await app.close()
  db.prepare('UPDATE results SET trashed_at = ? WHERE job_seq = (SELECT seq FROM jobs WHERE id = ?)').run(
    Date.now() - 31 * day,
    old.id,
  )
  db.close()
  const again = (await openApp({ dataDir })).app
  const inTrash = async () => (await again.call('results.search', { trashed: true })).items.map((item) => item.jobId)
  await until(async () => (await inTrash()).length === 1, 'the old one is gone')
  expect(await inTrash()).toEqual([young.id])
})

it('goes back and forth through the versions that were applied, through a restart', async () => {
  const { app, dataDir } = await openApp()
  const [picture] = await importPictures(app)
  const [a, b, c] = (await make(app, picture, ['a', 'b', 'c'])).map(assetOf) as [string, string, string]
  for (const assetId of [a, b]) await app.call('pictures.apply', { id: picture.id, assetId })
  const current = async (on: App) => (await on.call('pictures.get', { id: picture.id })).picture
  await app.call('pictures.undo', { id: picture.id })
  expect(await current(app)).toMatchObject({ currentAssetId: a, canUndo: true, canRedo: true })
  await app.close()
  const again = (await openApp({ dataDir })).app
  await again.call('pictures.undo', { id: picture.id })
  expect(await current(again)).toMatchObject({ currentAssetId: picture.rootAssetId, canRedo: true })
  await expect(again.call('pictures.undo', { id: picture.id })).rejects.toMatchObject({ code: 'input.conflict' })
  for (const assetId of [a, b]) {
    await again.call('pictures.redo', { id: picture.id })
    expect((await current(again)).currentAssetId).toBe(assetId)
  }
  await again.call('pictures.undo', { id: picture.id })
  await again.call('pictures.apply', { id: picture.id, assetId: c })
  expect(await current(again)).not.toHaveProperty('canRedo')
  // A version that is deleted for good leaves the way; the picture stays where it is.
  await again.call('results.trash', { assetIds: [a] })
  await again.call('trash.empty', {})
  await again.call('pictures.undo', { id: picture.id })
  expect((await current(again)).currentAssetId).toBe(picture.rootAssetId)
})
