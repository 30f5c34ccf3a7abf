import type { WireApp } from '#core/wire/serve-socket'
import { bridgeChannels, type BridgeMessage } from '#shared/contract/bridge'
import { isCallName } from '#shared/contract/calls'
import { desktopCalls, isDesktopCallName, type DesktopCallHandlers, type DesktopCallName } from '#shared/contract/desktop-calls'
import { envelop, type Envelope } from '#shared/contract/envelope'
import { encodePreview, type PreviewFrame } from '#shared/contract/preview-frame'
import { maxMessageBytes } from '#shared/contract/wire'
import { AppError } from '#shared/domain/error'
import { finalStates, type JobState } from '#shared/domain/job'

/** The part of a `WebContents` that the stream needs. */
export interface IpcPeer {
  readonly id: number
  send(channel: string, message: BridgeMessage): void
  isDestroyed(): boolean
  once(event: 'destroyed', listener: () => void): unknown
}

/** The part of a main-process IPC event that is used; the frame is what security/sender judges. */
export interface IpcEvent {
  readonly sender: IpcPeer
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
}

/** The part of `ipcMain` that is used. */
export interface IpcHost {
  handle(channel: string, listener: (event: IpcEvent, ...args: unknown[]) => unknown): void
  on(channel: string, listener: (event: IpcEvent, ...args: unknown[]) => void): unknown
  removeHandler(channel: string): void
  removeAllListeners(channel: string): unknown
}

/** What {@link serveIpc} serves. */
export interface ServeIpcOptions {
  app: WireApp
  ipc: IpcHost
  desktop: DesktopCallHandlers
  isTrusted(event: IpcEvent): boolean
  /** Told about what was refused, for the log. */
  onProblem?: (problem: string) => void
  /** Told each time a page has handled a preview. */
  onSeen?: () => void
}

/** Previews on their way to one page; more wait here, the newest of each job. */
const maxPreviewsUnseen = 4

const isFinal = (state: JobState): boolean => (finalStates as readonly JobState[]).includes(state)

/** Length of an input as the socket would carry it; what JSON cannot say counts as too long. */
function isTooLong(input: unknown): boolean {
  try {
    return (JSON.stringify(input) ?? '').length > maxMessageBytes
  } catch {
    return true
  }
}

/** The stream to one page: hello, events in order, previews latest-wins with at most a few on their way. */
function stream(app: WireApp, peer: IpcPeer): { seen(): void; stop(): void } {
  const waiting = new Map<string, PreviewFrame>()
  let unseen = 0
  let stopped = false
  const send = (message: BridgeMessage): void => {
    if (stopped || peer.isDestroyed()) return
    try {
      peer.send(bridgeChannels.stream, message)
    } catch {
      // The page went away between the check and the sending; `destroyed` follows.
    }
  }
  const sendWaiting = (): void => {
    for (const [jobId, frame] of waiting) {
      if (unseen >= maxPreviewsUnseen) return
      waiting.delete(jobId)
      unseen++
      send({ type: 'preview', bytes: encodePreview(frame) })
    }
  }
  send({ type: 'hello', epoch: app.epoch, version: app.version })
  const stopEvents = app.events.onEvent((event) => {
    if (event.body.type === 'job' && isFinal(event.body.job.state)) waiting.delete(event.body.job.id)
    send({ type: 'event', event })
  })
  const stopPreviews = app.events.onPreview((frame) => {
    waiting.set(frame.header.jobId, frame)
    sendWaiting()
  })
  return {
    seen() {
      unseen = Math.max(0, unseen - 1)
      sendWaiting()
    },
    stop() {
      stopped = true
      stopEvents()
      stopPreviews()
      waiting.clear()
    },
  }
}

/**
 * Answers the pages of this app, and only them, over the bridge's fixed channels. Every answer is an envelope: IPC keeps no more of
 * an error than its message. Answers how to stop.
 */
export function serveIpc(options: ServeIpcOptions): () => void {
  const { app, ipc, desktop, isTrusted, onProblem = () => {}, onSeen = () => {} } = options
  const streams = new Map<number, ReturnType<typeof stream>>()

  const runDesktopCall = async (name: DesktopCallName, input: unknown): Promise<unknown> => {
    const checked = desktopCalls[name].input.safeParse(input)
    if (!checked.success)
      throw new AppError('input.invalid', `${name} was asked in the wrong way. Update Recast, then try again.`)
    return await desktop[name](checked.data as never)
  }

  ipc.handle(bridgeChannels.call, async (event, name, input): Promise<Envelope<unknown>> => {
    return await envelop(async () => {
      if (!isTrusted(event)) {
        onProblem(`refused a call from ${event.senderFrame?.url ?? 'a frame that is gone'}`)
        throw new AppError('auth.denied', 'This page may not use Recast. Close it.')
      }
      if (isTooLong(input)) throw new AppError('input.too_large', 'This is too much for one request. Split it into several.')
      if (typeof name === 'string' && isCallName(name)) return await app.call(name, input)
      if (typeof name === 'string' && isDesktopCallName(name)) return await runDesktopCall(name, input)
      throw new AppError('input.invalid', `There is no call "${String(name)}". Use a name of the contract.`)
    })
  })
  ipc.on(bridgeChannels.listen, (event) => {
    if (!isTrusted(event)) return onProblem(`refused the stream to ${event.senderFrame?.url ?? 'a frame that is gone'}`)
    const { sender } = event
    const previous = streams.get(sender.id)
    // A page that was loaded again listens again; the one before it is gone.
    previous?.stop()
    if (!previous) {
      sender.once('destroyed', () => {
        streams.get(sender.id)?.stop()
        streams.delete(sender.id)
      })
    }
    streams.set(sender.id, stream(app, sender))
  })
  ipc.on(bridgeChannels.seen, (event) => {
    onSeen()
    streams.get(event.sender.id)?.seen()
  })

  return () => {
    ipc.removeHandler(bridgeChannels.call)
    ipc.removeAllListeners(bridgeChannels.listen)
    ipc.removeAllListeners(bridgeChannels.seen)
    for (const one of streams.values()) one.stop()
    streams.clear()
  }
}
