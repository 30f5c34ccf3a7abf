import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync, writev } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { AppError } from '#shared/domain/error'
import type { StoredBlob } from './blob-store'
import { flushFile } from './durable-file'

const writeParts = promisify(writev)

/** What a PNG's chunks say, found without inflating anything. */
export interface PngFacts {
  bitDepth: number
  /** An APNG animation (`acTL`): decoders that do not know it show its first picture. */
  animated: boolean
  /** Nothing but pixels: no text, profile, date or location that would leave with an export. */
  bare: boolean
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const readSize = 1 << 20
/** Chunks that carry pixels or how to read them. */
const pixelChunks = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'sRGB', 'gAMA', 'cHRM', 'sBIT', 'bKGD', 'pHYs'])

const damaged = (what: string): AppError =>
  new AppError('input.damaged', `This PNG is damaged: ${what}. Get a fresh copy of the file and import that.`, {
    detail: { reason: what },
  })

/**
 * Reads a PNG after its signature from front to back; a file in large pieces: a megapixel may have hundreds of chunks, and each read is
 * a wait.
 */
class Pieces {
  readonly #file: FileHandle | undefined
  readonly #buffer: Buffer
  #position = signature.length
  #start = 0
  #end = 0

  private constructor(file: FileHandle | undefined, buffer: Buffer) {
    this.#file = file
    this.#buffer = buffer
  }

  static async of(source: FileHandle | Buffer): Promise<Pieces> {
    if (!Buffer.isBuffer(source)) {
      const { size } = await source.stat()
      return new Pieces(source, Buffer.allocUnsafe(Math.max(16, Math.min(readSize, size))))
    }
    const all = new Pieces(undefined, source)
    all.#start = Math.min(signature.length, source.length)
    all.#end = source.length
    return all
  }

  /** The next bytes, at least one and at most `length`; a view that the next call overwrites. Throws where the file ends. */
  some(length: number, where: string): Buffer | Promise<Buffer> {
    if (this.#start === this.#end) return this.#fill(0, where).then(() => this.some(length, where))
    const end = Math.min(this.#end, this.#start + length)
    const part = this.#buffer.subarray(this.#start, end)
    this.#start = end
    return part
  }

  /** The next few bytes (16 at most), all of them. */
  all(length: number, where: string): Buffer | Promise<Buffer> {
    return this.#end - this.#start < length ? this.#more(length, where) : this.some(length, where)
  }

  async #more(length: number, where: string): Promise<Buffer> {
    while (this.#end - this.#start < length) {
      if (!this.#file) throw damaged(`it ends inside ${where}`)
      this.#buffer.copyWithin(0, this.#start, this.#end)
      this.#end -= this.#start
      this.#start = 0
      await this.#fill(this.#end, where)
    }
    return await this.some(length, where)
  }

  async #fill(at: number, where: string): Promise<void> {
    const read = await this.#file?.read(this.#buffer, at, this.#buffer.length - at, this.#position)
    const bytesRead = read?.bytesRead ?? 0
    if (bytesRead === 0) throw damaged(`it ends inside ${where}`)
    this.#position += bytesRead
    this.#start = 0
    this.#end = at + bytesRead
  }
}

/**
 * Walks a PNG's chunks from start to end and checks every checksum (the decoder skips those of the chunks that it ignores).
 * Constant memory whatever the chunks claim. Throws `input.damaged`.
 */
export async function checkPng(source: FileHandle | Buffer): Promise<PngFacts> {
  const pieces = await Pieces.of(source)
  let facts: PngFacts | undefined
  let bare = true
  let animated = false
  let sawPixels = false
  for (;;) {
    const head = await pieces.all(8, 'a chunk header')
    const length = head.readUInt32BE(0)
    const type = head.toString('latin1', 4, 8)
    if (length > 0x7fffffff || !/^[A-Za-z]{4}$/.test(type)) throw damaged('its chunks are broken')
    let crc = crc32(head.subarray(4, 8))
    if (type === 'IHDR' && length === 13) {
      const header = await pieces.all(13, 'its IHDR chunk')
      crc = crc32(header, crc)
      facts = { bitDepth: header[8] ?? 0, animated: false, bare: true }
    } else {
      for (let left = length; left > 0;) {
        const part = await pieces.some(left, `its ${type} chunk`)
        crc = crc32(part, crc)
        left -= part.byteLength
      }
    }
    const stated = (await pieces.all(4, `the checksum of its ${type} chunk`)).readUInt32BE(0)
    if (stated !== crc >>> 0) throw damaged(`the checksum of its ${type} chunk is wrong`)
    if (!facts) throw damaged('it does not start with a header')
    if (type === 'acTL') animated = true
    if (type === 'IDAT') sawPixels = true
    if (!pixelChunks.has(type)) bare = false
    if (type === 'IEND') break
  }
  if (!sawPixels) throw damaged('it has no pixels')
  return { bitDepth: facts.bitDepth, animated, bare }
}

/** The size that a PNG's header says; undefined of what does not begin like one. Nothing else of it is looked at. */
export function pngSize(bytes: Buffer): { width: number; height: number } | undefined {
  const isPng = bytes.length >= 24 && bytes.subarray(0, 8).equals(signature) && bytes.toString('latin1', 12, 16) === 'IHDR'
  return isPng ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : undefined
}

/** An opaque PNG of 8 bits a colour, rows one after the other, that says nothing of how its pixels are to be read. */
export interface PlainPng {
  width: number
  height: number
  /** Its pixels as they are packed: views, nothing is copied. */
  packed: Buffer[]
}

/**
 * Tells a PNG in memory of the kind that ComfyUI saves, of which all is known without a decoder. Undefined of any other, and where its
 * chunks are broken or out of order. Checksums are {@link checkPng}'s.
 */
export function plainPng(png: Buffer): PlainPng | undefined {
  const size = pngSize(png)
  const [depth, colour, , , interlace] = png.subarray(24, 29)
  if (!size || size.width === 0 || size.height === 0 || depth !== 8 || colour !== 2 || interlace !== 0) return undefined
  const packed: Buffer[] = []
  let before = ''
  for (let at = signature.length; png.length - at >= 12;) {
    const end = at + 12 + png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    if (end > png.length) return undefined
    if (type === 'IEND') return packed.length > 0 ? { ...size, packed } : undefined
    if (type === 'IDAT' && (packed.length === 0 || before === 'IDAT')) packed.push(png.subarray(at + 8, end - 4))
    else if (type === 'IHDR' ? before !== '' : !saysNothing(png, type, at + 8)) return undefined
    before = type
    at = end
  }
  return undefined
}

/** Whether a chunk leaves the pixels as they are: words, times and densities do. */
function saysNothing(png: Buffer, type: string, at: number): boolean {
  // ImageMagick keeps colour profiles and EXIF in such a text.
  if (type === 'tEXt') return png.toString('latin1', at, at + 3) !== 'Raw'
  return type === 'pHYs' || type === 'tIME' || type === 'sRGB'
}

/** Chunks without which an opaque sRGB picture can't be seen. */
const neededChunks = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND'])
/** A server's picture has its words at its start: two parts are left of it. One in more pieces than this is copied instead. */
const maxViews = 64

/**
 * Copies a PNG (its path, or its bytes) to a new file without what it says beside its pixels (texts, dates, places, graphs); nothing is
 * inflated. For an opaque sRGB picture that {@link checkPng} has found sound. Flushed to the disk; answers what was written.
 * Throws `input.damaged` when it ends early, and the file system's errors.
 */
export async function writeBarePng(source: string | Buffer, target: string): Promise<StoredBlob> {
  const views = Buffer.isBuffer(source) ? viewsOf(source) : undefined
  const length = views?.reduce((sum, view) => sum + view.length, 0)
  if (views && length !== undefined && length <= maxAtOnce) return await writeHeld(views, length, target)
  const from = Buffer.isBuffer(source) ? source : await open(source, 'r')
  try {
    // At once: the folder is on the database's disk.
    const to = openSync(target, 'w')
    try {
      const hash = createHash('sha256')
      let bytes = 0
      for await (const parts of views ? [views] : copiedParts(from)) {
        const writing = writeAll(to, parts)
        for (const part of parts) hash.update(part)
        for (const part of parts) bytes += part.length
        await writing
      }
      await flushFile(to)
      return { sha256: hash.digest('hex'), bytes }
    } finally {
      closeSync(to)
    }
  } finally {
    if (!Buffer.isBuffer(from)) await from.close()
  }
}

/** So much is written by the main thread itself: it is copied into the system's memory in less time than a turn of the thread pool takes. */
const maxAtOnce = 2 * 1024 * 1024

/** Has the disk at work before the call returns, and hashes meanwhile: nothing takes as long as a flush. */
async function writeHeld(parts: readonly Buffer[], bytes: number, target: string): Promise<StoredBlob> {
  const to = openSync(target, 'w')
  try {
    for (const part of parts) for (let at = 0; at < part.length;) at += writeSync(to, part, at)
    const flushed = flushFile(to)
    // Whoever begins another check of the same picture does so first: that goes on beside the main thread, hashing does not.
    await Promise.resolve()
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    await flushed
    return { sha256: hash.digest('hex'), bytes }
  } finally {
    closeSync(to)
  }
}

/** Writes parts one after another, however little the system takes at a time. */
async function writeAll(to: number, parts: readonly Buffer[]): Promise<void> {
  for (let left = parts; left.length > 0;) {
    let { bytesWritten: written } = await writeParts(to, left)
    const first = left.findIndex((part) => written < part.length || ((written -= part.length), false))
    left = first < 0 ? [] : left.slice(first).map((part, i) => (i === 0 ? part.subarray(written) : part))
  }
}

/**
 * What {@link writeBarePng} keeps of a PNG in memory, as views: copies of whole pictures, one for each job, would call the garbage collector into the middle of
 * others. Undefined where it is in too many pieces for that.
 */
function viewsOf(png: Buffer): Buffer[] | undefined {
  const parts: Buffer[] = []
  let kept = 0
  for (let at = signature.length, type = ''; type !== 'IEND';) {
    if (png.length - at < 12) throw damaged('it ends inside a chunk')
    const end = at + 12 + png.readUInt32BE(at)
    type = png.toString('latin1', at + 4, at + 8)
    if (end > png.length) throw damaged(`it ends inside its ${type} chunk`)
    if (!neededChunks.has(type)) {
      if (at > kept && parts.push(png.subarray(kept, at)) === maxViews) return undefined
      kept = end
    } else if (type === 'IEND') parts.push(png.subarray(kept, end))
    at = end
  }
  return parts
}

/** The same of one in a file, or of one in many pieces, some parts at a time. They are overwritten by the next ones. */
async function* copiedParts(png: FileHandle | Buffer): AsyncGenerator<Buffer[]> {
  const pieces = await Pieces.of(png)
  const out = Buffer.allocUnsafe(readSize)
  let held = signature.copy(out)
  for (let type = ''; type !== 'IEND';) {
    // What is read stays where it is only until more is read.
    const head = Buffer.from(await pieces.all(8, 'a chunk header'))
    type = head.toString('latin1', 4, 8)
    const needed = neededChunks.has(type)
    let left = head.readUInt32BE(0) + 4
    for (let part: Buffer = head; part.length > 0;) {
      if (needed && held + part.length > out.length) {
        yield [out.subarray(0, held)]
        held = 0
      }
      if (needed) held += part.copy(out, held)
      part = left > 0 ? await pieces.some(Math.min(left, readSize), `its ${type} chunk`) : part.subarray(part.length)
      left -= part.length
    }
  }
  yield [out.subarray(0, held)]
}
