import { crc32, createDeflate, deflateSync } from 'node:zlib'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** One PNG chunk with its right checksum. */
export function pngChunk(type: string, data: Uint8Array = new Uint8Array()): Buffer {
  const chunk = Buffer.alloc(12 + data.byteLength)
  chunk.writeUInt32BE(data.byteLength, 0)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.byteLength)), 8 + data.byteLength)
  return chunk
}

/** Colour types of PNG (PNG 3rd edition, table 8). */
const colourTypes = { grey: 0, rgb: 2, 'grey-alpha': 4, rgba: 6 } as const
type ColourType = keyof typeof colourTypes

function header(width: number, height: number, depth: number, colour: ColourType): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  data[8] = depth
  data[9] = colourTypes[colour]
  return pngChunk('IHDR', data)
}

/** A PNG written by hand, so that its pixels are exactly the given ones and any chunk can stand in it. */
export function writePng(picture: {
  width: number
  height: number
  colour: ColourType
  depth?: 8 | 16
  /** Rows one after the other; 16-bit samples big-endian. */
  pixels: Uint8Array
  /** Chunks between the header and the pixels. */
  extra?: readonly Buffer[]
}): Buffer {
  const { width, height, colour, depth = 8, pixels, extra = [] } = picture
  const row = pixels.byteLength / height
  const filtered = Buffer.alloc((row + 1) * height)
  for (let y = 0; y < height; y++) filtered.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1)
  return Buffer.concat([
    signature,
    header(width, height, depth, colour),
    ...extra,
    pngChunk('IDAT', deflateSync(filtered)),
    pngChunk('IEND'),
  ])
}

/** An `iCCP` chunk that carries a profile. */
export function iccChunk(profile: Uint8Array): Buffer {
  return pngChunk('iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]))
}

/** A sound PNG of so many black pixels, 1 bit each: a small file that a decoder would blow up. */
export async function writeBomb(width: number, height: number): Promise<Buffer> {
  const deflate = createDeflate({ level: 9 })
  const packed: Buffer[] = []
  deflate.on('data', (part: Buffer) => packed.push(part))
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * 100)
  for (let y = 0; y < height; y += 100) {
    const part = rows.subarray(0, (rows.byteLength / 100) * Math.min(100, height - y))
    if (!deflate.write(part)) await new Promise((go) => deflate.once('drain', go))
  }
  const ended = new Promise((go) => deflate.once('end', go))
  deflate.end()
  await ended
  return Buffer.concat([signature, header(width, height, 1, 'grey'), pngChunk('IDAT', Buffer.concat(packed)), pngChunk('IEND')])
}

/** Turns one bit over in the checksum of the first chunk of a type. */
export function breakChecksum(png: Buffer, type: string): Buffer {
  const at = png.indexOf(type, 8, 'latin1')
  if (at < 0) throw new Error(`no ${type} chunk`)
  const broken = Buffer.from(png)
  const checksum = at + 4 + png.readUInt32BE(at - 4)
  broken[checksum] = (broken[checksum] ?? 0) ^ 1
  return broken
}
