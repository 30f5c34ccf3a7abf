import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A file that a {@link FileServer} has: its size, and how its bytes are told. */
export interface ServedFile {
  size: number
  /** Bytes from `start` (included) to `end` (not). */
  read(start: number, end: number): Buffer
  etag?: string | undefined
  lastModified?: string | undefined
}

/** What a server can do wrong with a request; null serves it well. */
export type Fault =
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  | { kind: 'redirect'; to: string; headers?: Record<string, string> }
  /** Cuts the connection after so many bytes of the body. */
  | { kind: 'cut'; after: number }
  /** Sends so many bytes, then nothing more, with the connection open. */
  | { kind: 'silent'; after: number }
  /** So many bytes a second. */
  | { kind: 'slow'; bytesPerSecond: number }
  /** Says another length than it sends: `by` more or less. */
  | { kind: 'lying-length'; by: number }
  /** The right number of other bytes. */
  | { kind: 'other-bytes' }
  /** Sends the whole file whatever range is asked for. */
  | { kind: 'no-ranges' }
  /** Answers a range with one that begins elsewhere. */
  | { kind: 'wrong-range' }
  /** Goes on with a range although the condition no longer holds. */
  | { kind: 'no-conditions' }

/** What was asked of the server, and what went out. */
export interface Asked {
  path: string
  range: string | undefined
  ifRange: string | undefined
  authorization: string | undefined
  sent: number
}

/** A loopback HTTP server with ranges, entity tags and a fault per request. */
export interface FileServer {
  readonly url: string
  readonly port: number
  readonly asked: Asked[]
  put(path: string, file: ServedFile): void
  /** Decides what goes wrong with each request to come. */
  faults(decide: (asked: Asked, nth: number) => Fault | null): void
  close(): Promise<void>
}

/** Bytes that can be told at any place without keeping them: every run of 32 is the hash of its number and a seed. */
export function seededFile(size: number, seed = 'recast'): ServedFile {
  const block = 1 << 16
  const cache = new Map<number, Buffer>()
  const blockAt = (index: number): Buffer => {
    const known = cache.get(index)
    if (known) return known
    const unit = createHash('sha512').update(`${seed} ${index}`).digest()
    const made = Buffer.alloc(block)
    for (let at = 0; at < block; at += unit.length) unit.copy(made, at)
    made.writeUInt32BE(index, 0)
    cache.set(index, made)
    return made
  }
  return {
    size,
    etag: `"${seed}-${size}"`,
    lastModified: 'Mon, 02 Feb 2026 08:00:00 GMT',
    read(start, end) {
      const parts: Buffer[] = []
      for (let at = start; at < end;) {
        const index = Math.floor(at / block)
        const from = at - index * block
        const part = blockAt(index).subarray(from, Math.min(block, from + end - at))
        parts.push(part)
        at += part.length
      }
      return Buffer.concat(parts)
    },
  }
}

/** The sha256 of a served file. */
export function sha256Of(file: ServedFile): string {
  const hash = createHash('sha256')
  for (let at = 0; at < file.size; at += 1 << 20) hash.update(file.read(at, Math.min(file.size, at + (1 << 20))))
  return hash.digest('hex')
}

const chunkBytes = 64 * 1024

/** Resolves when more may be written, or nobody reads any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go)
      response.off('close', go)
      resolve()
    }
    response.once('drain', go)
    response.once('close', go)
  })
}

/** Starts a server on a free loopback port. */
export async function startFileServer(): Promise<FileServer> {
  const files = new Map<string, ServedFile>()
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  let decide: (asked: Asked, nth: number) => Fault | null = () => null
  const server: Server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const note: Asked = {
      path,
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
      authorization: request.headers.authorization,
      sent: 0,
    }
    const nth = asked.push(note)
    const fault = decide(note, nth)
    const file = files.get(path)
    if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end('no')
    if (fault?.kind === 'redirect') return void response.writeHead(302, { ...fault.headers, location: fault.to }).end()
    if (!file) return void response.writeHead(404).end('nothing here')
    const valid = note.ifRange === undefined || note.ifRange === file.etag || note.ifRange === file.lastModified
    const start = Number(/^bytes=(\d+)-$/.exec(note.range ?? '')?.[1] ?? Number.NaN)
    const ranged = Number.isFinite(start) && fault?.kind !== 'no-ranges' && (valid || fault?.kind === 'no-conditions')
    if (ranged && start >= file.size) return void response.writeHead(416, { 'content-range': `bytes */${file.size}` }).end()
    const from = ranged ? (fault?.kind === 'wrong-range' ? Math.max(0, start - 1000) : start) : 0
    const length = file.size - from + (fault?.kind === 'lying-length' ? fault.by : 0)
    response.writeHead(ranged ? 206 : 200, {
      'content-length': length,
      'accept-ranges': 'bytes',
      ...(file.etag ? { etag: file.etag } : {}),
      ...(file.lastModified ? { 'last-modified': file.lastModified } : {}),
      ...(ranged ? { 'content-range': `bytes ${from}-${file.size - 1}/${file.size}` } : {}),
    })
    await sendBody(response, file, from, from + Math.min(length, file.size - from), fault, note)
  }

  async function sendBody(
    response: ServerResponse,
    file: ServedFile,
    from: number,
    end: number,
    fault: Fault | null,
    note: Asked,
  ): Promise<void> {
    for (let at = from; at < end;) {
      const wanted = fault?.kind === 'slow' ? Math.max(1, Math.floor(fault.bytesPerSecond / 20)) : chunkBytes
      const stop = fault?.kind === 'cut' || fault?.kind === 'silent' ? fault.after - note.sent : Infinity
      if (stop <= 0) {
        if (fault?.kind === 'cut') response.destroy()
        return
      }
      const chunk = Buffer.from(file.read(at, Math.min(end, at + Math.min(wanted, stop))))
      if (fault?.kind === 'other-bytes') chunk[0] = (chunk[0] ?? 0) ^ 255
      response.write(chunk)
      at += chunk.length
      note.sent += chunk.length
      if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, 50))
      if (response.destroyed) return
      if (response.writableNeedDrain) await drained(response)
    }
    // A server that promised more than it has just hangs up.
    if (fault?.kind === 'lying-length' && fault.by > 0) response.destroy()
    else response.end()
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    put: (path, file) => void files.set(path, file),
    faults(next) {
      decide = next
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
