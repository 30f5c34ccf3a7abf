import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, type Stats, statSync } from 'node:fs'
import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toAppError } from '#shared/domain/error'
import { discard, makeFolder, publishNear, syncFolder } from './durable-file'

/** A file of the store: what it holds and how long it is (bytes). */
export interface StoredBlob {
  sha256: string
  bytes: number
}

/**
 * Files named by their content. Whatever `put…` answered for is whole and durable, so a row may point at it;
 * nothing is ever changed in place. Errors are AppErrors (`io.disk_full`, `io.permission`, `io.failed`).
 */
export interface BlobStore {
  /** A path for a file in the making, on the store's own disk; unique, swept at the next start. */
  stagingPath(extension?: string): string
  /**
   * Takes a finished file over (it is moved away from `path`). `known` saves hashing what was hashed while it was written, `flushed`
   * the flush of what its writer has flushed.
   */
  putFile(path: string, known?: StoredBlob, flushed?: boolean): Promise<StoredBlob>
  putBytes(bytes: Uint8Array): Promise<StoredBlob>
  /** Where a blob is, or would be. */
  path(sha256: string): string
  /** Its length in bytes; undefined when it is not there. */
  size(sha256: string): Promise<number | undefined>
  /** True for blobs put by this process lately: their row may be about to be committed, so they are no orphans yet. */
  isFresh(sha256: string): boolean
  /** Removes what a former process left in the making. Only the data folder's owner may call this, before any `put…`. Answers how many. */
  sweepStaging(): Promise<number>
}

/** So many folders are made each for itself before all of them are. */
const madeSingly = 3
/** How long a blob counts as fresh: longer than any commit takes. */
const freshMs = 10 * 60_000

/** SHA-256 of a file, lower-case hexadecimal, with its length. Rejects with the signal's reason. */
export async function hashFile(path: string, { signal }: { signal?: AbortSignal } = {}): Promise<StoredBlob> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.byteLength
  }
  return { sha256: hash.digest('hex'), bytes }
}

/** Length of a regular file, undefined when there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  let found: Stats
  try {
    found = await stat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw toAppError(error)
  }
  return found.isFile() ? found.size : undefined
}

/**
 * Opens the store in a data folder: `blobs/<first two>/<sha256>`, files in the making in `staging/`.
 * A blob is written to staging, flushed, renamed, and its folder flushed, in this order, before `put…` answers.
 */
export async function openBlobStore(dataDir: string): Promise<BlobStore> {
  const blobs = join(dataDir, 'blobs')
  const staging = join(dataDir, 'staging')
  try {
    await makeFolder(blobs)
    await makeFolder(staging)
  } catch (error) {
    throw toAppError(error)
  }

  const freshUntil = new Map<string, number>()
  const markFresh = (sha256: string): void => {
    const now = performance.now()
    // Old marks go out from the front: insertion order is age.
    for (const [old, until] of freshUntil) {
      if (until > now) break
      freshUntil.delete(old)
    }
    freshUntil.delete(sha256)
    freshUntil.set(sha256, now + freshMs)
  }
  const folderOf = (sha256: string): string => join(blobs, sha256.slice(0, 2))
  const pathOf = (sha256: string): string => join(folderOf(sha256), sha256)
  const stagingPath = (extension = ''): string => join(staging, `${randomUUID()}${extension}.part`)

  const makeAllFolders = async (): Promise<void> => {
    const there = new Set(await readdir(blobs))
    const missing = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0')).filter((name) => !there.has(name))
    await Promise.all(missing.map((name) => mkdir(join(blobs, name), { recursive: true })))
    await syncFolder(blobs)
  }

  // Whoever stores first in a folder makes its entry durable; the others wait for that, or their blob could vanish with its folder.
  const folders = new Map<string, Promise<void>>()
  let all: Promise<void> | undefined
  const folderFor = (sha256: string): Promise<void> => {
    const folder = folderOf(sha256)
    let made = folders.get(folder)
    if (!made) {
      const alone = (): Promise<void> => makeFolder(folder).then(() => syncFolder(blobs))
      // All at once for whoever stores more than a few: each by itself costs the job that comes first to it two flushes.
      made = folders.size < madeSingly ? alone() : (all ??= makeAllFolders()).catch(alone)
      folders.set(folder, made)
      // A failure (full disk, no permission) may pass: the next one tries again.
      made.catch(() => folders.delete(folder))
    }
    return made
  }

  /** Moves a finished part to its place. A blob of the right size that is there already is kept. */
  const settle = async (part: string, blob: StoredBlob, flushed = false): Promise<StoredBlob> => {
    markFresh(blob.sha256)
    const place = pathOf(blob.sha256)
    // At once: the database is looked into in the same way, and a turn of the thread pool takes twenty times as long.
    if (statSync(place, { throwIfNoEntry: false })?.size === blob.bytes) {
      await discard(part)
      return blob
    }
    await folderFor(blob.sha256)
    try {
      await publishNear(part, place, flushed)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
      // An engine's folder may be on another disk; a rename cannot cross, a copy in staging can.
      const copy = stagingPath()
      try {
        await copyFile(part, copy)
        await publishNear(copy, place)
      } catch (failure) {
        await discard(copy)
        throw failure
      }
      await discard(part)
    }
    markFresh(blob.sha256)
    return blob
  }

  return {
    stagingPath,
    path: pathOf,
    size: (sha256) => fileSize(pathOf(sha256)),
    isFresh: (sha256) => (freshUntil.get(sha256) ?? -Infinity) > performance.now(),
    async putFile(path, known, flushed) {
      try {
        return await settle(path, known ?? (await hashFile(path)), flushed)
      } catch (error) {
        throw toAppError(error)
      }
    },
    async putBytes(bytes) {
      const part = stagingPath()
      try {
        const blob = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength }
        await writeFile(part, bytes, { flag: 'wx' })
        return await settle(part, blob)
      } catch (error) {
        await discard(part)
        throw toAppError(error)
      }
    },
    async sweepStaging() {
      try {
        const left = await readdir(staging)
        await Promise.all(left.map((name) => discard(join(staging, name))))
        return left.length
      } catch (error) {
        throw toAppError(error)
      }
    },
  }
}
