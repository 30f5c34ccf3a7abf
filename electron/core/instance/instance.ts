import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#shared/domain/error'
import type { App, AppLogger } from '../app'
import { createToken } from '../wire/token'
import { connectToOwner, localClient, type InstanceClient } from './clients'
import { readInstanceFile, removeInstanceFile, writeInstanceFile, type InstanceRecord } from './instance-file'
import type { Listener } from './listener'
import { tryOwn, type OwnerLock } from './owner-lock'
import { createSwitchingClient } from './switching-client'

export type { InstanceClient } from './clients'

/** Whether this process has the data folder open itself or works through the one that has. */
export type InstanceRole = 'owner' | 'client'

/** Options of {@link openInstance}. */
export interface InstanceOptions {
  /** The data folder, absolute; made when it is not there. */
  dataDir: string
  /** This build's version; processes of different versions don't share a data folder. */
  version: string
  /** Opens the app. Called only in the process that owns the folder, perhaps later, when a former owner has gone. */
  createApp: () => Promise<App>
  logger?: AppLogger
  /** How long to look for an owner that holds the folder but isn't to be reached yet (it may be starting), milliseconds. */
  waitMs?: number
  /** How long an owner keeps the loading of its listener out of the way of its first work, milliseconds; others wait for it. Default 0. */
  listenAfterMs?: number
}

/** How an owner leaves. */
export interface InstanceCloseOptions {
  /** Wait until the jobs of connected clients have ended. Default false: they go on through their own process. */
  waitForClients?: boolean
  /** Ends that waiting. */
  signal?: AbortSignal
  /** Told when the waiting begins and each time the number changes. */
  onWaiting?: (unfinishedJobs: number) => void
}

/** A data folder that is open, here or in another process. */
export interface Instance {
  readonly dataDir: string
  readonly version: string
  /** May change from `client` to `owner` when the former owner has gone. */
  readonly role: InstanceRole
  /** The same contract in either role; it outlives the owner. */
  readonly client: InstanceClient
  /** The app itself, while this process is the owner. */
  readonly app: App | undefined
  /** What the owner says of itself; while this process is a client. */
  readonly owner: InstanceRecord | undefined
  /** Tells each later change of role; answers a function that ends that. */
  onRole(listener: (role: InstanceRole) => void): () => void
  /** Tells later processes the address (token included) of this owner's browser shell; `undefined` takes it back. */
  announce(serveUrl: string | undefined): void
  /** Leaves: as the owner closes the app and frees the folder, as a client only disconnects. Safe to call twice. */
  close(options?: InstanceCloseOptions): Promise<void>
}

/** What being the owner takes. */
interface Ownership {
  app: App
  lock: OwnerLock
  listener: Listener | undefined
  /** Settles when the listener is there or has failed. */
  listening: Promise<void>
  record: InstanceRecord | undefined
}

const silent: AppLogger = { debug() {}, info() {}, warn() {}, error() {} }

/** Long enough for a process that was just started on a slow disk to open a large database. */
const defaultWaitMs = 20_000
/** Between two looks at lock and file; random, so that processes that lost a race don't meet again. */
const lookMs = { shortest: 20, longest: 80 }

function unreachable(dataDir: string, record: InstanceRecord | undefined): AppError {
  const who = record ? `Another Recast (process ${record.pid})` : 'Another Recast'
  return new AppError(
    'instance.unreachable',
    `${who} has the data folder ${dataDir} open and doesn't answer. Wait until it has started, or end it, then try again; ` +
      'or work in another folder with --data.',
    { detail: { dataDir, ...(record ? { pid: record.pid } : {}) } },
  )
}

function otherVersion(options: InstanceOptions, record: InstanceRecord): AppError {
  return new AppError(
    'instance.unreachable',
    `Recast ${record.version} (process ${record.pid}) has the data folder ${options.dataDir} open, and this is Recast ` +
      `${options.version}. Quit that one, then try again; or work in another folder with --data.`,
    { detail: { dataDir: options.dataDir, pid: record.pid, ownerVersion: record.version, version: options.version } },
  )
}

/**
 * Opens a data folder: as its owner if nobody is, else through the owner.
 * Rejects with `instance.unreachable` (an owner that doesn't answer, or of another version), `io.*`, or what `createApp` rejects with.
 */
export async function openInstance(options: InstanceOptions): Promise<Instance> {
  const { dataDir, version, logger = silent, waitMs = defaultWaitMs, listenAfterMs = 0 } = options
  const roleListeners = new Set<(role: InstanceRole) => void>()
  const hurry = new AbortController()
  let ownership: Ownership | undefined
  let owner: InstanceRecord | undefined
  let serveUrl: string | undefined
  let closing: Promise<void> | undefined

  /** Makes the listener known. A failure leaves the owner working alone; others are told that it can't be reached. */
  async function startListening(own: Ownership): Promise<void> {
    try {
      if (listenAfterMs > 0) await sleep(listenAfterMs, undefined, { signal: hurry.signal }).catch(() => undefined)
      if (closing) return
      // Loaded here: a command's first job shouldn't wait for the socket library.
      const { listen } = await import('./listener')
      if (closing) return
      const token = createToken()
      const listener = await listen(own.app, token, logger)
      own.listener = listener
      own.record = { pid: process.pid, port: listener.port, token, version, startedAt: Date.now() }
      if (!closing) writeInstanceFile(dataDir, { ...own.record, ...(serveUrl ? { serveUrl } : {}) })
    } catch (error) {
      logger.error({ err: error }, 'the instance listener failed: other processes cannot use this data folder')
    }
  }

  async function becomeOwner(lock: OwnerLock): Promise<InstanceClient> {
    try {
      // A former owner that was killed left its file; until ours is there, nobody shall knock at that address.
      removeInstanceFile(dataDir)
      const app = await options.createApp()
      const own: Ownership = { app, lock, listener: undefined, listening: Promise.resolve(), record: undefined }
      ownership = own
      owner = undefined
      own.listening = startListening(own)
      return localClient(app)
    } catch (thrown) {
      lock.release()
      throw thrown
    }
  }

  /** One way or the other into the folder. */
  async function join(signal?: AbortSignal): Promise<InstanceClient> {
    const deadline = performance.now() + waitMs
    let otherVersionSeen = 0
    while (true) {
      if (signal?.aborted) throw new AppError('canceled', 'Recast was closed. Start it again.')
      const lock = tryOwn(dataDir)
      if (lock) {
        const wasClient = owner !== undefined
        const client = await becomeOwner(lock)
        if (signal?.aborted) {
          client.close()
          await leave()
          throw new AppError('canceled', 'Recast was closed. Start it again.')
        }
        if (wasClient) for (const listener of roleListeners) listener('owner')
        return client
      }
      const record = readInstanceFile(dataDir)
      if (record && record.version !== version) {
        // Seen twice: the first may be what a killed owner left behind, in the moment before the new one removes it.
        if (++otherVersionSeen > 2) throw otherVersion(options, record)
      } else if (record) {
        const client = await connectToOwner(record)
        if (client) {
          owner = record
          return client
        }
      }
      if (performance.now() > deadline) throw unreachable(dataDir, record)
      await sleep(lookMs.shortest + Math.random() * (lookMs.longest - lookMs.shortest))
    }
  }

  async function waitForClients(own: Ownership, { signal, onWaiting }: InstanceCloseOptions): Promise<void> {
    await own.listening
    const { listener } = own
    if (!listener) return
    await new Promise<void>((resolve) => {
      let told = 0
      const look = (): void => {
        const { unfinishedJobs } = listener.clients()
        if (unfinishedJobs === 0 || signal?.aborted) {
          stop()
          signal?.removeEventListener('abort', look)
          resolve()
        } else if (unfinishedJobs !== told) {
          told = unfinishedJobs
          onWaiting?.(unfinishedJobs)
        }
      }
      const stop = listener.onChange(look)
      signal?.addEventListener('abort', look)
      look()
    })
  }

  async function leave(): Promise<void> {
    const own = ownership
    if (!own) return
    // The order matters: nobody new comes, those that are here look for the next owner, and only when the database is closed and
    // every engine process gone may that one take the folder.
    removeInstanceFile(dataDir)
    await own.listening
    removeInstanceFile(dataDir)
    await own.listener?.close()
    try {
      await own.app.close()
    } finally {
      ownership = undefined
      own.lock.release()
    }
  }

  const first = await join()
  let joining: Promise<InstanceClient> | undefined
  const client = createSwitchingClient({ first, next: (signal) => (joining = join(signal)) })

  return {
    dataDir,
    version,
    client,
    get role() {
      return ownership ? 'owner' : 'client'
    },
    get app() {
      return ownership?.app
    },
    get owner() {
      return ownership ? undefined : owner
    },
    onRole(listener) {
      roleListeners.add(listener)
      return () => void roleListeners.delete(listener)
    },
    announce(url) {
      serveUrl = url
      hurry.abort()
      const own = ownership
      if (own?.record && !closing) writeInstanceFile(dataDir, { ...own.record, ...(url ? { serveUrl: url } : {}) })
    },
    close(closeOptions = {}) {
      closing ??= (async () => {
        // Who has not listened yet has no clients to wait for.
        hurry.abort()
        // Waiting first: the folder's own client still works meanwhile.
        const own = ownership
        if (own && closeOptions.waitForClients) await waitForClients(own, closeOptions)
        client.close()
        // A search for the next owner may just be making this process one.
        await joining?.catch(() => {})
        await leave()
      })()
      return closing
    },
  }
}
