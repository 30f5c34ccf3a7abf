import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import sharp from 'sharp'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Faults } from './faults'

/** What a server sends that only wants to fill memory: messages of a kind that nobody knows. */
const floodFrame = Buffer.alloc(4096, 9)

interface Client {
  socket: WebSocket
  /** It has asked for previews with metadata. */
  metadata: boolean
  /** A message that the next one overtakes. */
  held: string | Buffer | undefined
}

/** The sockets of the double's clients, by client id: the newest of an id gets its messages. */
export class FakeClients {
  readonly #faults: Faults
  readonly #clients = new Map<string, Client>()
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  #told = 0

  constructor(faults: Faults) {
    this.#faults = faults
  }

  /** Takes an upgrade request: the server speaks first. */
  take(request: IncomingMessage, stream: Duplex, head: Buffer, queueRemaining: number): void {
    this.#sockets.handleUpgrade(request, stream, head, (socket) => {
      const id = new URL(request.url ?? '/', 'http://x').searchParams.get('clientId') ?? randomUUID()
      this.#clients.set(id, { socket, metadata: false, held: undefined })
      socket.on('error', () => {})
      socket.on('close', () => this.#clients.get(id)?.socket === socket && this.#clients.delete(id))
      socket.on('message', (data) => {
        const entry = this.#clients.get(id)
        if (entry?.socket !== socket || !String(data).includes('supports_preview_metadata')) return
        entry.metadata = true
        this.tell(id, { type: 'feature_flags', data: { supports_preview_metadata: true, max_upload_size: 104857600 } })
      })
      this.tell(id, { type: 'status', data: { status: { exec_info: { queue_remaining: queueRemaining } }, sid: id } })
    })
  }

  /** Sends a message to a client that is there, with the faults that are on. */
  tell(clientId: string | undefined, message: object | Buffer): void {
    const client = clientId === undefined ? undefined : this.#clients.get(clientId)
    const { deafSocket, dropSocketAfter, garbageFrames, outOfOrder, duplicates } = this.#faults
    if (!client || deafSocket) return
    this.#told += 1
    if (dropSocketAfter > 0 && this.#told % dropSocketAfter === 0) return client.socket.terminate()
    const data = Buffer.isBuffer(message) ? message : JSON.stringify(message)
    for (let i = 0; i < garbageFrames; i++)
      client.socket.send(i % 2 === 0 ? '{"type": "progress", "da' : Buffer.from([0, 0, 0, 4, 255, 255]))
    if (outOfOrder && client.held === undefined) {
      client.held = data
      return
    }
    for (let i = 0; i <= duplicates; i++) client.socket.send(data)
    if (client.held !== undefined) client.socket.send(client.held)
    client.held = undefined
  }

  tellAll(message: object): void {
    for (const id of this.#clients.keys()) this.tell(id, message)
  }

  /** Sends a preview in the form that the client has asked for. */
  async preview(clientId: string | undefined, promptId: string, node: string): Promise<void> {
    const client = clientId === undefined ? undefined : this.#clients.get(clientId)
    if (!client) return
    const image = await sharp({ create: { width: 64, height: 48, channels: 3, background: { r: 200, g: 90, b: 120 } } })
      .jpeg()
      .toBuffer()
    if (!client.metadata) return this.tell(clientId, Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]), image]))
    const metadata = Buffer.from(
      JSON.stringify({
        node_id: node,
        prompt_id: promptId,
        display_node_id: node,
        parent_node_id: null,
        real_node_id: node,
        image_type: 'image/jpeg',
      }),
    )
    const head = Buffer.alloc(8)
    head.writeUInt32BE(4, 0)
    head.writeUInt32BE(metadata.length, 4)
    this.tell(clientId, Buffer.concat([head, metadata, image]))
  }

  /** A prompt begins: what a malicious server sends then. Answers what ends it. */
  attack(clientId: string | undefined): () => void {
    const socket = clientId === undefined ? undefined : this.#clients.get(clientId)?.socket
    const { giantFrameBytes, floodFrames } = this.#faults
    if (socket && giantFrameBytes > 0) socket.send(Buffer.alloc(giantFrameBytes))
    if (!socket || !floodFrames) return () => {}
    const timer = setInterval(() => {
      // As much as the other side takes: what waits here is our own memory.
      for (let i = 0; i < 1_000 && socket.bufferedAmount < 8e6; i++) socket.send(floodFrame)
    }, 1)
    socket.once('close', () => clearInterval(timer))
    return () => clearInterval(timer)
  }

  cut(): void {
    for (const { socket } of this.#clients.values()) socket.terminate()
  }
}
