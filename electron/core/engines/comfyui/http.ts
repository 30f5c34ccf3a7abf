import { Agent, type Dispatcher, type FormData } from 'undici'
import { AppError } from '#shared/domain/error'
import { triedAgain } from '../tried-again'
import type { ServerAddress } from './address'
import { receive, type ReceiveOptions, type WholeAnswer } from './answer'
import { streamToFile, tooLarge } from './large-file'

/** How a server is reached beside its address. */
export interface HttpOptions {
  /** Sent with every request and with the socket's upgrade: bearer, basic, or a proxy's own. */
  headers?: Record<string, string>
  /** PEM of a private certificate authority that this server's certificate is checked against, too. */
  certificateAuthority?: string
  /** Why nothing may be asked: the headers are not known here. */
  locked?: AppError | undefined
  /** Milliseconds until a connection must stand. */
  connectTimeoutMs?: number
  /** Milliseconds without a byte after which an answer counts as lost. */
  idleTimeoutMs?: number
  /** Milliseconds within which an answer other than a picture must be whole, however slowly its bytes drip. */
  totalTimeoutMs?: number
}

/** A small answer: status and body, the body read up to a limit. */
export type Answer = Pick<WholeAnswer, 'status' | 'body'>

/** Largest JSON answer that is read: the history of a long graph is tens of KB, `/object_info` with many nodes some MB. */
export const maxJsonBytes = 64 * 1024 * 1024
/** A result up to this size is held in memory on its way to the disk. */
const maxHeldBytes = 16 * 1024 * 1024
const defaultConnectTimeoutMs = 5_000
const defaultIdleTimeoutMs = 30_000
/** `/object_info` with many nodes is some MB, and may come over a thin line. */
const defaultTotalTimeoutMs = 300_000
/** A picture is waited for as long as its caller does. */
const noTotalMs = 2 ** 31 - 1

/** Patience with a look at the queue or the history at first, milliseconds. */
const firstLookMs = 3_000
/** A look whose answer drips is given up after so many times that patience: the next one may come over a better way. */
const lookTotal = 5
/** Patience with a result on which no byte comes, milliseconds; the last try has the idle time-out's. */
const downloadIdleMs = [4_000, 12_000]

interface RequestOptions extends Pick<Dispatcher.DispatchOptions, 'body' | 'headersTimeout' | 'bodyTimeout'> {
  signal?: AbortSignal
  /** Milliseconds for the whole answer; absent: what the server's options say. */
  totalMs?: number
  headers?: Record<string, string>
}

/** Thrown while an answer's head is read: the file is to be streamed, not held. */
class TooLargeToHold extends Error {}

/** HTTP with one server: bounded in time and size, never redirected (a redirect could carry the headers to another host). */
export class ComfyHttp {
  readonly #address: ServerAddress
  readonly #headers: Record<string, string>
  readonly #options: HttpOptions
  readonly #idleTimeoutMs: number
  #agent: Agent
  /** Agents whose last requests are still out. */
  readonly #retired = new Set<Agent>()
  #lookMs: number

  constructor(address: ServerAddress, options: HttpOptions = {}) {
    this.#address = address
    this.#headers = options.headers ?? {}
    this.#idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs
    this.#options = options
    this.#lookMs = Math.min(firstLookMs, this.#idleTimeoutMs)
    this.#agent = this.#newAgent()
  }

  /** Uses no connection of those that stand any longer: they may be dead without a sign. What is under way on them goes on. */
  renew(): void {
    const old = this.#agent
    this.#agent = this.#newAgent()
    this.#retired.add(old)
    void old
      .close()
      .catch(() => undefined)
      .finally(() => this.#retired.delete(old))
  }

  /**
   * A GET of JSON that costs the server nothing, and may be asked again at any time: given up early, because its connection may be dead,
   * and with twice the patience next time, because the server may be busy.
   */
  async look(path: string, signal?: AbortSignal): Promise<unknown> {
    try {
      const totalMs = Math.min(this.#lookMs * lookTotal, this.#options.totalTimeoutMs ?? defaultTotalTimeoutMs)
      const patience = { headersTimeout: this.#lookMs, bodyTimeout: this.#lookMs, totalMs, ...(signal ? { signal } : {}) }
      const answer = await this.ask('GET', path, patience)
      this.#lookMs = Math.min(firstLookMs, this.#idleTimeoutMs)
      if (answer.status !== 200) throw this.refused(answer, path)
      return this.json(answer, path)
    } catch (thrown) {
      if (isSilence(thrown)) {
        this.#lookMs = Math.min(this.#idleTimeoutMs, this.#lookMs * 2)
        this.renew()
      }
      throw thrown
    }
  }

  /** Asks and reads the answer, up to {@link maxJsonBytes}. Rejects with `engine.offline` when no whole answer came. */
  async ask(method: 'GET' | 'POST', path: string, options: RequestOptions = {}): Promise<Answer> {
    const { totalMs = this.#options.totalTimeoutMs ?? defaultTotalTimeoutMs, ...rest } = options
    try {
      return await this.#request(method, path, rest, { totalMs, limitOf: () => maxJsonBytes })
    } catch (thrown) {
      throw this.#offline(thrown, path)
    }
  }

  /** A GET that must answer 200 with JSON. */
  async getJson(path: string, signal?: AbortSignal): Promise<unknown> {
    const answer = await this.ask('GET', path, signal ? { signal } : {})
    if (answer.status !== 200) throw this.refused(answer, path)
    return this.json(answer, path)
  }

  /** A POST of JSON; the caller looks at the status. */
  postJson(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
    return this.ask('POST', path, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
      ...(signal ? { signal } : {}),
    })
  }

  /** A POST of a form. */
  postForm(path: string, form: FormData, signal?: AbortSignal): Promise<Answer> {
    return this.ask('POST', path, { body: form, ...(signal ? { signal } : {}) })
  }

  /**
   * Fetches a file, at most `limit` bytes: into memory, or, where it is too large to be held, to `target` (not made durable: it is only
   * looked at and used up). Answers its bytes, or that path.
   * Rejects with `engine.execution` when the server sends something else, or too much of it. A connection on which nothing comes is
   * given up for a fresh one, each time later.
   */
  async download(path: string, target: string, limit: number, signal: AbortSignal): Promise<Buffer | string> {
    for (const idleMs of downloadIdleMs) {
      if (idleMs >= this.#idleTimeoutMs) break
      try {
        return await this.#download(path, target, limit, signal, idleMs)
      } catch (thrown) {
        if (!isSilence(thrown)) throw thrown
        this.renew()
      }
    }
    return await this.#download(path, target, limit, signal, this.#idleTimeoutMs)
  }

  async #download(path: string, target: string, limit: number, signal: AbortSignal, idleMs: number): Promise<Buffer | string> {
    const limitOf = (status: number, headers: WholeAnswer['headers']): number => {
      if (status !== 200) return maxJsonBytes
      const declared = Number(headers['content-length'] ?? Number.NaN)
      if (declared > limit) throw tooLarge(limit)
      if (!(declared <= maxHeldBytes)) throw new TooLargeToHold()
      return declared
    }
    let answer: Answer
    try {
      const patience = { signal, headersTimeout: idleMs, bodyTimeout: idleMs }
      answer = await this.#request('GET', path, patience, { totalMs: noTotalMs, limitOf })
    } catch (thrown) {
      if (thrown instanceof TooLargeToHold) return await this.#stream(path, target, limit, signal, idleMs)
      throw this.#offline(thrown, path)
    }
    if (answer.status !== 200) throw this.refused(answer, path)
    return answer.body
  }

  async #stream(path: string, target: string, limit: number, signal: AbortSignal, idleMs: number): Promise<string> {
    const { certificateAuthority } = this.#options
    const url = `${this.#address.http}${path}`
    try {
      await streamToFile({ url, headers: this.#headers, certificateAuthority, target, limit, idleMs, signal })
      return target
    } catch (thrown) {
      const errno = (thrown as { syscall?: unknown }).syscall
      if (errno === 'write' || errno === 'open') throw thrown
      throw this.#offline(thrown, path)
    }
  }

  /** Parses an answer's body; `engine.rejected` when it is no JSON (a login page, a proxy's error). */
  json(answer: Answer, path: string): unknown {
    try {
      return JSON.parse(answer.body.toString('utf8'))
    } catch (thrown) {
      throw new AppError(
        'engine.rejected',
        `${this.#address.label} answered ${path.split('?')[0]} with something that is no JSON. Check that the address is ComfyUI's own and not a login page.`,
        { cause: thrown, detail: { server: this.#address.label } },
      )
    }
  }

  /** The error for an answer that is no 200. */
  refused(answer: Answer, path: string): AppError {
    const server = this.#address.label
    const route = path.split('?')[0]
    const detail = { server, status: answer.status, body: answer.body.subarray(0, 2000).toString('utf8') }
    if (answer.status === 401 || answer.status === 403 || answer.status === 407) {
      return new AppError(
        'auth.denied',
        `${server} refused access (${answer.status}). Check the header that is set for this server.`,
        { detail },
      )
    }
    if (answer.status === 413) {
      return new AppError(
        'input.too_large',
        `${server} takes no upload of this size. Choose a smaller picture or raise the server's upload limit.`,
        { detail },
      )
    }
    if (answer.status >= 500 || answer.status === 429) {
      return new AppError('engine.offline', `${server} answered ${route} with ${answer.status}. ${triedAgain}`, {
        detail,
      })
    }
    if (answer.status >= 300 && answer.status < 400) {
      return new AppError(
        'engine.rejected',
        `${server} sends us elsewhere (${answer.status}). Set the address that it points to, if you trust it.`,
        { detail },
      )
    }
    return new AppError(
      'engine.rejected',
      `${server} answered ${route} with ${answer.status}. Check that the address is ComfyUI's own.`,
      { detail },
    )
  }

  async close(): Promise<void> {
    await Promise.all([this.#agent, ...this.#retired].map((agent) => agent.destroy()))
  }

  #newAgent(): Agent {
    return new Agent({
      connect: {
        timeout: this.#options.connectTimeoutMs ?? defaultConnectTimeoutMs,
        ...(this.#options.certificateAuthority ? { ca: this.#options.certificateAuthority } : {}),
      },
      connections: 6,
      headersTimeout: this.#idleTimeoutMs,
      bodyTimeout: this.#idleTimeoutMs,
      // aiohttp closes an idle connection after 75 s; letting go first avoids writing into a closed one.
      keepAliveTimeout: 30_000,
    })
  }

  #request(
    method: 'GET' | 'POST',
    path: string,
    { signal, headers, ...rest }: Omit<RequestOptions, 'totalMs'>,
    more: Omit<ReceiveOptions, 'signal'>,
  ): Promise<WholeAnswer> {
    if (this.#options.locked) throw this.#options.locked
    const { origin, pathname, search } = new URL(`${this.#address.http}${path}`)
    const request = { ...rest, origin, path: `${pathname}${search}`, method, headers: { ...this.#headers, ...headers } }
    return receive(this.#agent, request, { ...more, signal })
  }

  #offline(thrown: unknown, path: string): unknown {
    if (thrown instanceof AppError) return thrown
    if (thrown instanceof Error && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError')) {
      return new AppError('canceled', 'Canceled. Retry to run it again.', { cause: thrown })
    }
    const why = thrown instanceof Error ? ((thrown as { code?: string }).code ?? thrown.message) : String(thrown)
    return new AppError(
      'engine.offline',
      `${this.#address.label} ${certificateWords(why) ?? `does not answer (${why}). Check that ComfyUI runs there.`} ${triedAgain}`,
      {
        cause: thrown,
        detail: { server: this.#address.label, path: path.split('?')[0], why },
      },
    )
  }
}

/** What is wrong with a server's certificate, by OpenSSL's and Node's names for it; undefined where it is something else. */
function certificateWords(why: string): string | undefined {
  switch (why) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `has a certificate that this computer does not trust (${why}). Give the file of its authority with the server: --ca FILE on the command line, "Private certificate" in the engines panel.`
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `has a certificate that is not valid today (${why}). Renew it there, and check the clocks of both computers.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `has a certificate for another name (${why}). Use the address that stands in the certificate.`
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `speaks no TLS (${why}). Write its address with http:// instead of https://.`
    default:
      return undefined
  }
}

/** Whether an error says that nothing came, rather than something wrong. */
function isSilence(thrown: unknown): boolean {
  const why = thrown instanceof AppError ? thrown.detail?.['why'] : undefined
  return (
    why === 'RECAST_TOTAL_TIMEOUT' ||
    why === 'UND_ERR_HEADERS_TIMEOUT' ||
    why === 'UND_ERR_BODY_TIMEOUT' ||
    why === 'UND_ERR_CONNECT_TIMEOUT'
  )
}
