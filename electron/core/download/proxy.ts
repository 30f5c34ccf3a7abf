import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { connect as tlsConnect, type TLSSocket } from 'node:tls'
import { AppError } from '#shared/domain/error'
import { refusal } from './answers'

/** True for an address of this machine, in every form that leads there (RFC 6761's names; URL has made numbers of the others). */
export function isLoopback({ hostname }: URL): boolean {
  return (
    /^(.+\.)?localhost\.?$/.test(hostname) ||
    /^(127(\.\d{1,3}){3}|0\.0\.0\.0)$/.test(hostname) ||
    // The last form holds an IPv4 address: 7f00 is 127.0.
    /^\[::(1|ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}|ffff:0:0)?\]$/.test(hostname)
  )
}

/**
 * The proxy for an https address, from HTTPS_PROXY (else HTTP_PROXY) and NO_PROXY, in lower or upper case, lower first, as curl does.
 * This machine is never asked through a proxy, whatever the environment says. Throws `download.denied` for an unusable proxy address.
 */
export function proxyFor(url: URL, environment: Readonly<Record<string, string | undefined>>): URL | undefined {
  const named = (name: string): string => (environment[name.toLowerCase()] || environment[name] || '').trim()
  const text = named('HTTPS_PROXY') || named('HTTP_PROXY')
  if (text === '' || isLoopback(url) || excepted(url, named('NO_PROXY'))) return undefined
  const address = text.includes('://') ? text : `http://${text}`
  const proxy = URL.canParse(address) ? new URL(address) : undefined
  if (proxy && (proxy.protocol === 'http:' || proxy.protocol === 'https:')) return proxy
  throw new AppError('download.denied', 'HTTPS_PROXY names no http or https proxy. Correct it, start Recast again, then resume.')
}

/** Whether NO_PROXY (hosts, domains with or without a leading dot, an optional port, or an asterisk for all) names an address. */
function excepted(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase()
  const port = url.port || '443'
  return list
    .split(/[,\s]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true
      const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
      const bare = name.replace(/^\*?\./, '')
      return (only === undefined || only === port) && (host === bare || host.endsWith(`.${bare}`))
    })
}

/** Opens a TLS connection to an https address through a proxy's tunnel (CONNECT). Rejects with `download.denied` or the socket's error. */
export async function tunnel(proxy: URL, url: URL, signal: AbortSignal): Promise<TLSSocket> {
  const to = `${url.hostname}:${url.port || '443'}`
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  const socket = await new Promise<Socket>((resolve, reject) => {
    const ask = proxy.protocol === 'https:' ? httpsRequest : httpRequest
    const request = ask({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: to,
      headers: {
        host: to,
        ...(proxy.username ? { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` } : {}),
      },
      agent: false,
      signal,
    })
    request.once('connect', (response, opened) => {
      if (response.statusCode === 200) return resolve(opened)
      opened.destroy()
      // The address is ours: a proxy that says 403 or 404 speaks of the way, not of the file.
      const status = response.statusCode === 403 || response.statusCode === 404 ? 407 : (response.statusCode ?? 502)
      reject(refusal(status, {}, url, Date.now()))
    })
    request.once('error', reject)
    request.end()
  })
  return await new Promise((resolve, reject) => {
    const secure = tlsConnect({ socket, servername: url.hostname, ALPNProtocols: ['http/1.1'] })
    const stop = (): void => void secure.destroy(signal.reason as Error)
    secure.once('error', reject)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    secure.once('secureConnect', () => {
      signal.removeEventListener('abort', stop)
      secure.removeListener('error', reject)
      resolve(secure)
    })
  })
}
