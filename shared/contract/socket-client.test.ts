import { describe, expect, it } from 'vitest'
import { AppError } from '../domain/error'
import type { LinkState } from './client'
import { encodePreview } from './preview-frame'
import { createSocketClient, type SocketClientOptions, type WebSocketLike } from './socket-client'
import type { Timers } from './timers'
import { closeCodes, maxMessageBytes, type ServerMessage } from './wire'

/** A clock that is turned by hand. */
function createClock() {
  let now = 0
  const planned: { at: number; run: () => void }[] = []
  const timers: Timers = {
    after(ms, run) {
      const entry = { at: now + ms, run }
      planned.push(entry)
      return () => {
        const index = planned.indexOf(entry)
        if (index >= 0) planned.splice(index, 1)
      }
    },
    random: () => 1,
  }
  return {
    timers,
    waiting: () => planned.length,
    async turn(ms: number) {
      const end = now + ms
      for (;;) {
        const next = planned.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        now = next.at
        planned.splice(planned.indexOf(next), 1)
        next.run()
        await settle()
      }
      now = end
    },
  }
}
const settle = async (): Promise<void> => {
  for (let i = 0; i < 6; i++) await Promise.resolve()
}

class Line implements WebSocketLike {
  binaryType = 'blob'
  sent: { id: number; name: string }[] = []
  isClosed = false
  onopen: ((event: never) => void) | null = null
  onmessage: ((event: never) => void) | null = null
  onclose: ((event: never) => void) | null = null
  onerror: ((event: never) => void) | null = null
  send(data: string): void {
    this.sent.push(JSON.parse(data) as { id: number; name: string })
  }
  close(): void {
    this.isClosed = true
  }
  say(message: ServerMessage | ArrayBuffer | Uint8Array | string): void {
    const data =
      typeof message === 'string' || message instanceof ArrayBuffer || ArrayBuffer.isView(message)
        ? message
        : JSON.stringify(message)
    this.onmessage?.({ data } as never)
  }
  hello(): void {
    this.say({ type: 'hello', epoch: 'e', version: '1' })
  }
  drop(code = 1006): void {
    this.onclose?.({ code } as never)
  }
}

async function start(options: Partial<SocketClientOptions> = {}) {
  const clock = createClock()
  const lines: Line[] = []
  const client = createSocketClient({
    open: () => {
      const line = new Line()
      lines.push(line)
      return line
    },
    timers: clock.timers,
    ...options,
  })
  const links: LinkState[] = []
  client.onLink((state) => links.push(state))
  await settle()
  return { clock, lines, client, links }
}
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => (error instanceof AppError ? error.toView() : { thrown: error }),
  )

describe('createSocketClient', () => {
  it('sends waiting calls after the hello and gives each its own answer, in any order', async () => {
    const { lines, client, links } = await start()
    const first = client.call('engines.list', {})
    const second = client.call('jobs.clear', {})
    expect(lines[0]?.sent).toEqual([])
    lines[0]?.hello()
    expect(lines[0]?.sent.map((call) => call.name)).toEqual(['engines.list', 'jobs.clear'])
    const [a, b] = lines[0]?.sent ?? []
    lines[0]?.say({ type: 'answer', id: b?.id ?? -1, envelope: { ok: true, value: { count: 2 } } })
    lines[0]?.say({ type: 'answer', id: a?.id ?? -1, envelope: { ok: true, value: { engines: [] } } })
    expect(await second).toEqual({ count: 2 })
    expect(await first).toEqual({ engines: [] })
    expect(links).toEqual(['connecting', 'open'])
  })

  it('rebuilds the error of a refused call', async () => {
    const { lines, client } = await start()
    lines[0]?.hello()
    const asked = client.call('jobs.clear', {})
    const error = { code: 'input.not_found', message: 'Not here. Look there.', retry: 'never', detail: { a: 1 } } as const
    lines[0]?.say({ type: 'answer', id: lines[0].sent[0]?.id ?? -1, envelope: { ok: false, error } })
    await expect(asked).rejects.toBeInstanceOf(AppError)
    expect(await outcome(asked)).toEqual(error)
  })

  it('never sends a call twice: what was sent fails at a loss, what was not goes out after it', async () => {
    const { lines, client, clock, links } = await start()
    lines[0]?.hello()
    const sent = outcome(client.call('jobs.clear', {}))
    lines[0]?.drop()
    expect(await sent).toMatchObject({ code: 'instance.unreachable', retry: 'user', detail: { mayHaveArrived: true } })
    const waiting = client.call('engines.list', {})
    await clock.turn(200)
    lines[1]?.hello()
    expect(lines[1]?.sent.map((call) => call.name)).toEqual(['engines.list'])
    lines[1]?.say({ type: 'answer', id: lines[1].sent[0]?.id ?? -1, envelope: { ok: true, value: { engines: [] } } })
    expect(await waiting).toEqual({ engines: [] })
    expect(links).toEqual(['connecting', 'open', 'lost', 'open'])
  })

  it('refuses a call that waited too long for a connection, as safe to try again', async () => {
    const { lines, client, clock } = await start({ callWaitMs: 1_000, silenceMs: 60_000 })
    const asked = outcome(client.call('jobs.clear', {}))
    await clock.turn(1_000)
    expect(await asked).toMatchObject({ code: 'instance.unreachable', retry: 'auto', detail: { mayHaveArrived: false } })
    lines[0]?.hello()
    expect(lines[0]?.sent).toEqual([])
  })

  it('waits longer after each failure, up to a limit, and starts small again after a hello', async () => {
    const { lines, clock } = await start({ backoffMs: { first: 100, longest: 400 } })
    for (const pause of [100, 200, 400, 400]) {
      const count = lines.length
      lines.at(-1)?.drop()
      await clock.turn(pause - 1)
      expect(lines.length).toBe(count)
      await clock.turn(1)
      expect(lines.length).toBe(count + 1)
    }
    lines.at(-1)?.hello()
    lines.at(-1)?.drop()
    await clock.turn(100)
    expect(lines.length).toBe(6)
  })

  it('takes silence for a loss, and a beat for a sign of life', async () => {
    const { lines, clock, client } = await start({ silenceMs: 1_000 })
    lines[0]?.hello()
    for (let i = 0; i < 5; i++) {
      await clock.turn(900)
      lines[0]?.say({ type: 'beat' })
    }
    expect(client.link).toBe('open')
    await clock.turn(1_000)
    expect(client.link).toBe('lost')
    expect(lines[0]?.isClosed).toBe(true)
  })

  it('does not listen to a socket that it left', async () => {
    const { lines, clock, client } = await start({ silenceMs: 1_000 })
    const old = lines[0]?.onmessage
    const seen: unknown[] = []
    client.onEvent((event) => seen.push(event))
    lines[0]?.hello()
    lines[0]?.drop()
    await clock.turn(5_000)
    old?.({ data: JSON.stringify({ type: 'event', event: { epoch: 'e', seq: 1, body: {} } }) } as never)
    expect(seen).toEqual([])
  })

  it.each([
    ['the owner closes with its code', async (t: Awaited<ReturnType<typeof start>>) => t.lines[0]?.drop(closeCodes.denied)],
    ['opening throws it', undefined],
  ])('stops when it is denied: %s', async (_, act) => {
    const t = await start(act ? {} : { open: () => Promise.reject(new AppError('auth.denied', 'Open the address again.')) })
    await act?.(t)
    await settle()
    expect(t.client.link).toBe('denied')
    await t.clock.turn(60_000)
    expect(t.clock.waiting()).toBe(0)
    expect(await outcome(t.client.call('jobs.clear', {}))).toMatchObject({ code: 'instance.unreachable' })
  })

  it('refuses what is too large before sending it', async () => {
    const { lines, client } = await start()
    lines[0]?.hello()
    const asked = client.call('pictures.list', { search: '画'.repeat(Math.ceil(maxMessageBytes / 3)) })
    expect(await outcome(asked)).toMatchObject({ code: 'input.too_large' })
    expect(lines[0]?.sent).toEqual([])
  })

  it('hands previews over, whether buffers or views, and ignores bytes that are none', async () => {
    const { lines, client } = await start()
    lines[0]?.hello()
    const seen: number[] = []
    client.onPreview((frame) => seen.push(frame.image.byteLength))
    const id = '00000000-0000-4000-8000-000000000001'
    const header = { jobId: id, attemptId: id, mime: 'image/png', width: 1, height: 1, progress: 0 } as const
    const bytes = encodePreview({ header, image: new Uint8Array(3) })
    lines[0]?.say(bytes.buffer)
    lines[0]?.say(bytes)
    lines[0]?.say(new Uint8Array([255, 255, 255, 255, 1]))
    expect(seen).toEqual([3, 3])
    expect(client.link).toBe('open')
  })

  it('leaves a peer that talks nonsense', async () => {
    const { lines, client } = await start()
    lines[0]?.hello()
    lines[0]?.say('<html>')
    expect(client.link).toBe('lost')
  })

  it('ends everything at close', async () => {
    const { lines, client, clock, links } = await start()
    lines[0]?.hello()
    const asked = outcome(client.call('jobs.clear', {}))
    client.close()
    expect(await asked).toMatchObject({ code: 'instance.unreachable' })
    expect(lines[0]?.isClosed).toBe(true)
    expect(clock.waiting()).toBe(0)
    expect(links).toEqual(['connecting', 'open'])
  })

  it('without reconnection a loss is final', async () => {
    const { lines, client, clock } = await start({ reconnect: false })
    lines[0]?.drop()
    expect(clock.waiting()).toBe(0)
    expect(await outcome(client.call('jobs.clear', {}))).toMatchObject({ code: 'instance.unreachable' })
  })
})
