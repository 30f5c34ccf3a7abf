import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Job } from '#shared/domain/job'
import { firstOf, importPictures, openApp, until, untilState } from './harness'

const generate = { kind: 'generate', prompt: 'a red mug on a white table', level: 'sketch' } as const

test('the first result of a job without a picture becomes one, the rest of its tree grows on it', async () => {
  const { app, events } = await openApp()
  const { jobs } = await app.call('jobs.submit', { edits: [generate], seed: 40, count: 2 })
  expect(jobs.map((job) => [job.seed, job.pictureId, job.inputAssetId, job.pictureName])).toEqual([
    [40, undefined, undefined, 'a red mug on a white table'],
    [41, undefined, undefined, 'a red mug on a white table'],
  ])
  const done: Job[] = []
  for (const { id } of jobs) done.push(await untilState(app, id, 'done'))
  const [first, second] = done.map((job) => job.pictureId ?? '')
  expect(first).not.toBe(second)
  const { picture, versions } = await app.call('pictures.get', { id: first ?? '' })
  expect(picture).toMatchObject({ name: 'a red mug on a white table', versionCount: 1 })
  expect(versions).toMatchObject([{ label: 'sketch', jobId: done[0]?.id, seed: 40, asset: { id: done[0]?.outputs[0]?.assetId } }])
  expect((await app.call('pictures.list', {})).total).toBe(2)
  await until(() => events.some(({ body }) => body.type === 'picture' && body.picture.id === first), 'the picture is told')

  // Refined by job alone: its asset and seed are found, and the result is a version of the sketch's picture.
  const refine = { ...generate, level: 'final', from: { jobId: done[0]?.id } } as const
  const refined = firstOf((await app.call('jobs.submit', { edits: [refine] })).jobs)
  expect(refined).toMatchObject({ pictureId: first, seed: 40, inputAssetId: done[0]?.outputs[0]?.assetId })
  await untilState(app, refined.id, 'done')
  const after = await app.call('pictures.get', { id: first ?? '' })
  expect(after.versions.map((version) => [version.label, version.fromAssetId])).toEqual([
    ['sketch', undefined],
    ['final', done[0]?.outputs[0]?.assetId],
  ])
  // A seed that is named counts more than the sketch's.
  expect(firstOf((await app.call('jobs.submit', { edits: [refine], seed: 7 })).jobs).seed).toBe(7)
})

test('the same pixels made twice are one picture, out of the trash again', async () => {
  const { app } = await openApp()
  const run = async (): Promise<Job> =>
    await untilState(app, firstOf((await app.call('jobs.submit', { edits: [generate], seed: 9 })).jobs).id, 'done')
  const one = await run()
  await app.call('pictures.trash', { ids: [one.pictureId ?? ''] })
  const two = await run()
  expect(two.pictureId).toBe(one.pictureId)
  expect((await app.call('pictures.list', {})).items.map(({ id }) => id)).toEqual([one.pictureId])
})

test('pictures that an edit names are found, kept, and give its result a home', async () => {
  const { app, dataDir } = await openApp()
  const [cup, lamp] = await importPictures(app, 2)
  const edit = { kind: 'reference', prompt: 'the cup under the lamp', assetIds: [cup.rootAssetId, lamp.rootAssetId] } as const
  const { jobs } = await app.call('jobs.submit', { edits: [edit], count: 4 })
  expect(jobs.map((job) => [job.pictureId, job.inputAssetId, job.pictureName])).toEqual(
    jobs.map(() => [cup.id, cup.rootAssetId, cup.name]),
  )
  const db = new BetterSqlite3(join(dataDir, 'recast.db'), { readonly: true })
  const kept = db.prepare('SELECT DISTINCT asset_id FROM job_inputs ORDER BY asset_id').pluck().all()
  expect(kept).toEqual([cup.rootAssetId, lamp.rootAssetId].toSorted())
  db.close()
  for (const { id } of jobs) await untilState(app, id, 'done')
  expect((await app.call('pictures.get', { id: cup.id })).versions).toHaveLength(5)
})

test('a story is a job a scene; a scene can be made anew by itself', async () => {
  const { app } = await openApp()
  const story = {
    kind: 'story',
    roles: [{ name: 'Anna', description: 'a woman' }],
    scenes: [{ role: 'Anna', text: 'walks' }, { text: 'an empty street' }, { role: 'Anna', text: 'sleeps' }],
  } as const
  const { jobs } = await app.call('jobs.submit', { edits: [{ ...story, seeds: 'each' }], seed: 5, name: 'Anna at night' })
  expect(jobs.map((job) => [job.edit.kind === 'story' && job.edit.scene, job.seed, job.pictureName])).toEqual([
    [0, 5, 'Anna at night'],
    [1, 6, 'Anna at night'],
    [2, 7, 'Anna at night'],
  ])
  expect((await app.call('jobs.submit', { edits: [story], seed: 5 })).jobs.map((job) => job.seed)).toEqual([5, 5, 5])
  const again = await app.call('jobs.submit', { edits: [{ ...story, seeds: 'each', scene: 1 }], seed: 99 })
  expect(again.jobs.map((job) => [job.edit.kind === 'story' && job.edit.scene, job.seed])).toEqual([[1, 99]])
})

test('asking again for a batch of jobs without pictures answers the same jobs', async () => {
  const { app } = await openApp()
  const batchId = '00000000-0000-4000-8000-0000000000b1'
  const first = await app.call('jobs.submit', { batchId, edits: [generate], count: 3 })
  for (const { id } of first.jobs) await untilState(app, id, 'done')
  const again = await app.call('jobs.submit', { batchId, edits: [generate], count: 3 })
  expect(again.jobs.map(({ id }) => id)).toEqual(first.jobs.map(({ id }) => id))
  await expect(app.call('jobs.submit', { batchId, edits: [{ ...generate, prompt: 'a cat' }], count: 3 })).rejects.toMatchObject({
    code: 'input.conflict',
  })
})

test.each([
  ['a picture for what is made from words', { ...generate }, true, 'input.invalid'],
  ['no picture for what edits one', { kind: 'upscale' }, false, 'input.invalid'],
  [
    'a sketch that is not there',
    { ...generate, from: { assetId: '00000000-0000-4000-8000-00000000dead' } },
    false,
    'input.not_found',
  ],
  [
    'a job that has no result',
    { ...generate, from: { jobId: '00000000-0000-4000-8000-00000000dead' } },
    false,
    'input.not_found',
  ],
  ['final without a sketch', { ...generate, level: 'final' }, false, 'input.invalid'],
  ['empty words', { ...generate, prompt: ' ' }, false, 'input.invalid'],
  ['a workflow that nobody imported', { kind: 'custom', workflowId: 'mine' }, false, 'input.unknown_workflow'],
] as const)('refused before anything is queued: %s', async (_name, edit, withPicture, code) => {
  const { app } = await openApp()
  const pictures = withPicture ? [{ pictureId: (await importPictures(app))[0].id }] : []
  await expect(app.call('jobs.submit', { pictures, edits: [edit as never] })).rejects.toMatchObject({ code })
  expect((await app.call('jobs.list', {})).total).toBe(0)
})
