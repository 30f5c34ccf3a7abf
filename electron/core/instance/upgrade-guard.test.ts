import { describe, expect, it } from 'vitest'
import { isUpgradeAllowed, type UpgradeRequest } from './upgrade-guard'

const token = 't'.repeat(43)
const port = 50_000
const good: UpgradeRequest = {
  method: 'GET',
  url: '/',
  host: `127.0.0.1:${port}`,
  origin: undefined,
  protocols: `recast.v1, recast.token.${token}`,
}

describe('isUpgradeAllowed', () => {
  it('lets a process with the token in', () => {
    expect(isUpgradeAllowed(good, port, token)).toBe(true)
  })

  it.each<[string, Partial<UpgradeRequest>]>([
    ['no token', { protocols: 'recast.v1' }],
    ['no protocols', { protocols: undefined }],
    ['an empty token', { protocols: 'recast.v1, recast.token.' }],
    ['a wrong token', { protocols: `recast.v1, recast.token.${'u'.repeat(43)}` }],
    ['the beginning of the token', { protocols: `recast.v1, recast.token.${token.slice(0, 42)}` }],
    ['more than the token', { protocols: `recast.v1, recast.token.${token}t` }],
    ['the token in the query', { url: `/?token=${token}`, protocols: 'recast.v1' }],
    ['a page of this machine', { origin: `http://127.0.0.1:${port}` }],
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a page without an origin of its own', { origin: 'null' }],
    ['an empty Origin', { origin: '' }],
    ['a rebound name', { host: `evil.example:${port}` }],
    ['localhost, which may be another program', { host: `localhost:${port}` }],
    ['another port', { host: '127.0.0.1:50001' }],
    ['no port', { host: '127.0.0.1' }],
    ['no Host', { host: undefined }],
    ['another path', { url: '/files' }],
    ['another method', { method: 'POST' }],
  ])('refuses %s', (_what, change) => {
    expect(isUpgradeAllowed({ ...good, ...change }, port, token)).toBe(false)
  })
})
