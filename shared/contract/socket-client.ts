import { AppError } from '../domain/error'
import type { CallInput, CallName, CallOutput } from './calls'
import type { AppClient, LinkState } from './client'
import { unwrap, type Envelope } from './envelope'
import { decodePreview } from './preview-frame'
import { createListeners } from './listeners'
import { defaultTimers, type Timers } from './timers'
import { beatIntervalMs, closeCodes, maxMessageBytes, type ClientMessage, type ServerMessage } from './wire'

/** The part of a WebSocket that is used here; a browser's and `ws`'s both fit. */
export interface WebSocketLike {
  binaryType: string
  send(data: string): void
  close(code?: number, reason?: string): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
}

/** How to build a client; times in milliseconds. */
export interface SocketClientOptions {
  /**
   * Opens a socket with the subprotocols `wireProtocol` and the token. Called again for each reconnection, so it may look up a new
   * address. An AppError `auth.denied` ends the trying (link `denied`); any other error counts as "not there now".
   */
  open: () => WebSocketLike | Promise<WebSocketLike>
  /** How long a call waits for a connection before it is refused. */
  callWaitMs?: number
  /** Silence after which the peer counts as gone, though the socket looks open; also the limit for the hello to come. */
  silenceMs?: number
  /** First and longest pause between tries; it doubles, and a random half of it is left out. */
  backoffMs?: { first: number; longest: number }
  /** Reconnect by itself after a loss. A command that lives for one answer sets it to false. */
  reconnect?: boolean
  timers?: Timers
}

/** A client over a socket: calls and streams. Uploads and file addresses belong to the shell that has them. */
export interface SocketClient extends Pick<AppClient, 'call' | 'onEvent' | 'onPreview' | 'onLink' | 'close'> {
  readonly link: LinkState
}

interface PendingCall {
  text: string
  sent: boolean
  resolve(envelope: Envelope<unknown>): void
  reject(error: AppError): void
  stopWaiting(): void
}

const lostInFlight = (name: string): AppError =>
  new AppError(
    'instance.unreachable',
    'The connection to Recast broke before it answered. Look whether it was done, then try again.',
    {
      // The call may have arrived: sending a submission twice by ourselves would make every job twice.
      retry: 'user',
      detail: { name, mayHaveArrived: true },
    },
  )

const neverSent = (name: string): AppError =>
  new AppError('instance.unreachable', 'Recast is not answering. Start it again, then try once more.', {
    retry: 'auto',
    detail: { name, mayHaveArrived: false },
  })

/** Bytes of a text in UTF-8, counted only where the answer is in doubt. */
function isLongerThan(text: string, limit: number): boolean {
  if (text.length * 3 <= limit) return false
  let bytes = 0
  for (let i = 0; i < text.length && bytes <= limit; i++) {
    const unit = text.charCodeAt(i)
    // Each half of a surrogate pair counts 2: together the 4 bytes of the character.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3
  }
  return bytes > limit
}

/**
 * Connects to an owner at once and stays connected: after a loss it tries again with growing, jittered pauses.
 *
 * - Calls made while there is no connection wait for one (`callWaitMs`), then fail with `instance.unreachable`, retry `auto`.
 * - Calls that were sent when the connection broke fail with `instance.unreachable`, retry `user`, `detail.mayHaveArrived: true`:
 *   nothing is ever sent twice.
 * - `onLink` tells the present state at once and each change after; on `open` take a new snapshot (see live-sync).
 */
export function createSocketClient(options: SocketClientOptions): SocketClient {
  const { open, callWaitMs = 10_000, silenceMs = 3 * beatIntervalMs, reconnect = true, timers = defaultTimers() } = options
  const backoff = options.backoffMs ?? { first: 200, longest: 5_000 }
  const events = createListeners<Parameters<Parameters<AppClient['onEvent']>[0]>[0]>()
  const previews = createListeners<Parameters<Parameters<AppClient['onPreview']>[0]>[0]>()
  const links = createListeners<LinkState>()
  const calls = new Map<number, PendingCall & { name: string }>()
  let link: LinkState = 'connecting'
  let socket: WebSocketLike | undefined
  let ready = false
  let nextId = 0
  let failures = 0
  let closed = false
  /** Grows with each connection, so that what an abandoned socket still says is not taken for the new one's. */
  let generation = 0
  let stopTimer = (): void => {}

  const setLink = (state: LinkState): void => {
    if (state === link) return
    link = state
    links.emit(state)
  }

  const later = (ms: number, run: () => void): void => {
    stopTimer()
    stopTimer = timers.after(ms, run)
  }

  const failCalls = (which: (call: PendingCall) => boolean): void => {
    for (const [id, call] of calls) {
      if (!which(call)) continue
      calls.delete(id)
      call.stopWaiting()
      call.reject(call.sent ? lostInFlight(call.name) : neverSent(call.name))
    }
  }

  /** Lets the present socket go and, unless that was the end, plans the next try. */
  const lose = (denied: boolean): void => {
    generation++
    stopTimer()
    const old = socket
    socket = undefined
    ready = false
    if (old) {
      old.onopen = old.onmessage = old.onclose = null
      // A late error of a socket that we left is nobody's business, but `ws` throws it where nobody listens.
      old.onerror = () => {}
      try {
        old.close()
      } catch {
        // Closing a socket that never opened may throw; it is gone either way.
      }
    }
    const over = denied || closed || !reconnect
    failCalls((call) => call.sent || over)
    if (closed) return
    setLink(denied ? 'denied' : 'lost')
    if (over) return
    const pause = Math.min(backoff.longest, backoff.first * 2 ** Math.min(failures, 16))
    failures++
    later(pause * (0.5 + timers.random() / 2), connect)
  }

  const takeMessage = (data: unknown): void => {
    later(silenceMs, () => lose(false))
    if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
      const bytes =
        data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      const frame = decodePreview(bytes)
      if (frame) previews.emit(frame)
      return
    }
    let message: ServerMessage
    try {
      message = JSON.parse(String(data)) as ServerMessage
    } catch {
      lose(false)
      return
    }
    if (message.type === 'hello') {
      ready = true
      failures = 0
      for (const call of calls.values()) sendCall(call)
      setLink('open')
    } else if (message.type === 'answer') {
      const call = calls.get(message.id)
      calls.delete(message.id)
      call?.resolve(message.envelope)
    } else if (message.type === 'event') events.emit(message.event)
  }

  const connect = (): void => {
    const mine = ++generation
    if (link !== 'connecting' && link !== 'lost') return
    // Opening may hang as well (a look-up, a half-open host): the same silence counts.
    later(silenceMs, () => lose(false))
    void (async () => {
      try {
        const opened = await open()
        if (mine !== generation) {
          opened.onerror = () => {}
          opened.close()
          return
        }
        socket = opened
        opened.binaryType = 'arraybuffer'
        opened.onmessage = (event: { data: unknown }) => mine === generation && takeMessage(event.data)
        opened.onerror = () => {}
        opened.onclose = (event: { code?: number }) => mine === generation && lose(event.code === closeCodes.denied)
      } catch (thrown) {
        if (mine === generation) lose(thrown instanceof AppError && thrown.code === 'auth.denied')
      }
    })()
  }

  function sendCall(call: PendingCall): void {
    if (!socket || !ready || call.sent) return
    call.stopWaiting()
    call.sent = true
    try {
      socket.send(call.text)
    } catch {
      lose(false)
    }
  }

  connect()

  return {
    get link() {
      return link
    },
    call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
      return new Promise<Envelope<unknown>>((resolve, reject) => {
        const id = nextId++
        const text = JSON.stringify({ type: 'call', id, name, input } satisfies ClientMessage)
        if (isLongerThan(text, maxMessageBytes)) {
          throw new AppError('input.too_large', 'This is too much for one request. Split it into several.', {
            detail: { name, limitBytes: maxMessageBytes },
          })
        }
        if (closed || link === 'denied' || (link === 'lost' && !reconnect)) throw neverSent(name)
        const stopWaiting = timers.after(callWaitMs, () => {
          calls.delete(id)
          reject(neverSent(name))
        })
        const call = { name, text, sent: false, resolve, reject, stopWaiting }
        calls.set(id, call)
        sendCall(call)
      }).then((envelope) => unwrap(envelope) as CallOutput<N>)
    },
    onEvent: events.add,
    onPreview: previews.add,
    onLink(listener) {
      const stop = links.add(listener)
      listener(link)
      return stop
    },
    close() {
      closed = true
      lose(false)
      events.clear()
      previews.clear()
      links.clear()
    },
  }
}
