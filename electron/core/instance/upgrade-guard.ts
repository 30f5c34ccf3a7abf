import { isSameToken, tokenFromProtocols } from '../wire/token'

/** What a request for a socket brings. */
export interface UpgradeRequest {
  method: string | undefined
  url: string | undefined
  host: string | undefined
  origin: string | undefined
  /** The `Sec-WebSocket-Protocol` header. */
  protocols: string | undefined
}

/**
 * Whether a request may become a connection to the owner. Only Recast's own processes come here: they bring the token of the 0600
 * file and no Origin. A browser always sends one on a socket, so every web page is refused, whatever it knows; a Host that isn't
 * our address means that a name was rebound to it.
 */
export function isUpgradeAllowed(request: UpgradeRequest, port: number, token: string): boolean {
  if (request.method !== 'GET' || request.url !== '/') return false
  if (request.origin !== undefined) return false
  if (request.host !== `127.0.0.1:${port}`) return false
  return isSameToken(tokenFromProtocols(request.protocols), token)
}
