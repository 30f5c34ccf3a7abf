import { existsSync } from 'node:fs'
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import fastify from 'fastify'
import { WebSocketServer } from 'ws'
import { securityHeaders } from '#core/wire/content-security'
import { serveSocket, socketServerOptions, type ServedSocket } from '#core/wire/serve-socket'
import { maxMessageBytes } from '#shared/contract/wire'
import { AppError } from '#shared/domain/error'
import { hostsFor, isLoopback, isRequestAllowed, type GuardSettings, type Verdict } from './guard'
import { openBrowser } from './open-browser'
import { factsOf } from './request-facts'
import { addRoutes, type ServedApp } from './routes'
import { createSessions } from './sessions'

/** The port that is tried first, so that the address stays the same from day to day. */
export const defaultPort = 4747

/** Windows that may be connected at a time. */
const maxSockets = 64

/** How to serve. */
export interface ServeOptions {
  /** The app; only the owner of the data folder has one. */
  app: ServedApp
  /** A loopback address; `127.0.0.1` when absent. Others are refused: see {@link checkHost}. */
  host?: string | undefined
  /** Exactly this port (0 = any free one). Absent: 4747, or any free one when that is taken. */
  port?: number | undefined
  /** Open the default browser, where there is a display. */
  open?: boolean | undefined
  /** The secret that opens the server; made anew when absent. */
  token?: string | undefined
  /** Folder of the built renderer, absolute. */
  rendererDir: string
  /** Told about refused requests and broken connections, for the log; never carries a secret. */
  onProblem?: ((problem: string) => void) | undefined
  /** Bytes of one uploaded file; tests make it small. */
  maxUploadBytes?: number | undefined
}

/** A running server. */
export interface RunningServer {
  /** The address to open, with the token in its fragment: a secret. */
  readonly url: string
  /** The address without it, fit for logs. */
  readonly origin: string
  readonly port: number
  readonly token: string
  /** Whether a browser was started. */
  readonly opened: boolean
  /** Says goodbye to its windows and frees the port. Leaves the app open. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Answers the address to bind to.
 * @throws AppError `input.invalid` for one that others can reach: plain HTTP would show the token to the network.
 */
export function checkHost(host = '127.0.0.1'): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (bare === 'localhost') return '127.0.0.1'
  if (isLoopback(bare)) return bare
  throw new AppError(
    'input.invalid',
    `Recast serves this machine only; ${host} could be reached by others, who would see the token and the pictures. ` +
      `Leave --host out, and from another machine use a tunnel: ssh -L ${defaultPort}:127.0.0.1:${defaultPort} this-machine`,
    { detail: { host } },
  )
}

function refuse(response: ServerResponse, { status, reason }: Extract<Verdict, { allowed: false }>): void {
  const words = reason === 'token' || reason === 'no_cookie' ? 'Open the address that Recast printed.' : 'Refused.'
  response.writeHead(status, {
    ...securityHeaders('data'),
    'content-type': 'application/json',
    'cache-control': 'no-store',
    connection: 'close',
  })
  response.end(JSON.stringify({ ok: false, error: { code: 'auth.denied', message: words, retry: 'user' } }))
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Binds to the port, or to a free one when the usual one is taken and none was asked for. */
async function bind(server: Server, host: string, port: number | undefined): Promise<number> {
  const listen = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port: wanted, exclusive: true }, () => {
        server.removeListener('error', reject)
        resolve()
      })
    })
  try {
    await listen(port ?? defaultPort)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    const isTaken = code === 'EADDRINUSE' || code === 'EACCES'
    if (isTaken && port === undefined) await listen(0)
    else if (isTaken) {
      throw new AppError('io.failed', `Port ${port} is taken. Choose another one with --port, or leave it out.`, {
        cause: thrown,
        detail: { port },
      })
    } else {
      throw new AppError(
        'io.failed',
        `Cannot listen on ${host}: ${(thrown as Error).message}. Leave --host out, then try again.`,
        { cause: thrown },
      )
    }
  }
  return (server.address() as AddressInfo).port
}

/**
 * Serves the studio, the calls (`POST /api/<name>`), the socket, uploads and pictures on loopback, behind the guard.
 * Rejects with `input.invalid` (host), `io.failed` (port) or `input.not_found` (the renderer is not built).
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { app, rendererDir, onProblem = () => {} } = options
  const host = checkHost(options.host)
  if (!existsSync(join(rendererDir, 'index.html'))) {
    throw new AppError('input.not_found', 'The studio is not built. Run `npm run build`, then start again.', {
      detail: { rendererDir },
    })
  }
  const sessions = createSessions(options.token)
  const connected = new Set<ServedSocket>()
  const sockets = new WebSocketServer(socketServerOptions)
  let port = 0
  // Empty until the port is known: until then nothing can be meant for us.
  let hosts: string[] = []
  const settings: GuardSettings = {
    get hosts() {
      return hosts
    },
    isToken: sessions.isToken,
    isTicket: sessions.isTicket,
    isFileCookie: sessions.isFileSecret,
  }
  let closing: Promise<void> | undefined

  const judge = (request: IncomingMessage, isUpgrade: boolean): Verdict => {
    const verdict = isRequestAllowed(factsOf(request, port, isUpgrade), settings)
    if (!verdict.allowed) onProblem(`refused a request: ${verdict.reason}`)
    return verdict
  }

  const fast = fastify({
    bodyLimit: maxMessageBytes,
    forceCloseConnections: true,
    // The guard stands before the framework, so that nothing of a refused request is ever parsed by it.
    serverFactory: (handle) =>
      createServer((request, response) => {
        const verdict = judge(request, false)
        if (verdict.allowed) handle(request, response)
        else refuse(response, verdict)
      }),
  })
  const server = fast.server
  server.headersTimeout = 10_000
  // An upload of a folder takes as long as its pictures take to import.
  server.requestTimeout = 0
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const verdict = judge(request, true)
    if (!verdict.allowed) return refuseUpgrade(socket, verdict.status)
    if (closing || connected.size >= maxSockets) return refuseUpgrade(socket, 503)
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const served = serveSocket(app, webSocket, { onProblem })
      connected.add(served)
      void served.closed.then(() => connected.delete(served))
    })
  })

  await addRoutes(fast, {
    app,
    sessions,
    rendererDir,
    port: () => port,
    ...(options.maxUploadBytes === undefined ? {} : { maxUploadBytes: options.maxUploadBytes }),
  })
  await fast.ready()
  try {
    port = await bind(server, host, options.port)
  } catch (thrown) {
    await fast.close()
    throw thrown
  }
  hosts = hostsFor(host, port)
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  // The fragment stays in the browser: it is in no request, no log and no Referer.
  const opened = options.open === true && (await openBrowser(`${origin}/#ticket=${sessions.issueTicket()}`))

  return {
    url: `${origin}/#token=${sessions.token}`,
    origin,
    port,
    token: sessions.token,
    opened,
    close() {
      closing ??= (async () => {
        for (const served of connected) served.close()
        await Promise.all([...connected].map((served) => served.closed))
        const closed = new Promise<void>((resolve) => server.close(() => resolve()))
        server.closeAllConnections()
        await Promise.all([fast.close(), closed])
      })()
      return closing
    },
  }
}
