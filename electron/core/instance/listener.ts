import { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import type { App, AppLogger } from '../app'
import { serveSocket, socketServerOptions, type ServedSocket } from '../wire/serve-socket'
import { AppError } from '#shared/domain/error'
import { createClientJobs, type ClientJobs } from './client-jobs'
import { isUpgradeAllowed } from './upgrade-guard'

/** The owner's ear for the other processes of its user. */
export interface Listener {
  readonly port: number
  /** How many clients are connected, and how many of the jobs that they asked for haven't ended. */
  clients(): { connected: number; unfinishedJobs: number }
  /** Calls the listener when a client comes, goes, or has a job ended; answers a function that ends that. */
  onChange(listener: () => void): () => void
  /** Tells the clients that the owner ends, and frees the port. */
  close(): Promise<void>
}

/** More processes of one user on one data folder than this are a fault, not a use. */
const maxClients = 128

/** How long the owner waits for calls under way when it leaves, milliseconds. */
const drainMs = 3_000

/** Says that a call was not even begun; a client asks the next owner. */
function leaving(): AppError {
  return new AppError('instance.unreachable', 'This Recast is ending. Try again in a moment.', {
    retry: 'auto',
    detail: { mayHaveArrived: false },
  })
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/**
 * Listens on a free loopback port and serves the app to whoever brings the token.
 * @param token what a client must show, before the upgrade.
 * Rejects when no loopback port can be had.
 */
export async function listen(app: App, token: string, logger: AppLogger): Promise<Listener> {
  const clients = new Map<ServedSocket, ClientJobs>()
  const changed = new Set<() => void>()
  const tell = (): void => {
    for (const listener of changed) listener()
  }
  const sockets = new WebSocketServer(socketServerOptions)
  let port = 0
  let closing = false
  const callsInFlight = new Set<symbol>()

  const server = createServer((_request, response) => {
    // No pages here, and no word about what this is.
    response.writeHead(404, { connection: 'close', 'content-length': '0' }).end()
  })
  server.headersTimeout = 5_000
  server.requestTimeout = 5_000
  server.on('upgrade', (request, socket, head) => {
    const { method, url, headers } = request
    const asked = { method, url, host: headers.host, origin: headers.origin, protocols: headers['sec-websocket-protocol'] }
    if (!isUpgradeAllowed(asked, port, token)) {
      logger.warn({ host: asked.host, origin: asked.origin }, 'refused a connection to the instance listener')
      return refuse(socket, '403 Forbidden')
    }
    if (closing || clients.size >= maxClients) return refuse(socket, '503 Service Unavailable')
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const jobs = createClientJobs()
      const stopEvents = app.events.onEvent((event) => {
        const before = jobs.size
        jobs.onEvent(event)
        if (jobs.size !== before) tell()
      })
      const served = serveSocket(
        {
          epoch: app.epoch,
          version: app.version,
          events: app.events,
          async call(name, input) {
            if (closing) throw leaving()
            const call = Symbol(name)
            callsInFlight.add(call)
            try {
              const value = await app.call(name, input)
              jobs.onAnswer(name, value)
              return value
            } finally {
              callsInFlight.delete(call)
            }
          },
        },
        webSocket,
        { onProblem: (problem) => logger.warn({ problem }, 'trouble with a connected process') },
      )
      clients.set(served, jobs)
      tell()
      void served.closed.then(() => {
        stopEvents()
        clients.delete(served)
        tell()
      })
    })
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // IPv4 only: "localhost" may be another program's ::1.
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, resolve)
  })
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0

  return {
    port,
    clients() {
      let unfinishedJobs = 0
      for (const jobs of clients.values()) unfinishedJobs += jobs.size
      return { connected: clients.size, unfinishedJobs }
    },
    onChange(listener) {
      changed.add(listener)
      return () => void changed.delete(listener)
    },
    async close() {
      closing = true
      // What was asked before is answered: its caller couldn't know otherwise whether it was done.
      const deadline = performance.now() + drainMs
      while (callsInFlight.size > 0 && performance.now() < deadline) await sleep(10)
      // The answers go out in the turns after their calls.
      await sleep(1)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const all = [...clients.keys()]
      for (const served of all) served.close()
      await Promise.all(all.map((served) => served.closed))
      server.closeAllConnections()
      await closed
    },
  }
}
