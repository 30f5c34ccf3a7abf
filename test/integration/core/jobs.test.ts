import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { Job } from '#shared/domain/job'
import { quickestOf } from '../quickest'
import { existing, firstOf, importPictures, openApp, submit, temporaryFolder, until, untilState } from './harness'
import { createTintEngine } from './tint-engine'

describe('a job from end to end', () => {
  test('photo in, picture out, each state told once and in order', async () => {
    const { app, events, dataDir } = await openApp()
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture], { seed: 7 })
    expect(job).toMatchObject({ state: 'queued', seed: 7, pictureName: 'photo 1', attempt: 0 })

    const done = await untilState(app, job.id, 'done')
    expect(done).toMatchObject({ progress: 1, attempt: 1, engineId: 'tint', notes: ['draft'] })
    expect(done.durationMs).toBeGreaterThan(10)
    const output = firstOf(done.outputs)
    expect(output).toMatchObject({ index: 0, width: 32, height: 32 })

    const file = await app.files.read(output.assetId)
    const pixels = await sharp(file.path).raw().toBuffer()
    expect(pixels[1]).toBe((40 + 7) & 255)

    const told = await until(() => {
      const states = events.flatMap(({ body }) => (body.type === 'job' && body.job.id === job.id ? [body.job.state] : []))
      return states.at(-1) === 'done' && states
    }, 'done is told')
    expect(told.filter((state, n) => told[n - 1] !== state)).toEqual(['staging', 'running', 'collecting', 'done'])
    expect(events.map((event) => event.seq)).toEqual(events.map((_, n) => firstOf(events).seq + n))
    const shown = events.findLast(({ body }) => body.type === 'picture')
    expect(shown?.body).toMatchObject({ picture: { id: picture.id, versionCount: 2 } })

    const { versions } = await app.call('pictures.get', { id: picture.id })
    expect(versions.map((version) => version.label)).toEqual(['original', 'clay'])
    await until(async () => (await readdir(join(dataDir, 'staging'))).length === 0, 'the work folder is gone')
  })

  test('one version is applied and the former one answered, so that it can be undone', async () => {
    const { app } = await openApp()
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture])
    const { outputs } = await untilState(app, job.id, 'done')
    const result = firstOf(outputs).assetId
    const applied = await app.call('pictures.apply', { id: picture.id, assetId: result })
    expect(applied).toMatchObject({ previousAssetId: picture.rootAssetId, picture: { currentAssetId: result } })
    const [next] = await submit(app, [picture])
    expect(next.inputAssetId).toBe(result)
    await expect(app.call('pictures.apply', { id: picture.id, assetId: picture.id })).rejects.toMatchObject({
      code: 'input.not_found',
    })
  })

  test('a batch of 30 runs on two places, at most, and each once', async () => {
    const engine = createTintEngine({ slots: 2, stepMs: 1 })
    const { app } = await openApp({ engine })
    const pictures = await importPictures(app, 10)
    const jobs = await submit(app, pictures, { count: 3, seed: 100 })
    expect(jobs.map((job) => job.seed)).toEqual(pictures.flatMap(() => [100, 101, 102]))
    await until(async () => (await app.call('app.snapshot', {})).queue.done === 30, 'all are done')
    expect(new Set(engine.ran).size).toBe(30)
    expect(engine.ran).toHaveLength(30)
    expect(engine.ran).toEqual(jobs.map((job) => job.id))
    expect(engine.mostRunning).toBe(2)
  })

  test('copies go to the export folder under the right names, over nothing, before done is told', async () => {
    const { app, events } = await openApp()
    const dir = join(await temporaryFolder(), 'new', 'out')
    const [picture] = await importPictures(app)
    const jobs = [
      ...(await submit(app, [picture], { seed: 5, exportDir: dir })),
      ...(await submit(app, [picture], { seed: 5, exportDir: dir })),
      ...(await submit(app, [picture], {
        seed: 6,
        exportDir: dir,
        edits: [{ kind: 'perspective', view: { id: 'front', name: 'Front', pose: { azimuth: 0, elevation: 0, distance: 1 } } }],
      })),
    ]
    await Promise.all(jobs.map((job) => untilState(app, job.id, 'done')))
    const told = await until(() => {
      const done = events.flatMap(({ body }) => (body.type === 'job' && body.job.state === 'done' ? [body.job] : []))
      return done.length >= 3 && done
    }, 'all are told')
    // Every event that says done has the copy, and the copy is there.
    const copies = told.map((job) => existing(firstOf(job.outputs).exportedPath))
    for (const copy of copies) expect((await stat(copy)).size).toBeGreaterThan(0)
    expect((await readdir(dir)).sort()).toEqual(['photo 1_clay_5 (2).png', 'photo 1_clay_5.png', 'photo 1_front_6.png'])
    const asset = await app.files.read(firstOf(firstOf(told).outputs).assetId)
    expect(await readFile(firstOf(copies))).toEqual(await readFile(existing(asset.path)))
  })

  test('progress only grows, is told at most ten times a second, and time left is learned', async () => {
    const engine = createTintEngine({ steps: 100, stepMs: 3, slots: 1 })
    const { app, events } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const [first] = await submit(app, [picture], { seed: 1 })
    const done = await untilState(app, first.id, 'done')
    const durationMs = existing(done.durationMs)
    const seconds = durationMs / 1000
    const told = events.flatMap(({ body }) => (body.type === 'job.progress' && body.id === first.id ? [body] : []))
    expect(told.length).toBeGreaterThan(1)
    expect(told.length).toBeLessThanOrEqual(Math.ceil(seconds * 10) + 1)
    expect(told.map((one) => one.progress)).toEqual(told.map((one) => one.progress).toSorted((a, b) => a - b))
    expect(firstOf(told).etaMs).toBeUndefined()

    events.length = 0
    const [second] = await submit(app, [picture], { seed: 2 })
    await untilState(app, second.id, 'done')
    const first2 = firstOf(events.flatMap(({ body }) => (body.type === 'job.progress' && body.id === second.id ? [body] : [])))
    // The first that is told of the second job is learned from the first one: what of its time such a progress leaves.
    const share = existing(first2.etaMs) / (durationMs * (1 - first2.progress))
    expect(share).toBeGreaterThan(0.4)
    expect(share).toBeLessThan(2)
  })

  test('what stands in the queue of its server says so, and nothing of a time left, until its turn has come', async () => {
    let begin = (): void => undefined
    const turn = new Promise<void>((resolve) => (begin = resolve))
    const engine = createTintEngine({
      steps: 50,
      async before(task, _attemptId, onEvent) {
        // The first run teaches how long one takes.
        if (task.seed === 1) return
        onEvent({ type: 'pending' })
        await turn
        onEvent({ type: 'begun' })
      },
    })
    const { app, events } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const [first] = await submit(app, [picture], { seed: 1 })
    await untilState(app, first.id, 'done')
    const [job] = await submit(app, [picture], { seed: 2 })
    const now = () => app.call('jobs.get', { id: job.id })
    expect(await until(async () => (await now()).pending && (await now()), 'it is said to wait there')).not.toHaveProperty(
      'etaMs',
    )
    await until(
      () => events.some(({ body }) => body.type === 'job.progress' && body.id === job.id && body.pending === true),
      'it is told to wait there',
    )
    begin()
    const runs = await until(async () => !(await now()).pending && (await now()), 'it is said to run')
    expect(runs.etaMs ?? 0).toBeGreaterThan(0)
    expect(await untilState(app, job.id, 'done')).not.toHaveProperty('pending')
  })

  test('previews reach listeners with their job, at most ten a second', async () => {
    const engine = createTintEngine({ steps: 60, stepMs: 4 })
    const { app } = await openApp({ engine })
    const frames: { jobId: string; at: number }[] = []
    app.events.onPreview((frame) => frames.push({ jobId: frame.header.jobId, at: performance.now() }))
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture])
    await untilState(app, job.id, 'done')
    expect(frames.length).toBeGreaterThan(1)
    expect(new Set(frames.map((frame) => frame.jobId))).toEqual(new Set([job.id]))
    const gaps = frames.slice(1).map((frame, n) => frame.at - (frames[n]?.at ?? frame.at))
    expect(Math.min(...gaps)).toBeGreaterThan(95)
  })
})

describe('cancel and retry', () => {
  test('a running job stops within 300 ms: state, engine and place in the queue', async () => {
    const engine = createTintEngine({ steps: 1000, stepMs: 10, slots: 1 })
    const { app } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const quickest = await quickestOf(
      3,
      async () => {
        const [first, second] = await submit(app, [picture], { count: 2 })
        await untilState(app, first.id, 'running')
        engine.stopped.length = 0
        const start = performance.now()
        expect(await app.call('jobs.cancel', { ids: [first.id] })).toEqual({ canceled: [first.id] })
        expect((await app.call('jobs.get', { id: first.id })).state).toBe('canceled')
        await untilState(app, second.id, 'running')
        const tookMs = performance.now() - start
        expect(engine.stopped).toEqual(['cancel'])
        expect(engine.running).toBe(1)
        await app.call('jobs.cancel', {})
        return tookMs
      },
      300,
    )
    expect(quickest).toBeLessThan(300)
  })

  test('a waiting job is cancelled without ever reaching the engine, all of them at once', async () => {
    const engine = createTintEngine({ steps: 1000, stepMs: 10, slots: 1 })
    const { app } = await openApp({ engine })
    const pictures = await importPictures(app, 3)
    const jobs = await submit(app, pictures, { count: 2 })
    await untilState(app, jobs[0].id, 'running')
    const { canceled } = await app.call('jobs.cancel', {})
    expect(new Set(canceled)).toEqual(new Set(jobs.map((job) => job.id)))
    expect((await app.call('app.snapshot', {})).queue).toMatchObject({ queued: 0, active: 0, canceled: 6 })
    expect(engine.ran).toEqual([jobs[0].id])
  })

  test('a cancelled job that is retried at once runs again, though its engine is slow to let go', async () => {
    const engine = createTintEngine({ steps: 10, stepMs: 30, slots: 2, stopMs: 150 })
    const { app } = await openApp({ engine })
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture])
    await untilState(app, job.id, 'running')
    await app.call('jobs.cancel', { ids: [job.id] })
    await app.call('jobs.retry', { ids: [job.id] })
    const done = await untilState(app, job.id, 'done')
    expect(done.attempt).toBe(2)
    expect(done.outputs).toHaveLength(1)
  })

  test('cancels at every point of the way leave each job canceled without, or done with, its result', async () => {
    const engine = createTintEngine({ steps: 3, stepMs: 2, slots: 3 })
    const { app, dataDir } = await openApp({ engine })
    const pictures = await importPictures(app, 4)
    const jobs = await submit(app, pictures, { count: 8 })
    await Promise.all(
      jobs.map(async (job, n) => {
        await new Promise((resolve) => setTimeout(resolve, n * 4))
        await app.call('jobs.cancel', { ids: [job.id] })
      }),
    )
    const ends = await Promise.all(jobs.map((job) => untilState(app, job.id, 'done', 'canceled')))
    for (const job of ends) expect(job.outputs).toHaveLength(job.state === 'done' ? 1 : 0)
    await until(async () => (await readdir(join(dataDir, 'staging'))).length === 0, 'work folders are gone')
    expect((await app.call('app.doctor', {})).checks.filter((check) => !check.ok)).toEqual([])
  })

  test('a done job can be neither cancelled nor retried', async () => {
    const { app } = await openApp()
    const [picture] = await importPictures(app)
    const [job] = await submit(app, [picture])
    await untilState(app, job.id, 'done')
    expect(await app.call('jobs.cancel', { ids: [job.id] })).toEqual({ canceled: [] })
    await expect(app.call('jobs.retry', { ids: [job.id] })).rejects.toMatchObject({ code: 'input.conflict' })
    const unknown = '00000000-0000-4000-8000-000000000000'
    await expect(app.call('jobs.cancel', { ids: [unknown] })).rejects.toMatchObject({ code: 'input.not_found' })
  })
})

describe('the queue', () => {
  test('interactive jobs pass batch jobs, and a job can be put before another', async () => {
    const { app, engine } = await openApp({ engine: createTintEngine({ slots: 1, stepMs: 1 }) })
    const [picture] = await importPictures(app)
    await app.call('queue.pause', { paused: true })
    const batch = await submit(app, [picture], { count: 3, priority: 'batch' })
    const urgent = await submit(app, [picture], { count: 2 })
    await app.call('jobs.move', { id: batch[2].id, beforeId: urgent[1].id })
    await app.call('jobs.move', { id: urgent[0].id })
    const wanted = [batch[2], urgent[1], batch[0], batch[1], urgent[0]].map((job) => job.id)
    const { jobs } = await app.call('app.snapshot', {})
    expect(jobs.map((job: Job) => job.id)).toEqual(wanted)
    expect(engine.ran).toEqual([])
    await app.call('queue.pause', { paused: false })
    await until(async () => (await app.call('app.snapshot', {})).queue.done === 5, 'all are done')
    expect(engine.ran).toEqual(wanted)
  })

  test('who only listens knows the order after a move, also of jobs that were submitted one by one', async () => {
    const { app, events } = await openApp()
    const [picture] = await importPictures(app)
    await app.call('queue.pause', { paused: true })
    const jobs: Job[] = []
    for (let n = 0; n < 3; n++) jobs.push(...(await submit(app, [picture])))
    const [first, second, third] = jobs.map((job) => job.id)
    await app.call('jobs.move', { id: existing(third), beforeId: existing(second) })
    const told = new Map<string, Job>()
    await expect
      .poll(() => {
        for (const { body } of events) if (body.type === 'job') told.set(body.job.id, body.job)
        return [...told.values()].sort((a, b) => a.position - b.position || a.seq - b.seq).map((job) => job.id)
      })
      .toEqual([first, third, second])
  })

  test('a hundred moves to the same place keep the order', async () => {
    const { app } = await openApp()
    const [picture] = await importPictures(app)
    await app.call('queue.pause', { paused: true })
    const jobs = await submit(app, [picture], { count: 6, priority: 'batch' })
    const order = jobs.map((job) => job.id)
    for (let n = 0; n < 100; n++) {
      // Always the last one, to the place before what is first but one.
      const id = existing(order.pop())
      await app.call('jobs.move', { id, beforeId: existing(order[1]) })
      order.splice(1, 0, id)
    }
    const queued = (await app.call('app.snapshot', {})).jobs
    expect(queued.map((job) => job.id)).toEqual(order)
    // Who orders them by what is told of their places comes to the same.
    expect(new Set(queued.map((job) => job.position)).size).toBe(6)
  })

  test('a batch is put before another job or at the end as a whole, however often', async () => {
    const { app, events } = await openApp()
    const [picture] = await importPictures(app)
    await app.call('queue.pause', { paused: true })
    const [a, b, c] = [
      await submit(app, [picture], { count: 4 }),
      await submit(app, [picture], { count: 3 }),
      await submit(app, [picture]),
    ]
    const queued = async () => (await app.call('app.snapshot', {})).jobs
    const ids = (jobs: readonly Job[]) => jobs.map((job) => job.id)
    // Batches take turns …
    const mixed = await queued()
    expect(mixed[1]?.batchId).not.toBe(mixed[0]?.batchId)
    // … until one of them is to come first.
    const others = ids(mixed).filter((id) => !ids(b).includes(id))
    const batchId = existing(b[0]).batchId
    expect(await app.call('jobs.moveBatch', { batchId, beforeId: existing(others[0]) })).toEqual({ count: 3 })
    expect(ids(await queued())).toEqual([...ids(b), ...others])
    await app.call('jobs.moveBatch', { batchId })
    expect(ids(await queued())).toEqual([...others, ...ids(b)])
    const [first, last] = [existing(a[0]).batchId, batchId]
    for (let n = 0; n < 40; n++) {
      // The two change places, always in the gap before the lone job.
      await app.call('jobs.moveBatch', { batchId: n % 2 === 0 ? last : first, beforeId: existing(c[0]).id })
    }
    expect(ids(await queued())).toEqual([...ids(b), ...ids(a), ...ids(c)])
    // Who only listens knows the same order.
    const told = new Map<string, Job>()
    await expect
      .poll(() => {
        for (const { body } of events) if (body.type === 'job') told.set(body.job.id, body.job)
        return ids([...told.values()].sort((x, y) => x.position - y.position))
      })
      .toEqual([...ids(b), ...ids(a), ...ids(c)])
    expect(new Set([...told.values()].map((job) => job.position)).size).toBe(8)

    const refused = { code: 'input.conflict' }
    await expect(app.call('jobs.moveBatch', { batchId, beforeId: existing(b[1]).id })).rejects.toMatchObject(refused)
    await app.call('jobs.cancel', { ids: ids(b) })
    await expect(app.call('jobs.moveBatch', { batchId })).rejects.toMatchObject(refused)
    await expect(app.call('jobs.moveBatch', { batchId: first, beforeId: existing(b[1]).id })).rejects.toMatchObject(refused)
  })

  test('cleared jobs leave the panel, stay in the history, and come back', async () => {
    const { app, events } = await openApp()
    const [picture] = await importPictures(app)
    const [first] = await submit(app, [picture])
    await untilState(app, first.id, 'done')
    expect(await app.call('jobs.clear', {})).toEqual({ count: 1 })
    expect(events.some(({ body }) => body.type === 'jobs.cleared' && body.ids[0] === first.id)).toBe(true)
    const [second] = await submit(app, [picture])
    await untilState(app, second.id, 'done')
    expect(await app.call('jobs.clear', {})).toEqual({ count: 1 })
    const cleared = await app.call('app.snapshot', {})
    expect(cleared.jobs).toEqual([])
    expect(cleared.queue.done).toBe(0)
    expect((await app.call('jobs.list', {})).total).toBe(2)
    expect(await app.call('jobs.restoreCleared', {})).toEqual({ count: 1 })
    expect((await app.call('app.snapshot', {})).jobs.map((job) => job.id)).toEqual([second.id])
  })

  test('the history comes in pages, newest first, and by batch, picture and state', async () => {
    const { app } = await openApp({ engine: createTintEngine({ stepMs: 1 }) })
    const pictures = await importPictures(app, 3)
    const jobs = await submit(app, pictures, { count: 2 })
    await until(async () => (await app.call('app.snapshot', {})).queue.done === 6, 'all are done')
    const first = await app.call('jobs.list', { limit: 4 })
    const second = await app.call('jobs.list', { limit: 4, cursor: first.nextCursor })
    expect([...first.items, ...second.items].map((job) => job.id)).toEqual(jobs.map((job) => job.id).toReversed())
    expect(second.nextCursor).toBeUndefined()
    expect((await app.call('jobs.list', { pictureId: pictures[1].id })).total).toBe(2)
    expect((await app.call('jobs.list', { states: ['failed'] })).items).toEqual([])
    expect((await app.call('jobs.list', { batchId: jobs[0].batchId, states: ['done'] })).total).toBe(6)
  })
})
