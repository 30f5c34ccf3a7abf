// Downloads from a host that only a proxy reaches: a real CONNECT proxy, a real TLS server with a certificate of an authority of its own.
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seededFile, sha256Of } from '../../fakes/file-server/file-server'
import { bundle } from '../bundle'

const host = 'models.recast.example'
const folder = mkdtempSync(join(tmpdir(), 'recast-proxy-'))
const key = join(folder, 'key.pem')
const certificate = join(folder, 'certificate.pem')

function makeCertificate(): boolean {
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host},DNS:localhost`]
  try {
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject],
      { stdio: 'ignore' },
    )
    return true
  } catch {
    process.stderr.write('SKIPPED: openssl is not here, so that downloads through a proxy are not tested.\n')
    return false
  }
}

describe.skipIf(!makeCertificate())('a download through a proxy', () => {
  const size = 1_000_000
  const file = seededFile(size)
  const sha256 = sha256Of(file)
  const large = seededFile(20_000_000)
  let bundled: string
  let hub: Server
  let proxy: Server
  let insider: Server
  let asked: { method: string; to: string; login: string | undefined }[]
  let relayed: Buffer[]
  let seen: { path: string; authorization: string | undefined }[]
  let inside: string[]
  /** What the proxy answers; undefined opens the tunnel. */
  let refuses: number | undefined
  let redirectTo: string | undefined
  let count = 0

  const portOf = (server: Server): number => (server.address() as AddressInfo).port
  const listen = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<Socket>()
  /** Tunnels too, which a server gives out of its hands. */
  const close = (server: Server): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    })

  beforeAll(async () => {
    bundled = await bundle({ 'proxied-child': 'test/integration/download/proxied-child.ts' })
  }, 120_000)
  beforeEach(async () => {
    asked = []
    relayed = []
    seen = []
    inside = []
    refuses = undefined
    redirectTo = undefined
    hub = createHttps({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
      seen.push({ path: request.url ?? '', authorization: request.headers.authorization })
      if (redirectTo !== undefined) return void response.writeHead(302, { location: redirectTo }).end()
      const { size: length, etag = '', read } = request.url === '/large' ? large : file
      response.writeHead(200, { 'content-length': length, etag }).end(read(0, length))
    })
    insider = createHttp((request, response) => {
      inside.push(request.url ?? '')
      response.end('secret of this machine')
    })
    proxy = createHttp((request, response) => {
      asked.push({ method: request.method ?? '', to: request.url ?? '', login: request.headers['proxy-authorization'] })
      response.writeHead(400).end()
    })
    proxy.on('connect', (request, socket) => {
      asked.push({ method: 'CONNECT', to: request.url ?? '', login: request.headers['proxy-authorization'] })
      socket.on('error', () => undefined)
      if (refuses !== undefined) return void socket.end(`HTTP/1.1 ${refuses} No\r\n\r\n`)
      // Whatever is asked for: the one server that this proxy knows.
      const through = connect(portOf(hub), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        socket.on('data', (chunk: Buffer) => relayed.push(chunk))
        socket.pipe(through).pipe(socket)
      })
      through.on('error', () => socket.destroy())
    })
    for (const server of [hub, proxy, insider]) server.on('connection', (socket) => sockets.add(socket))
    await Promise.all([hub, proxy, insider].map(listen))
  })
  afterEach(() => Promise.all([hub, proxy, insider].map(close)))
  afterAll(() => {
    rmSync(bundled, { recursive: true, force: true, maxRetries: 5 })
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  interface Answer {
    code?: string
    message?: string
    sha256?: string
  }
  interface Asking {
    env?: NodeJS.ProcessEnv
    token?: string
    url?: string
    sha256?: string
  }
  async function download(more: Asking = {}): Promise<{ answer: Answer; target: string }> {
    const target = join(folder, `models-${(count += 1)}`, 'a.safetensors')
    const env = {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: certificate,
      HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${portOf(proxy)}`,
      ...more.env,
    }
    const { url = `https://${host}/a.safetensors`, token = '-' } = more
    const args = [join(bundled, 'proxied-child.js'), url, target, more.sha256 ?? sha256, token]
    const out = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, args, { env, timeout: 80_000 }, (error, stdout) =>
        error ? reject(new Error('the download ended badly', { cause: error })) : resolve(stdout),
      )
    })
    return { answer: JSON.parse(out) as Answer, target }
  }

  it('goes through its tunnel, encrypted to the very end, with the login for the proxy alone', async () => {
    const { answer, target } = await download({ token: 'hub-secret' })
    expect(answer).toMatchObject({ sha256 })
    expect(sha256Of(file)).toBe(sha256)
    expect(readFileSync(target)).toEqual(file.read(0, size))
    expect(asked).toEqual([
      { method: 'CONNECT', to: `${host}:443`, login: `Basic ${Buffer.from('user:p@ss').toString('base64')}` },
    ])
    expect(seen).toEqual([{ path: '/a.safetensors', authorization: 'Bearer hub-secret' }])
    expect(Buffer.concat(relayed).includes('hub-secret')).toBe(false)
  })

  it('is none where the proxy need not be asked: straight over TLS, to the last byte, with a trusted certificate alone', async () => {
    const straight = { url: `https://localhost:${portOf(hub)}/large`, sha256: sha256Of(large) }
    const { answer, target } = await download(straight)
    expect(answer).toMatchObject({ sha256: straight.sha256 })
    const got = readFileSync(target)
    expect(sha256Of({ size: got.length, read: (start, end) => got.subarray(start, end) })).toBe(straight.sha256)
    const { answer: refused } = await download({ ...straight, env: { NODE_EXTRA_CA_CERTS: '' } })
    expect(refused).toMatchObject({ code: 'download.offline', message: expect.stringMatching(/certificate/i) as string })
    expect(seen).toHaveLength(1)
    expect(asked).toEqual([])
  })

  it.each([407, 403])('says that it is the proxy that refuses: %i', async (status) => {
    refuses = status
    const { answer, target } = await download()
    expect(answer).toMatchObject({ code: 'download.denied', message: expect.stringMatching(/^The proxy .*login/) as string })
    expect(existsSync(target)).toBe(false)
  })

  it('trusts no certificate that the system does not', async () => {
    const { answer, target } = await download({ env: { NODE_EXTRA_CA_CERTS: '' } })
    expect(answer).toMatchObject({ code: 'download.offline', message: expect.stringMatching(/certificate/i) as string })
    expect(seen).toEqual([])
    expect(existsSync(target)).toBe(false)
  })

  it.each([
    ['http', '127.0.0.1'],
    ['http', 'localhost'],
    ['http', '[::ffff:127.0.0.1]'],
    ['http', '0.0.0.0'],
    ['https', 'localhost'],
    ['https', 'any.localhost'],
  ])('is not sent into this machine by a host elsewhere: %s://%s', async (scheme, name) => {
    redirectTo = `${scheme}://${name}:${portOf(insider)}/private`
    const { answer, target } = await download()
    expect(answer).toMatchObject({
      code: 'download.unsafe',
      message: expect.stringMatching(/leads into this machine|not https/) as string,
    })
    expect(inside).toEqual([])
    expect(existsSync(target)).toBe(false)
  })
})
