import { Worker } from 'node:worker_threads'

// Text, not a file: a worker's file would have to be found again in the bundle, in the packed app and in the source tree.
// Each piece is copied before it is hashed: what another core has just written comes slowly to a reader that takes it word by word, as a
// hash does; a copy fetches much of it at once. With the copy a hash of 1.2 GB/s makes 1.45.
const source = `
const { parentPort, workerData } = require('node:worker_threads')
const { openSync, readSync } = require('node:fs')
const { createHash } = require('node:crypto')
const ring = Buffer.from(workerData.ring)
const offered = new BigInt64Array(workerData.counts, 0, 1), hashed = new BigInt64Array(workerData.counts, 8, 1)
const running = new Int32Array(workerData.counts, 16, 1), watched = new Int32Array(workerData.counts, 20, 1)
const near = Buffer.allocUnsafe(1 << 16)
let file, hash, at, buffer
const begin = () => { hash = createHash('sha256'); to(0) }
const to = (position) => {
  at = position
  Atomics.store(hashed, 0, BigInt(at))
  if (Atomics.exchange(watched, 0, 0) === 1) parentPort.postMessage({})
}
const readBack = (upTo) => {
  file ??= openSync(workerData.path, 'r')
  buffer ??= Buffer.allocUnsafe(1 << 20)
  while (at < upTo) {
    const count = readSync(file, buffer, 0, Math.min(buffer.length, upTo - at), at)
    // Shorter on the way only means that the file was cut to begin again; at the end it is an error.
    if (count === 0) return
    hash.update(buffer.subarray(0, count))
    to(at + count)
  }
}
const readRing = () => {
  for (;;) {
    const upTo = Number(Atomics.load(offered, 0))
    while (at < upTo) {
      const from = at % ring.length
      const count = ring.copy(near, 0, from, from + Math.min(upTo - at, ring.length - from, near.length))
      hash.update(near.subarray(0, count))
      to(at + count)
    }
    Atomics.store(running, 0, 0)
    if (Number(Atomics.load(offered, 0)) <= at || Atomics.compareExchange(running, 0, 0, 1) !== 0) return
  }
}
begin()
parentPort.on('message', ({ id, does, upTo }) => {
  try {
    if (does === 'again') begin()
    if (does === 'back') readBack(upTo)
    if (does === 'ring') readRing()
    if (id === undefined) return
    if (does === 'digest' && at !== upTo) throw new Error('the file became shorter')
    parentPort.postMessage({ id, digest: does === 'digest' ? hash.copy().digest('hex') : '' })
  } catch (error) {
    parentPort.postMessage({ id, error })
  }
})
`

interface Answer {
  id?: number
  digest?: string
  error?: unknown
}

/** What the thread is told; all but `ring` in the order of the positions in the file. */
interface Order {
  does: 'again' | 'back' | 'ring' | 'digest'
  id?: number
  upTo?: number
}

/**
 * The sha256 of a file that is still growing, made in a thread of its own, close behind what comes: from the ring in memory in which it
 * comes, or, for what is no longer there, from the file.
 *
 * How far the thread may go in the ring, and how far it is, stand in shared memory: a message for each piece would cost as much as the piece.
 */
export class FollowingHash {
  readonly #start: () => Worker
  readonly #offered: BigInt64Array
  readonly #hashed: BigInt64Array
  readonly #running: Int32Array
  readonly #watched: Int32Array
  readonly #moved: () => void
  #worker: Worker | undefined
  #begun = false
  #ids = 0
  #failure: unknown
  #waiting = new Map<number, { resolve: (digest: string) => void; reject: (error: unknown) => void }>()

  /** @param moved called after {@link watch} when the hash went on, and when it failed */
  constructor(path: string, ring: SharedArrayBuffer, moved: () => void) {
    const counts = new SharedArrayBuffer(24)
    this.#offered = new BigInt64Array(counts, 0, 1)
    this.#hashed = new BigInt64Array(counts, 8, 1)
    this.#running = new Int32Array(counts, 16, 1)
    this.#watched = new Int32Array(counts, 20, 1)
    this.#moved = moved
    // What the process was started with (hooks, `--input-type=module`) is not for this script.
    this.#start = () => new Worker(source, { eval: true, execArgv: [], workerData: { path, ring, counts } })
  }

  /** Starts the thread, as soon as bytes are to be expected: it takes 25 ms. */
  start(): void {
    if (this.#worker) return
    const worker = (this.#worker = this.#start())
    worker.on('message', (answer: Answer) => {
      if (answer.error !== undefined) return this.#fail(answer.error)
      if (answer.id === undefined) return this.#moved()
      this.#waiting.get(answer.id)?.resolve(answer.digest ?? '')
      this.#waiting.delete(answer.id)
    })
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('the hash was given up')))
  }

  /** So many bytes of the file are in the hash. */
  get hashed(): number {
    return Number(Atomics.load(this.#hashed, 0))
  }

  /** Begins again with the first byte, for a file that was cut; resolves when nothing of the ring is read any more. */
  async again(): Promise<void> {
    // A thread that has read nothing need not be waited for: it may still be starting.
    if (!this.#begun) return
    Atomics.store(this.#offered, 0, 0n)
    await this.#ask({ does: 'again' })
  }

  /** The bytes up to here are in the file, and not in the ring. */
  readBack(upTo: number): void {
    this.#begun = true
    this.#tell({ does: 'back', upTo })
  }

  /** The bytes from the end of what is known so far up to here are in the ring, and stay until {@link hashed} is beyond them. */
  offer(upTo: number): void {
    this.#begun = true
    Atomics.store(this.#offered, 0, BigInt(upTo))
    if (Atomics.compareExchange(this.#running, 0, 0, 1) === 0) this.#tell({ does: 'ring' })
  }

  /** Asks to be told once when the hash has gone on from now. */
  watch(): void {
    Atomics.store(this.#watched, 0, 1)
  }

  /** The sha256 of the first `bytes`, which must be all that was read back and offered; rejects with what reading threw. */
  digest(bytes: number): Promise<string> {
    return this.#ask({ does: 'digest', upTo: bytes })
  }

  /** Ends the thread and lets go of the file. */
  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #ask(order: Order): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      const id = (this.#ids += 1)
      this.#waiting.set(id, { resolve, reject })
      this.#tell({ ...order, id })
    })
  }

  #tell(order: Order): void {
    this.start()
    this.#worker?.postMessage(order)
  }

  /** Why there will be no hash; undefined while there may be one. */
  get failure(): unknown {
    return this.#failure
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    this.#moved()
  }
}
