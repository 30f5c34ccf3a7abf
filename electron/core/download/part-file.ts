import { readFileSync } from 'node:fs'
import { open, readFile, rename, stat, type FileHandle } from 'node:fs/promises'
import { uptime } from 'node:os'
import { dirname } from 'node:path'
import { z } from 'zod'
import { discard, makeFolder, syncFolder, whileHeld } from '../assets/durable-file'
import { FollowingHash } from './following-hash'
import { IntakeRing } from './intake-ring'
import { PartWriter } from './part-writer'

/** What is known of a part file beside its bytes; lies next to it, so that a download goes on after any end of the process. */
const stateSchema = z.object({
  version: z.literal(1),
  /** The address that was asked, before redirects. */
  url: z.string(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  total: z.number().optional(),
  sha256: z.string().optional(),
  /** So many bytes survive a power loss. */
  synced: z.number(),
  /** The machine's start during which the rest was written: within it, what was written is there. */
  boot: z.string(),
})

/** Where a part file's bytes come from. */
export interface PartOrigin {
  url: string
  etag?: string | undefined
  lastModified?: string | undefined
  total?: number | undefined
  sha256?: string | undefined
}

/**
 * A flush to the disk comes after so many bytes, beside the writing: the disk is kept busy from the beginning, so that at the end only the
 * last of them are waited for.
 */
const flushEveryBytes = 32 * 1024 * 1024
/** So often it is noted how far the flushes are: what lies between may be fetched again after a power loss (after a kill, nothing is). */
const noteEveryMs = 2_000
/** A piece that is worth a write and a turn of the hash; what is smaller waits so long for more. */
const pieceBytes = 1024 * 1024
const lingerMs = 10
/** The hash reads from the ring again when it is no further behind than this; until then from the file. */
const closeBytes = 2 * 1024 * 1024

/** The part file of a target. */
export const partPath = (target: string): string => `${target}.part`
const statePath = (target: string): string => `${target}.part.json`

/** Removes what is left of a stopped download. */
export async function discardPart(target: string): Promise<void> {
  await discard(partPath(target))
  await discard(statePath(target))
}

/** What is there of a target's download; undefined when nothing usable is. */
export async function readPart(target: string): Promise<{ origin: PartOrigin; bytes: number } | undefined> {
  const text = await readFile(statePath(target), 'utf8').catch(() => undefined)
  const size = await stat(partPath(target)).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  )
  if (text === undefined || size === undefined) return undefined
  const parsed = stateSchema.safeParse(parseJson(text))
  if (!parsed.success) return undefined
  const { version: _version, synced, boot, ...origin } = parsed.data
  // After a power loss the file may be longer than what reached the disk, and the rest be zeros.
  const sound = boot === thisBoot() ? size : Math.min(size, synced)
  return { origin, bytes: origin.total === undefined ? sound : Math.min(sound, origin.total) }
}

/** A wait for room in the ring. */
interface Room {
  promise: Promise<void>
  resolve(): void
  reject(error: unknown): void
}

function createRoom(): Room {
  const room: Partial<Room> = {}
  room.promise = new Promise((resolve, reject) => Object.assign(room, { resolve, reject }))
  return room as Room
}

/** A growing part file with the hash of its bytes. Not for two at once. */
export class PartFile {
  readonly target: string
  readonly #file: FileHandle
  readonly #ring = new IntakeRing()
  readonly #writer: PartWriter
  readonly #hash: FollowingHash
  #origin: PartOrigin | undefined
  /** End of what the hash was offered in the ring; undefined while it still reads what was in the file before. */
  #offered: number | undefined = 0
  #flushed = 0
  #notedAt = performance.now()
  #noting: Promise<void> | undefined
  /** Before it nothing is written. */
  #named: Promise<void> | undefined
  #lingering: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #flushing: Promise<void> | undefined
  #room: Room | undefined
  #failure: unknown

  private constructor(target: string, file: FileHandle) {
    this.target = target
    this.#file = file
    this.#writer = new PartWriter(partPath(target), file)
    this.#hash = new FollowingHash(partPath(target), this.#ring.memory, () => this.#makeRoom())
  }

  /** Opens the part file, making it where there is none, without trusting its bytes: see {@link keep} and {@link restart}. */
  static async open(target: string): Promise<PartFile> {
    await makeFolder(dirname(target))
    const path = partPath(target)
    const file = await open(path, 'r+').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return open(path, 'wx+')
      throw error
    })
    return new PartFile(target, file)
  }

  /** Bytes that are there, written or about to be. */
  get bytes(): number {
    return this.#ring.filled
  }

  get origin(): PartOrigin | undefined {
    return this.#origin
  }

  /** Keeps the first `bytes` of what is there; they are read into the hash meanwhile. For a file that was just opened. */
  async keep(bytes: number, origin: PartOrigin): Promise<void> {
    const { size } = await this.#file.stat()
    if (size < bytes) throw new Error('the part file became shorter')
    await this.#file.truncate(bytes)
    this.#ring.begin(bytes)
    this.#origin = origin
    if (bytes > 0) {
      this.#offered = undefined
      this.#hash.readBack(bytes)
    }
    await this.sync()
  }

  /** Begins again with nothing, from `origin`. */
  async restart(origin: PartOrigin): Promise<void> {
    this.#hash.start()
    await this.#settle()
    await this.#file.truncate(0)
    await this.#hash.again()
    this.#ring.begin(0)
    this.#offered = 0
    this.#flushed = 0
    this.#origin = origin
    // Beside the receiving, but before the first write: after a power loss no bytes may lie under another origin's name.
    this.#named = this.#note()
  }

  /** Notes that it goes on from another source (or the same one's newer words about itself). */
  async goOnFrom(origin: PartOrigin): Promise<void> {
    this.#origin = origin
    await this.sync()
  }

  /** Where the next bytes go, at most `most`. */
  place(most?: number): Uint8Array {
    return this.#ring.place(most)
  }

  /** So many bytes were put there; answers a promise when disk or hash are behind and the source has to wait. Throws what the disk said. */
  took(count: number): Promise<void> | undefined {
    this.#throwFailure()
    this.#ring.fill(count)
    if (this.#ring.filled - this.#ring.written >= pieceBytes) this.#hasten()
    else if (!this.#writing) this.#linger()
    if (this.#offered !== undefined && this.#ring.filled - this.#offered >= pieceBytes) this.#offer()
    if (!this.#ring.roomy) this.#free()
    if (this.#ring.roomy) return undefined
    const room = (this.#room ??= createRoom())
    this.#makeRoom()
    return room.promise
  }

  /** Waits until all is on the disk, durably. */
  async flush(): Promise<void> {
    await this.#settle()
    try {
      await this.#file.datasync()
    } catch (error) {
      // For good: the system forgets what it could not write, and the next flush would find nothing wrong.
      throw (this.#failure ??= error)
    }
    this.#flushed = this.#ring.written
  }

  /** Waits until all is on the disk, durably, and noted so. */
  async sync(): Promise<void> {
    await this.flush()
    await this.#note()
    this.#throwFailure()
  }

  /** The sha256 of all bytes, in hexadecimal digits; waits until they are written and read. */
  async digest(): Promise<string> {
    await this.#settle()
    this.#offer()
    return this.#hash.digest(this.bytes)
  }

  /** Closes the file; what is there stays for the next start. */
  async close(): Promise<void> {
    await this.#settle().catch(() => undefined)
    await this.#hash.close()
    await this.#writer.close()
    await this.#file.close()
    // The last write and the thread that read have ended.
    this.#ring.giveBack()
  }

  /** Waits for all that was begun, down to the last byte; throws what the disk said. */
  async #settle(): Promise<void> {
    while (this.#failure === undefined && this.#ring.filled > this.#ring.written) {
      this.#hasten()
      await this.#writing
    }
    clearTimeout(this.#lingering)
    this.#lingering = undefined
    await this.#writing
    await this.#flushing
    await this.#noting
    this.#throwFailure()
  }

  #throwFailure(): void {
    this.#failure ??= this.#hash.failure
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Has what is there written now. */
  #hasten(): void {
    clearTimeout(this.#lingering)
    this.#lingering = undefined
    this.#writing ??= this.#write()
  }

  /** Writes what is there, and on while enough comes meanwhile; a failure is thrown by the next call. */
  async #write(): Promise<void> {
    const ring = this.#ring
    try {
      await this.#named
      this.#throwFailure()
      do {
        const piece = ring.unwritten()
        ring.wrote(await this.#writer.write(piece, ring.written))
        this.#followBehind()
        this.#makeRoom()
        if (ring.written - this.#flushed >= flushEveryBytes) this.#flushing ??= this.#flushBehind()
      } while (ring.filled - ring.written >= pieceBytes)
    } catch (error) {
      this.#failure ??= error
    } finally {
      this.#writing = undefined
      if (this.#failure === undefined && ring.filled > ring.written) this.#linger()
      this.#makeRoom()
    }
  }

  #linger(): void {
    this.#lingering ??= setTimeout(() => this.#hasten(), lingerMs)
  }

  /** While the hash still reads what was there before, it reads what comes from the file as well, until it is close. */
  #followBehind(): void {
    if (this.#offered !== undefined) return
    const { written } = this.#ring
    this.#hash.readBack(written)
    if (this.#hash.hashed >= written - closeBytes) this.#offered = written
  }

  /** Has the hash go on to the end of what came. */
  #offer(): void {
    if (this.#offered === undefined || this.#offered === this.#ring.filled) return
    this.#offered = this.#ring.filled
    this.#hash.offer(this.#offered)
  }

  #free(): void {
    this.#ring.free(this.#offered === undefined ? this.#ring.written : this.#hash.hashed)
  }

  /** Lets the source go on when there is room for it. */
  #makeRoom(): void {
    const room = this.#room
    if (!room) return
    // Asked for first: what it does between the look and the asking would be told to nobody.
    if (this.#offered !== undefined) this.#hash.watch()
    this.#free()
    this.#failure ??= this.#hash.failure
    if (this.#failure === undefined && !this.#ring.roomy) return
    this.#room = undefined
    if (this.#failure === undefined) room.resolve()
    else room.reject(this.#failure)
  }

  /** Flushes beside the writing. */
  async #flushBehind(): Promise<void> {
    try {
      const reached = this.#ring.written
      await this.#file.datasync()
      this.#flushed = reached
      if (performance.now() - this.#notedAt >= noteEveryMs) void this.#note()
    } catch (error) {
      this.#failure ??= error
    } finally {
      this.#flushing = undefined
    }
  }

  /** Notes beside all else where the bytes come from, and how many of them are durable; a failure is thrown by the next call. */
  #note(): Promise<void> {
    const mine: Promise<void> = (this.#noting ?? Promise.resolve())
      .then(() => this.#writeState())
      .catch((error: unknown) => void (this.#failure ??= error))
      .then(() => {
        this.#notedAt = performance.now()
        if (this.#noting === mine) this.#noting = undefined
      })
    this.#noting = mine
    return mine
  }

  async #writeState(): Promise<void> {
    if (!this.#origin) return
    const path = statePath(this.target)
    const next = `${path}.new`
    const file = await open(next, 'w')
    try {
      await file.writeFile(JSON.stringify({ version: 1, ...this.#origin, synced: this.#flushed, boot: thisBoot() }))
      await file.sync()
    } finally {
      await file.close()
    }
    await whileHeld(() => rename(next, path))
    await syncFolder(dirname(path))
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

let boot: string | undefined
/** Names this start of the machine: Linux has an id for it; elsewhere its time to half a minute (a clock jump only costs trust). */
function thisBoot(): string {
  boot ??= (() => {
    try {
      return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    } catch {
      return `at ${Math.round((Date.now() / 1000 - uptime()) / 30)}`
    }
  })()
  return boot
}
