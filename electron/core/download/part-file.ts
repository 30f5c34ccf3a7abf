import { readFileSync } from 'node:fs'
import { open, readFile, rename, stat, type FileHandle } from 'node:fs/promises'
import { uptime } from 'node:os'
import { dirname } from 'node:path'
import { z } from 'zod'
import { discard, makeFolder, syncFolder } from '../assets/durable-file'
import { FollowingHash } from './following-hash'

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
 * A flush to the disk comes after so many bytes, and so many milliseconds after the one before: what lies between may be fetched again
 * after a power loss (after a kill, nothing is). On a fast line it is the time that counts: a flush holds up the writing, and what is lost
 * is there again in that time.
 */
const syncEveryBytes = 64 * 1024 * 1024
const syncEveryMs = 2_000
/** Bytes that may wait in memory while as many are being written. */
const maxWaitingBytes = 4 * 1024 * 1024

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

/** A growing part file with the hash of its bytes. Not for two at once. */
export class PartFile {
  readonly target: string
  #file: FileHandle
  readonly #hash: FollowingHash
  #bytes = 0
  #origin: PartOrigin | undefined
  #synced = 0
  #syncedAt = performance.now()
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #written = 0
  #writing: Promise<void> | undefined
  #syncing: Promise<void> | undefined
  #failure: unknown

  private constructor(target: string, file: FileHandle) {
    this.target = target
    this.#file = file
    this.#hash = new FollowingHash(partPath(target))
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
    return this.#bytes
  }

  get origin(): PartOrigin | undefined {
    return this.#origin
  }

  /** Keeps the first `bytes` of what is there; they are read into the hash meanwhile. */
  async keep(bytes: number, origin: PartOrigin): Promise<void> {
    const { size } = await this.#file.stat()
    if (size < bytes) throw new Error('the part file became shorter')
    await this.#file.truncate(bytes)
    this.#hash.again()
    this.#hash.reach(bytes)
    this.#bytes = bytes
    this.#written = bytes
    this.#origin = origin
    await this.sync()
  }

  /** Begins again with nothing, from `origin`. */
  async restart(origin: PartOrigin): Promise<void> {
    await this.#settle()
    await this.#file.truncate(0)
    this.#hash.again()
    this.#bytes = 0
    this.#written = 0
    this.#synced = 0
    this.#origin = origin
    await this.#writeState()
  }

  /** Notes that it goes on from another source (or the same one's newer words about itself). */
  async goOnFrom(origin: PartOrigin): Promise<void> {
    this.#origin = origin
    await this.sync()
  }

  /** Takes the next bytes; answers a promise when the disk is behind and the source has to wait. Throws what the disk said. */
  append(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure
    this.#bytes += chunk.length
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    this.#writing ??= this.#write()
    return this.#waitingBytes >= maxWaitingBytes ? this.#writing : undefined
  }

  /** Waits until all is on the disk, durably, and noted so. */
  async sync(): Promise<void> {
    await this.#settle()
    if (this.#failure !== undefined) throw this.#failure
    await this.#file.datasync()
    this.#synced = this.#written
    if (this.#origin) await this.#writeState()
  }

  /** The sha256 of all bytes, in hexadecimal digits; waits until they are written and read. */
  async digest(): Promise<string> {
    await this.#settle()
    if (this.#failure !== undefined) throw this.#failure
    return this.#hash.digest(this.#bytes)
  }

  /** Closes the file; what is there stays for the next start. */
  async close(): Promise<void> {
    await this.#settle()
    await this.#hash.close()
    await this.#file.close()
  }

  async #settle(): Promise<void> {
    await this.#writing
    await this.#syncing
  }

  /** Writes what waits, then what came meanwhile; a failure is thrown by the next call. */
  async #write(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting
        const length = this.#waitingBytes
        this.#waiting = []
        this.#waitingBytes = 0
        await this.#writeAll(batch, length)
        this.#hash.reach(this.#written)
        if (this.#written - this.#synced >= syncEveryBytes && performance.now() - this.#syncedAt >= syncEveryMs) {
          this.#syncing ??= this.#syncBehind()
        }
      }
    } catch (error) {
      this.#failure ??= error
    } finally {
      this.#writing = undefined
    }
  }

  async #writeAll(batch: Uint8Array[], length: number): Promise<void> {
    const { bytesWritten } = await this.#file.writev(batch, this.#written)
    this.#written += bytesWritten
    if (bytesWritten === length) return
    // A short write: rare (a disk that is filling up), so the rest goes in one piece.
    const rest = Buffer.concat(batch).subarray(bytesWritten)
    for (let at = 0; at < rest.length;) {
      const done = await this.#file.write(rest, at, rest.length - at, this.#written)
      at += done.bytesWritten
      this.#written += done.bytesWritten
    }
  }

  /** Flushes beside the writing, so that the end of a large file does not wait for the disk. */
  async #syncBehind(): Promise<void> {
    try {
      const reached = this.#written
      await this.#file.datasync()
      this.#synced = reached
      await this.#writeState()
    } catch (error) {
      this.#failure ??= error
    } finally {
      this.#syncedAt = performance.now()
      this.#syncing = undefined
    }
  }

  async #writeState(): Promise<void> {
    if (!this.#origin) return
    const path = statePath(this.target)
    const next = `${path}.new`
    const file = await open(next, 'w')
    try {
      await file.writeFile(JSON.stringify({ version: 1, ...this.#origin, synced: this.#synced, boot: thisBoot() }))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(next, path)
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
