import { connect as netConnect, isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import { put, type Intake } from './intake-ring'

const headBytes = 8 * 1024

/** A body that is being taken. */
interface Pouring {
  intake: Intake
  left: number
  /** What is waited for before more is read. */
  wait: Promise<unknown> | undefined
  resolve(after: Promise<unknown> | undefined): void
  reject(error: unknown): void
}

/**
 * A connection that Node's HTTP client reads, until its answer's body is {@link pour}ed: that goes past the client, straight into the memory
 * where it is wanted. The client makes a new buffer for each 64 KiB and looks through all of it, which halves the speed of a large file.
 */
export class Line extends Duplex {
  readonly #socket: Socket
  readonly #head = Buffer.allocUnsafe(headBytes)
  #held = false
  #over = false
  #pouring: Pouring | undefined

  /** Connects to an http or https address: `connect` is emitted when the machine at the other end answered. */
  constructor(url: URL) {
    super()
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const secure = url.protocol === 'https:'
    const onread = {
      buffer: () => this.#place(),
      callback: (count: number, from: Uint8Array) => this.#came(count, from),
    }
    const port = Number(url.port) || (secure ? 443 : 80)
    // In TLS's types `onread` is missing.
    const options = { host, port, onread, ALPNProtocols: ['http/1.1'], ...(isIP(host) ? {} : { servername: host }) }
    this.#socket = secure ? tlsConnect(options) : netConnect({ host, port, onread })
    this.#socket.on('connect', () => this.emit('connect'))
    this.#socket.on('end', () => this.#ended())
    this.#socket.on('error', (error) => this.destroy(error))
    // After a clean end the client still reads what it has.
    this.#socket.on('close', () => this.#over || this.destroy())
    // After its answer the client hears no errors any more.
    this.on('error', () => undefined)
  }

  get connecting(): boolean {
    return this.#socket.connecting
  }

  /** From now on nothing new is told to the HTTP client. */
  hold(): void {
    this.#held = true
    this.#socket.pause()
  }

  /** Gives the next `count` bytes of a held line to an intake. Rejects with what the intake threw or why the connection broke. */
  pour(count: number, intake: Intake): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.destroyed) return reject(this.errored ?? brokenOff())
      this.#pouring = { intake, left: count, wait: undefined, resolve, reject }
      this.#socket.resume()
    })
  }

  #place(): Uint8Array {
    return this.#pouring?.intake.place() ?? this.#head
  }

  /** Answers whether more may be read at once. */
  #came(count: number, from: Uint8Array): boolean {
    const pouring = this.#pouring
    if (!pouring) return this.push(Buffer.from(from.subarray(0, count))) && !this.#held
    const taken = Math.min(count, pouring.left)
    pouring.left -= taken
    try {
      // Before the first piece the socket was given a place already: the one for the head.
      const wait = from === this.#head ? put(this.#head.subarray(0, taken), pouring.intake) : pouring.intake.took(taken)
      if (wait) this.#waitFor(wait, pouring)
      if (pouring.left > 0) return pouring.wait === undefined
      // What becomes of the connection is of no interest any more.
      this.#pouring = undefined
      pouring.resolve(pouring.wait)
    } catch (error) {
      this.#failed(error)
    }
    return false
  }

  #waitFor(wait: Promise<unknown>, pouring: Pouring): void {
    const all = pouring.wait ? Promise.all([pouring.wait, wait]) : wait
    pouring.wait = all
    all.then(
      () => {
        if (pouring.wait !== all) return
        pouring.wait = undefined
        if (this.#pouring === pouring) this.#socket.resume()
      },
      (error: unknown) => this.#failed(error),
    )
  }

  #failed(error: unknown): void {
    const pouring = this.#pouring
    this.#pouring = undefined
    pouring?.reject(error)
    this.destroy()
  }

  #ended(): void {
    this.#over = true
    if (this.#pouring) this.#failed(brokenOff())
    else this.push(null)
  }

  override _read(): void {
    if (!this.#held) this.#socket.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#socket.destroyed) done()
    else this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    const pouring = this.#pouring
    this.#pouring = undefined
    pouring?.reject(error ?? brokenOff())
    done(error)
  }
}

/** The error of a connection that ended before all of it had come. */
export function brokenOff(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })
}
