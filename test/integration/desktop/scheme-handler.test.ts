import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSchemeHandler } from '../../../electron/desktop/scheme-handler'
import { createModelApp, pictureId } from '../contract/model-app'
import { makeRendererDir } from '../server/support'

const app = createModelApp()
let rendererDir: string
let handle: (request: Request) => Promise<Response>
beforeAll(async () => {
  rendererDir = await makeRendererDir()
  handle = createSchemeHandler(rendererDir, () => app.files)
})
afterAll(() => rm(rendererDir, { recursive: true }))
const ask = (address: string, init?: RequestInit): Promise<Response> => handle(new Request(address, init))

describe('app://recast', () => {
  it.each(['app://recast/', 'app://recast/index.html', 'app://recast'])(
    '%s is the page, under the strict policy',
    async (address) => {
      const reply = await ask(address)
      expect(await reply.text()).toContain('<title>Recast</title>')
      expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(reply.headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'")
    },
  )

  it('serves scripts, pictures, and tags', async () => {
    expect((await ask('app://recast/assets/index-abc.js')).headers.get('content-type')).toContain('javascript')
    const reply = await ask(`app://recast/files/${pictureId}?w=512`)
    expect([await reply.text(), reply.headers.get('etag')]).toEqual(['picture bytes', '"one"'])
    expect((await ask(`app://recast/files/${pictureId}`, { headers: { 'if-none-match': '"one"' } })).status).toBe(304)
  })

  it.each<[string, string, string, number]>([
    ['another host', 'GET', 'app://evil/index.html', 403],
    ['another scheme', 'GET', 'https://recast/index.html', 403],
    ['climbing', 'GET', 'app://recast/../../../etc/passwd', 404],
    ['climbing, encoded', 'GET', 'app://recast/..%2f..%2f..%2fetc%2fpasswd', 400],
    ['climbing with dots encoded', 'GET', 'app://recast/%2e%2e/%2e%2e/etc/passwd', 404],
    ['climbing, doubly encoded', 'GET', 'app://recast/%252e%252e/etc/passwd', 400],
    ['backslashes', 'GET', 'app://recast/..\\..\\windows\\win.ini', 400],
    ['a hidden file', 'GET', 'app://recast/.secret', 404],
    ['a kind of file that is not built', 'GET', 'app://recast/index.html.map', 404],
    ['no such file', 'GET', 'app://recast/nothing.js', 404],
    ['no id', 'GET', 'app://recast/files/passwd', 400],
    ['no such picture', 'GET', 'app://recast/files/00000000-0000-4000-8000-0000000000ff', 404],
    ['posting to the page', 'POST', 'app://recast/index.html', 405],
    ['reading an upload', 'GET', 'app://recast/upload', 405],
    ['an upload without a file', 'POST', 'app://recast/upload', 400],
    ['an upload for another purpose', 'POST', 'app://recast/upload?as=x', 400],
  ])('refuses %s', async (_, method, address, status) => {
    const reply = await ask(address, { method })
    expect(reply.status).toBe(status)
    expect(await reply.text()).not.toMatch(/root:|\[fonts\]/)
  })

  it('says so while the app is starting', async () => {
    const early = createSchemeHandler(rendererDir, () => undefined)
    expect((await early(new Request(`app://recast/files/${pictureId}`))).status).toBe(503)
    expect((await early(new Request('app://recast/'))).status).toBe(200)
  })
})
