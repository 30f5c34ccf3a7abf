import { isPlainPath } from '#core/wire/plain-path'
import { filesPath } from '#shared/contract/file-address'

/** What the guard looks at: everything that a request says before its body, as received, nothing decoded. */
export interface RequestFacts {
  method: string
  /** The request target with its query. */
  target: string
  /** Headers; several of one name joined by `, `, so that a doubled one equals nothing that is allowed. */
  host: string | undefined
  origin: string | undefined
  secFetchSite: string | undefined
  secFetchMode: string | undefined
  secFetchDest: string | undefined
  contentType: string | undefined
  /** The token of the `Authorization: Bearer` header or, for a socket, of its subprotocols. */
  token: string | undefined
  /** The value of the files cookie. */
  fileCookie: string | undefined
  /** Whether it asks to become a socket. */
  isUpgrade: boolean
}

/** What the guard knows of its server. */
export interface GuardSettings {
  /** The exact `Host` headers under which this server may be addressed, in lower case, with port: see {@link hostsFor}. */
  hosts: readonly string[]
  isToken(given: string): boolean
  /** A one-time secret that the browser was opened with; only a session may be begun with it. */
  isTicket(given: string): boolean
  isFileCookie(given: string): boolean
}

/** Why a request is refused; for the log and the tests, not for the one who asked. */
export type Denial =
  'method' | 'path' | 'host' | 'origin' | 'cross_site' | 'token' | 'token_in_query' | 'content_type' | 'upgrade' | 'no_cookie'

/** The guard's answer. */
export type Verdict =
  { allowed: true; route: Route } | { allowed: false; status: 400 | 401 | 403 | 405 | 415 | 421; reason: Denial }

/** What a path is for; each kind asks for its own proof. */
export type Route = 'page' | 'call' | 'session' | 'upload' | 'files' | 'socket'

/**
 * The `Host` headers that name this server when it is bound to `host`: that address and, on loopback, `localhost`. Nothing else,
 * whatever it resolves to: that is what stops a page whose name was rebound to 127.0.0.1. A browser sends names in lower case and
 * without a trailing dot unless it was told otherwise, so other spellings are not ours.
 */
export function hostsFor(host: string, port: number): string[] {
  const bracketed = host.includes(':') ? `[${host}]` : host
  const names = isLoopback(host) ? [bracketed, 'localhost'] : [bracketed]
  return names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])).map((name) => name.toLowerCase())
}

/** Whether an address can be reached from this machine only. Names other than `localhost` are not trusted to be loopback. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(host)
}

function routeOf(path: string): Route {
  if (path === '/socket') return 'socket'
  if (path === '/session') return 'session'
  if (path === '/upload') return 'upload'
  if (path === '/api' || path.startsWith('/api/')) return 'call'
  if (path === filesPath || path.startsWith(`${filesPath}/`)) return 'files'
  return 'page'
}

const methodsOf: Record<Route, readonly string[]> = {
  page: ['GET', 'HEAD'],
  files: ['GET', 'HEAD'],
  socket: ['GET'],
  call: ['POST'],
  session: ['POST'],
  upload: ['POST'],
}

/** Whether a query carries something like a secret: addresses end up in logs and histories. */
function hasTokenInQuery(query: string): boolean {
  return /(?:^|&)(?:[\w.-]*token|ticket|authorization)=/i.test(query) || /%74%6f%6b%65%6e|t%6fken/i.test(query)
}

const deny = (status: 400 | 401 | 403 | 405 | 415 | 421, reason: Denial): Verdict => ({ allowed: false, status, reason })

/**
 * Decides about a request before anything of it is used. Every rule stands alone; all must hold:
 * a plain path, the path's method, our own name in Host, our own or no Origin, no request that another site caused, and the proof that
 * the path asks for: nothing for the pages (they hold no data), the token in a header for calls and uploads, the token or a ticket for
 * a session, the token as a subprotocol for the socket, the read-only cookie (or the token) for pictures.
 */
export function isRequestAllowed(facts: RequestFacts, settings: GuardSettings): Verdict {
  const mark = facts.target.indexOf('?')
  const path = mark < 0 ? facts.target : facts.target.slice(0, mark)
  const query = mark < 0 ? '' : facts.target.slice(mark + 1)
  if (!isPlainPath(path)) return deny(400, 'path')
  if (facts.host === undefined || !settings.hosts.includes(facts.host)) return deny(421, 'host')
  // The Origin that belongs to a Host of ours; `null`, other ports, https and foreign names are all something else.
  if (facts.origin !== undefined && facts.origin !== `http://${facts.host}`) return deny(403, 'origin')
  if (hasTokenInQuery(query)) return deny(400, 'token_in_query')

  const route = routeOf(path)
  if (!methodsOf[route].includes(facts.method)) return deny(405, 'method')
  if (facts.isUpgrade !== (route === 'socket')) return deny(400, 'upgrade')
  if (!isOwnDoing(facts, route)) return deny(403, 'cross_site')

  switch (route) {
    case 'page':
      return { allowed: true, route }
    case 'files': {
      if (facts.token !== undefined) return settings.isToken(facts.token) ? { allowed: true, route } : deny(401, 'token')
      // A cookie goes wherever the browser is sent: it counts only where the browser also says that our own page asked.
      if (facts.secFetchSite === undefined) return deny(403, 'cross_site')
      return facts.fileCookie !== undefined && settings.isFileCookie(facts.fileCookie)
        ? { allowed: true, route }
        : deny(401, 'no_cookie')
    }
    case 'session': {
      const known = facts.token !== undefined && (settings.isToken(facts.token) || settings.isTicket(facts.token))
      return known ? { allowed: true, route } : deny(401, 'token')
    }
    case 'call':
    case 'upload':
    case 'socket': {
      if (facts.token === undefined || !settings.isToken(facts.token)) return deny(401, 'token')
      const wanted = route === 'call' ? 'application/json' : route === 'upload' ? 'multipart/form-data' : undefined
      const given = facts.contentType?.split(';')[0]?.trim().toLowerCase()
      return wanted === undefined || given === wanted ? { allowed: true, route } : deny(415, 'content_type')
    }
  }
}

/**
 * By the browser's word (Fetch metadata, which pages cannot forge): did our own page, or the user, cause this request?
 * `same-site` is not ours: every other port of this machine is. Programs other than browsers say nothing and are judged by their token.
 */
function isOwnDoing({ secFetchSite, secFetchMode, secFetchDest }: RequestFacts, route: Route): boolean {
  if (secFetchSite === undefined || secFetchSite === 'same-origin') return true
  if (secFetchSite === 'none') return route === 'page' || route === 'files'
  // Following a link to the studio is harmless: the page holds no data without its token, and it cannot be framed.
  return route === 'page' && secFetchMode === 'navigate' && secFetchDest === 'document'
}
