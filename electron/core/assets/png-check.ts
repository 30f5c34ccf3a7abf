import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { AppError } from '#shared/domain/error'

/** What a PNG's chunks say, found without inflating anything. */
export interface PngFacts {
  bitDepth: number
  /** An APNG animation (`acTL`): decoders that do not know it show its first picture. */
  animated: boolean
  /** Nothing but pixels: no text, profile, date or location that would leave with an export. */
  bare: boolean
}

const readSize = 1 << 20
/** Chunks that carry pixels or how to read them. */
const pixelChunks = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'sRGB', 'gAMA', 'cHRM', 'sBIT', 'bKGD', 'pHYs'])

const damaged = (what: string): AppError =>
  new AppError('input.damaged', `This PNG is damaged: ${what}. Get a fresh copy of the file and import that.`, {
    detail: { reason: what },
  })

/**
 * Walks a PNG's chunks from start to end and checks every checksum (the decoder skips those of the chunks that it ignores).
 * Constant memory whatever the chunks claim. Throws `input.damaged`.
 */
export async function checkPng(file: FileHandle): Promise<PngFacts> {
  const buffer = Buffer.allocUnsafe(readSize)
  let position = 8
  let facts: PngFacts | undefined
  let bare = true
  let animated = false
  let sawPixels = false
  const readExactly = async (length: number, where: string): Promise<Buffer> => {
    const { bytesRead } = await file.read(buffer, 0, length, position)
    if (bytesRead < length) throw damaged(`it ends inside ${where}`)
    position += length
    return buffer.subarray(0, length)
  }

  for (;;) {
    const head = await readExactly(8, 'a chunk header')
    const length = head.readUInt32BE(0)
    const type = head.toString('latin1', 4, 8)
    if (length > 0x7fffffff || !/^[A-Za-z]{4}$/.test(type)) throw damaged('its chunks are broken')
    let crc = crc32(head.subarray(4, 8))
    for (let left = length; left > 0;) {
      const part = await readExactly(Math.min(left, readSize), `its ${type} chunk`)
      crc = crc32(part, crc)
      if (type === 'IHDR' && length === 13) facts = { bitDepth: part[8] ?? 0, animated: false, bare: true }
      left -= part.byteLength
    }
    const stated = (await readExactly(4, `the checksum of its ${type} chunk`)).readUInt32BE(0)
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
