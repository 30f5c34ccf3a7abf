import type { Envelope } from '#shared/contract/envelope'
import { AppError } from '#shared/domain/error'

/** A secret from the address: the token itself, or a ticket that is exchanged for it once. */
export interface Secret {
  kind: 'token' | 'ticket'
  value: string
}

/** What a session needs of the browser. */
export interface SessionEnvironment {
  /** Scheme, host and port of the page. */
  origin: string
  /** The fragment of the address, with its `#`. */
  hash: string
  /** Takes the fragment out of the address bar and the history. */
  clearHash(): void
  /** This tab's storage; forgotten when it closes. */
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  fetch: typeof fetch
}

/** A tab's right to use the server. */
export interface Session {
  /**
   * Makes sure of the token and of the cookie for pictures; answers the token. Rejects with `auth.denied` when there is no good
   * token, and with `instance.unreachable` when the server does not answer.
   */
  ensure(): Promise<string>
  /** The token, where there is one, without asking. */
  readonly token: string | undefined
}

const storageKey = 'recast.token'

/** Reads `#token=…` or `#ticket=…`; `undefined` for any other fragment. */
export function secretOf(hash: string): Secret | undefined {
  const match = /^#(token|ticket)=([\w-]{20,200})$/.exec(hash)
  return match?.[1] && match[2] ? { kind: match[1] as Secret['kind'], value: match[2] } : undefined
}

const denied = (): AppError =>
  new AppError('auth.denied', 'This tab has no access to Recast. Open the address that Recast printed when it started.')

/** Starts a session: a secret in the address wins over one that the tab remembers, and leaves the address at once. */
export function createSession(environment: SessionEnvironment): Session {
  const { origin, storage } = environment
  let secret = secretOf(environment.hash)
  if (secret) environment.clearHash()
  if (secret?.kind === 'token') storage.setItem(storageKey, secret.value)
  const remembered = storage.getItem(storageKey)
  secret ??= remembered === null ? undefined : { kind: 'token', value: remembered }

  return {
    get token() {
      return secret?.kind === 'token' ? secret.value : undefined
    },
    async ensure() {
      if (!secret) throw denied()
      let reply: Response
      try {
        reply = await environment.fetch(`${origin}/session`, {
          method: 'POST',
          headers: { authorization: `Bearer ${secret.value}` },
        })
      } catch (thrown) {
        throw new AppError('instance.unreachable', 'Recast is not answering. Start it again, then try once more.', {
          retry: 'auto',
          cause: thrown,
        })
      }
      if (reply.status === 401 || reply.status === 403) {
        secret = undefined
        storage.removeItem(storageKey)
        throw denied()
      }
      if (!reply.ok)
        throw new AppError('instance.unreachable', 'Recast is busy. It is asked again in a moment.', { retry: 'auto' })
      const { value } = (await reply.json()) as Extract<Envelope<{ token: string }>, { ok: true }>
      secret = { kind: 'token', value: value.token }
      storage.setItem(storageKey, value.token)
      return value.token
    },
  }
}
