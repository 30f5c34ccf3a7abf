import { setMaxListeners } from 'node:events'
import { rename, stat } from 'node:fs/promises'
import { dirname, isAbsolute } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, toAppError } from '#shared/domain/error'
import { hashFile } from '../assets/blob-store'
import { discard, makeFolder, syncFolder, whileHeld } from '../assets/durable-file'
import { exchange, type ExchangeContext } from './exchange'
import { HttpSources } from './http-source'
import { discardPart, PartFile, partPath, readPart } from './part-file'
import { tryLockPart } from './part-lock'
import { createReporter, quiet, type DownloadProgress, type Reporter } from './progress'
import { createRateLimit } from './rate-limit'
import { afterFailure, mostTelling } from './retry'
import { createSlots } from './slots'
import { createSpaceBook, type Reservation } from './space'

export type { DownloadProgress } from './progress'

/** A file that is wanted. */
export interface DownloadRequest {
  /** Where it may come from, best first; https, or http on this machine. */
  urls: readonly string[]
  /** Absolute path at which it appears, whole and checked, or not at all. Its folder is made. */
  target: string
  /** Bytes, where they are known. */
  size?: number | undefined
  /** Hexadecimal digits, where they are known; else a hub's own promise is taken, where it makes one. */
  sha256?: string | undefined
  /** Bearer tokens by origin (`https://host`); each goes to its origin alone. */
  tokens?: Readonly<Record<string, string>> | undefined
  /** Stops it; what came stays and is gone on with by the next call (see {@link discardDownload} for good riddance). */
  signal?: AbortSignal | undefined
  onProgress?: ((progress: DownloadProgress) => void) | undefined
  /** Puts the new file into the place of another one at `target`; without it that is `input.conflict`. */
  replace?: boolean | undefined
  /** Goes on although the disk says that there is no room. */
  ignoreSpace?: boolean | undefined
}

/** A file that is there. */
export interface Downloaded {
  path: string
  bytes: number
  sha256: string
  /** What `sha256` was checked against: the caller's, the hub's promise, or nothing. */
  checkedBy: 'caller' | 'source' | 'nothing'
  /** Bytes that came over the line in this call; 0 when the file was there already. */
  fetched: number
  /** Address that it came from; undefined when it was there already. */
  url: string | undefined
}

/** Options of {@link createDownloader}; times in milliseconds. */
export interface DownloaderOptions {
  /** Files at the same time. */
  parallel?: number
  /** Bytes a second over all files; null for no limit. */
  bytesPerSecond?: number | null
  connectMs?: number
  idleMs?: number
  /** First pause before a source is asked again; it doubles. */
  retryMs?: number
  slowBytesPerSecond?: number
  slowAfterMs?: number
  /** Where proxies are looked up; absent: the process's environment. */
  environment?: Readonly<Record<string, string | undefined>>
}

/** Fetches files, several side by side, each through one stream that is hashed as it comes. */
export interface Downloader {
  /**
   * Fetches a file, going on with what a former call or process left. Each source is tried until it refuses for good; then the next.
   * Rejects with the most telling `download.*` error, `io.*`, `input.conflict`, or `canceled` when the signal stopped it.
   */
  download(request: DownloadRequest): Promise<Downloaded>
  /** Limits all files together; null for no limit. */
  setRate(bytesPerSecond: number | null): void
  /** Stops what runs (what came stays) and lets go of connections. */
  close(): Promise<void>
}

/** Removes what a stopped download left at `target`; not while it runs here, and nothing while another process fetches it. */
export async function discardDownload(target: string): Promise<void> {
  if (!(await readPart(target))) return await discardPart(target)
  const lock = await tryLockPart(target)
  if (!lock) return
  try {
    await discardPart(target)
  } finally {
    await lock.release()
  }
}

/** What a stopped download has got so far; undefined when there is nothing to go on with. */
export async function downloadedSoFar(target: string): Promise<{ bytes: number; total: number | undefined } | undefined> {
  const part = await readPart(target)
  return part && { bytes: part.bytes, total: part.origin.total }
}

/** Between two looks whether another process has done with a file. */
const lookEveryMs = 250
/** Progress that makes a failure the first one again. */
const countsAsProgress = 64 * 1024

/** Makes the one downloader of an app. */
export function createDownloader(options: DownloaderOptions = {}): Downloader {
  const { retryMs, idleMs = 30_000, slowBytesPerSecond = 1024, slowAfterMs = 60_000 } = options
  const sources = new HttpSources({ connectMs: options.connectMs ?? 15_000, idleMs }, options.environment)
  const limit = createRateLimit(options.bytesPerSecond ?? null)
  const slots = createSlots(options.parallel ?? 3)
  const space = createSpaceBook()
  const closing = new AbortController()
  const running = new Map<string, Promise<Downloaded>>()

  return {
    download(request) {
      const { target } = request
      if (!isAbsolute(target)) {
        return Promise.reject(new AppError('input.invalid', `The target must be an absolute path, got "${target}".`))
      }
      if (request.urls.length === 0) {
        return Promise.reject(new AppError('input.invalid', `There is no address to get ${target} from. Bring the file by hand.`))
      }
      if (running.has(target)) {
        return Promise.reject(
          new AppError('input.conflict', `${target} is being fetched already. Wait for it.`, { detail: { path: target } }),
        )
      }
      const signal = request.signal ? AbortSignal.any([request.signal, closing.signal]) : closing.signal
      // Each piece that waits for the limit listens to it: many of them are no leak.
      setMaxListeners(0, signal)
      const work = run(request, signal).finally(() => running.delete(target))
      running.set(target, work)
      return work
    },
    setRate: (bytesPerSecond) => limit.set(bytesPerSecond),
    async close() {
      closing.abort()
      await Promise.allSettled(running.values())
    },
  }

  async function run(request: DownloadRequest, signal: AbortSignal): Promise<Downloaded> {
    try {
      request.onProgress?.(quiet('queued'))
      const release = await slots.take(signal)
      try {
        return (await alreadyThere(request, signal)) ?? (await fetchAlone(request, signal))
      } finally {
        release()
      }
    } catch (thrown) {
      if (signal.aborted) {
        throw new AppError('canceled', 'The download was stopped. Resume goes on where it stopped.', { cause: thrown })
      }
      throw toAppError(thrown)
    }
  }

  /** Fetches a file while no other process does; where one did meanwhile, its file is taken. */
  async function fetchAlone(request: DownloadRequest, signal: AbortSignal): Promise<Downloaded> {
    let lock = await tryLockPart(request.target)
    if (!lock) request.onProgress?.({ ...quiet('waiting'), problem: fetchedElsewhere(request.target) })
    while (!lock) {
      await wait(lookEveryMs, undefined, { signal })
      lock = await tryLockPart(request.target)
    }
    try {
      return (await alreadyThere(request, signal)) ?? (await fetchFile(request, signal))
    } finally {
      await lock.release()
    }
  }

  async function fetchFile(request: DownloadRequest, signal: AbortSignal): Promise<Downloaded> {
    const { target } = request
    const left = await readPart(target)
    const part = await PartFile.open(target)
    const report = createReporter(request, part)
    let room: Reservation | undefined
    let fetched = 0
    try {
      if (left) {
        report('checking')
        await part.keep(left.bytes, left.origin)
      }
      const context: ExchangeContext = {
        sources,
        limit,
        tokens: request.tokens,
        signal,
        idleMs,
        slowBytesPerSecond,
        slowAfterMs,
        async onSize(toCome) {
          room?.release()
          room = await space.reserve(dirname(target), toCome, request.ignoreSpace)
        },
        onBytes(count) {
          fetched += count
          room?.used(count)
          report('receiving')
        },
      }
      const errors: AppError[] = []
      for (const url of request.urls) {
        try {
          const sha256 = await fromSource(request, part, url, context, report)
          const { bytes, origin } = part
          await part.close()
          await takePlace(request)
          const checkedBy = request.sha256 ? 'caller' : origin?.sha256 ? 'source' : 'nothing'
          return { path: target, bytes, sha256, checkedBy, fetched, url }
        } catch (thrown) {
          signal.throwIfAborted()
          const error = toAppError(thrown)
          if (!error.code.startsWith('download.')) throw error
          errors.push(error)
        }
      }
      throw withOthers(errors)
    } finally {
      room?.release()
      // What came is made sure of; on a full disk that fails as well, and the next start finds what got through.
      await part.sync().catch(() => undefined)
      await part.close().catch(() => undefined)
      if (part.bytes === 0) await discardPart(target)
    }
  }

  /** Gets the whole file from one source, asking again as long as that is worth it; answers its hash. */
  async function fromSource(
    request: DownloadRequest,
    part: PartFile,
    url: string,
    context: ExchangeContext,
    report: Reporter,
  ): Promise<string> {
    let idleTries = 0
    let pieced = false
    let secondChance = false
    for (;;) {
      const before = part.bytes
      pieced ||= before > 0
      try {
        report('connecting', { url })
        await exchange(part, url, request, context)
      } catch (thrown) {
        context.signal.throwIfAborted()
        const error = toAppError(thrown)
        idleTries = part.bytes - before >= countsAsProgress ? 1 : idleTries + 1
        const next = afterFailure(error, idleTries, Math.random(), retryMs)
        if (!next.again) throw error
        report('waiting', { url, problem: error })
        await wait(next.waitMs, undefined, { signal: context.signal })
        continue
      }
      const promised = request.sha256?.toLowerCase() ?? part.origin?.sha256
      // The flush and the end of the hash side by side.
      const [sha256] = await Promise.all([part.digest(), part.flush()])
      if (promised === undefined || sha256 === promised) return sha256
      await part.restart({ url, sha256: promised })
      // Bytes of a former try or of another source may be to blame: this source gets one chance from the beginning.
      if (!pieced || secondChance) throw corrupt(request.target, url, promised, sha256)
      pieced = false
      secondChance = true
    }
  }

  /** The file itself, when it is there already; `input.conflict` when another one is in its place. */
  async function alreadyThere(request: DownloadRequest, signal: AbortSignal): Promise<Downloaded | undefined> {
    const { target, size, sha256 } = request
    const found = await stat(target).catch(() => undefined)
    if (!found) return undefined
    const there = (hash: string): Downloaded => ({
      path: target,
      bytes: found.size,
      sha256: hash,
      checkedBy: sha256 ? 'caller' : 'nothing',
      fetched: 0,
      url: undefined,
    })
    if (found.isFile() && (size === undefined || found.size === size) && (sha256 !== undefined || size !== undefined)) {
      request.onProgress?.(quiet('checking'))
      const { sha256: hash } = await hashFile(target, signal ? { signal } : {})
      if (sha256 === undefined || hash === sha256.toLowerCase()) {
        await discardPart(target)
        return there(hash)
      }
    }
    if (request.replace && found.isFile()) return undefined
    throw new AppError('input.conflict', `Another file is at ${target}. Rename or remove it, then try again.`, {
      detail: { path: target },
    })
  }
}

/** Gives the checked part file its name. */
async function takePlace({ target, replace }: DownloadRequest): Promise<void> {
  if (!replace && (await stat(target).catch(() => undefined))) {
    throw new AppError('input.conflict', `Another file appeared at ${target} meanwhile. Rename or remove it, then resume.`, {
      detail: { path: target },
    })
  }
  await makeFolder(dirname(target))
  await whileHeld(() => rename(partPath(target), target))
  await syncFolder(dirname(target))
  await discard(`${partPath(target)}.json`)
}

function fetchedElsewhere(target: string): AppError {
  return new AppError(
    'input.conflict',
    `Another Recast is fetching ${target}. This one waits and takes that file; to fetch it here, stop it there.`,
    { detail: { path: target } },
  )
}

function corrupt(target: string, url: string, expected: string, got: string): AppError {
  const source = new URL(url).host
  return new AppError(
    'download.corrupt',
    `What ${source} sent is not the file that was asked for (sha256 ${got.slice(0, 12)}… instead of ${expected.slice(0, 12)}…). It was thrown away: try again, or choose another mirror.`,
    { detail: { source, path: target, expected, got } },
  )
}

/** The error to show of all sources, with what the others said. */
function withOthers(errors: readonly AppError[]): AppError {
  const main = mostTelling(errors)
  if (!main) throw new AppError('bug', 'No source was asked. This is a fault in Recast: please report it.')
  if (errors.length === 1) return main
  const others = errors.filter((error) => error !== main).map((error) => ({ code: error.code, source: error.detail?.['source'] }))
  return new AppError(main.code, main.message, { retry: main.retry, cause: main, detail: { ...main.detail, others } })
}
