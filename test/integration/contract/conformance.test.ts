import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppClient, LinkState } from '#shared/contract/client'
import type { AppEvent } from '#shared/contract/events'
import { createSync } from '#shared/contract/live-sync'
import type { PreviewFrame } from '#shared/contract/preview-frame'
import { maxMessageBytes } from '#shared/contract/wire'
import { AppError } from '#shared/domain/error'
import { knownJobId, pictureId } from './model-app'
import { connectByIpc, connectBySocket, type Connected } from './transports'

const attemptId = '00000000-0000-4000-8000-000000000002'
const frame = (progress: number, jobId = knownJobId, bytes = 40_000): PreviewFrame => ({
  header: { jobId, attemptId, mime: 'image/jpeg', width: 64, height: 48, progress },
  image: new Uint8Array(bytes).fill(Math.round(progress * 255)),
})
const errorOf = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => expect.fail('did not fail'),
    (error: AppError) => error,
  )
const opened = (client: AppClient): Promise<void> =>
  new Promise((resolve) => {
    client.onLink((state) => state === 'open' && resolve())
  })

describe.each([
  ['the server shell’s socket', connectBySocket],
  ['the desktop shell’s IPC', connectByIpc],
])('the contract over %s', (_, connect) => {
  let connected: Connected
  let { app, client } = {} as Connected
  beforeEach(async () => {
    connected = await connect()
    ;({ app, client } = connected)
    await opened(client)
  })
  afterEach(() => connected.close())

  it('answers a call with its value', async () => {
    const snapshot = await client.call('app.snapshot', {})
    expect(snapshot).toMatchObject({ epoch: app.epoch, version: '1.2.3', seq: 0, settings: { theme: 'system' } })
  })

  it('fills in defaults before the handler sees them', async () => {
    expect(await client.call('pictures.list', {})).toEqual({ items: [], total: 100 })
    expect(app.received.at(-1)).toEqual({ name: 'pictures.list', input: { limit: 100 } })
  })

  it('keeps an error whole: class, code, words, retry and details', async () => {
    const error = await errorOf(client.call('jobs.get', { id: knownJobId }))
    expect(error).toBeInstanceOf(AppError)
    expect(error.toView()).toEqual({
      code: 'input.not_found',
      message: 'No such job. Look in the list.',
      retry: 'never',
      detail: { id: knownJobId },
    })
  })

  it('turns a fault into a bug, without its stack', async () => {
    const error = await errorOf(client.call('jobs.clear', {}))
    expect(error.code).toBe('bug')
    expect(JSON.stringify(error.toView())).not.toMatch(/\.ts:|at .*\(/)
  })

  it('refuses wrong values without running the call', async () => {
    const error = await errorOf(client.call('pictures.list', { limit: 0 }))
    expect(error.code).toBe('input.invalid')
    expect(app.received).toEqual([])
  })

  it.each(['no.such', '__proto__', 'constructor'])(
    'refuses the unknown call %s, past the client’s own checks too',
    async (name) => {
      expect((await errorOf(client.call(name as 'jobs.list', {}))).code).toBe('input.invalid')
      expect(await connected.rawCall(name, {})).toMatchObject({
        ok: false,
        error: { code: expect.stringMatching(/^input\./) as string },
      })
      expect(app.received).toEqual([])
    },
  )

  it('lets short calls pass long ones, and gives each its own answer', async () => {
    // It is not answered before the short ones are.
    const slow = client.call('app.doctor', {})
    await Promise.all(
      Array.from({ length: 50 }, async (_unused, i) => {
        const { paths } = await client.call('assets.export', { items: [{ assetId: pictureId, name: `n${i}` }], dir: '/x' })
        expect(paths).toEqual([`n${i}`])
      }),
    )
    app.endSlowCalls()
    expect(await slow).toEqual({ ok: true, checks: [] })
  })

  it('refuses what is too much for one request, and goes on', async () => {
    const items = Array.from({ length: 10_000 }, () => ({ assetId: pictureId, name: 'x'.repeat(200) }))
    expect((await client.call('assets.export', { items: items.slice(0, 5_000), dir: '/x' })).paths).toHaveLength(5_000)
    const error = await errorOf(client.call('assets.export', { items: [...items, ...items], dir: 'x'.repeat(maxMessageBytes) }))
    expect(error.code).toBe('input.too_large')
    expect((await client.call('engines.list', {})) as unknown).toEqual({})
  })

  it('delivers events in order, none lost, none twice, each to everyone', async () => {
    const [first, second]: [AppEvent[], AppEvent[]] = [[], []]
    client.onEvent((event) => first.push(event))
    client.onEvent((event) => second.push(event))
    for (let i = 0; i < 1_000; i++) app.change()
    await expect.poll(() => first.length).toBe(1_000)
    expect(first.map((event) => event.seq)).toEqual(Array.from({ length: 1_000 }, (_unused, i) => i + 1))
    expect(second).toEqual(first)
    expect(first[0]).toEqual({
      epoch: app.epoch,
      seq: 1,
      body: { type: 'queue', queue: expect.objectContaining({ queued: 1 }) as object },
    })
  })

  it('delivers the event of a call before its answer', async () => {
    const seen: string[] = []
    client.onEvent(() => seen.push('event'))
    await client.call('queue.pause', { paused: true }).then(() => seen.push('answer'))
    expect(seen).toEqual(['event', 'answer'])
  })

  it('stops telling who no longer listens', async () => {
    const seen: AppEvent[] = []
    const stop = client.onEvent((event) => seen.push(event))
    app.change()
    await expect.poll(() => seen.length).toBe(1)
    stop()
    app.change()
    await client.call('engines.list', {})
    expect(seen).toHaveLength(1)
  })

  it('carries previews as bytes', async () => {
    const frames: PreviewFrame[] = []
    client.onPreview((one) => frames.push(one))
    app.events.preview(frame(0.5))
    await expect.poll(() => frames.length).toBe(1)
    expect(frames[0]?.header).toEqual(frame(0.5).header)
    expect(Buffer.compare(frames[0]?.image ?? Buffer.alloc(0), frame(0.5).image)).toBe(0)
  })

  it('keeps only the newest previews for a page that is busy, and no event waits behind them', async () => {
    const frames: PreviewFrame[] = []
    const events: AppEvent[] = []
    client.onPreview((one) => frames.push(one))
    client.onEvent((one) => events.push(one))
    const jobs = Array.from({ length: 300 }, () => randomUUID())
    const stalled = connected.stall()
    // Past what kernel and socket buffer; the hub lets each job's first frame through at once.
    for (const jobId of jobs) app.events.preview(frame(0.1, jobId, 200_000))
    await new Promise((resolve) => setTimeout(resolve, 150))
    for (const jobId of jobs) app.events.preview(frame(0.9, jobId, 200_000))
    app.change()
    await new Promise((resolve) => setTimeout(resolve, 250))
    stalled.release()
    await expect.poll(() => frames.filter((one) => one.header.progress === 0.9).length).toBe(jobs.length)
    // Of the first round most were overtaken while they waited.
    expect(frames.filter((one) => one.header.progress === 0.1).length).toBeLessThan(jobs.length / 2)
    expect(events).toHaveLength(1)
  })

  it('comes back after a break, and a store in sync is right again', async () => {
    const links: LinkState[] = []
    client.onLink((state) => links.push(state))
    let shown = -1
    let snapshots = 0
    const stop = createSync(client, {
      onSnapshot(snapshot) {
        snapshots++
        shown = snapshot.queue.queued
      },
      onEvent(body) {
        if (body.type === 'queue') shown = body.queue.queued
      },
    })
    await expect.poll(() => snapshots).toBe(1)
    for (let round = 1; round <= 3; round++) {
      app.change()
      connected.interrupt()
      app.change()
      await expect.poll(() => snapshots).toBeGreaterThan(round)
      app.change()
      await expect.poll(() => shown).toBe(app.value)
    }
    expect(links.at(-1)).toBe('open')
    stop()
  })

  it('takes a new snapshot when an event is missing', async () => {
    let snapshots = 0
    let shown = -1
    let drop = false
    const leaky = {
      call: client.call,
      onLink: client.onLink,
      onEvent: (listener: (event: AppEvent) => void) => client.onEvent((event) => drop || listener(event)),
    }
    const stop = createSync(leaky, {
      onSnapshot(snapshot) {
        snapshots++
        shown = snapshot.queue.queued
      },
      onEvent(body) {
        if (body.type === 'queue') shown = body.queue.queued
      },
    })
    await expect.poll(() => snapshots).toBe(1)
    drop = true
    app.change()
    await client.call('engines.list', {})
    drop = false
    app.change()
    await expect.poll(() => shown).toBe(2)
    expect(snapshots).toBe(2)
    stop()
  })

  it('uploads bytes, one result a file, in order, with the folder of each', async () => {
    const file = (name: string, bytes: number, folder?: string) => ({
      name,
      data: new Blob([new Uint8Array(bytes)], { type: 'image/png' }),
      ...(folder === undefined ? {} : { folder }),
    })
    const results = await client.upload(
      [file('a.png', 10), file('杯子 #1.png', 300_000, '红 & 蓝'), file('empty.png', 0), file('b.png', 5, 'red')],
      'style',
    )
    expect(results.map((result) => [result.file, result.error?.code])).toEqual([
      ['a.png', undefined],
      ['杯子 #1.png', undefined],
      ['empty.png', 'input.empty_file'],
      ['b.png', undefined],
    ])
    expect(app.uploads.map((upload) => [upload.name, upload.as, upload.bytes, upload.folder])).toEqual([
      ['a.png', 'style', 10, undefined],
      ['杯子 #1.png', 'style', 300_000, '红 & 蓝'],
      ['b.png', 'style', 5, 'red'],
    ])
  })

  it('says where pictures are', () => {
    expect(client.fileUrl(pictureId, { width: 512 })).toMatch(new RegExp(`/files/${pictureId}\\?w=512$`))
    expect(client.fileUrl(pictureId, { download: { format: 'png', name: 'a b' } })).toMatch(/\?download=a%20b&format=png$/)
  })

  it('brings the thumbnails that are kept, however many', async () => {
    const ids = Array.from({ length: 130 }, (_unused, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`)
    const kept = ids.filter((_id, n) => n % 3 === 0)
    for (const id of kept) app.stored.set(id, { bytes: Buffer.from(`small ${id}`), mime: 'image/webp', etag: '"x"' })
    const pack = await client.thumbnails(ids, 256)
    expect([...pack.keys()].sort()).toEqual(kept)
    for (const [id, blob] of pack)
      expect([blob.type, Buffer.from(await blob.arrayBuffer()).toString()]).toEqual(['image/webp', `small ${id}`])
    await expect(client.thumbnails(['no id'], 256)).rejects.toThrow('400')
  })

  it('is silent after it was closed', async () => {
    const seen: unknown[] = []
    client.onEvent((event) => seen.push(event))
    client.onLink((state) => seen.push(state))
    seen.length = 0
    client.close()
    app.change()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(seen).toEqual([])
  })
})

describe('the desktop shell alone', () => {
  it.each(['https://evil.example/', 'app://evil/', 'about:blank'])('answers no call and opens no stream for %s', async (url) => {
    const connected = await connectByIpc()
    await opened(connected.client)
    connected.navigate(url)
    expect(await connected.rawCall('app.snapshot', {})).toMatchObject({ ok: false, error: { code: 'auth.denied' } })
    expect(await connected.rawCall('dialog.openPictures', {})).toMatchObject({ ok: false, error: { code: 'auth.denied' } })
    expect(connected.app.received).toEqual([])
    await connected.close()
  })

  it('checks what its own calls are asked', async () => {
    const connected = await connectByIpc()
    expect(await connected.rawCall('dialog.openPictures', {})).toEqual({ ok: true, value: { paths: ['/a.png'] } })
    expect(await connected.rawCall('shell.openExternal', { url: 7 })).toMatchObject({
      ok: false,
      error: { code: 'input.invalid' },
    })
    expect(await connected.rawCall('shell.showFile', { path: 'x'.repeat(5_000_000) })).toMatchObject({
      ok: false,
      error: { code: 'input.too_large' },
    })
    await connected.close()
  })
})
