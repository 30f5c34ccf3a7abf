// A proxy that takes the connection and then says nothing, at each point of the way.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, it } from 'vitest'
import { HttpSources } from '#core/download/http-source'

// A time-out that only weak references lead to is lost with the next collection of garbage.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

let server: Server | undefined
const sockets = new Set<Socket>()
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server?.close(resolve))
})

it.each([
  ['before its answer', ''],
  ["within its answer's head", 'HTTP/1.1 200 Conn'],
  ['after it opened the tunnel', 'HTTP/1.1 200 Connection established\r\n\r\n'],
])('is given up when it goes silent %s', async (_when, said) => {
  const silent = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('data', () => socket.write(said))
  })
  server = silent
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const proxy = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const sources = new HttpSources({ connectMs: 300, idleMs: 60_000 }, { HTTPS_PROXY: proxy })
  const collecting = setInterval(collect, 20)
  try {
    const asked = sources.get({ url: 'https://models.recast.example/a', offset: 0, signal: new AbortController().signal })
    await expect(asked).rejects.toMatchObject({
      code: 'download.offline',
      message: expect.stringMatching(/^The proxy .* opens no way to models\.recast\.example/) as string,
    })
    await expect.poll(() => [...sockets].every((socket) => socket.destroyed)).toBe(true)
  } finally {
    clearInterval(collecting)
  }
})
