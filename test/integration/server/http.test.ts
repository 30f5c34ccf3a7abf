import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { closeCodes, tokenProtocolPrefix, wireProtocol } from '#shared/contract/wire'
import type { AppError } from '#shared/domain/error'
import { serve } from '../../../electron/server/serve'
import { createModelApp, knownJobId, pictureId } from '../contract/model-app'
import { makeRendererDir, start, type Started } from './support'

let started: Started
beforeAll(async () => {
  started = await start({ maxUploadBytes: 1_000_000 })
})
afterAll(() => started.stop())

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${started.server.token}` })
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(started.server.origin + path, {
    method: 'POST',
    headers: { ...bearer(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('the page', () => {
  it('comes with the strict policy and is never framed', async () => {
    const reply = await fetch(`${started.server.origin}/`)
    expect(await reply.text()).toContain('<title>Recast</title>')
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    })
  })

  it('keeps hashed files for ever', async () => {
    const reply = await fetch(`${started.server.origin}/assets/index-abc.js`)
    expect(reply.headers.get('cache-control')).toContain('immutable')
    expect(reply.headers.get('content-type')).toContain('javascript')
  })

  it('has nothing at other addresses', async () => {
    const reply = await fetch(`${started.server.origin}/no/such/page`)
    expect(reply.status).toBe(404)
    expect(await reply.json()).toMatchObject({ ok: false, error: { code: 'input.not_found' } })
  })
})

describe('the session', () => {
  it('gives a cookie that reads pictures and nothing else', async () => {
    const reply = await fetch(`${started.server.origin}/session`, { method: 'POST', headers: bearer() })
    expect(await reply.json()).toEqual({ ok: true, value: { token: started.server.token } })
    const cookie = reply.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(new RegExp(`^recast-files-${started.server.port}=[\\w-]{43}; Path=/files; HttpOnly; SameSite=Strict$`))
    expect(cookie).not.toContain(started.server.token)
    const picture = await fetch(`${started.server.origin}/files/${pictureId}`, {
      headers: { cookie: cookie.split(';')[0] ?? '', 'sec-fetch-site': 'same-origin' },
    })
    expect(await picture.text()).toBe('picture bytes')
  })
})

describe('calls', () => {
  it.each<[string, unknown, number, object]>([
    ['pictures.list', { limit: 7 }, 200, { ok: true, value: { total: 7 } }],
    ['pictures.list', { limit: 0 }, 422, { ok: false, error: { code: 'input.invalid' } }],
    ['jobs.get', { id: knownJobId }, 404, { ok: false, error: { code: 'input.not_found', detail: { id: knownJobId } } }],
    ['jobs.clear', {}, 500, { ok: false, error: { code: 'bug' } }],
    ['no.such', {}, 404, { ok: false, error: { code: 'input.not_found' } }],
    ['constructor', {}, 404, { ok: false, error: { code: 'input.not_found' } }],
  ])('%s %o', async (name, input, status, answer) => {
    const reply = await post(`/api/${name}`, input)
    expect(reply.status).toBe(status)
    expect(await reply.json()).toMatchObject(answer)
    expect(reply.headers.get('cache-control')).toBe('no-store')
  })

  it('says what is wrong with JSON that is none', async () => {
    const reply = await fetch(`${started.server.origin}/api/jobs.list`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body: '{"a":',
    })
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({ ok: false, error: { code: 'input.invalid' } })
  })
})

describe('uploads', () => {
  const upload = (form: FormData, query = ''): Promise<Response> =>
    fetch(`${started.server.origin}/upload${query}`, { method: 'POST', headers: bearer(), body: form })

  it('takes many files, in order, whole, and one bad one stops nothing', async () => {
    const contents = [randomBytes(200_000), Buffer.alloc(0), randomBytes(1_000_001), randomBytes(999_999)]
    const names = ['photo one.png', 'empty.png', 'big.png', '../../照片.png']
    const form = new FormData()
    contents.forEach((bytes, i) => form.append('files', new Blob([bytes]), names[i]))
    started.app.uploads.length = 0
    const reply = await upload(form, '?as=style')
    expect(reply.status).toBe(200)
    const { value } = (await reply.json()) as { value: { results: { file: string; error?: { code: string } }[] } }
    expect(value.results.map((result) => [result.file, result.error?.code])).toEqual([
      ['photo one.png', undefined],
      ['empty.png', 'input.empty_file'],
      ['big.png', 'input.too_large'],
      ['照片.png', undefined],
    ])
    expect(started.app.uploads).toEqual(
      [0, 3].map((i) => ({
        name: value.results[i]?.file,
        as: 'style',
        bytes: contents[i]?.byteLength,
        sha256: sha256(contents[i] ?? Buffer.alloc(0)),
      })),
    )
  })

  it('refuses another purpose', async () => {
    const form = new FormData()
    form.append('files', new Blob(['x']), 'a.png')
    expect((await upload(form, '?as=everything')).status).toBe(400)
  })

  it('answers an upload that is no multipart, and lives on', async () => {
    const reply = await fetch(`${started.server.origin}/upload`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'multipart/form-data; boundary=x' },
      body: '--y\r\nnothing',
    })
    expect(reply.status).toBe(400)
    expect((await post('/api/engines.list', {})).status).toBe(200)
  })
})

describe('pictures', () => {
  const get = (query: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${started.server.origin}/files/${pictureId}${query}`, {
      ...init,
      headers: { ...bearer(), ...(init.headers as object) },
    })

  it('are cached for ever by their tag', async () => {
    const reply = await get('?w=512')
    expect([reply.status, await reply.text()]).toEqual([200, 'picture bytes'])
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'image/png',
      etag: '"one"',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'content-length': '13',
    })
    expect((await get('', { headers: { 'if-none-match': '"other", W/"one"' } })).status).toBe(304)
    expect((await get('', { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  it('answer HEAD with the length and no body', async () => {
    const reply = await get('', { method: 'HEAD' })
    expect([reply.status, reply.headers.get('content-length'), await reply.text()]).toEqual([200, '13', ''])
  })

  it('are downloaded under their own name, in any script', async () => {
    const reply = await get(`?download=${encodeURIComponent('杯子 "1"\r\nX: y')}&format=jpeg&q=90`)
    expect(reply.headers.get('content-disposition')).toBe(
      `attachment; filename="__ _1___X: y.jpeg"; filename*=UTF-8''%E6%9D%AF%E5%AD%90%20%221%22%0D%0AX%3A%20y.jpeg`,
    )
  })

  it('are streamed from their file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'recast-file-'))
    const bytes = randomBytes(3_000_000)
    await writeFile(join(dir, 'a'), bytes)
    const id = '00000000-0000-4000-8000-00000000000b'
    started.app.stored.set(id, { path: join(dir, 'a'), mime: 'image/webp', etag: '"two"' })
    const reply = await fetch(`${started.server.origin}/files/${id}`, { headers: bearer() })
    expect(sha256(new Uint8Array(await reply.arrayBuffer()))).toBe(sha256(bytes))
    await rm(dir, { recursive: true })
    const gone = await fetch(`${started.server.origin}/files/${id}`, { headers: bearer() })
    expect(gone.status).toBe(404)
    expect(await gone.text()).not.toContain('"detail"')
  })
})

describe('the server', () => {
  const errorOf = (promise: Promise<unknown>): Promise<AppError> =>
    promise.then(
      () => expect.fail('served'),
      (error: AppError) => error,
    )

  it('takes another port when the usual one is taken, and says so when one was asked for', async () => {
    const occupied = createServer()
    await new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve))
    const { port } = occupied.address() as { port: number }
    const app = createModelApp()
    const rendererDir = await makeRendererDir()
    expect(await errorOf(serve({ app, rendererDir, port }))).toMatchObject({ code: 'io.failed', detail: { port } })
    const first = await serve({ app, rendererDir })
    const second = await serve({ app, rendererDir })
    expect(second.port).not.toBe(first.port)
    expect(second.url).toBe(`http://127.0.0.1:${second.port}/#token=${second.token}`)
    await Promise.all([first.close(), second.close()])
    occupied.close()
    await rm(rendererDir, { recursive: true })
  })

  it.each(['0.0.0.0', '::', '192.168.1.2', 'example.com'])('refuses to be reached by others: %s', async (host) => {
    const error = await errorOf(serve({ app: createModelApp(), rendererDir: '/', host }))
    expect(error).toMatchObject({ code: 'input.invalid' })
    expect(error.message).toContain('ssh -L')
  })

  it('says what to do when the studio is not built', async () => {
    expect(await errorOf(serve({ app: createModelApp(), rendererDir: tmpdir() }))).toMatchObject({ code: 'input.not_found' })
  })

  it('says goodbye to its windows and frees its port', async () => {
    const own = await start()
    const { port, token } = own.server
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, [wireProtocol, tokenProtocolPrefix + token])
    const code = new Promise<number>((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('open', resolve))
    await own.stop()
    expect(await code).toBe(closeCodes.goingAway)
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
    await own.server.close()
  })
})
