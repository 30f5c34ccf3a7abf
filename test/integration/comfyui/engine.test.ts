import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { lighterName, lighterWaysOf } from '#shared/domain/lighter'
import { viewPresets } from '#shared/views/presets'
import type { Faults } from '../../fakes/comfyui/faults'
import { openApp, quickEngine, startFake, submit, temporaryFolder, until, untilState, writePhoto } from './harness'

const lightning = 'Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16.safetensors'

describe('a job on a ComfyUI address', () => {
  it('by style comes back over its photo, with previews, progress and no metadata; its server may forget it (hazard 10)', async () => {
    const fake = await startFake({ stepMs: 20 })
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const previews: { width: number; height: number }[] = []
    const progress: number[] = []
    app.events.onPreview(({ header }) => previews.push(header))
    app.events.onEvent(({ body }) => {
      if (body.type === 'job.progress') progress.push(body.progress)
    })
    const photo = await writePhoto(join(folder, 'photo.png'), { width: 300, height: 200 }, true)
    const [job] = await submit(app, photo, { engine: fake.url })
    const done = await untilState(app, job, 'done', 'failed')
    expect(done.error).toBeUndefined()
    expect(done).toMatchObject({ engineId: fake.url, attempt: 1, outputs: [{ width: 300, height: 200 }] })
    await fake.restart(0)
    const file = await app.files.read(done.outputs[0]?.assetId ?? '')
    const meta = await sharp(file.path).metadata()
    // The photo's transparency came back, although models know none.
    expect(meta).toMatchObject({ format: 'png', width: 300, height: 200, depth: 'uchar', hasAlpha: true })
    expect([meta.exif, meta.icc, meta.comments]).toEqual([undefined, undefined, undefined])
    expect(previews.length).toBeGreaterThan(0)
    expect(progress).toEqual(progress.toSorted((a, b) => a - b))
    // It is the first of the preference order that the server has everything for.
    expect(fake.uploads).toHaveLength(1)
    await until(async () => (await readdir(join(folder, 'staging'))).length === 0, 'the work folder is gone')
  })

  it('is made ready while its attempt is stored, and posted only then', async () => {
    const fake = await startFake()
    const folder = await temporaryFolder()
    const store: { isDone: boolean; done: () => void } = { isDone: false, done: () => {} }
    const held = new Promise<void>((resolve) => (store.done = resolve))
    const app = await openApp(folder, {
      remoteEngine(context) {
        const engine = quickEngine()(context)
        const run = engine.run.bind(engine)
        engine.run = async (task, options) => {
          void options.stored?.then(() => (store.isDone = true))
          return await run(task, { ...options, stored: held })
        }
        return engine
      },
    })
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: fake.url })
    await until(() => fake.uploads.length === 1 && store.isDone, 'the photo is there and the attempt stored')
    for (let look = 0; look < 20; look += 1) await sleep(1)
    expect(fake.requests).not.toContain('POST /prompt')
    store.done()
    await untilState(app, job, 'done', 'failed')
    expect(fake.requests.filter((request) => request === 'POST /prompt')).toHaveLength(1)
  })

  it('shows nothing of the border that the canvas needed: what the server drew lies where the photo was', async () => {
    // The double gives the uploaded canvas back as the result, so the way there and back must be the photo again.
    const fake = await startFake()
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const photo = await writePhoto(join(folder, 'photo.png'), { width: 640, height: 200 })
    const [job] = await submit(app, photo, { engine: fake.url, workflowId: 'sd15-style' })
    const done = await untilState(app, job, 'done', 'failed')
    const file = await app.files.read(done.outputs[0]?.assetId ?? '')
    const [before, after] = await Promise.all([photo, file.path].map((path) => sharp(path).removeAlpha().raw().toBuffer()))
    if (!before || !after) throw new Error('no pictures')
    expect(after.length).toBe(before.length)
    let worst = 0
    let sum = 0
    for (let i = 0; i < before.length; i++) {
      const difference = Math.abs((before[i] ?? 0) - (after[i] ?? 0))
      sum += difference
      worst = Math.max(worst, difference)
    }
    expect(sum / before.length).toBeLessThan(3)
  })

  it('by style picture sends both pictures', async () => {
    const fake = await startFake()
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const stylePath = await writePhoto(join(folder, 'style.png'), { width: 70, height: 70 })
    const { results } = await app.call('assets.import', { paths: [stylePath], as: 'style' })
    const styleAssetId = results[0]?.asset?.id
    if (styleAssetId === undefined) throw new Error('no style')
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), {
      engine: fake.url,
      edits: [{ kind: 'style', styleAssetId }],
    })
    expect((await untilState(app, job, 'done', 'failed')).error).toBeUndefined()
    expect(fake.uploads).toHaveLength(2)
  })

  it('8 views of one photo: uploaded once; loaders and the photo are encoded once', async () => {
    const fake = await startFake()
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const jobs = await submit(app, await writePhoto(join(folder, 'photo.png')), {
      engine: fake.url,
      edits: viewPresets['preset:8'].map((view) => ({ kind: 'perspective', view })),
    })
    for (const job of jobs) expect((await untilState(app, job, 'done', 'failed')).error).toBeUndefined()
    expect(fake.uploads).toHaveLength(1)
    expect(fake.executions.size).toBe(8)
    expect([...fake.executions.values()]).toEqual(Array.from({ length: 8 }, () => 1))
    const cached = [...fake.cached.values()]
    expect(cached[0]).toEqual([])
    // 1–3 loaders, 4 and 5 the photo, 10–22 model patches, 40 its encoding: all but text, sampling and saving.
    for (const nodes of cached.slice(1)) expect(nodes).toEqual(expect.arrayContaining(['1', '2', '3', '4', '40']))
  })

  it('runs on an address that is set up when it says auto, and on none that only another job named', async () => {
    const [own, other] = [await startFake(), await startFake()]
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const photo = await writePhoto(join(folder, 'photo.png'))
    await untilState(app, (await submit(app, photo, { engine: other.url }))[0], 'done')
    await expect(submit(app, photo, { engine: 'auto' })).rejects.toMatchObject({ code: 'input.unknown_engine' })
    await app.call('settings.set', { engine: own.url })
    const done = await untilState(app, (await submit(app, photo, { engine: 'auto' }))[0], 'done')
    expect(done.engineId).toBe(own.url)
    expect((await app.call('engines.list', {})).engines.map(({ id, state }) => [id, state])).toEqual(
      expect.arrayContaining([
        [own.url, 'ready'],
        [other.url, 'ready'],
      ]),
    )
  })
})

describe('before it is queued', () => {
  it('a job whose workflow lacks a model is refused with the file, its folder, size and address; added there, it is taken', async () => {
    const fake = await startFake({ without: [lightning] })
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const photo = await writePhoto(join(folder, 'photo.png'))
    const wanted = { engine: fake.url, workflowId: 'qwen-edit-2511-style' }
    const refusal = (await submit(app, photo, wanted).catch((error: unknown) => error)) as { message: string }
    expect(refusal).toMatchObject({
      code: 'engine.missing_model',
      detail: {
        workflow: 'qwen-edit-2511-style',
        missing: [{ kind: 'model', file: lightning, folder: 'loras', bytes: 849_608_296 }],
      },
    })
    expect(refusal.message).toContain(lightning)
    expect(refusal.message).toContain('models/loras')
    expect((await app.call('app.snapshot', {})).jobs).toEqual([])
    // No workflow named: the next one that is ready.
    expect((await untilState(app, (await submit(app, photo, { engine: fake.url }))[0], 'done', 'failed')).error).toBeUndefined()
    fake.lacks([])
    expect((await untilState(app, (await submit(app, photo, wanted))[0], 'done', 'failed')).error).toBeUndefined()
  })

  it('an unknown workflow, one for another edit, and a server that refuses us are told', async () => {
    const fake = await startFake({ headers: { authorization: 'Bearer secret' } })
    const folder = await temporaryFolder()
    const photo = await writePhoto(join(folder, 'photo.png'))
    const stranger = await openApp(folder)
    await expect(submit(stranger, photo, { engine: fake.url })).rejects.toMatchObject({ code: 'auth.denied' })
    await stranger.close()
    const app = await openApp(folder, { remoteEngine: quickEngine({ headers: { authorization: 'Bearer secret' } }) })
    const named = (workflowId: string) => submit(app, photo, { engine: fake.url, workflowId })
    await expect(named('qwen-edit-2511-stile')).rejects.toMatchObject({ code: 'input.unknown_workflow' })
    await expect(named('upscale')).rejects.toMatchObject({ code: 'input.unsupported_edit' })
    expect((await untilState(app, (await submit(app, photo, { engine: fake.url }))[0], 'done', 'failed')).error).toBeUndefined()
  })

  it('a job for a server that is away is taken, waits, and runs when the server comes', async () => {
    const fake = await startFake()
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const restarted = fake.restart(1_500)
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: fake.url })
    expect(job?.state).toBe('queued')
    expect((await app.call('engines.list', {})).engines).toMatchObject([{ id: fake.url, state: 'offline' }])
    await restarted
    expect(await untilState(app, job, 'done', 'failed')).toMatchObject({ state: 'done', attempt: 1 })
  })
})

describe('on a server with faults', () => {
  const right: [string, Partial<Faults>][] = [
    ['the socket is deaf', { deafSocket: true }],
    ['the answer to the post is lost', { loseAnswers: 1 }],
    ['the history comes late', { historyLateMs: 1_200 }],
    ['messages come twice and swapped, with garbage between them', { duplicates: 1, outOfOrder: true, garbageFrames: 1 }],
  ]
  it.each(right)('a job ends right and once when %s', async (_name, faults) => {
    const fake = await startFake({ faults })
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: fake.url })
    expect(await untilState(app, job, 'done', 'failed')).toMatchObject({ state: 'done', attempt: 1 })
    expect([...fake.executions.values()]).toEqual([1])
  })

  it.each([
    ['html', 'engine.execution'],
    ['bomb', 'engine.execution'],
    ['endless', 'engine.execution'],
    ['redirect', 'engine.rejected'],
  ] as const)('a result that is %s is refused with %s, and nothing is left of it', async (view, code) => {
    const fake = await startFake({ faults: { view } })
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: fake.url })
    const failed = await untilState(app, job, 'failed', 'done')
    expect(failed).toMatchObject({ state: 'failed', error: { code } })
    await until(async () => (await readdir(join(folder, 'staging'))).length === 0, 'the work folder is gone')
  })

  it('half a picture is fetched again, not made again', async () => {
    const fake = await startFake({ faults: { view: 'half' } })
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: fake.url })
    await until(async () => (await app.call('jobs.get', { id: job?.id ?? '' })).error?.code === 'engine.offline', 'it came half')
    fake.faults.view = 'picture'
    expect(await untilState(app, job, 'done', 'failed')).toMatchObject({ state: 'done' })
    expect([...fake.executions.values()]).toEqual([1])
  })

  it('a file name that climbs is only ever asked for, never written to', async () => {
    const fake = await startFake({ faults: { lyingName: '../../../climbed.png' } })
    const folder = await temporaryFolder()
    const dataDir = join(folder, 'a', 'b', 'data')
    const app = await openApp(dataDir)
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: fake.url })
    await untilState(app, job, 'done', 'failed')
    expect((await readdir(folder, { recursive: true })).filter((name) => name.includes('climbed'))).toEqual([])
  })

  it('out of memory offers the lighter workflows', async () => {
    const fake = await startFake({ faults: { outOfMemory: true } })
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: fake.url })
    const failed = await untilState(app, job, 'failed', 'done')
    expect(failed.error).toMatchObject({ code: 'engine.out_of_memory', retry: 'user', detail: { nodeType: 'KSampler' } })
    // Variants of its own workflow, too, which change less.
    const lighter = lighterWaysOf(failed.error?.detail).map(lighterName)
    expect(lighter).toEqual(expect.arrayContaining(['qwen-edit-2511-style with weights=gguf', 'sd15-style']))
  })

  it('silence of a running prompt ends it there (hazard 18); one that was only slow gets more patience at the next try', async () => {
    const fake = await startFake({ stepMs: 600 })
    const folder = await temporaryFolder()
    const app = await openApp(folder, { remoteEngine: quickEngine({ silenceMs: 400 }) })
    const asked = { engine: fake.url, sampling: { steps: 2 } }
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), asked)
    await until(async () => (await app.call('jobs.get', { id: job?.id ?? '' })).error?.code === 'engine.timeout', 'it timed out')
    await until(() => fake.requests.includes('POST /interrupt'), 'it was stopped on the server')
    const done = await untilState(app, job, 'done', 'failed')
    expect(done.state).toBe('done')
    expect(done.attempt).toBeGreaterThan(1)
  })

  it('a server whose uploads were deleted gets the photo again', async () => {
    const fake = await startFake()
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const photo = await writePhoto(join(folder, 'photo.png'))
    await untilState(app, (await submit(app, photo, { engine: fake.url }))[0], 'done')
    fake.forgetUploads()
    const again = await untilState(app, (await submit(app, photo, { engine: fake.url, seed: 2 }))[0], 'done', 'failed')
    expect(again.error).toBeUndefined()
    expect(again.attempt).toBe(1)
    expect(fake.uploads).toHaveLength(2)
  })

  it('restarted in mid-job it has forgotten the job, which runs again, and comes out once', async () => {
    const fake = await startFake({ stepMs: 60 })
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: fake.url, sampling: { steps: 20 } })
    await until(() => fake.executions.size === 1, 'it runs')
    await sleep(150)
    const restarted = fake.restart(1_500)
    // Meanwhile it is shown as away, and the job is not given up.
    await until(async () => (await app.call('engines.list', {})).engines[0]?.state === 'offline', 'it is shown as away')
    expect((await app.call('jobs.get', { id: job?.id ?? '' })).state).toBe('running')
    await restarted
    const done = await untilState(app, job, 'done', 'failed')
    expect(done).toMatchObject({ state: 'done', attempt: 2 })
    expect(done.outputs).toHaveLength(1)
    expect([...fake.executions.values()]).toEqual([1, 1])
  })
})

describe('a server that was restarted right after it had saved the picture', () => {
  it('is asked for the file, and the job is not run again', async () => {
    const fake = await startFake({ stepMs: 10, faults: { historyLateMs: 60_000, deafSocket: true } })
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const [job] = await submit(app, await writePhoto(join(folder, 'photo.png')), { engine: fake.url })
    await until(() => fake.executions.size === 1, 'it runs')
    await until(() => fake.requests.filter((request) => request === 'GET /queue').length > 2, 'it was looked for')
    await until(() => [...fake.files.keys()].some((name) => name.startsWith('output/')), 'it saved the picture')
    await fake.restart(200)
    fake.faults.historyLateMs = 0
    expect(await untilState(app, job, 'done', 'failed')).toMatchObject({ state: 'done', attempt: 1 })
    expect([...fake.executions.values()]).toEqual([1])
  })
})

describe('cancelling', () => {
  it('ends what runs on the server and what waits there, and frees the queue at once', async () => {
    const fake = await startFake({ stepMs: 40 })
    const folder = await temporaryFolder()
    const app = await openApp(folder)
    const photo = await writePhoto(join(folder, 'photo.png'))
    const jobs = await submit(app, photo, { engine: fake.url, count: 3, sampling: { steps: 100 } })
    await until(() => fake.requests.filter((request) => request === 'POST /prompt').length === 2, 'one runs and one waits there')
    await until(() => fake.executions.size === 1, 'it runs')
    const before = performance.now()
    await app.call('jobs.cancel', {})
    // Left alone, it would sample for four seconds.
    expect(performance.now() - before).toBeLessThan(3_000)
    for (const job of jobs) expect((await app.call('jobs.get', { id: job.id })).state).toBe('canceled')
    // The server is free again, and the one that waited there never ran.
    const [next] = await submit(app, photo, { engine: fake.url, seed: 9 })
    expect(await untilState(app, next, 'done', 'failed')).toMatchObject({ state: 'done' })
    expect(fake.executions.size).toBe(2)
  })
})

describe('closing Recast', () => {
  it('leaves its jobs running there; the next start collects them, with progress on the way, each executed once', async () => {
    const fake = await startFake({ stepMs: 60 })
    const folder = await temporaryFolder()
    const first = await openApp(folder)
    const jobs = await submit(first, await writePhoto(join(folder, 'photo.png')), {
      engine: fake.url,
      count: 2,
      sampling: { steps: 25 },
    })
    await until(() => fake.executions.size === 1, 'it runs')
    await until(() => fake.requests.filter((request) => request === 'POST /prompt').length === 2, 'the other one waits there')
    await first.close()
    const second = await openApp(folder)
    const progress: string[] = []
    second.events.onEvent(({ body }) => {
      if (body.type === 'job.progress' && body.progress > 0) progress.push(body.id)
    })
    for (const job of jobs) expect(await untilState(second, job, 'done', 'failed')).toMatchObject({ state: 'done', attempt: 1 })
    expect([...fake.executions.values()]).toEqual([1, 1])
    expect(progress).toContain(jobs[0]?.id)
  })
})
