import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { maxMessageBytes, tokenProtocolPrefix, wireProtocol } from '#shared/contract/wire'
import { pictureId } from '../contract/model-app'
import { raw, request, start, statusOfReply, type Started } from './support'

let started: Started
let cookie: string
beforeAll(async () => {
  started = await start()
  const reply = await fetch(`${started.server.origin}/session`, {
    method: 'POST',
    headers: { authorization: `Bearer ${started.server.token}` },
  })
  cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? ''
})
afterAll(() => started.stop())

/** Good headers of each kind, from which an attack differs in the one thing that it tries. */
function good() {
  const { port, token } = started.server
  const host = `127.0.0.1:${port}`
  const own = { Host: host, Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' }
  return {
    host,
    page: { Host: host },
    call: { ...own, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    file: { Host: host, 'Sec-Fetch-Site': 'same-origin', Cookie: cookie },
    socket: {
      ...own,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol': `${wireProtocol}, ${tokenProtocolPrefix}${token}`,
    },
  }
}
type Good = ReturnType<typeof good>
const without = (headers: Record<string, string>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name))

const callBody = '{}'

describe('the same requests, as they should be', () => {
  it.each<[string, (g: Good) => string, number]>([
    ['page', (g) => request('GET', '/', g.page), 200],
    ['call', (g) => request('POST', '/api/engines.list', g.call, callBody), 200],
    ['picture', (g) => request('GET', `/files/${pictureId}`, g.file), 200],
    ['socket', (g) => request('GET', '/socket', g.socket), 101],
  ])('%s', async (_, build, status) => {
    expect(statusOfReply(await raw(started.server.port, build(good())))).toBe(status)
  })
})

describe('attacks on the listening server', () => {
  it.each<[string, (g: Good) => string, number]>([
    ['rebound Host on a call', (g) => request('POST', '/api/engines.list', { ...g.call, Host: 'evil.example' }, callBody), 421],
    [
      'rebound Host with our port',
      (g) => request('GET', '/', { Host: `evil.example:${started.server.port}`, Cookie: g.file.Cookie }),
      421,
    ],
    ['upper-case Host', () => request('GET', '/', { Host: `LOCALHOST:${started.server.port}` }), 421],
    ['Host with a trailing dot', () => request('GET', '/', { Host: `localhost.:${started.server.port}` }), 421],
    ['IPv6 Host on an IPv4 server', () => request('GET', '/', { Host: `[::1]:${started.server.port}` }), 421],
    ['two Hosts', (g) => request('GET', '/', { Host: [g.host, 'evil.example'] }), 421],
    ['no Host', () => request('GET', '/', {}), 400],
    ['HTTP/1.0 without Host', () => 'GET / HTTP/1.0\r\n\r\n', 421],
    [
      'foreign Origin on a call',
      (g) => request('POST', '/api/engines.list', { ...g.call, Origin: 'https://evil.example' }, callBody),
      403,
    ],
    ['null Origin on a call', (g) => request('POST', '/api/engines.list', { ...g.call, Origin: 'null' }, callBody), 403],
    [
      'another port as Origin',
      (g) => request('POST', '/api/engines.list', { ...g.call, Origin: 'http://127.0.0.1:1' }, callBody),
      403,
    ],
    ['no token', (g) => request('POST', '/api/engines.list', without(g.call, 'Authorization'), callBody), 401],
    [
      'a wrong token',
      (g) => request('POST', '/api/engines.list', { ...g.call, Authorization: `Bearer ${'A'.repeat(43)}` }, callBody),
      401,
    ],
    [
      'the token in the query',
      (g) => request('POST', `/api/engines.list?token=${started.server.token}`, without(g.call, 'Authorization'), callBody),
      400,
    ],
    [
      'the cookie in place of the token',
      (g) => request('POST', '/api/engines.list', { ...without(g.call, 'Authorization'), Cookie: g.file.Cookie }, callBody),
      401,
    ],
    [
      'the cookie’s secret as token',
      (g) =>
        request('POST', '/api/engines.list', { ...g.call, Authorization: `Bearer ${g.file.Cookie.split('=')[1]}` }, callBody),
      401,
    ],
    [
      'a form post of another site',
      (g) =>
        request(
          'POST',
          '/api/jobs.submit',
          {
            Host: g.host,
            Origin: 'https://evil.example',
            'Sec-Fetch-Site': 'cross-site',
            Cookie: g.file.Cookie,
            'Content-Type': 'application/x-www-form-urlencoded',
          },
          'a=1',
        ),
      403,
    ],
    [
      'a form post with our headers',
      (g) => request('POST', '/api/engines.list', { ...g.call, 'Content-Type': 'text/plain' }, callBody),
      415,
    ],
    [
      'a form upload without token',
      (g) => request('POST', '/upload', { Host: g.host, 'Content-Type': 'multipart/form-data; boundary=x' }, 'x'),
      401,
    ],
    ['a preflight', (g) => request('OPTIONS', '/api/engines.list', { Host: g.host, Origin: 'https://evil.example' }), 403],
    ['climbing in /files', (g) => request('GET', '/files/../../../etc/passwd', g.file), 400],
    ['climbing, encoded', (g) => request('GET', '/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd', g.file), 400],
    ['climbing, doubly encoded', (g) => request('GET', '/files/%252e%252e%252fetc%252fpasswd', g.file), 400],
    ['climbing with backslashes', (g) => request('GET', '/files/..\\..\\etc\\passwd', g.file), 400],
    ['climbing out of the page', (g) => request('GET', '/assets/../../../etc/passwd', g.page), 400],
    ['a hidden file of the page', (g) => request('GET', '/.secret', g.page), 403],
    ['a whole URL as target', (g) => request('GET', 'http://evil.example/', g.page), 400],
    ['a path for an id', (g) => request('GET', '/files/etc/passwd', g.file), 404],
    ['a name for an id', (g) => request('GET', '/files/passwd', g.file), 400],
    ['an unknown query key', (g) => request('GET', `/files/${pictureId}?path=x`, g.file), 400],
    ['a path in a pack', (g) => request('GET', `/files/thumbnails?w=256&of=${pictureId},../../etc/passwd`, g.file), 400],
    ['a pack without cookie', (g) => request('GET', `/files/thumbnails?w=256&of=${pictureId}`, without(g.file, 'Cookie')), 401],
    ['a picture without cookie', (g) => request('GET', `/files/${pictureId}`, without(g.file, 'Cookie')), 401],
    [
      'a picture for another site',
      (g) => request('GET', `/files/${pictureId}`, { ...g.file, 'Sec-Fetch-Site': 'cross-site' }),
      403,
    ],
    [
      'a picture for another port',
      (g) => request('GET', `/files/${pictureId}`, { ...g.file, 'Sec-Fetch-Site': 'same-site' }),
      403,
    ],
    ['writing to /files', (g) => request('PUT', `/files/${pictureId}`, g.file, 'x'), 405],
    ['a socket from a foreign page', (g) => request('GET', '/socket', { ...g.socket, Origin: 'https://evil.example' }), 403],
    ['a socket without token', (g) => request('GET', '/socket', { ...g.socket, 'Sec-WebSocket-Protocol': wireProtocol }), 401],
    [
      'a socket with a wrong token',
      (g) =>
        request('GET', '/socket', {
          ...g.socket,
          'Sec-WebSocket-Protocol': `${wireProtocol}, ${tokenProtocolPrefix}${'A'.repeat(43)}`,
        }),
      401,
    ],
    [
      'a socket with the token in the query',
      (g) => request('GET', `/socket?token=${started.server.token}`, { ...g.socket, 'Sec-WebSocket-Protocol': wireProtocol }),
      400,
    ],
    ['a socket at another path', (g) => request('GET', '/', g.socket), 400],
    ['a socket to a rebound name', (g) => request('GET', '/socket', { ...g.socket, Host: 'evil.example' }), 421],
    ['nonsense', () => '\u0000\u0001\u0002\r\n\r\n', 400],
  ])('%s', async (_, build, status) => {
    const received = started.app.received.length
    const reply = await raw(started.server.port, build(good()))
    expect(statusOfReply(reply)).toBe(status)
    expect(reply).not.toMatch(/access-control-allow/i)
    expect(reply).not.toMatch(/root:|switching protocols/i)
    expect(started.app.received.length).toBe(received)
  })

  it('a second request smuggled behind a length that lies reaches nothing', async () => {
    const g = good()
    const hidden = request('POST', '/api/queue.pause', { Host: g.host }, '{"paused":true}')
    const reply = await raw(
      started.server.port,
      request('POST', '/api/engines.list', { ...g.call, 'Transfer-Encoding': 'chunked' }, `0\r\n\r\n${hidden}`),
      true,
    )
    expect(statusOfReply(reply)).toBe(400)
    expect(started.app.received.filter((call) => call.name === 'queue.pause')).toEqual([])
  })

  it('an oversized socket message ends its connection and nothing else', async () => {
    const { server } = started
    const open = () => new WebSocket(`ws://127.0.0.1:${server.port}/socket`, [wireProtocol, tokenProtocolPrefix + server.token])
    const [bad, other] = [open(), open()]
    await Promise.all([bad, other].map((socket) => new Promise((resolve) => socket.once('open', resolve))))
    expect(bad.protocol).toBe(wireProtocol)
    const closed = new Promise<number>((resolve) => bad.once('close', resolve))
    bad.on('error', () => {})
    bad.send('x'.repeat(maxMessageBytes + 1))
    expect(await closed).toBe(1009)
    expect(other.readyState).toBe(WebSocket.OPEN)
    other.close()
  })

  it('an oversized call is refused by its length, before it is read', async () => {
    const headers = { ...good().call, 'Content-Length': String(maxMessageBytes + 1) }
    expect(statusOfReply(await raw(started.server.port, request('POST', '/api/engines.list', headers)))).toBe(413)
  })

  it('none of its refusals names a secret', () => {
    expect(started.problems.length).toBeGreaterThan(20)
    expect(started.problems.join('\n')).not.toContain(started.server.token)
  })
})
