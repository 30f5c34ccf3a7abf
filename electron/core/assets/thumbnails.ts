import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toAppError } from '#shared/domain/error'
import { discard, makeFolder, saveFile } from './durable-file'
import { gate } from './gate'
import { decode, pictureError } from './picture-reader'

/** Widths that are kept, pixels; a request gets the next larger one. */
export const thumbnailWidths = [128, 256, 512, 1024] as const
export type ThumbnailWidth = (typeof thumbnailWidths)[number]

/** WebP has alpha and at effort 0 costs what JPEG does (MEASURED.md, Pictures), so there is one format for all. */
const format = { quality: 80, effort: 0, alphaQuality: 90 } as const
export const thumbnailMime = 'image/webp'

/** Kept thumbnails, bytes, before the least recently used go. */
const defaultCacheBytes = 512 * 1024 * 1024
/** Two in flight double the throughput on two cores; more only hold memory. */
const inFlight = 2
const namePattern = /^[0-9a-f]{64}-\d+\.webp$/

const nameOf = (sha256: string, width: ThumbnailWidth): string => `${sha256}-${width}.webp`

/** The width that is served for a wanted one: the nearest larger, or the largest. */
export function thumbnailWidth(wanted: number): ThumbnailWidth {
  return thumbnailWidths.find((width) => width >= wanted) ?? 1024
}

/** Small copies of working pictures, made when asked for and kept in `cache/thumbnails`. All of it can be deleted at any time. */
export interface Thumbnails {
  /** The thumbnail's bytes; made first when it is not there. Throws AppErrors (`input.damaged`, `input.not_found`, `io.*`). */
  get(working: { sha256: string; path: string }, wantedWidth: number): Promise<Uint8Array>
  /** The thumbnail's bytes where it is kept already; never makes one, never rejects. */
  kept(sha256: string, wantedWidth: number): Promise<Uint8Array | undefined>
  /** Makes the thumbnail of a file that is not in the store yet: decodes every pixel, so it is also the proof that all of them can be. */
  make(path: string, sha256: string, width: ThumbnailWidth): Promise<void>
  /** Bytes kept now. */
  size(): number
  /** Removes leftovers and what is over the limit; answers how many files went. */
  sweep(): Promise<number>
}

/** A cut-off WebP tells by its RIFF length: cache files are not flushed, so a power loss can leave one. */
function isWholeWebp(bytes: Buffer): boolean {
  return bytes.length >= 12 && bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.readUInt32LE(4) + 8 === bytes.length
}

/** Opens the cache of a data folder. */
export async function openThumbnails(dataDir: string, maxBytes = defaultCacheBytes): Promise<Thumbnails> {
  const folder = join(dataDir, 'cache', 'thumbnails')
  await makeFolder(folder).catch((error: unknown) => {
    throw toAppError(error)
  })
  // File name → bytes, least recently used first.
  const kept = new Map<string, number>()
  let total = 0
  const pending = new Map<string, Promise<Uint8Array>>()
  const places = gate(inFlight)

  const forget = (name: string): void => {
    total -= kept.get(name) ?? 0
    kept.delete(name)
  }
  const remember = (name: string, bytes: number): void => {
    forget(name)
    kept.set(name, bytes)
    total += bytes
  }
  const evict = async (): Promise<number> => {
    let gone = 0
    // Down to nine tenths, so that a full cache does not evict at each new file.
    const target = total > maxBytes ? maxBytes * 0.9 : maxBytes
    for (const name of Array.from(kept.keys())) {
      if (total <= target) break
      if (pending.has(name)) continue
      forget(name)
      await discard(join(folder, name))
      gone += 1
    }
    return gone
  }

  const found: { name: string; bytes: number; age: number }[] = []
  const leftovers: string[] = []
  for (const name of await readdir(folder)) {
    if (!namePattern.test(name)) {
      leftovers.push(name)
      continue
    }
    const facts = await stat(join(folder, name)).catch(() => undefined)
    if (facts) found.push({ name, bytes: facts.size, age: facts.mtimeMs })
  }
  for (const { name, bytes } of found.sort((a, b) => a.age - b.age)) remember(name, bytes)

  const create = async (source: string, name: string, width: ThumbnailWidth): Promise<Uint8Array> => {
    try {
      const bytes = await decode(source)
        .autoOrient()
        // A strip a hundred times as tall as wide is held to four widths.
        .resize({ width, height: width * 4, fit: 'inside', withoutEnlargement: true })
        .webp(format)
        .toBuffer()
      await saveFile(join(folder, name), bytes, false)
      remember(name, bytes.length)
      await evict()
      return bytes
    } catch (error) {
      throw pictureError(error)
    }
  }

  const read = async (name: string): Promise<Uint8Array | undefined> => {
    // Others may take files of the cache away or cut them: what is read is looked at, and nothing is asked of the disk but to read it.
    const bytes = kept.has(name) ? await readFile(join(folder, name)).catch(() => undefined) : undefined
    if (!bytes || !isWholeWebp(bytes)) return undefined
    // What went to make room in the meantime stays forgotten.
    if (kept.has(name)) remember(name, bytes.length)
    return bytes
  }

  const once = (name: string, source: string, width: ThumbnailWidth): Promise<Uint8Array> => {
    const running = pending.get(name)
    if (running) return running
    const work = (async () => {
      const bytes = await read(name)
      if (bytes) return bytes
      forget(name)
      return places.run(() => create(source, name, width))
    })().finally(() => pending.delete(name))
    pending.set(name, work)
    return work
  }

  return {
    get(working, wantedWidth) {
      const width = thumbnailWidth(wantedWidth)
      return once(nameOf(working.sha256, width), working.path, width)
    },
    kept: (sha256, wantedWidth) => read(nameOf(sha256, thumbnailWidth(wantedWidth))),
    async make(path, sha256, width) {
      await once(nameOf(sha256, width), path, width)
    },
    size: () => total,
    async sweep() {
      await Promise.all(leftovers.map((name) => discard(join(folder, name))))
      const gone = leftovers.length + (await evict())
      leftovers.length = 0
      return gone
    },
  }
}
