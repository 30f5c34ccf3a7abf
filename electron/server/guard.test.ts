import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostsFor, isLoopback, isRequestAllowed, type GuardSettings, type RequestFacts } from './guard'

const id = '00000000-0000-4000-8000-00000000000a'
const token = 'T'.repeat(43)
const settings: GuardSettings = {
  hosts: hostsFor('127.0.0.1', 4747),
  isToken: (given) => given === token,
  isTicket: (given) => given === 'ticket',
  isFileCookie: (given) => given === 'cookie',
}
const none: RequestFacts = {
  method: 'GET',
  target: '/',
  host: '127.0.0.1:4747',
  origin: undefined,
  secFetchSite: undefined,
  secFetchMode: undefined,
  secFetchDest: undefined,
  contentType: undefined,
  token: undefined,
  fileCookie: undefined,
  isUpgrade: false,
}
const own = { origin: 'http://127.0.0.1:4747', secFetchSite: 'same-origin' }
const page: RequestFacts = { ...none, secFetchSite: 'none', secFetchMode: 'navigate', secFetchDest: 'document' }
const call: RequestFacts = { ...none, ...own, method: 'POST', target: '/api/jobs.list', contentType: 'application/json', token }
const upload: RequestFacts = { ...call, target: '/upload?as=style', contentType: 'multipart/form-data; boundary=x' }
const session: RequestFacts = { ...none, ...own, method: 'POST', target: '/session', token }
const socket: RequestFacts = { ...none, ...own, target: '/socket', token, isUpgrade: true }
const file: RequestFacts = { ...none, target: `/files/${id}?w=512`, secFetchSite: 'same-origin', fileCookie: 'cookie' }

describe('what is allowed', () => {
  it.each<[string, RequestFacts, string]>([
    ['the page, address typed', page, 'page'],
    ['the page, from a link elsewhere', { ...page, secFetchSite: 'cross-site' }, 'page'],
    ['a script of the page', { ...none, target: '/assets/index-B3_x.js', secFetchSite: 'same-origin' }, 'page'],
    ['the page by localhost', { ...page, host: 'localhost:4747' }, 'page'],
    ['a call of the page', call, 'call'],
    ['a call of the page by localhost', { ...call, host: 'localhost:4747', origin: 'http://localhost:4747' }, 'call'],
    ['a call of a script with curl', { ...call, origin: undefined, secFetchSite: undefined }, 'call'],
    ['a call with a charset', { ...call, contentType: 'application/json; charset=utf-8' }, 'call'],
    ['an upload', upload, 'upload'],
    ['a session by token', session, 'session'],
    ['a session by ticket', { ...session, token: 'ticket' }, 'session'],
    ['a picture of the page', file, 'files'],
    ['a picture opened in a tab of its own', { ...file, secFetchSite: 'none' }, 'files'],
    ['a picture with curl', { ...file, secFetchSite: undefined, fileCookie: undefined, token }, 'files'],
    ['the socket', socket, 'socket'],
    ['the socket of a program', { ...socket, origin: undefined, secFetchSite: undefined }, 'socket'],
  ])('%s', (_, facts, route) => {
    expect(isRequestAllowed(facts, settings)).toEqual({ allowed: true, route })
  })
})

describe('what is refused', () => {
  it.each<[string, RequestFacts, string]>([
    ['a rebound name', { ...call, host: 'evil.example:4747', origin: 'http://evil.example:4747' }, 'host'],
    ['a rebound name for the page', { ...page, host: 'evil.example:4747' }, 'host'],
    ['a rebound name without port', { ...page, host: 'evil.example' }, 'host'],
    ['a name that starts like ours', { ...page, host: '127.0.0.1.evil.example:4747' }, 'host'],
    ['a name that ends like ours', { ...page, host: 'evil-localhost:4747' }, 'host'],
    ['user info in Host', { ...page, host: '127.0.0.1:4747@evil.example' }, 'host'],
    ['our name, another port', { ...page, host: '127.0.0.1:4748' }, 'host'],
    ['our name, no port', { ...page, host: '127.0.0.1' }, 'host'],
    ['no Host', { ...page, host: undefined }, 'host'],
    ['an empty Host', { ...page, host: '' }, 'host'],
    ['two Hosts', { ...page, host: '127.0.0.1:4747, evil.example' }, 'host'],
    ['upper case', { ...page, host: 'LOCALHOST:4747' }, 'host'],
    ['a trailing dot', { ...page, host: 'localhost.:4747' }, 'host'],
    ['IPv6 loopback where we are not', { ...page, host: '[::1]:4747' }, 'host'],
    ['mapped IPv6', { ...page, host: '[::ffff:127.0.0.1]:4747' }, 'host'],
    ['0.0.0.0', { ...page, host: '0.0.0.0:4747' }, 'host'],
    ['another loopback address', { ...page, host: '127.0.0.2:4747' }, 'host'],
    ['a decimal address', { ...page, host: '2130706433:4747' }, 'host'],
    ['a shortened address', { ...page, host: '127.1:4747' }, 'host'],
    ['a tab in Host', { ...page, host: '127.0.0.1:4747\t' }, 'host'],

    ['a foreign Origin', { ...call, origin: 'https://evil.example' }, 'origin'],
    ['the null Origin', { ...call, origin: 'null' }, 'origin'],
    ['an empty Origin', { ...call, origin: '' }, 'origin'],
    ['our Origin with https', { ...call, origin: 'https://127.0.0.1:4747' }, 'origin'],
    ['our Origin, another port', { ...call, origin: 'http://127.0.0.1:3000' }, 'origin'],
    ['our other name as Origin', { ...call, origin: 'http://localhost:4747' }, 'origin'],
    ['an Origin that starts like ours', { ...call, origin: 'http://127.0.0.1:4747.evil.example' }, 'origin'],
    ['two Origins', { ...call, origin: 'http://127.0.0.1:4747, https://evil.example' }, 'origin'],
    ['a foreign Origin with a picture', { ...file, origin: 'https://evil.example' }, 'origin'],
    ['a socket from a foreign page', { ...socket, origin: 'https://evil.example', secFetchSite: 'cross-site' }, 'origin'],
    ['a socket from a sandboxed frame', { ...socket, origin: 'null' }, 'origin'],

    ['a picture embedded by another site', { ...file, secFetchSite: 'cross-site' }, 'cross_site'],
    ['a picture embedded by another port', { ...file, secFetchSite: 'same-site' }, 'cross_site'],
    ['a picture by cookie without Fetch metadata', { ...file, secFetchSite: undefined }, 'cross_site'],
    [
      'a script embedded by another site',
      { ...none, target: '/assets/a.js', secFetchSite: 'cross-site', secFetchMode: 'no-cors' },
      'cross_site',
    ],
    ['the page in a frame of another site', { ...page, secFetchSite: 'cross-site', secFetchDest: 'iframe' }, 'cross_site'],
    ['the page in a frame of another port', { ...page, secFetchSite: 'same-site', secFetchDest: 'iframe' }, 'cross_site'],
    ['a call from another port', { ...call, origin: undefined, secFetchSite: 'same-site' }, 'cross_site'],
    ['a call that the user typed', { ...call, origin: undefined, secFetchSite: 'none' }, 'cross_site'],
    ['made-up Fetch metadata', { ...call, secFetchSite: 'same-origin, cross-site' }, 'cross_site'],
    [
      'a form post from another site',
      {
        ...call,
        origin: undefined,
        secFetchSite: 'cross-site',
        contentType: 'application/x-www-form-urlencoded',
        token: undefined,
      },
      'cross_site',
    ],
    [
      'a form post from an old browser',
      { ...call, origin: undefined, secFetchSite: undefined, contentType: 'text/plain', token: undefined },
      'token',
    ],

    ['no token', { ...call, token: undefined }, 'token'],
    ['an empty token', { ...call, token: '' }, 'token'],
    ['a wrong token', { ...call, token: `${token.slice(0, -1)}U` }, 'token'],
    ['the cookie in place of the token', { ...call, token: undefined, fileCookie: 'cookie' }, 'token'],
    ['the cookie’s secret as the token', { ...call, token: 'cookie' }, 'token'],
    ['a ticket in place of the token', { ...call, token: 'ticket' }, 'token'],
    ['an upload without token', { ...upload, token: undefined }, 'token'],
    ['a session without token', { ...session, token: undefined }, 'token'],
    ['a session by cookie', { ...session, token: undefined, fileCookie: 'cookie' }, 'token'],
    ['a socket without token', { ...socket, token: undefined }, 'token'],
    ['a socket with a ticket', { ...socket, token: 'ticket' }, 'token'],
    ['a picture with a wrong token', { ...file, token: 'x' }, 'token'],
    ['a picture without anything', { ...file, fileCookie: undefined }, 'no_cookie'],
    ['a picture with a wrong cookie', { ...file, fileCookie: 'x' }, 'no_cookie'],
    ['a picture with the token as cookie', { ...file, fileCookie: token }, 'no_cookie'],
    ['a token in the query', { ...call, target: `/api/jobs.list?token=${token}`, token: undefined }, 'token_in_query'],
    ['a token in the query beside the right one', { ...call, target: `/api/jobs.list?a=1&token=${token}` }, 'token_in_query'],
    ['a token in the page’s query', { ...page, target: `/?access_token=${token}` }, 'token_in_query'],
    ['a token in an encoded key', { ...page, target: `/?t%6Fken=${token}` }, 'token_in_query'],
    ['a ticket in the query', { ...session, target: '/session?ticket=x' }, 'token_in_query'],

    ['climbing out of files', { ...file, target: '/files/../../etc/passwd' }, 'path'],
    ['climbing, encoded', { ...file, target: '/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd' }, 'path'],
    ['climbing, half encoded', { ...file, target: '/files/.%2e/.%2E/etc/passwd' }, 'path'],
    ['climbing, doubly encoded', { ...file, target: '/files/%252e%252e/etc/passwd' }, 'path'],
    ['climbing, overlong UTF-8', { ...file, target: '/files/%c0%ae%c0%ae/etc/passwd' }, 'path'],
    ['climbing with backslashes', { ...file, target: '/files/..\\..\\windows\\win.ini' }, 'path'],
    ['climbing in the page’s files', { ...page, target: '/assets/../../package.json' }, 'path'],
    ['a dot segment at the end', { ...page, target: '/assets/..' }, 'path'],
    ['a null byte', { ...file, target: `/files/${id}%00.png` }, 'path'],
    ['two slashes', { ...page, target: '//evil.example/' }, 'path'],
    ['a whole URL', { ...page, target: 'http://evil.example/' }, 'path'],
    ['a whole URL of ours', { ...page, target: 'http://127.0.0.1:4747/' }, 'path'],
    ['the server-wide asterisk', { ...none, method: 'OPTIONS', target: '*' }, 'path'],
    ['a line break', { ...page, target: '/a\nb' }, 'path'],
    ['path parameters', { ...file, target: `/files/${id};/../x` }, 'path'],
    ['a very long path', { ...page, target: `/${'a'.repeat(600)}` }, 'path'],

    ['a preflight', { ...call, method: 'OPTIONS' }, 'method'],
    ['TRACE', { ...page, method: 'TRACE' }, 'method'],
    ['CONNECT', { ...page, method: 'CONNECT' }, 'method'],
    ['a call by GET', { ...call, method: 'GET' }, 'method'],
    ['writing to files', { ...file, method: 'PUT' }, 'method'],
    ['deleting files', { ...file, method: 'DELETE' }, 'method'],
    ['posting to the page', { ...page, method: 'POST' }, 'method'],
    ['a session by GET', { ...session, method: 'GET' }, 'method'],
    ['a call as text', { ...call, contentType: 'text/plain' }, 'content_type'],
    ['a call without type', { ...call, contentType: undefined }, 'content_type'],
    ['an upload as JSON', { ...upload, contentType: 'application/json' }, 'content_type'],
    ['a socket elsewhere', { ...socket, target: '/' }, 'upgrade'],
    ['a socket on files', { ...socket, target: `/files/${id}` }, 'upgrade'],
    ['the socket’s path without upgrade', { ...socket, isUpgrade: false }, 'upgrade'],
  ])('%s', (_, facts, reason) => {
    expect(isRequestAllowed(facts, settings)).toMatchObject({ allowed: false, reason })
  })

  it('nothing that needs a proof passes without one, whatever else is said', () => {
    const text = fc.option(
      fc.oneof(fc.constantFrom('same-origin', 'none', 'cross-site', 'application/json', 'cookie', 'null'), fc.string()),
      {
        nil: undefined,
      },
    )
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom('GET', 'POST', 'HEAD'),
          target: fc.constantFrom('/api/jobs.list', '/socket', '/session', '/upload', `/files/${id}`),
          host: fc.constantFrom('127.0.0.1:4747', 'localhost:4747'),
          origin: text,
          secFetchSite: text,
          secFetchMode: text,
          secFetchDest: text,
          contentType: text,
          token: text,
          fileCookie: text.filter((cookie) => cookie !== 'cookie'),
          isUpgrade: fc.boolean(),
        }),
        (facts) => {
          expect(isRequestAllowed(facts, settings).allowed).toBe(false)
        },
      ),
    )
  })
})

describe('hosts', () => {
  it.each([
    ['127.0.0.1', 4747, ['127.0.0.1:4747', 'localhost:4747']],
    ['::1', 4747, ['[::1]:4747', 'localhost:4747']],
    ['127.0.0.1', 80, ['127.0.0.1', '127.0.0.1:80', 'localhost', 'localhost:80']],
    ['192.168.1.5', 4747, ['192.168.1.5:4747']],
  ])('%s:%i', (host, port, names) => {
    expect(hostsFor(host, port)).toEqual(names)
  })

  it.each([
    ['127.0.0.1', true],
    ['127.8.9.254', true],
    ['::1', true],
    ['localhost', true],
    ['127.0.0.256', false],
    ['127.evil.example', false],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.0.1', false],
    ['localhost.evil.example', false],
  ])('loopback: %s %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected)
  })
})
