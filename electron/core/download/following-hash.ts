import { Worker } from 'node:worker_threads'

// Text, not a file: a worker's file would have to be found again in the bundle, in the packed app and in the source tree.
const source = `
const { parentPort, workerData } = require('node:worker_threads')
const { openSync, readSync } = require('node:fs')
const { createHash } = require('node:crypto')
const buffer = Buffer.allocUnsafe(1 << 20)
let file, hash, at
const begin = () => { hash = createHash('sha256'); at = 0 }
begin()
parentPort.on('message', ({ id, again, upTo }) => {
  try {
    if (again) return begin()
    file ??= openSync(workerData.path, 'r')
    while (at < upTo) {
      const count = readSync(file, buffer, 0, Math.min(buffer.length, upTo - at), at)
      if (count === 0) break
      hash.update(buffer.subarray(0, count))
      at += count
    }
    if (id === undefined) return
    // Shorter on the way only means that the file was cut to begin again; at the end it is an error.
    if (at < upTo) throw new Error('the file became shorter')
    parentPort.postMessage({ id, digest: hash.copy().digest('hex') })
  } catch (error) {
    parentPort.postMessage({ id, error })
  }
})
`

interface Answer {
  id: number | undefined
  digest?: string
  error?: unknown
}

/**
 * The sha256 of a file that is still growing, read back from it in a thread of its own, close behind the writing: the bytes come from the
 * system's cache, and the thread that receives them is free for that. What is hashed is what the file holds.
 */
export class FollowingHash {
  readonly #path: string
  #worker: Worker | undefined
  #ids = 0
  #failure: unknown
  #waiting = new Map<number, { resolve: (digest: string) => void; reject: (error: unknown) => void }>()

  constructor(path: string) {
    this.#path = path
  }

  /** Begins again with the first byte, for a file that was cut. */
  again(): void {
    this.#worker?.postMessage({ again: true })
  }

  /** So many bytes are in the file now. */
  reach(bytes: number): void {
    this.#thread().postMessage({ upTo: bytes })
  }

  /** The sha256 of the first `bytes`, which must be in the file and no fewer than were reached; rejects with what reading threw. */
  digest(bytes: number): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      const id = (this.#ids += 1)
      this.#waiting.set(id, { resolve, reject })
      this.#thread().postMessage({ id, upTo: bytes })
    })
  }

  /** Ends the thread and lets go of the file. */
  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(source, { eval: true, workerData: { path: this.#path } })
    worker.on('message', (answer: Answer) => {
      if (answer.error !== undefined) return this.#fail(answer.error)
      if (answer.id === undefined) return
      this.#waiting.get(answer.id)?.resolve(answer.digest ?? '')
      this.#waiting.delete(answer.id)
    })
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('the hash was given up')))
    this.#worker = worker
    return worker
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
