import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { afterEach, expect, it } from 'vitest'
import { errorWords } from '../../../renderer/i18n/errors'
import { openApp, startFake, submit, temporaryFolder, untilState, writePhoto } from '../comfyui/harness'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A certificate for 127.0.0.1 that is its own authority, made now: node:crypto reads certificates but makes none. */
function makeCertificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=Recast test', '-addext', 'subjectAltName=IP:127.0.0.1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  execFileSync('openssl', ['req', '-x509', ...curve, '-days', '2', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

/** A TLS front of a plain server, HTTP and upgrades alike. */
async function tlsFront(target: string, certificate: { key: string; cert: string }): Promise<string> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Duplex>()
  const server: Server = createServer(certificate, (incoming, response) => {
    const onward = ask(
      { host: hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  })
  server.on('upgrade', (request, socket, head) => {
    const onward = connect(Number(port), hostname, () => {
      const lines = request.rawHeaders.flatMap((name, n) => (n % 2 === 0 ? [`${name}: ${request.rawHeaders[n + 1]}`] : []))
      onward.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      onward.write(head)
      onward.pipe(socket)
      socket.pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it.runIf(hasOpenssl())('a server behind a private authority: refused without its certificate, a whole job with it', async () => {
  const folder = await temporaryFolder()
  const certificate = makeCertificate(folder)
  const fake = await startFake()
  const address = await tlsFront(fake.url, certificate)
  const app = await openApp(join(folder, 'data'))

  const refused = await app.call('engines.test', { address })
  expect(refused.found).toBeUndefined()
  expect(refused.error?.message).toMatch(/has a certificate that this computer does not trust/)
  expect(refused.error && errorWords(refused.error, 'en').title).toContain('certificate')
  expect(fake.requests).toEqual([])

  const answered = await app.call('engines.test', { address, certificateAuthority: certificate.cert })
  expect(answered.found).toMatchObject({ address, version: '0.8.0' })

  const { engine } = await app.call('engines.add', { address, certificateAuthority: certificate.cert })
  expect(engine).toMatchObject({ state: 'ready', server: { hasCertificate: true } })
  expect(JSON.stringify(engine)).not.toContain('BEGIN CERTIFICATE')
  let previews = 0
  app.events.onPreview(() => (previews += 1))
  const photo = await writePhoto(join(folder, 'photo.png'))
  const [job] = await submit(app, photo, { engine: 'auto', workflowId: 'sd15-style' })
  expect(await untilState(app, job, 'done', 'failed')).toMatchObject({ state: 'done', engineId: address })
  // They come over the socket alone, so that is trusted, too.
  expect(previews).toBeGreaterThan(0)

  await expect(app.call('engines.add', { address, certificateAuthority: certificate.key })).rejects.toMatchObject({
    code: 'input.invalid',
  })
})
