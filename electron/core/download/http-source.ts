import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { AppError } from '#shared/domain/error'
import { withinTime } from '../within-time'
import { fileOf, readPromise, shown, type Promised } from './answers'
import { bodyOf, type SourceBody } from './body'
import { Line } from './line'
import { isLoopback, proxyFor, tunnel } from './proxy'

/** How long a source may take. */
export interface SourceTimes {
  /** Milliseconds until a connection must stand. */
  connectMs: number
  /** Milliseconds without a byte after which a source counts as silent. */
  idleMs: number
}

/** What a source answered; the body is to be poured or destroyed. */
export interface SourceAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Where the answer came from, after redirects. */
  url: URL
  promised: Promised
  body: SourceBody
}

/** What is asked of a source. */
export interface SourceRequest {
  url: string
  /** First byte that is wanted; 0 asks for the whole file. */
  offset: number
  /** `If-Range` for an offset above 0. */
  ifRange?: string | undefined
  /** Bearer tokens by the origin they belong to; no other origin ever sees them. */
  tokens?: Readonly<Record<string, string>> | undefined
  signal: AbortSignal
}

const maxRedirects = 10
const redirects = new Set([301, 302, 303, 307, 308])

/**
 * Whether a download may go to `url`: https, or plain http on this machine; and never from another machine to this one.
 * Throws `download.unsafe` when not, also for an address with a login in it (it would be stored and logged).
 */
export function checkAddress(text: string, from?: URL): URL {
  const url = URL.canParse(text, from?.href) ? new URL(text, from?.href) : undefined
  const why =
    url === undefined
      ? 'is no address'
      : url.username !== '' || url.password !== ''
        ? 'has a login in it'
        : url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))
          ? 'is not https'
          : from !== undefined && isLoopback(url) && !isLoopback(from)
            ? 'leads into this machine'
            : undefined
  if (url !== undefined && why === undefined) return url
  const where = url ? shown(url) : text.slice(0, 200)
  throw new AppError(
    'download.unsafe',
    `${from ? `${from.host} points to ${where}, which` : where} ${why}. Nothing was fetched from there; choose another mirror.`,
    { detail: { url: where, ...(from ? { source: from.host } : {}) } },
  )
}

/**
 * Asks sources for files, through the environment's proxy, following redirects by hand.
 *
 * On Node's own client: undici 7 brings the whole process down when a server that does not keep connections alive closes one while
 * its reader is held back (nodejs/undici#5360, mended in 8 only), which is what large files, slow disks and speed limits do.
 */
export class HttpSources {
  readonly #times: SourceTimes
  readonly #environment: Readonly<Record<string, string | undefined>>

  constructor(times: SourceTimes, environment: Readonly<Record<string, string | undefined>> = process.env) {
    this.#times = times
    this.#environment = environment
  }

  /**
   * Asks for a file from `offset` on. Any final status is an answer. Rejects with `download.offline` (no answer), `download.unsafe`
   * (a redirect that must not be followed) or the signal's reason.
   */
  async get(wanted: SourceRequest): Promise<SourceAnswer> {
    let url = checkAddress(wanted.url)
    const asked = url.origin
    const promised: Promised = { size: undefined, sha256: undefined }
    for (let hop = 0; ; hop++) {
      const { body, headers, status } = await this.#ask(url, wanted)
      if (url.origin === asked) {
        // Only the hub that was asked may promise: the stores that it points to are just carriers.
        const said = readPromise(headers)
        promised.size ??= said.size
        promised.sha256 ??= said.sha256
      }
      if (!redirects.has(status)) return { status, headers, url, promised, body }
      body.destroy()
      const to = headers.location
      if (to === undefined || hop >= maxRedirects) {
        throw new AppError(
          'download.unsafe',
          `${url.host} redirects ${to !== undefined ? `more than ${maxRedirects} times` : 'to nowhere'}. Choose another mirror.`,
          { detail: { source: url.host, url: shown(url) } },
        )
      }
      url = checkAddress(to, url)
    }
  }

  async #tunnel(proxy: URL, url: URL, signal: AbortSignal): Promise<Socket> {
    try {
      return await withinTime(this.#times.connectMs, signal, (limited) => tunnel(proxy, url, limited))
    } catch (thrown) {
      throw isTimeout(thrown) ? new SilentProxyError('the proxy is silent', { cause: thrown }) : thrown
    }
  }

  async #ask(url: URL, wanted: SourceRequest): Promise<Pick<SourceAnswer, 'body' | 'headers' | 'status'>> {
    const token = wanted.tokens?.[url.origin]
    if (token && !/^[\x21-\x7e]+$/.test(token)) throw oddToken(url)
    let made: Line | Socket | undefined
    try {
      const proxy = url.protocol === 'https:' ? proxyFor(url, this.#environment) : undefined
      const connection = proxy ? await this.#tunnel(proxy, url, wanted.signal) : new Line(url)
      made = connection
      const ask = url.protocol === 'https:' ? httpsRequest : httpRequest
      const request = ask(url, {
        method: 'GET',
        // A connection for each exchange: an exchange is a large file, and what was cut is never read into the next answer.
        // An agent, also a fresh one, would make its own connection past the tunnel.
        createConnection: () => connection,
        signal: wanted.signal,
        headers: {
          // A body that was packed on the way has other bytes and no ranges.
          'accept-encoding': 'identity',
          'user-agent': 'recast',
          ...(wanted.offset > 0 ? { range: `bytes=${wanted.offset}-` } : {}),
          ...(wanted.offset > 0 && wanted.ifRange ? { 'if-range': wanted.ifRange } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
      })
      const response = await responseOf(request, this.#times)
      // Node gives the bytes of a connection within another one in no other way than as a stream.
      const line = connection instanceof Line ? connection : undefined
      return { status: response.statusCode ?? 0, headers: response.headers, body: bodyOf(response, line) }
    } catch (thrown) {
      // The client never took it when it refused to ask, as with a token that no header can hold.
      made?.destroy()
      wanted.signal.throwIfAborted()
      throw lostConnection(thrown, url)
    }
  }
}

/** The answer's beginning, within the times; whatever breaks later is told by the answer itself. */
function responseOf(request: ClientRequest, { connectMs, idleMs }: SourceTimes): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => request.destroy(new SilentError()), connectMs)
    const connected = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => request.destroy(new SilentError()), idleMs)
    }
    request.once('socket', (socket: Socket | Line) => {
      if (socket.connecting) socket.once('connect', connected)
      else connected()
    })
    request.once('response', (response) => {
      clearTimeout(timer)
      resolve(response)
    })
    // Stays for good: an error after the answer's beginning is the answer's, and must not be nobody's.
    request.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    request.end()
  })
}

/** A source that is connected, or should be, and sends nothing. */
export class SilentError extends Error {
  override readonly name = 'SilentError'
}

/** A proxy that takes a connection and opens no tunnel. */
class SilentProxyError extends Error {
  override readonly name = 'SilentProxyError'
}

const isTimeout = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'TimeoutError'

/** The error for a token that no header can hold, as one that was copied with a line break: nobody need be asked. */
function oddToken(url: URL): AppError {
  return new AppError(
    'download.denied',
    `The access token for ${url.host} has a line break or other characters that no token has: it was copied wrongly. Set it once more (HF_TOKEN, or Models → Access token), then resume.`,
    { detail: { source: url.host, url: shown(url), why: 'token' } },
  )
}

/** The error for a connection that did not come about or broke. */
export function lostConnection(thrown: unknown, url: URL): AppError {
  if (thrown instanceof AppError) return thrown
  const code = (thrown as { code?: unknown }).code
  const why =
    thrown instanceof SilentError
      ? 'silent'
      : typeof code === 'string'
        ? code
        : thrown instanceof Error
          ? thrown.message
          : String(thrown)
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(why)
  const silent = thrown instanceof SilentError || isTimeout(thrown)
  const words =
    thrown instanceof SilentProxyError
      ? `The proxy that HTTPS_PROXY names opens no way to ${url.host}: it says nothing. Check the proxy, or choose a mirror that needs none, then resume.`
      : certificate
        ? `The certificate of ${url.host} is not trusted (${why}). A proxy or a virus scanner may be in between: set NODE_EXTRA_CA_CERTS, or choose a mirror.`
        : silent
          ? `${url.host} went silent while sending ${fileOf(url)}. Check the connection or choose a mirror, then resume; nothing that came is lost.`
          : `${url.host} cannot be reached, or broke off (${why}). Check the connection or choose a mirror, then resume; nothing that came is lost.`
  return new AppError('download.offline', words, {
    cause: thrown,
    detail: { source: url.host, url: shown(url), why, ...(certificate ? { certificate: true } : {}) },
  })
}
