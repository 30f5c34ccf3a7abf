import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { closeFrame, dataFrame, FrameFilter, giantFrameHead } from './frames'

/** What the proxy does to the connections that stand when it is told; new ones work, unless said otherwise. */
export type ProxyFault =
  /** Every connection is reset. */
  | 'reset'
  /** Every socket gets a close frame, every connection an orderly end. */
  | 'close'
  /** Nothing passes any more on what stands, in either direction, and nobody is told. */
  | 'half_open'
  /** The sockets stay open and answer pings, and no message passes. */
  | 'zombie'
  /** Everything passes at 1 KB a second, new connections too. */
  | 'slow'
  /** Frames of text that is no message are put between the frames. */
  | 'garbage_text'
  /** The same with binary frames. */
  | 'garbage_binary'
  /** A frame of 200 MB begins. */
  | 'giant_frame'
  /** A post of a prompt arrives, and its answer is lost with the connection; the next one only. */
  | 'lost_post_answer'
  /** The same, but the connection stays and only goes silent. */
  | 'silent_post_answer'

/** A TCP proxy before one server, with faults on demand. */
export interface FaultyProxy {
  readonly url: string
  /** Paths of the posts that have come by. */
  readonly posts: readonly string[]
  /** Begins a fault. */
  begin(fault: ProxyFault): void
  /** Ends what goes on by itself; what is broken stays broken. */
  end(): void
  close(): Promise<void>
}

interface Pair {
  client: Socket
  server: Socket
  /** It was upgraded to a WebSocket. */
  isSocket: boolean
  filter: FrameFilter
  /** Nothing passes for ever. */
  dead: boolean
  deaf: boolean
  loseAnswer: 'cut' | 'silent' | undefined
}

const slowBytesASecond = 1_000
const slowTickMs = 50
const giantBytes = 200_000_000

/** Starts a proxy on a free loopback port. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<Pair>()
  const posts: string[] = []
  const state: { slow: boolean; garbage: 'text' | 'binary' | undefined; loseNext: 'cut' | 'silent' | undefined } = {
    slow: false,
    garbage: undefined,
    loseNext: undefined,
  }

  function pass(pair: Pair, from: Socket, to: Socket, bytes: Buffer): void {
    if (pair.dead || to.destroyed) return
    if (!state.slow) {
      if (!to.write(bytes)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
      return
    }
    // The rest of this piece at the slow pace; whoever sends has to wait for it.
    from.pause()
    let at = 0
    const step = (slowBytesASecond * slowTickMs) / 1000
    const timer = setInterval(() => {
      const size = state.slow ? step : bytes.length
      if (!to.destroyed) to.write(bytes.subarray(at, at + size))
      at += size
      if (at < bytes.length && !to.destroyed) return
      clearInterval(timer)
      from.resume()
    }, slowTickMs)
  }

  function fromClient(pair: Pair, bytes: Buffer): void {
    if (!pair.isSocket && /^GET \S*\/ws/.test(bytes.toString('latin1', 0, 200))) pair.isSocket = true
    const post = /^POST (\S+) /.exec(bytes.toString('latin1', 0, 200))
    if (post?.[1]) posts.push(post[1])
    if (state.loseNext && /^POST (?:\/api)?\/prompt /.test(bytes.toString('latin1', 0, 40))) {
      pair.loseAnswer = state.loseNext
      state.loseNext = undefined
    }
    pass(pair, pair.client, pair.server, bytes)
  }

  function fromServer(pair: Pair, bytes: Buffer): void {
    if (pair.loseAnswer === 'cut') return void pair.client.resetAndDestroy()
    if (pair.loseAnswer === 'silent') {
      pair.dead = true
      return
    }
    if (!pair.isSocket) return pass(pair, pair.server, pair.client, bytes)
    const out: Buffer[] = []
    for (const { bytes: frame, isMessage } of pair.filter.take(bytes)) {
      if (pair.deaf && isMessage) continue
      if (state.garbage && isMessage) out.push(...garbage(state.garbage))
      out.push(frame)
    }
    if (out.length > 0) pass(pair, pair.server, pair.client, Buffer.concat(out))
  }

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: hostname, port: Number(port), noDelay: true })
    const pair: Pair = {
      client,
      server,
      isSocket: false,
      filter: new FrameFilter(),
      dead: false,
      deaf: false,
      loseAnswer: undefined,
    }
    pairs.add(pair)
    client.on('data', (bytes) => fromClient(pair, bytes))
    server.on('data', (bytes) => fromServer(pair, bytes))
    // Whichever side goes takes the other with it; a silent way tells nobody.
    const gone = (other: Socket): void => {
      if (!pair.dead) other.destroy()
      if (client.destroyed && server.destroyed) pairs.delete(pair)
    }
    for (const [own, other] of [
      [client, server],
      [server, client],
    ] as const) {
      own.on('error', () => {})
      own.on('end', () => !pair.dead && other.end())
      own.on('close', () => gone(other))
    }
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))

  function begin(fault: ProxyFault): void {
    switch (fault) {
      case 'slow':
        state.slow = true
        return
      case 'garbage_text':
      case 'garbage_binary':
        state.garbage = fault === 'garbage_text' ? 'text' : 'binary'
        return
      case 'lost_post_answer':
      case 'silent_post_answer':
        state.loseNext = fault === 'lost_post_answer' ? 'cut' : 'silent'
        return
      default:
        for (const pair of pairs) strike(pair, fault)
    }
  }

  return {
    posts,
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    begin,
    end() {
      state.slow = false
      state.garbage = undefined
      state.loseNext = undefined
    },
    close() {
      for (const { client, server } of pairs) {
        client.destroy()
        server.destroy()
      }
      return new Promise((resolve) => listener.close(() => resolve()))
    },
  }
}

/** Does to one connection what breaks it. */
function strike(pair: Pair, fault: 'reset' | 'close' | 'half_open' | 'zombie' | 'giant_frame'): void {
  switch (fault) {
    case 'reset':
      pair.client.resetAndDestroy()
      return
    case 'close':
      if (pair.isSocket) pair.client.write(closeFrame)
      pair.client.end()
      return
    case 'half_open':
      pair.dead = true
      return
    case 'zombie':
      pair.deaf = true
      return
    case 'giant_frame': {
      if (!pair.isSocket) return
      pair.deaf = true
      pair.client.write(giantFrameHead(giantBytes))
      const piece = Buffer.alloc(1 << 20, 7)
      let left = giantBytes
      const pump = (): void => {
        for (let room = true; room && left > 0 && !pair.client.destroyed; left -= piece.length) room = pair.client.write(piece)
        if (left > 0 && !pair.client.destroyed) pair.client.once('drain', pump)
      }
      pump()
    }
  }
}

const texts = [
  '{"type":"progress","data":',
  '[]',
  '{"type":"executing"}',
  'null',
  '<html>',
  '{"type":"execution_success","data":{}}',
]

/** Frames that a client must neither take for messages nor stumble over. */
function garbage(kind: 'text' | 'binary'): Buffer[] {
  if (kind === 'text') return texts.map((text) => dataFrame('text', Buffer.from(text)))
  return [
    Buffer.alloc(0),
    Buffer.from([1, 2, 3]),
    Buffer.from([0, 0, 0, 4, 255, 255, 255, 255, 1]),
    Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]), Buffer.from('no picture')]),
    Buffer.concat([Buffer.from([0, 0, 0, 4, 0, 0, 0, 2]), Buffer.from('{}JFIF')]),
    Buffer.alloc(5_000, 0xa5),
  ].map((bytes) => dataFrame('binary', bytes))
}
