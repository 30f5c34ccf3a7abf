import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { AppEvent } from '#shared/contract/events'
import { decodePreview, type PreviewFrame } from '#shared/contract/preview-frame'
import { closeCodes, maxMessageBytes, wireProtocol } from '#shared/contract/wire'
import { AppError } from '#shared/domain/error'
import { serveSocket, socketServerOptions, type ServeSocketOptions, type WireApp } from './serve-socket'

const jobId = '00000000-0000-4000-8000-000000000001'
const attemptId = '00000000-0000-4000-8000-000000000002'
const queue = { paused: false, queued: 0, active: 0, done: 0, failed: 0, canceled: 0 }

const frame = (progress: number, bytes = 8, job = jobId): PreviewFrame => ({
  header: { jobId: job, attemptId, mime: 'image/jpeg', width: 1, height: 1, progress },
  image: new Uint8Array(bytes),
})
const event = (seq: number): AppEvent => ({ epoch: 'one', seq, body: { type: 'queue', queue: { ...queue, queued: seq } } })

let ends: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.reverse()) await end()
  ends = []
})

async function start(options: ServeSocketOptions = {}, call: WireApp['call'] = () => Promise.resolve({})) {
  const eventListeners = new Set<(event: AppEvent) => void>()
  const previewListeners = new Set<(frame: PreviewFrame) => void>()
  const app: WireApp = {
    epoch: 'one',
    version: '1.2.3',
    call,
    events: {
      onEvent: (listener) => (eventListeners.add(listener), () => void eventListeners.delete(listener)),
      onPreview: (listener) => (previewListeners.add(listener), () => void previewListeners.delete(listener)),
    },
  }
  const http: Server = createServer()
  const sockets = new WebSocketServer(socketServerOptions)
  const served = new Promise<ReturnType<typeof serveSocket>>((resolve) => {
    http.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (ws) => resolve(serveSocket(app, ws, options))),
    )
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`, wireProtocol, {
    perMessageDeflate: false,
  })
  const texts: { type: string; [key: string]: unknown }[] = []
  const frames: PreviewFrame[] = []
  client.on('message', (data, isBinary) => {
    const frame = isBinary ? decodePreview(data as Buffer) : undefined
    if (frame) frames.push(frame)
    else texts.push(JSON.parse(data.toString()) as { type: string })
  })
  client.on('error', () => {})
  const ended = new Promise<number>((resolve) => client.on('close', resolve))
  ends.push(() => {
    client.terminate()
    http.closeAllConnections()
    http.close()
  })
  await new Promise<void>((resolve) => client.on('open', () => resolve()))
  const connection = await served
  await expect.poll(() => texts.length).toBeGreaterThan(0)
  return {
    client,
    connection,
    texts,
    frames,
    ended,
    emit: (item: AppEvent) => eventListeners.forEach((listener) => listener(item)),
    preview: (item: PreviewFrame) => previewListeners.forEach((listener) => listener(item)),
    listeners: () => eventListeners.size + previewListeners.size,
    answers: () => texts.filter((text) => text.type === 'answer'),
  }
}

describe('serveSocket', () => {
  it('says hello first, then events in order', async () => {
    const { texts, emit } = await start()
    for (let seq = 1; seq <= 500; seq++) emit(event(seq))
    await expect.poll(() => texts.length).toBe(501)
    expect(texts[0]).toEqual({ type: 'hello', epoch: 'one', version: '1.2.3' })
    expect(texts.slice(1).map((text) => (text.event as AppEvent).seq)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1))
  })

  it('answers values, errors and faults as envelopes with the caller’s id', async () => {
    const { client, answers } = await start({}, (name) => {
      if (name === 'app.snapshot') return Promise.resolve({ fine: true })
      if (name === 'jobs.get') return Promise.reject(new AppError('input.not_found', 'No such job.', { detail: { id: 'x' } }))
      if (name === 'engines.list') return Promise.resolve({ big: 1n })
      throw new TypeError('broken')
    })
    for (const [id, name] of ['app.snapshot', 'jobs.get', 'engines.list', 'jobs.clear', 'no.such', '__proto__'].entries())
      client.send(JSON.stringify({ type: 'call', id, name, input: {} }))
    await expect.poll(() => answers().length).toBe(6)
    const byId = new Map(answers().map((answer) => [answer.id, answer.envelope]))
    expect(byId.get(0)).toEqual({ ok: true, value: { fine: true } })
    expect(byId.get(1)).toEqual({
      ok: false,
      error: { code: 'input.not_found', message: 'No such job.', retry: 'never', detail: { id: 'x' } },
    })
    expect(byId.get(2)).toMatchObject({ ok: false, error: { code: 'bug' } })
    expect(byId.get(3)).toMatchObject({ ok: false, error: { code: 'bug' } })
    expect(byId.get(4)).toMatchObject({ ok: false, error: { code: 'input.invalid', detail: { name: 'no.such' } } })
    expect(byId.get(5)).toMatchObject({ ok: false, error: { code: 'input.invalid' } })
  })

  it.each([
    ['no JSON', '{', closeCodes.badMessage],
    ['JSON that is no object', '7', closeCodes.badMessage],
    ['null', 'null', closeCodes.badMessage],
    ['an id that is none', '{"type":"call","id":-1,"name":"jobs.list"}', closeCodes.badMessage],
    ['100,000 brackets', '['.repeat(100_000), closeCodes.badMessage],
    ['a binary message', new Uint8Array(16), closeCodes.badMessage],
    ['an oversized message', 'x'.repeat(maxMessageBytes + 1), 1009],
  ])('closes on %s and lives on', async (_, message, code) => {
    const { client, ended, connection, listeners } = await start()
    client.send(message)
    expect(await ended).toBe(code)
    await connection.closed
    expect(listeners()).toBe(0)
  })

  it('answers a call of the wrong shape where it has an id', async () => {
    const { client, answers } = await start()
    client.send(JSON.stringify({ type: 'shout', id: 4 }))
    await expect.poll(() => answers().length).toBe(1)
    expect(answers()[0]).toMatchObject({ id: 4, envelope: { ok: false, error: { code: 'input.invalid' } } })
  })

  it('refuses calls above the limit and takes new ones afterwards', async () => {
    const waiting: ((value: unknown) => void)[] = []
    const { client, answers } = await start({ maxCallsInFlight: 2 }, () => new Promise((resolve) => waiting.push(resolve)))
    const ask = (id: number) => client.send(JSON.stringify({ type: 'call', id, name: 'engines.list', input: {} }))
    ;[0, 1, 2].forEach(ask)
    await expect.poll(() => answers().length).toBe(1)
    expect(answers()[0]).toMatchObject({ id: 2, envelope: { ok: false, error: { code: 'input.conflict', retry: 'auto' } } })
    waiting[0]?.({})
    await expect.poll(() => answers().length).toBe(2)
    ask(3)
    await expect.poll(() => waiting.length).toBe(3)
  })

  it('keeps only the newest preview of each job for a slow receiver', async () => {
    const { client, frames, preview } = await start()
    client.pause()
    const second = '00000000-0000-4000-8000-000000000009'
    // Far more than the kernel buffers: what it did not take waits here, one frame a job.
    for (let i = 1; i <= 400; i++) {
      preview(frame(i / 400, 100_000))
      preview(frame(i / 400, 100_000, second))
    }
    client.resume()
    await expect.poll(() => frames.filter((f) => f.header.progress === 1).length).toBe(2)
    expect(frames.length).toBeLessThan(400)
    for (const job of [jobId, second]) {
      const seen = frames.filter((f) => f.header.jobId === job).map((f) => f.header.progress)
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
    }
  })

  it('closes a receiver that lets events pile up', async () => {
    const { client, emit, connection, ended, listeners } = await start({ backlogBytes: 100_000 })
    client.pause()
    const heavy: AppEvent = {
      epoch: 'one',
      seq: 1,
      body: { type: 'jobs.cleared', ids: Array.from({ length: 2_000 }, () => jobId) },
    }
    for (let seq = 1; seq <= 400 && listeners() > 0; seq++) {
      emit({ ...heavy, seq })
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(listeners()).toBe(0)
    client.resume()
    expect([closeCodes.slow, 1006]).toContain(await ended)
    await connection.closed
  })

  it('cuts a peer that answers no pings', async () => {
    const { client, connection, ended } = await start({ beatMs: 30 })
    client.pause()
    await connection.closed
    client.resume()
    expect(await ended).toBe(1006)
  })

  it('beats, and lets go of everything when the peer leaves', async () => {
    const { client, texts, listeners, connection } = await start({ beatMs: 20 })
    await expect.poll(() => texts.filter((text) => text.type === 'beat').length).toBeGreaterThan(2)
    client.close()
    await connection.closed
    expect(listeners()).toBe(0)
  })
})
