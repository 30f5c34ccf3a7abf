import { AppError } from '#shared/domain/error'
import { fileOf, header, readContentRange, refusal, shown, wholeNumber } from './answers'
import { lostConnection, SilentError, type HttpSources, type SourceAnswer } from './http-source'
import type { Intake } from './intake-ring'
import type { PartFile, PartOrigin } from './part-file'
import type { RateLimit } from './rate-limit'
import { resumeFrom, type Expected } from './resume'

/** With a limit it comes in smaller pieces, each of which is waited for. */
const limitedPlaceBytes = 64 * 1024

/** What an exchange with a source works with. */
export interface ExchangeContext {
  sources: HttpSources
  limit: RateLimit
  tokens: Readonly<Record<string, string>> | undefined
  signal: AbortSignal
  /** Milliseconds without a byte after which a source counts as silent. */
  idleMs: number
  /** Below this speed a source counts as stuck, judged over `slowAfterMs` of waiting for it. */
  slowBytesPerSecond: number
  slowAfterMs: number
  /** Called once the size is known, before the first byte is kept: rejects when there is no room. */
  onSize(total: number): Promise<void>
  onBytes(count: number): void
}

/** The address, once its answer is known to be what we want, with where its bytes begin. */
interface Opened {
  answer: SourceAnswer
  offset: number
  total: number | undefined
}

/**
 * Brings a part file to its end from one source, in one exchange (two when what is there can't be gone on with).
 * Rejects with a `download.*` error, an `io.*` one, or the signal's reason; what came until then is kept.
 */
export async function exchange(part: PartFile, url: string, wanted: Expected, context: ExchangeContext): Promise<void> {
  const known: Expected = { size: wanted.size ?? part.origin?.total, sha256: wanted.sha256 ?? part.origin?.sha256 }
  const resume = resumeFrom(part.origin && { origin: part.origin, bytes: part.bytes }, url, known)
  if (resume.offset > 0 && resume.offset === known.size) return
  const opened = (await open(resume.offset, resume.ifRange)) ?? (await open(0))
  if (opened === 'complete') return
  if (!opened) throw changed(url, 'does not send the file from its beginning')
  try {
    await receive(part, opened, wanted, context)
  } finally {
    opened.answer.body.destroy()
  }

  /** Undefined: this can't be gone on with, ask from the beginning. */
  async function open(offset: number, ifRange?: string): Promise<Opened | 'complete' | undefined> {
    const { sources, tokens, signal } = context
    const answer = await sources.get({ url, offset, ifRange, tokens, signal })
    const { status, headers } = answer
    const drop = (): void => answer.body.destroy()
    try {
      const range = readContentRange(header(headers, 'content-range'))
      if (status === 416 && offset > 0) {
        drop()
        return range?.total === offset && (wanted.size === undefined || wanted.size === offset) ? 'complete' : undefined
      }
      if (status !== 200 && status !== 206) throw refusal(status, headers, answer.url, Date.now())
      const whole = status === 200
      if (!whole && (range === undefined || range.start !== offset)) {
        drop()
        if (offset === 0) throw changed(url, 'sends a part that was not asked for')
        return undefined
      }
      if (!/^(identity)?$/i.test(header(headers, 'content-encoding')?.trim() ?? '')) {
        throw changed(url, 'sends the file packed, which it was asked not to')
      }
      const total = whole ? wholeNumber(header(headers, 'content-length')) : range?.total
      checkPromises(answer, total)
      const sameFile = sameAs(part.origin, url, headers, total)
      if (!whole && offset > 0 && !sameFile) {
        drop()
        return undefined
      }
      const size = total ?? wanted.size
      if (size !== undefined) await context.onSize(size - (whole ? 0 : offset))
      const origin: PartOrigin = {
        url,
        etag: header(headers, 'etag'),
        lastModified: header(headers, 'last-modified'),
        total: size,
        // A hub's promise holds for its mirrors, too.
        sha256: wanted.sha256 ?? answer.promised.sha256 ?? part.origin?.sha256,
      }
      if (whole || offset === 0) await part.restart(origin)
      else await part.goOnFrom(origin)
      return { answer, offset: whole ? 0 : offset, total: size }
    } catch (error) {
      drop()
      throw error
    }
  }

  /** The size and hash that the source itself tells must be those that are wanted: known before the first byte. */
  function checkPromises({ promised }: SourceAnswer, total: number | undefined): void {
    for (const size of [total, promised.size]) {
      if (wanted.size !== undefined && size !== undefined && size !== wanted.size) {
        throw changed(url, `has a file of ${size} bytes; ${wanted.size} are wanted`)
      }
    }
    if (wanted.sha256 !== undefined && promised.sha256 !== undefined && promised.sha256 !== wanted.sha256) {
      throw changed(url, 'has a file with another hash')
    }
  }
}

/** Whether an answer to a range goes on with the file of which we hold the beginning. */
function sameAs(
  origin: PartOrigin | undefined,
  url: string,
  headers: SourceAnswer['headers'],
  total: number | undefined,
): boolean {
  if (!origin) return false
  if (origin.total !== undefined && total !== undefined && origin.total !== total) return false
  const etag = header(headers, 'etag')
  return origin.url !== url || origin.etag === undefined || etag === undefined || origin.etag === etag
}

/** Reads an answer's body into the part file, to its end. */
async function receive(part: PartFile, { answer, total }: Opened, wanted: Expected, context: ExchangeContext): Promise<void> {
  const { signal, limit } = context
  const { url, body } = answer
  const ceiling = wanted.size ?? total
  /** Since when the source is waited for; undefined while it waits for us. */
  let asked: number | undefined = performance.now()
  let waitedMs = 0
  let slowFrom = part.bytes
  /** What did not come from the source. */
  let own: unknown
  // Only time spent waiting for the source counts: neither a slow disk nor our own limit is its fault.
  const idle = setTimeout(() => (asked === undefined ? idle.refresh() : body.destroy(new SilentError())), context.idleMs)
  const go = (): void => {
    asked = performance.now()
    idle.refresh()
  }

  /** Keeps what came; answers what the source has to wait for. */
  function keep(count: number): Promise<unknown> | undefined {
    if (ceiling !== undefined && part.bytes + count > ceiling) {
      throw changed(url.href, `sends more than the ${ceiling} bytes wanted`)
    }
    const full = part.took(count)
    // What is thrown below leaves nobody to hear it.
    full?.catch(() => undefined)
    context.onBytes(count)
    if (waitedMs >= context.slowAfterMs) {
      if (((part.bytes - slowFrom) * 1000) / waitedMs < context.slowBytesPerSecond) throw tooSlow(url)
      waitedMs = 0
      slowFrom = part.bytes
    }
    const pause = limit.take(count, signal)
    return full && pause ? Promise.all([full, pause]) : (full ?? pause)
  }

  const intake: Intake = {
    place: () => part.place(limit.limited ? limitedPlaceBytes : undefined),
    took(count) {
      const now = performance.now()
      if (asked !== undefined) waitedMs += now - asked
      try {
        const wait = keep(count)
        asked = wait ? undefined : now
        idle.refresh()
        if (!wait) return undefined
        return wait.then(go, (thrown: unknown) => {
          own = thrown
          throw thrown
        })
      } catch (thrown) {
        own = thrown
        throw thrown
      }
    },
  }
  try {
    await body.pour(intake)
  } catch (thrown) {
    signal.throwIfAborted()
    throw thrown === own ? thrown : lostConnection(thrown, url)
  } finally {
    clearTimeout(idle)
  }
  if (ceiling !== undefined && part.bytes < ceiling)
    throw lostConnection(new Error(`${part.bytes} of ${ceiling} bytes came`), url)
}

function changed(url: string, what: string): AppError {
  const at = new URL(url)
  return new AppError(
    'download.changed',
    `${at.host} ${what} (${fileOf(at)}). It has another version, or is no true mirror: choose another one, or update Recast.`,
    { detail: { source: at.host, url: shown(at) } },
  )
}

function tooSlow(url: URL): AppError {
  return new AppError(
    'download.offline',
    `${url.host} sends ${fileOf(url)} too slowly to ever end. Choose a mirror, or resume later; nothing that came is lost.`,
    { detail: { source: url.host, url: shown(url), why: 'slow' } },
  )
}
