import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
import { until } from './harness'

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
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
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
    await until(() => fake.executions.size === 1, 'it runs')
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
    const posts = () => fake.requests.filter((request) => request === 'POST /prompt').length
    await until(() => posts() === 3 && fake.executions.has(first), 'one runs and the others wait')
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
    await until(() => fake.executions.has(id), 'it runs')
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

/** Posts, looks and uploads against a server that answers each route with its next answer, and the last one again and again. */
async function withScript<T>(
  script: Record<string, [status: number, body: unknown][]>,
  act: (client: ComfyServer, asked: { route: string; origin: string | undefined }[]) => Promise<T>,
): Promise<T> {
  const asked: { route: string; origin: string | undefined }[] = []
  const scripted = createServer((request, response) => {
    const route = `${request.method} ${request.url?.split('/')[1]}`
    asked.push({ route, origin: request.headers.origin })
    const answers = script[route] ?? []
    const [status, body] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [404, '']
    request.resume().on('end', () => response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body)))
  })
  scripted.on('upgrade', (request, socket) => {
    asked.push({ route: 'socket', origin: request.headers.origin })
    socket.destroy()
  })
  await once(scripted.listen(0, '127.0.0.1'), 'listening')
  const client = new ComfyServer({ address: `http://127.0.0.1:${(scripted.address() as AddressInfo).port}`, socketWaitMs: 50 })
  try {
    return await act(client, asked)
  } finally {
    await client.close()
    scripted.closeAllConnections()
    scripted.close()
  }
}

describe('hazards of a real server', () => {
  beforeEach(() => start())
  const id = '0d6f9f8e-5d0f-4c7d-9f0a-0123456789ab'
  const queue = (where: 'queue_running' | 'queue_pending' | undefined) => ({
    queue_running: [],
    queue_pending: [],
    ...(where ? { [where]: [[1, id, {}, {}, []]] } : {}),
  })
  const over = { [id]: { outputs: {}, status: { status_str: 'success', completed: true, messages: [] } } }

  it.each([
    ['waits', [queue('queue_pending')], {}, 'pending'],
    ['begins between the looks', [queue(undefined), queue('queue_running')], {}, 'running'],
    ['has ended', [queue(undefined)], over, 'history'],
    ['was never there', [queue(undefined)], {}, 'nowhere'],
  ])(
    'an empty history says nothing of one that %s: the queue is asked before and after (hazard 2)',
    async (_name, queues, history, place) => {
      const script = {
        'GET queue': queues.map((body): [number, unknown] => [200, body]),
        'GET history': [[200, history] as [number, unknown]],
      }
      expect((await withScript(script, (client) => client.locate(id))).place).toBe(place)
    },
  )

  it('an upload that the server renames goes by its name there (hazard 12)', async () => {
    const answer = { name: 'photo (1).png', subfolder: 'in', type: 'input' }
    const name = await withScript({ 'POST upload': [[200, answer]] }, (client) => client.upload(Buffer.from('png'), never))
    expect(name).toBe('in/photo (1).png')
  })

  it('what is too large for a server is said, for uploads and prompts alike (hazard 14)', async () => {
    const tooLarge: [number, string][] = [[413, 'Maximum request body size 104857600 exceeded']]
    await withScript({ 'POST upload': tooLarge, 'POST prompt': tooLarge }, async (client) => {
      const refused = { code: 'input.too_large' }
      await expect(client.upload(Buffer.from('png'), never)).rejects.toMatchObject(refused)
      await expect(client.run(randomUUID(), graph('large'), listener(), never)).rejects.toMatchObject(refused)
    })
  })

  it('nothing is asked with an Origin, neither over HTTP nor by the socket (hazard 15)', async () => {
    await withScript(
      { 'POST prompt': [[400, { error: { type: 'x', message: 'no', details: '' }, node_errors: {} }]] },
      async (client, asked) => {
        await expect(client.run(randomUUID(), graph('a'), listener(), never)).rejects.toMatchObject({ code: 'engine.rejected' })
        expect(asked.map(({ route }) => route)).toEqual(expect.arrayContaining(['socket', 'POST prompt']))
        expect(asked.filter(({ origin }) => origin !== undefined)).toEqual([])
      },
    )
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
