import { execFileSync } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { readAddress } from '#core/engines/comfyui/address'
import { ComfyHttp, type HttpOptions } from '#core/engines/comfyui/http'
import { temporaryFolder } from './harness'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** Little patience with a whole answer. */
const hasty: HttpOptions = { idleTimeoutMs: 20_000, totalTimeoutMs: 700 }

/** A server that says the same bytes to whatever it is asked. */
async function says(answer: (socket: Socket) => void, times: HttpOptions = {}): Promise<ComfyHttp> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const http = new ComfyHttp(readAddress(`http://127.0.0.1:${port}`), times)
  closers.push(
    () => server.close(),
    () => void http.close(),
  )
  return http
}

const head = (bytes: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\nConnection: close\r\n\r\n`
const signal = new AbortController().signal

describe('an answer whose server closes the connection behind it', () => {
  // With a reader that makes the parser wait, undici 7.30 ends the process at these: nodejs/undici#5360.
  it.each([64 * 1024, 64 * 1024 + 1, 128 * 1024, 1024 * 1024])(
    'of %d bytes comes whole, and the process lives',
    async (bytes) => {
      const body = Buffer.from(JSON.stringify('a'.repeat(bytes - 2)))
      const http = await says((socket) => {
        socket.write(head(body.length))
        socket.write(body)
        socket.end()
      })
      const texts = await Promise.all(Array.from({ length: 8 }, () => http.getJson('/object_info')))
      expect(texts.every((text) => typeof text === 'string' && text.length === bytes - 2)).toBe(true)
    },
  )

  it('and that is read far too slowly by a full disk comes whole, too', async () => {
    const body = Buffer.alloc(20e6, 7)
    const http = await says((socket) => void socket.write(head(body.length), () => socket.end(body)), hasty)
    // A pipe takes no more than somebody reads from it.
    const pipe = join(await temporaryFolder(), 'slow')
    execFileSync('mkfifo', [pipe])
    const reader = async (): Promise<number> => {
      const file = await open(pipe, 'r')
      const piece = Buffer.alloc(1 << 20)
      let all = 0
      for (let read = 1; read > 0; all += read) {
        read = (await file.read(piece)).bytesRead
        if (all < 2e6) await sleep(20)
      }
      await file.close()
      return all
    }
    const [written, read] = await Promise.all([http.download('/view', pipe, 32e6, signal), reader()])
    expect([written, read]).toEqual([pipe, body.length])
  })

  it('without a length is a file by the end of its connection', async () => {
    const target = join(await temporaryFolder(), 'file')
    const http = await says((socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${'x'.repeat(300_000)}`))
    expect(await http.download('/view', target, 1e6, signal)).toBe(target)
    expect((await readFile(target)).length).toBe(300_000)
    await expect(http.download('/view', target, 1e5, signal)).rejects.toMatchObject({ code: 'engine.execution' })
  })
})

function drips(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n')
  const timer = setInterval(() => socket.write(' '), 30)
  socket.on('close', () => clearInterval(timer))
}

it('an answer that drips a byte now and then is cut off in the end', async () => {
  const http = await says(drips, hasty)
  const began = performance.now()
  await expect(http.getJson('/queue')).rejects.toMatchObject({ code: 'engine.offline' })
  await expect(http.look('/queue')).rejects.toMatchObject({ code: 'engine.offline' })
  // Without a limit of the whole answer its thousand bytes would take 30 s each.
  expect(performance.now() - began).toBeLessThan(20_000)
})

it('a look at the queue that drips is given up long before other answers are', async () => {
  const http = await says(drips, { idleTimeoutMs: 400 })
  await expect(http.look('/queue')).rejects.toMatchObject({ code: 'engine.offline', detail: { why: 'RECAST_TOTAL_TIMEOUT' } })
})

it('a request that is called off while it waits for a connection ends at once, and is never sent', async () => {
  const heard: string[] = []
  const http = await says((socket) => void heard.push(String(socket.remotePort)))
  const away = new AbortController()
  const asked = http.getJson('/queue', away.signal)
  away.abort('cancel')
  await expect(asked).rejects.toMatchObject({ code: 'canceled' })
})
