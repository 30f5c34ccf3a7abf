import { WebSocket } from 'ws'
import type { ServerAddress } from './address'
import { readBinary, readText, type ServerMessage } from './messages'

/** Options of {@link ComfySocket}. */
export interface SocketOptions {
  address: ServerAddress
  /** Ours for the life of this process: the server sends a prompt's messages to the client that posted it. */
  clientId: string
  headers?: Record<string, string>
  certificateAuthority?: string
  onMessage: (message: ServerMessage) => void
  /** A fresh socket stands: nothing that was said meanwhile is said again, so look at queue and history. */
  onOpen: () => void
  onLost: (why: string) => void
  /** Milliseconds between pings; a peer that answers none between two of them is gone. */
  pingMs?: number
  /** First wait before connecting again, milliseconds; doubled up to `maxRetryMs`. */
  retryMs?: number
  maxRetryMs?: number
}

/** SaveImageWebsocket sends whole PNGs; 64 MiB is a 16-megapixel PNG at its worst. A larger frame closes the socket. */
export const maxFrameBytes = 64 * 1024 * 1024
const openTimeoutMs = 10_000

/**
 * The socket of one server, held open while it is wanted. HTTP is the truth; this only makes it fast, so losing it loses nothing.
 * The old socket is always gone before a new one is opened under the same client id: a server (seen on 0.8.0) whose old socket dies
 * late would drop the new one instead, which then stays open and hears nothing.
 */
export class ComfySocket {
  readonly #options: SocketOptions
  #socket: WebSocket | undefined
  #wanted = false
  #retryTimer: NodeJS.Timeout | undefined
  #pingTimer: NodeJS.Timeout | undefined
  #failures = 0

  constructor(options: SocketOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  /** Holds a socket open from now on. Safe to call again. */
  want(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#connect()
  }

  /** Lets it go: an idle server keeps no connection of ours. */
  unwant(): void {
    this.#wanted = false
    clearTimeout(this.#retryTimer)
    this.#drop()
  }

  /** Replaces a socket that is suspected to be deaf. */
  renew(why: string): void {
    if (!this.#wanted || !this.#socket) return
    this.#lost(this.#socket, why)
  }

  #connect(): void {
    const { address, clientId, headers, certificateAuthority } = this.#options
    const socket = new WebSocket(`${address.socket}/ws?clientId=${encodeURIComponent(clientId)}`, {
      // aiohttp would compress every preview a second time.
      perMessageDeflate: false,
      maxPayload: maxFrameBytes,
      handshakeTimeout: openTimeoutMs,
      followRedirects: false,
      ...(headers ? { headers } : {}),
      ...(certificateAuthority ? { ca: certificateAuthority } : {}),
    })
    this.#socket = socket
    socket.binaryType = 'nodebuffer'
    socket.on('open', () => {
      if (this.#socket !== socket) return
      this.#failures = 0
      // The first message decides which kind of previews this connection gets.
      socket.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }))
      this.#watch(socket)
      this.#options.onOpen()
    })
    socket.on('message', (data: Buffer, isBinary) => {
      if (this.#socket !== socket) return
      this.#options.onMessage(isBinary ? readBinary(data) : readText(data.toString('utf8')))
    })
    socket.on('error', (error) => this.#lost(socket, error.message))
    socket.on('close', (code) => this.#lost(socket, `closed with ${code}`))
  }

  /** ComfyUI sends no heartbeat of its own: a half-open connection is only noticed by asking. */
  #watch(socket: WebSocket): void {
    let answered = true
    socket.on('pong', () => (answered = true))
    clearInterval(this.#pingTimer)
    this.#pingTimer = setInterval(() => {
      if (!answered) return this.#lost(socket, 'no answer to a ping')
      answered = false
      socket.ping()
    }, this.#options.pingMs ?? 2_500)
  }

  #lost(socket: WebSocket, why: string): void {
    if (this.#socket !== socket) return
    this.#drop()
    this.#options.onLost(why)
    if (!this.#wanted) return
    const { retryMs = 250, maxRetryMs = 5_000 } = this.#options
    const wait = Math.min(maxRetryMs, retryMs * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => {
      if (this.#wanted && !this.#socket) this.#connect()
    }, wait)
  }

  #drop(): void {
    clearInterval(this.#pingTimer)
    const socket = this.#socket
    this.#socket = undefined
    if (!socket) return
    socket.removeAllListeners()
    // ws reports the end of a half-made connection as an error; nobody is listening any more.
    socket.on('error', () => {})
    socket.terminate()
  }
}
