import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PromptWatch } from '#core/engines/comfyui/prompt-watch'
import { ComfyServer, type PromptListener } from '#core/engines/comfyui/server'
import type { Graph } from '#core/workflows/graph'
import { type FakeComfyUi, type FakeOptions, startFakeComfyUi } from '../../fakes/comfyui/fake-comfyui'
import type { Faults } from '../../fakes/comfyui/faults'

let folder: string
let fake: FakeComfyUi
let server: ComfyServer

async function start(options: FakeOptions = {}): Promise<void> {
  fake = await startFakeComfyUi(options)
  server = new ComfyServer({
    address: fake.url,
    reconcileMs: 100,
    lostMs: 8_000,
    forgottenMs: 250,
    pingMs: 500,
    ...(options.headers ? { headers: options.headers } : {}),
  })
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recast-comfyui-'))
})
afterEach(async () => {
  await server.close()
  await fake.close()
  await rm(folder, { recursive: true, force: true })
})

function graph(prefix: string, options: { seed?: number; steps?: number } = {}): Graph {
  return {
    '3': {
      class_type: 'KSampler',
      inputs: {
        seed: options.seed ?? 1,
        steps: options.steps ?? 3,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['6', 0],
        latent_image: ['5', 0],
      },
    },
    '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sd_xl_base_1.0.safetensors' } },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 48, batch_size: 1 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a teapot', clip: ['4', 1] } },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': { class_type: 'SaveImage', inputs: { filename_prefix: prefix, images: ['8', 0] } },
  }
}

function listener(): PromptListener & { watches: PromptWatch[]; previews: number } {
  const heard = {
    watches: [] as PromptWatch[],
    previews: 0,
    onChange: (watch: PromptWatch) => void heard.watches.push(watch),
    onPreview: () => void (heard.previews += 1),
  }
  return heard
}

const never = new AbortController().signal

describe('a prompt', () => {
  it('runs to its pictures, with previews and progress, and is fetched whole', async () => {
    await start()
    const heard = listener()
    const end = await server.run(randomUUID(), graph('a'), heard, never)
    expect(end.type).toBe('success')
    if (end.type !== 'success') return
    expect(heard.previews).toBe(3)
    const [image] = end.images
    expect(image).toBeDefined()
    if (!image) return
    const target = join(folder, 'a.png')
    expect(await sharp(await server.fetchImage(image, target, never)).metadata()).toMatchObject({
      width: 64,
      height: 48,
      format: 'png',
    })
  })

  it('that the cache answers at once is heard (hazard 3), 200 times over', async () => {
    await start({ stepMs: 0 })
    for (let i = 0; i < 200; i++) {
      const end = await server.run(randomUUID(), graph('same'), listener(), never)
      expect(end.type).toBe('success')
    }
  })

  const faults: [string, Partial<Faults>][] = [
    ['the history is written late (hazard 1)', { historyLateMs: 1_500 }],
    ['the socket is deaf (hazard 6)', { deafSocket: true }],
    ['the answer to the post is lost (hazards 3, 4)', { loseAnswers: 1 }],
    ['garbage comes between the messages', { garbageFrames: 3 }],
    ['messages come twice', { duplicates: 2 }],
    ['messages come out of order', { outOfOrder: true }],
    ['every answer is slow', { delayMs: 200 }],
  ]
  it.each(faults)('ends right, executed once, when %s', async (_name, some) => {
    await start({ faults: some })
    const id = randomUUID()
    const end = await server.run(id, graph('fault'), listener(), never)
    expect(end.type).toBe('success')
    expect(fake.executions.get(id)).toBe(1)
  })

  it('ends right when the socket is cut ten times (hazard 5)', async () => {
    await start({ stepMs: 40 })
    const id = randomUUID()
    const running = server.run(id, graph('cut', { steps: 30 }), listener(), never)
    for (let i = 0; i < 10; i++) {
      await sleep(100)
      fake.cut()
    }
    expect((await running).type).toBe('success')
    expect(fake.executions.get(id)).toBe(1)
  })

  it('is forgotten when the server restarts without it', async () => {
    await start({ stepMs: 100 })
    const running = server.run(randomUUID(), graph('restart', { steps: 50 }), listener(), never)
    await sleep(200)
    await fake.restart(200)
    expect(await running).toEqual({ type: 'forgotten' })
  })

  it('that never arrived is an error for another try, and was not executed', async () => {
    await start({ faults: { losePosts: 1 } })
    const id = randomUUID()
    await expect(server.run(id, graph('lost'), listener(), never)).rejects.toMatchObject({
      code: 'engine.offline',
      retry: 'auto',
    })
    expect(fake.executions.has(id)).toBe(false)
  })

  it('that fails says why; out of memory is told apart (hazard 13)', async () => {
    await start({ faults: { outOfMemory: true } })
    const end = await server.run(randomUUID(), graph('oom'), listener(), never)
    expect(end).toMatchObject({ type: 'error', error: { exceptionType: 'torch.OutOfMemoryError' } })
  })

  it('is stopped while it runs and while it waits, and nobody else is (hazard 8)', async () => {
    await start({ stepMs: 30 })
    const [first, second, other] = [randomUUID(), randomUUID(), randomUUID()]
    const cancel = new AbortController()
    const running = server.run(first, graph('stop', { steps: 100 }), listener(), cancel.signal)
    const waiting = server.run(second, graph('stop', { steps: 100, seed: 2 }), listener(), cancel.signal)
    const others = server.run(other, graph('other', { steps: 3, seed: 3 }), listener(), never)
    await sleep(150)
    cancel.abort()
    await expect(running).rejects.toMatchObject({ code: 'canceled' })
    await expect(waiting).rejects.toMatchObject({ code: 'canceled' })
    await Promise.all([server.stop(first), server.stop(second)])
    expect((await others).type).toBe('success')
    expect(fake.executions.has(second)).toBe(false)
    expect((await server.locate(first)).place).toBe('history')
  })

  it('can be followed by a second process that knows its id', async () => {
    await start({ stepMs: 30 })
    const id = randomUUID()
    const quit = new AbortController()
    const first = server.run(id, graph('attach', { steps: 20 }), listener(), quit.signal)
    await sleep(100)
    quit.abort('shutdown')
    await expect(first).rejects.toMatchObject({ code: 'canceled' })
    const second = new ComfyServer({ address: fake.url, reconcileMs: 100 })
    expect((await second.attach(id, listener(), never)).type).toBe('success')
    await second.close()
    expect(fake.executions.get(id)).toBe(1)
  })

  it('the same photo is uploaded once', async () => {
    await start()
    const photo = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const names = await Promise.all([1, 2, 3].map(() => server.upload(photo, never)))
    expect(new Set(names).size).toBe(1)
    expect(fake.uploads).toHaveLength(1)
  })
})

describe('a server that lies', () => {
  it.each([
    ['half', 'engine.offline'],
    ['redirect', 'engine.rejected'],
    ['endless', 'engine.execution'],
  ] as const)('by a picture that is %s is cut off with %s', async (view, code) => {
    await start({ faults: { view } })
    const end = await server.run(randomUUID(), graph('lie'), listener(), never)
    if (end.type !== 'success' || !end.images[0]) throw new Error('no picture')
    await expect(server.fetchImage(end.images[0], join(folder, 'x.png'), never)).rejects.toMatchObject({ code })
  })

  it('behind a login is refused on HTTP, and let in with the header on HTTP and socket (hazard 16)', async () => {
    await start({ headers: { authorization: 'Bearer secret' } })
    const heard = listener()
    expect((await server.run(randomUUID(), graph('auth'), heard, never)).type).toBe('success')
    expect(heard.previews).toBeGreaterThan(0)
    const stranger = new ComfyServer({ address: fake.url })
    await expect(stranger.stats()).rejects.toMatchObject({ code: 'auth.denied' })
    await stranger.close()
  })
})
