import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve, type RunningServer, type ServeOptions } from '../../../electron/server/serve'
import { createModelApp, type ModelApp } from '../contract/model-app'

/** A page that stands for the built renderer. */
export async function makeRendererDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'recast-page-'))
  await mkdir(join(dir, 'assets'))
  await writeFile(join(dir, 'index.html'), '<!doctype html><title>Recast</title>')
  await writeFile(join(dir, 'assets', 'index-abc.js'), 'export {}')
  await writeFile(join(dir, '.secret'), 'no')
  return dir
}

export interface Started {
  app: ModelApp
  server: RunningServer
  problems: string[]
  stop(): Promise<void>
}

/** A listening server over a model app, on a free port. */
export async function start(options: Partial<ServeOptions> = {}): Promise<Started> {
  const app = createModelApp()
  const rendererDir = await makeRendererDir()
  const problems: string[] = []
  const server = await serve({ app, rendererDir, port: 0, onProblem: (problem) => problems.push(problem), ...options })
  return {
    app,
    server,
    problems,
    async stop() {
      await server.close()
      app.events.close()
      await rm(rendererDir, { recursive: true })
    },
  }
}

/** Whether this is a reply with all the bytes that its head tells of. */
function isWhole(reply: string): boolean {
  const end = reply.indexOf('\r\n\r\n')
  if (end >= 0 && statusOfReply(reply) === 101) return true
  const length = end < 0 ? undefined : /^content-length: *(\d+)/im.exec(reply.slice(0, end))?.[1]
  return length !== undefined && reply.length - end - 4 >= Number(length)
}

/**
 * Sends these bytes, as no HTTP client would agree to, and answers the reply once it is whole or the server has closed; with `all`, what
 * it sends until it closes.
 */
export function raw(port: number, bytes: string | Buffer, all = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let reply = ''
    socket.setTimeout(20_000, () => socket.destroy())
    socket.on('connect', () => socket.write(bytes))
    socket.on('data', (data) => {
      reply += data.toString('latin1')
      if (!all && isWhole(reply)) socket.destroy()
    })
    socket.on('close', () => resolve(reply))
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve(reply) : reject(error)))
  })
}

/** A request line and headers as one text. */
export function request(method: string, target: string, headers: Record<string, string | string[]>, body = ''): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`))
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return `${method} ${target} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`
}

export const statusOfReply = (reply: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(reply)?.[1] ?? 0)
