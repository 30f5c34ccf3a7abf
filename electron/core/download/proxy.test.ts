import { describe, expect, it } from 'vitest'
import { checkAddress } from './http-source'
import { isLoopback, proxyFor } from './proxy'

const hub = new URL('https://huggingface.co/a')
const proxyOf = (environment: Record<string, string>, url = hub): string | undefined => proxyFor(url, environment)?.href

describe('proxyFor', () => {
  it('takes the one for https, lower case first, and one without a scheme', () => {
    expect(proxyOf({})).toBeUndefined()
    expect(proxyOf({ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:2' })).toBe('http://lower:2/')
    expect(proxyOf({ HTTP_PROXY: 'plain:3' })).toBe('http://plain:3/')
  })

  it.each([
    ['*', true],
    ['huggingface.co', true],
    ['.huggingface.co', true],
    ['co', true],
    ['huggingface.co:443', true],
    ['huggingface.co:8443', false],
    ['face.co', false],
    ['example.org, huggingface.co', true],
  ])('leaves out what NO_PROXY names: %s', (list, isLeftOut) => {
    expect(proxyOf({ HTTPS_PROXY: 'http://p:1', NO_PROXY: list }) === undefined).toBe(isLeftOut)
  })

  it('never asks a proxy for this machine', () => {
    expect(proxyOf({ HTTPS_PROXY: 'http://p:1' }, new URL('https://localhost:9/a'))).toBeUndefined()
  })

  it('says when the proxy is none', () => {
    expect(() => proxyOf({ HTTPS_PROXY: 'socks5://p:1' })).toThrow(/HTTPS_PROXY names no http/)
  })
})

describe('this machine', () => {
  it.each([
    ['http://127.0.0.1/', true],
    ['http://127.8.9.1/', true],
    ['http://2130706433/', true],
    ['http://0x7f.1/', true],
    ['http://0.0.0.0/', true],
    ['http://[::1]/', true],
    ['http://[::]/', true],
    ['http://[::ffff:127.0.0.1]/', true],
    ['http://localhost/', true],
    ['http://localhost./', true],
    ['http://a.localhost/', true],
    ['http://localhost.example.org/', false],
    ['http://127.0.0.1.example.org/', false],
    ['http://128.0.0.1/', false],
    ['http://[::ffff:8.8.8.8]/', false],
  ])('%s: %s', (address, isHere) => {
    expect(isLoopback(new URL(address))).toBe(isHere)
  })

  it('is not reached by a redirect from elsewhere, and is by one from here', () => {
    expect(() => checkAddress('https://localhost/x', hub)).toThrow(/leads into this machine/)
    expect(checkAddress('/x', new URL('http://127.0.0.1:1/a')).href).toBe('http://127.0.0.1:1/x')
  })
})
