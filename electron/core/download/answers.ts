import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '#shared/domain/error'

/** One header's value; the first where there are several. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** A whole number that is not negative, as headers write it; anything else is undefined. */
export function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text.trim())) return undefined
  return Number(text)
}

/** What `Content-Range` says (RFC 9110, 14.4); `start` is undefined in the form that comes with 416. */
export interface ContentRange {
  start: number | undefined
  total: number | undefined
}

/** Reads `bytes 0-9/10`, `bytes 0-9/*` and the form with an asterisk for the range; undefined for all else. */
export function readContentRange(text: string | undefined): ContentRange | undefined {
  const match = /^bytes\s+(?:(\d{1,15})-\d{1,15}|\*)\/(?:(\d{1,15})|\*)$/i.exec(text?.trim() ?? '')
  return match ? { start: wholeNumber(match[1]), total: wholeNumber(match[2]) } : undefined
}

/** Milliseconds that `Retry-After` asks for: seconds or a date (RFC 9110, 10.2.3); undefined when it says nothing usable. */
export function readRetryAfter(text: string | undefined, now: number): number | undefined {
  const seconds = wholeNumber(text)
  if (seconds !== undefined) return seconds * 1000
  const date = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** What a hub promises of a file beside its bytes: Hugging Face's `X-Linked-Size` and `X-Linked-ETag` (a sha256 for large files). */
export interface Promised {
  size: number | undefined
  sha256: string | undefined
}

/** Reads a hub's promise; both undefined where it makes none. */
export function readPromise(headers: IncomingHttpHeaders): Promised {
  const etag = /^(?:W\/)?"?([0-9a-f]{64})"?$/i.exec(header(headers, 'x-linked-etag')?.trim() ?? '')?.[1]
  return { size: wholeNumber(header(headers, 'x-linked-size')), sha256: etag?.toLowerCase() }
}

/** How an address is named to people: without what may be secret in it (user, query). */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`
}

/**
 * The error for an answer that brings no bytes. Hugging Face tells in `X-Error-Code` whether a licence is to be accepted (`GatedRepo`),
 * or the repository or file is not there; a private or unknown repository is 401 there without a token.
 */
export function refusal(status: number, headers: IncomingHttpHeaders, url: URL, now: number): AppError {
  const source = url.host
  const why = header(headers, 'x-error-code')
  const retryAfterMs = readRetryAfter(header(headers, 'retry-after'), now)
  const detail = {
    source,
    url: shown(url),
    status,
    ...(why ? { why: why.slice(0, 100) } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  if (why === 'GatedRepo') {
    const page = /^(\/[^/]+\/[^/]+)\/resolve\//.exec(url.pathname)?.[1]
    return new AppError(
      'download.gated',
      `${source} gives ${fileOf(url)} only to those who accepted its licence. Accept it on the model's page, set your access token, then resume.`,
      { detail: { ...detail, ...(page ? { page: `${url.origin}${page}` } : {}) } },
    )
  }
  if (status === 404 || status === 410 || why === 'RepoNotFound' || why === 'EntryNotFound' || why === 'RevisionNotFound') {
    return new AppError(
      'download.missing',
      `${source} has no ${fileOf(url)} (${status}). Choose a mirror, or bring the file by hand.`,
      {
        detail,
      },
    )
  }
  if (status === 401 || status === 403 || status === 407) {
    const what = status === 407 ? 'The proxy' : source
    return new AppError(
      'download.denied',
      `${what} refuses access to ${fileOf(url)} (${status}). Check the ${status === 407 ? 'proxy’s login' : 'access token'}, then resume.`,
      { detail },
    )
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const wait = retryAfterMs === undefined ? '' : ` for ${Math.ceil(retryAfterMs / 1000)} s`
    return new AppError('download.busy', `${source} is busy${wait} (${status}). Wait, then resume; nothing that came is lost.`, {
      detail,
    })
  }
  return new AppError('download.denied', `${source} answered ${status} instead of ${fileOf(url)}. Choose another mirror.`, {
    detail,
  })
}

/** The file's name in an address, for messages. */
export function fileOf(url: URL): string {
  const name = url.pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(name) || url.host
  } catch {
    return name
  }
}
