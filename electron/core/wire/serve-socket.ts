import type { RawData, WebSocket } from 'ws'
import { isCallName, type CallName } from '#shared/contract/calls'
import { envelop, type Envelope } from '#shared/contract/envelope'
import type { AppEvent } from '#shared/contract/events'
import { encodePreview, type PreviewFrame } from '#shared/contract/preview-frame'
import {
  beatIntervalMs,
  clientMessageSchema,
  closeCodes,
  maxMessageBytes,
  wireProtocol,
  type ServerMessage,
} from '#shared/contract/wire'
import { AppError } from '#shared/domain/error'
import { finalStates, type JobState } from '#shared/domain/job'

/** What a transport needs of the app: one entry for every call, and the two streams. */
export interface WireApp {
  /** Changes with each start of the owner. */
  readonly epoch: string
  readonly version: string
  /** Checks the input against the contract, runs the call, answers its value; rejects with an AppError. */
  call(name: CallName, input: unknown): Promise<unknown>
  readonly events: {
    onEvent(listener: (event: AppEvent) => void): () => void
    onPreview(listener: (frame: PreviewFrame) => void): () => void
  }
}

/** Limits of one connection. The defaults suit loopback; tests make them small. */
export interface ServeSocketOptions {
  /** Unsent bytes above which previews wait, only the newest of each job being kept. */
  previewBacklogBytes?: number
  /** Unsent bytes above which the receiver is given up: it is closed with `closeCodes.slow` and takes a snapshot when it is back. */
  backlogBytes?: number
  /** Calls being worked on at a time for this connection; more are refused with `input.conflict`. */
  maxCallsInFlight?: number
  /** Milliseconds between beats; a peer that leaves three pings unanswered is gone. */
  beatMs?: number
  /** Told about what a peer did wrong, for the log; never carries a token or a picture. */
  onProblem?: (problem: string) => void
}

/** A connection being served. */
export interface ServedSocket {
  /** Resolves when the socket is closed and everything that it held is let go. Never rejects. */
  readonly closed: Promise<void>
  /** Closes politely; after a moment without the peer's agreement the connection is cut. */
  close(code?: number, reason?: string): void
}

/**
 * Options for every `WebSocketServer` that speaks this protocol. Compression is off: it costs 30 times the frames
 * (9,500 → 293 frames of 40 KB a second through a hub) and previews are compressed pictures already.
 */
export const socketServerOptions = {
  noServer: true,
  maxPayload: maxMessageBytes,
  perMessageDeflate: false,
  clientTracking: true,
  handleProtocols: (offered: Set<string>): string | false => (offered.has(wireProtocol) ? wireProtocol : false),
} as const

const closeGraceMs = 2_000
const maxUnansweredPings = 3

// Every connection of an owner gets the same objects from the hub, so each is encoded once.
const eventTexts = new WeakMap<AppEvent, string>()
const frameBytes = new WeakMap<PreviewFrame, Uint8Array>()

const isFinal = (state: JobState): boolean => (finalStates as readonly JobState[]).includes(state)

function eventText(event: AppEvent): string {
  let text = eventTexts.get(event)
  if (text === undefined) eventTexts.set(event, (text = JSON.stringify({ type: 'event', event } satisfies ServerMessage)))
  return text
}

function bytesOf(frame: PreviewFrame): Uint8Array {
  let bytes = frameBytes.get(frame)
  if (!bytes) frameBytes.set(frame, (bytes = encodePreview(frame)))
  return bytes
}

function answerText(id: number, envelope: Envelope<unknown>): string {
  try {
    return JSON.stringify({ type: 'answer', id, envelope } satisfies ServerMessage)
  } catch (thrown) {
    const error = new AppError('bug', 'The answer cannot be written as JSON. This is a fault in Recast: please report it.', {
      cause: thrown,
    })
    return JSON.stringify({ type: 'answer', id, envelope: { ok: false, error: error.toView() } } satisfies ServerMessage)
  }
}

/** A call out of a text message, or why it is none; `id` where the sender can be answered. */
function readCall(
  text: string,
): { call: { id: number; name: CallName; input: unknown } } | { id: number | undefined; error: AppError } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return {
      id: undefined,
      error: new AppError('input.invalid', 'The message is no JSON. Send a call as the protocol describes.'),
    }
  }
  const message = clientMessageSchema.safeParse(json)
  if (!message.success) {
    const id = (json as { id?: unknown } | null)?.id
    const answerable = typeof id === 'number' && Number.isSafeInteger(id) && id >= 0
    return {
      id: answerable ? id : undefined,
      error: new AppError('input.invalid', 'The message is no call. Send {type: "call", id, name, input}.'),
    }
  }
  const { id, name, input } = message.data
  if (isCallName(name)) return { call: { id, name, input } }
  return {
    id,
    error: new AppError('input.invalid', `There is no call "${name}". Use a name of the contract.`, { detail: { name } }),
  }
}

/**
 * Speaks the socket protocol over an accepted WebSocket whose peer has already shown its token: hello, answers, events in order,
 * previews latest-wins. Nothing that the peer sends can throw out of here. Ends by itself when the socket closes.
 */
export function serveSocket(app: WireApp, socket: WebSocket, options: ServeSocketOptions = {}): ServedSocket {
  const {
    previewBacklogBytes = 256 * 1024,
    backlogBytes = 32 * 1024 * 1024,
    maxCallsInFlight = 256,
    beatMs = beatIntervalMs,
    onProblem = () => {},
  } = options
  /** The newest unsent frame of each job, in the order in which the jobs came. */
  const waitingFrames = new Map<string, PreviewFrame>()
  let callsInFlight = 0
  let unansweredPings = 0
  let closing = false

  const close = (code: number = closeCodes.goingAway, reason = 'Recast is ending'): void => {
    if (closing) return
    closing = true
    stopStreams()
    socket.close(code, reason)
    setTimeout(() => socket.terminate(), closeGraceMs).unref()
  }

  const send = (data: string | Uint8Array): void => {
    if (closing || socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > backlogBytes) {
      onProblem(`receiver is ${socket.bufferedAmount} bytes behind: closed`)
      close(closeCodes.slow, 'too far behind: take a new snapshot')
      return
    }
    // ws never pushes back; its callback, when the bytes have left, is the moment to look for waiting frames.
    socket.send(data, { binary: typeof data !== 'string' }, sendWaitingFrames)
  }

  function sendWaitingFrames(): void {
    for (const [jobId, frame] of waitingFrames) {
      if (closing || socket.readyState !== socket.OPEN || socket.bufferedAmount > previewBacklogBytes) return
      waitingFrames.delete(jobId)
      send(bytesOf(frame))
    }
  }

  const onMessage = (data: RawData, isBinary: boolean): void => {
    if (closing) return
    if (isBinary) {
      onProblem('binary message')
      close(closeCodes.badMessage, 'calls are text messages')
      return
    }
    const read = readCall(data.toString())
    if ('error' in read) {
      onProblem(read.error.message)
      if (read.id === undefined) close(closeCodes.badMessage, 'not a call')
      else send(answerText(read.id, { ok: false, error: read.error.toView() }))
      return
    }
    const { id, name, input } = read.call
    if (callsInFlight >= maxCallsInFlight) {
      const busy = new AppError('input.conflict', 'Too many calls at a time. Wait for the answers, then try again.', {
        retry: 'auto',
      })
      send(answerText(id, { ok: false, error: busy.toView() }))
      return
    }
    callsInFlight++
    void envelop(() => app.call(name, input)).then((envelope) => {
      callsInFlight--
      send(answerText(id, envelope))
    })
  }

  // The hello goes first and the events follow in the same turn, so that nothing falls between them.
  send(JSON.stringify({ type: 'hello', epoch: app.epoch, version: app.version } satisfies ServerMessage))
  const stopEvents = app.events.onEvent((event) => {
    // What still waits of a job that has ended must not arrive after its result.
    if (event.body.type === 'job' && isFinal(event.body.job.state)) waitingFrames.delete(event.body.job.id)
    send(eventText(event))
  })
  const stopPreviews = app.events.onPreview((frame) => {
    waitingFrames.set(frame.header.jobId, frame)
    sendWaitingFrames()
  })
  const beat = setInterval(() => {
    if (unansweredPings >= maxUnansweredPings) {
      onProblem('peer answers no pings: connection cut')
      socket.terminate()
      return
    }
    unansweredPings++
    socket.ping()
    send(JSON.stringify({ type: 'beat' } satisfies ServerMessage))
  }, beatMs)
  beat.unref()
  function stopStreams(): void {
    stopEvents()
    stopPreviews()
    clearInterval(beat)
    waitingFrames.clear()
  }

  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      closing = true
      stopStreams()
      resolve()
    })
  })
  socket.on('message', onMessage)
  socket.on('pong', () => (unansweredPings = 0))
  // ws reports oversized and malformed frames here and closes by itself; without a listener the process would end.
  socket.on('error', (error) => onProblem(error.message))
  return { closed, close }
}
