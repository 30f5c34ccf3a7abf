/** Who takes the bytes of a file as they come. */
export interface Intake {
  /** Where the next bytes are to be put. */
  place(): Uint8Array
  /** So many bytes were put at the last place. Answers a promise when the source has to wait; throws what ends the receiving. */
  took(count: number): Promise<void> | undefined
}

/** Puts a piece of at most {@link marginBytes} to an intake, which may have to wait afterwards. Throws what the intake throws. */
export function put(piece: Buffer, intake: Intake): Promise<unknown> | undefined {
  const waits: Promise<void>[] = []
  for (let at = 0; at < piece.length;) {
    const count = piece.copy(intake.place(), 0, at)
    at += count
    const wait = intake.took(count)
    if (!wait) continue
    // What the next piece throws leaves nobody to hear it.
    wait.catch(() => undefined)
    waits.push(wait)
  }
  return waits.length > 0 ? Promise.all(waits) : undefined
}

const wasmPageBytes = 64 * 1024
const ringBytes = 16 * 1024 * 1024
/** Largest piece that is read from a connection at once. */
const placeBytes = 1024 * 1024
/** What may come after the source was told to wait: TLS decrypts what it has read already. */
const marginBytes = 256 * 1024
/** Largest piece that is written at once. */
const writeBytes = 4 * 1024 * 1024

/** Memory of rings that were given back, for the next ones; no more than this of it is kept. */
const spare: SharedArrayBuffer[] = []
const keptSpare = 2
/** Windows' sockets may still write into memory that they were given for a moment after they were closed: there none is used again. */
const canReuse = process.platform !== 'win32'

/**
 * Memory for the bytes between a connection and the disk, shared with the thread that hashes them: they are put here once, and written and
 * hashed from here. Positions are those in the file.
 */
export class IntakeRing {
  readonly memory = spare.pop() ?? sharedPages(ringBytes)
  readonly #bytes = Buffer.from(this.memory)
  #givenBack = false
  #filled = 0
  #written = 0
  #freed = 0

  /** End of what has come. */
  get filled(): number {
    return this.#filled
  }

  /** End of what is in the file. */
  get written(): number {
    return this.#written
  }

  /** Whether the source may go on. */
  get roomy(): boolean {
    return ringBytes - (this.#filled - this.#freed) >= placeBytes + marginBytes
  }

  /** Empties it, to go on at a position in the file. */
  begin(at: number): void {
    this.#filled = at
    this.#written = at
    this.#freed = at
  }

  /** Where the next bytes go, at most `most`; only to be filled while it is {@link roomy}. */
  place(most: number = placeBytes): Uint8Array {
    if (this.#givenBack) throw new Error('its memory is another file’s now')
    const from = this.#filled % ringBytes
    return this.#bytes.subarray(from, from + Math.min(most, placeBytes, ringBytes - from))
  }

  /** So many bytes were put at the place. Throws when others were still needed there, which is a fault in Recast. */
  fill(count: number): void {
    this.#filled += count
    if (this.#filled - this.#freed > ringBytes) throw new Error('more came than there was room for')
  }

  /** The next bytes to write, in one piece; empty when there are none. */
  unwritten(): Uint8Array {
    const from = this.#written % ringBytes
    return this.#bytes.subarray(from, from + Math.min(this.#filled - this.#written, writeBytes, ringBytes - from))
  }

  /** So many of them are in the file now. */
  wrote(count: number): void {
    this.#written += count
  }

  /**
   * Gives the memory to the next ring; this one is not to be filled, written or read any more. Each new memory takes ten gigabytes of
   * addresses until the garbage collector comes by.
   */
  giveBack(): void {
    if (this.#givenBack) return
    this.#givenBack = true
    if (canReuse && spare.length < keptSpare) spare.push(this.memory)
  }

  /** Bytes up to here are needed no more. */
  free(upTo: number): void {
    this.#freed = Math.max(this.#freed, Math.min(upTo, this.#written))
  }
}

/** WebAssembly's memory; Node's types leave it to the browser's. */
interface Memories {
  Memory: new (options: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer }
}

/** Shared memory that begins at a page, as writing past the system's cache asks for: of all memory that JavaScript has, WebAssembly's does. */
function sharedPages(bytes: number): SharedArrayBuffer {
  const { Memory } = (globalThis as unknown as { WebAssembly: Memories }).WebAssembly
  const pages = bytes / wasmPageBytes
  try {
    return new Memory({ initial: pages, maximum: pages, shared: true }).buffer
  } catch {
    // It takes gigabytes of addresses, which not every machine gives. Then all is written through the cache.
    return new SharedArrayBuffer(bytes)
  }
}
