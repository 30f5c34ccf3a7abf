import { expect, it } from 'vitest'
import { existing, firstOf, importPictures, openApp, submit, untilState } from '../core/harness'

it('stars and rejects results: in jobs, versions and an event, all or none, and after a restart', async () => {
  const { app, events, dataDir } = await openApp()
  const pictures = await importPictures(app, 1)
  const [job] = await submit(app, pictures, { seed: 3 })
  const done = await untilState(app, job.id, 'done')
  const { assetId } = firstOf(done.outputs)
  expect(done.outputs[0]).not.toHaveProperty('mark')

  const answer = await app.call('results.mark', { marks: [{ assetId, star: 4 }] })
  expect(answer).toEqual({
    marks: [{ assetId, star: 4, rejected: false }],
    before: [{ assetId, star: 0, rejected: false }],
  })
  expect(existing(events.at(-1)).body).toEqual({ type: 'marks', marks: answer.marks })
  // What is absent stays.
  await app.call('results.mark', { marks: [{ assetId, rejected: true }] })
  const mark = { star: 4, rejected: true }
  expect((await app.call('jobs.get', { id: job.id })).outputs).toMatchObject([{ assetId, mark }])
  const { versions } = await app.call('pictures.get', { id: pictures[0].id })
  expect(versions.map((version) => version.mark)).toEqual([undefined, mark])

  const count = events.length
  await expect(
    app.call('results.mark', {
      marks: [
        { assetId, star: 1 },
        { assetId: pictures[0].rootAssetId, star: 1 },
      ],
    }),
  ).rejects.toMatchObject({ code: 'input.not_found' })
  await expect(app.call('results.mark', { marks: [{ assetId, star: 6 }] })).rejects.toMatchObject({ code: 'input.invalid' })
  expect(events).toHaveLength(count)

  await app.close()
  const again = await openApp({ dataDir })
  expect((await again.app.call('jobs.get', { id: job.id })).outputs).toMatchObject([{ mark }])
})
