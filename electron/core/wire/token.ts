import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { tokenProtocolPrefix } from '#shared/contract/wire'

/** A new 256-bit secret in URL-safe characters (43 of them), fit for a fragment, a header and a socket subprotocol. */
export function createToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether two tokens are the same, in a time that says nothing about where they differ or how long the right one is. */
export function isSameToken(given: string | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given ?? ''), digest(expected)) && given !== undefined && given !== ''
}

/** The token among a socket's offered subprotocols (the `Sec-WebSocket-Protocol` header); `undefined` where there is none. */
export function tokenFromProtocols(header: string | undefined): string | undefined {
  const offered = header?.split(',').map((name) => name.trim())
  return offered?.find((name) => name.startsWith(tokenProtocolPrefix))?.slice(tokenProtocolPrefix.length)
}
