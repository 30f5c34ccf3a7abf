import { createToken, isSameToken } from '#core/wire/token'

/** Name of the cookie that lets an <img> load pictures. Cookies know no ports, so the port is in the name. */
export const fileCookieName = (port: number): string => `recast-files-${port}`

/** How long a ticket waits for the browser to start, milliseconds. */
const ticketLifeMs = 120_000

/** The secrets of one run of the server. */
export interface Sessions {
  /** Opens everything. In the address's fragment, in sessionStorage, in headers; never in a cookie or a query. */
  readonly token: string
  /** Opens pictures for reading and nothing else. */
  readonly fileSecret: string
  isToken(given: string): boolean
  isFileSecret(given: string): boolean
  /**
   * Makes a secret that can be exchanged once for the token. A browser is started with this one, because other users of the machine
   * can read a program's arguments.
   */
  issueTicket(): string
  isTicket(given: string): boolean
  /** Uses a ticket up; false when it is unknown, used or too old. */
  redeem(given: string): boolean
}

/** Makes the secrets. `now` is a monotonic clock in milliseconds. */
export function createSessions(token: string = createToken(), now: () => number = () => performance.now()): Sessions {
  const fileSecret = createToken()
  const tickets: { secret: string; until: number }[] = []
  const find = (given: string): number => tickets.findIndex((ticket) => isSameToken(given, ticket.secret) && ticket.until > now())
  return {
    token,
    fileSecret,
    isToken: (given) => isSameToken(given, token),
    isFileSecret: (given) => isSameToken(given, fileSecret),
    issueTicket() {
      const secret = createToken()
      tickets.push({ secret, until: now() + ticketLifeMs })
      // A few browsers may be on their way at once, never many.
      if (tickets.length > 8) tickets.shift()
      return secret
    },
    isTicket: (given) => find(given) >= 0,
    redeem(given) {
      const index = find(given)
      if (index >= 0) tickets.splice(index, 1)
      return index >= 0
    },
  }
}
