import type { CallInput, CallName, CallOutput } from '#shared/contract/calls'
import type { AppClient } from '#shared/contract/client'
import { createSocketClient, type SocketClient } from '#shared/contract/socket-client'
import { tokenProtocolPrefix, wireProtocol } from '#shared/contract/wire'
import type { App } from '../app'
import type { InstanceRecord } from './instance-file'

/** What a process of the user does with the owner, in its own process or another's. */
export type InstanceClient = Pick<AppClient, 'call' | 'onEvent' | 'onPreview' | 'onLink' | 'close'>

/** The owner's own client: straight calls, no copies. Closing it leaves the app open. */
export function localClient(app: App): InstanceClient {
  const stops = new Set<() => void>()
  const keep = (stop: () => void): (() => void) => {
    stops.add(stop)
    return () => {
      stops.delete(stop)
      stop()
    }
  }
  return {
    async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
      return await app.call(name, input)
    },
    onEvent: (listener) => keep(app.events.onEvent(listener)),
    onPreview: (listener) => keep(app.events.onPreview(listener)),
    onLink(listener) {
      listener('open')
      return () => {}
    },
    close() {
      for (const stop of stops) stop()
      stops.clear()
    },
  }
}

/** Answers can be long (a snapshot, a page of 500 jobs), but not endless. */
const maxAnswerBytes = 256 * 1024 * 1024
/** The owner is on this machine: a handshake takes milliseconds unless its process is stopped or busy. */
const handshakeTimeoutMs = 3_000

/** Connects to the owner that a record names; `undefined` when it isn't there, doesn't answer or refuses the token. */
export async function connectToOwner(record: InstanceRecord): Promise<SocketClient | undefined> {
  const { WebSocket } = await import('ws')
  const client = createSocketClient({
    reconnect: false,
    open: () =>
      new WebSocket(`ws://127.0.0.1:${record.port}/`, [wireProtocol, `${tokenProtocolPrefix}${record.token}`], {
        perMessageDeflate: false,
        handshakeTimeout: handshakeTimeoutMs,
        maxPayload: maxAnswerBytes,
      }),
  })
  const open = await new Promise<boolean>((resolve) => {
    client.onLink((state) => {
      if (state === 'open') resolve(true)
      if (state === 'lost' || state === 'denied') resolve(false)
    })
  })
  if (open) return client
  client.close()
  return undefined
}
