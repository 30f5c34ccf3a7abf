import type { IncomingMessage } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import { tokenFromProtocols } from '#core/wire/token'
import type { RequestFacts } from './guard'
import { fileCookieName } from './sessions'

/** Takes from a request what the guard looks at. A header sent twice is joined, so that it equals nothing that is allowed. */
export function factsOf(request: IncomingMessage, port: number, isUpgrade: boolean): RequestFacts {
  const header = (name: string): string | undefined => request.headersDistinct[name]?.join(', ')
  const bearer = /^Bearer ([\w-]+)$/.exec(header('authorization') ?? '')?.[1]
  const cookies = header('cookie')
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    host: header('host'),
    origin: header('origin'),
    secFetchSite: header('sec-fetch-site'),
    secFetchMode: header('sec-fetch-mode'),
    secFetchDest: header('sec-fetch-dest'),
    contentType: header('content-type'),
    token: isUpgrade ? tokenFromProtocols(header('sec-websocket-protocol')) : bearer,
    fileCookie: cookies === undefined ? undefined : fastifyCookie.parse(cookies)[fileCookieName(port)],
    isUpgrade,
  }
}
