import { EventEmitter } from 'node:events'
import { rm } from 'node:fs/promises'
import { deserialize, serialize } from 'node:v8'
import { WebSocket } from 'ws'
import type { BridgeMessage } from '#shared/contract/bridge'
import type { AppClient } from '#shared/contract/client'
import type { DesktopCallHandlers } from '#shared/contract/desktop-calls'
import { createBridge, type BridgeIpc } from '../../../electron/desktop/bridge'
import { serveIpc, type IpcEvent, type IpcHost, type IpcPeer } from '../../../electron/desktop/ipc'
import { createSchemeHandler } from '../../../electron/desktop/scheme-handler'
import { isTrustedSender } from '../../../electron/desktop/security/sender'
import { serve } from '../../../electron/server/serve'
import { createBrowserClient } from '../../../renderer/transport/browser-client'
import { createDesktopClient } from '../../../renderer/transport/desktop-client'
import { makeRendererDir } from '../server/support'
import { createModelApp, type ModelApp } from './model-app'

/** A client of the studio, connected to a model app through one transport, whole: renderer side, wire, shell side. */
export interface Connected {
  app: ModelApp
  client: AppClient
  /** Breaks the connection as that transport can be broken (a cut socket, a reloaded page); it comes back by itself. */
  interrupt(): void
  /** Holds back what goes to the page, as a busy page does, until released. */
  stall(): { release(): void }
  /** Sends a call of this name past the client's own checks. */
  rawCall(name: string, input: unknown): Promise<unknown>
  close(): Promise<void>
}

/** The real server on a real port, and the browser's client with `ws` for the browser's socket. */
export async function connectBySocket(): Promise<Connected> {
  const app = createModelApp()
  const rendererDir = await makeRendererDir()
  const server = await serve({ app, rendererDir, port: 0 })
  const kept = new Map<string, string>()
  let socket: WebSocket | undefined
  const client = createBrowserClient({
    origin: server.origin,
    hash: new URL(server.url).hash,
    clearHash() {},
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
    fetch,
    openSocket: (url, protocols) => (socket = new WebSocket(url, protocols, { perMessageDeflate: false })),
    filesOrigin: server.origin,
    socket: { backoffMs: { first: 20, longest: 100 } },
  })
  return {
    app,
    client,
    interrupt: () => socket?.terminate(),
    stall() {
      const stalled = socket
      stalled?.pause()
      return { release: () => stalled?.resume() }
    },
    async rawCall(name, input) {
      const reply = await fetch(`${server.origin}/api/${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      })
      return await reply.json()
    },
    async close() {
      client.close()
      await server.close()
      app.events.close()
      await rm(rendererDir, { recursive: true })
    },
  }
}

/** A copy as Electron's IPC makes it: by the structured clone algorithm, across processes. Throws for what cannot be cloned. */
const clone = <T>(value: T): T => deserialize(serialize(value)) as T

/**
 * Electron's IPC as far as the bridge uses it: every argument and answer is cloned, everything arrives in a later turn and in order,
 * and of a thrown error only the message is kept, with Electron's words before it.
 */
class IpcDouble {
  readonly main = new EventEmitter()
  readonly page = new EventEmitter()
  private readonly handlers = new Map<string, (event: IpcEvent, ...args: unknown[]) => unknown>()
  private readonly peer: IpcPeer & EventEmitter
  private held: (() => void)[] | undefined
  url = 'app://recast/index.html'

  constructor() {
    this.peer = Object.assign(new EventEmitter(), {
      id: 1,
      isDestroyed: () => false,
      send: (channel: string, message: BridgeMessage) => {
        const copy = clone(message)
        this.toPage(() => this.page.emit(channel, {}, copy))
      },
    })
  }

  private toPage(deliver: () => void): void {
    if (this.held) this.held.push(deliver)
    else setImmediate(() => (this.held ? this.held.push(deliver) : deliver()))
  }

  private event(): IpcEvent {
    return { sender: this.peer, senderFrame: { url: this.url, parent: null } }
  }

  readonly host: IpcHost = {
    handle: (channel, listener) => void this.handlers.set(channel, listener),
    on: (channel, listener) => this.main.on(channel, listener),
    removeHandler: (channel) => void this.handlers.delete(channel),
    removeAllListeners: (channel) => this.main.removeAllListeners(channel),
  }

  readonly renderer: BridgeIpc = {
    invoke: (channel, ...args) =>
      new Promise((resolve, reject) => {
        const copy = clone(args)
        setImmediate(() => {
          const handler = this.handlers.get(channel)
          const run = async (): Promise<unknown> => {
            if (!handler) throw new Error('No handler registered')
            return clone(await handler(this.event(), ...copy))
          }
          run().then(
            (value) => this.toPage(() => resolve(value)),
            (error: unknown) =>
              this.toPage(() =>
                reject(new Error(`Error invoking remote method '${channel}': Error: ${(error as Error).message}`)),
              ),
          )
        })
      }),
    send: (channel, ...args) => {
      const copy = clone(args)
      setImmediate(() => this.main.emit(channel, this.event(), ...copy))
    },
    on: (channel, listener) => this.page.on(channel, listener),
    removeListener: (channel, listener) => this.page.removeListener(channel, listener),
  }

  stall(): { release(): void } {
    this.held = []
    return {
      release: () => {
        const waiting = this.held ?? []
        this.held = undefined
        for (const deliver of waiting) deliver()
      },
    }
  }
}

/** The desktop shell's bridge, IPC and scheme handler over the IPC double, and the desktop client. */
export async function connectByIpc(): Promise<Connected & { navigate(url: string): void }> {
  const app = createModelApp()
  const rendererDir = await makeRendererDir()
  const double = new IpcDouble()
  const desktop: DesktopCallHandlers = {
    'dialog.openPictures': () => ({ paths: ['/a.png'] }),
    'dialog.chooseFolder': () => ({}),
    'shell.showFile': () => ({}),
    'shell.openExternal': () => ({ opened: false }),
    'drag.out': () => ({ started: false }),
  }
  const stop = serveIpc({ app, ipc: double.host, desktop, isTrusted: (event) => isTrustedSender(event, new Set([1])) })
  const bridge = createBridge(double.renderer, () => '')
  const scheme = createSchemeHandler(rendererDir, () => app.files)
  const client = createDesktopClient({
    bridge,
    fetch: (input, init) => scheme(new Request(`app://recast${String(input)}`, { ...init, duplex: 'half' } as RequestInit)),
  })
  return {
    app,
    client,
    // A page that is loaded again asks for the stream again; the client of the old page is gone, so its listener is the bridge's.
    interrupt: () => double.renderer.send('recast:listen'),
    stall: () => double.stall(),
    rawCall: (name, input) => double.renderer.invoke('recast:call', name, input),
    navigate: (url) => void (double.url = url),
    async close() {
      client.close()
      stop()
      app.events.close()
      await rm(rendererDir, { recursive: true })
    },
  }
}
