import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import type { ErrorCode } from '#shared/domain/error'
import { displayP3, iccProfile, tagJpeg } from './colour-profile'
import { breakChecksum, pngChunk, writeBomb, writePng } from './png-writer'

/** What Recast must say of a file: the error's code, or the upright size and the notes. */
export type Expected =
  | { code: ErrorCode; width?: never; height?: never; notes?: never }
  | { code?: never; width: number; height: number; notes: string[]; hasAlpha?: boolean }

/** A file that tries an importer. */
export interface OddPicture {
  /** File name; its extension is what a user would see, not what the bytes are. */
  file: string
  /** What is odd about it, in a few words. */
  what: string
  bytes: () => Promise<Buffer> | Buffer
  expected: Expected
}

/** Size of the sound pictures here; wide, so that a turned one shows. */
export const oddSize = { width: 96, height: 64 }
const { width, height } = oddSize

/** A photo-like scene: smooth ground, a bright square at the top left, the same at each run. RGB rows. */
export function scene(w = width, h = height): Buffer {
  const pixels = Buffer.alloc(w * h * 3)
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const bright = x < w / 4 && y < h / 4
      const wave = 24 * Math.sin((x * 7 + y * 13) / 9)
      pixels.set(
        bright ? [250, 240, 60] : [60 + wave + (120 * x) / w, 70 + wave + (90 * y) / h, 120 - wave].map(Math.round),
        (y * w + x) * 3,
      )
    }
  }
  return pixels
}

const raw = (): Sharp => sharp(scene(), { raw: { width, height, channels: 3 } })
const png = (): Promise<Buffer> => raw().png().toBuffer()
const jpeg = (): Promise<Buffer> => raw().jpeg({ quality: 92 }).toBuffer()
/** Two pages: the scene, then its negative. */
const frames = (): Sharp => {
  const first = scene()
  const second = Buffer.from(first.map((value) => 255 - value))
  return sharp(Buffer.concat([first, second]), { raw: { width, height: height * 2, channels: 3, pageHeight: height } })
}

function sixteenBit(): Buffer {
  const eight = scene()
  const pixels = Buffer.alloc(eight.byteLength * 2)
  // Low bytes that differ from the high ones, so that it is no 8-bit picture in disguise.
  eight.forEach((value, i) => pixels.writeUInt16BE(value * 256 + (i % 251), i * 2))
  return writePng({ width, height, colour: 'rgb', depth: 16, pixels })
}

function transparent(): Buffer {
  const rgb = scene()
  const pixels = Buffer.alloc(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    rgb.copy(pixels, i * 4, i * 3, i * 3 + 3)
    pixels[i * 4 + 3] = i % width < width / 2 ? 255 : 0
  }
  return writePng({ width, height, colour: 'rgba', pixels })
}

/** The scene, up to three times as bright as white; its base picture is tagged Display P3. */
async function gainMap(): Promise<Buffer> {
  const linear = Float32Array.from(scene(), (value) => (value / 255) ** 2.2 * 3)
  const raw = { width, height, channels: 3, depth: 'float' } as const
  const bright = sharp(Buffer.from(linear.buffer), { raw }).pipelineColourspace('scrgb')
  // sharp 0.35 has this method; its types do not.
  return await (bright as Sharp & { withGainMap(): Sharp }).withGainMap().jpeg({ quality: 95 }).toBuffer()
}

const svg = Buffer.from(
  '<?xml version="1.0"?>\n<!-- drawing -->\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
)
const isoMedia = (brand: string): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}\0\0\0\0${brand}mif1`, 'latin1'), Buffer.alloc(400)])
const damaged: Expected = { code: 'input.damaged' }
const refused: Expected = { code: 'input.unsupported_format' }
const sound = (...notes: string[]): Expected => ({ width, height, notes })

/** The EXIF orientation that makes an upright picture of a stored one; width and height change places from 5 on. */
const oriented = (orientation: number): OddPicture => ({
  file: `orientation-${orientation}.jpg`,
  what: `JPEG with EXIF orientation ${orientation}`,
  bytes: () => raw().withMetadata({ orientation }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
  expected: { width: orientation >= 5 ? height : width, height: orientation >= 5 ? width : height, notes: ['rotated'] },
})

/** Every odd picture, made anew at each call of `bytes`; small, except that the bomb takes about a second to write. */
export const oddPictures: readonly OddPicture[] = [
  { file: 'plain.png', what: 'nothing odd', bytes: png, expected: sound() },
  { file: 'plain.jpg', what: 'nothing odd', bytes: jpeg, expected: sound() },
  { file: 'plain.webp', what: 'nothing odd', bytes: () => raw().webp().toBuffer(), expected: sound() },
  { file: 'empty.png', what: 'empty file', bytes: () => Buffer.alloc(0), expected: { code: 'input.empty_file' } },
  {
    file: 'text.png',
    what: 'text named .png',
    bytes: () => Buffer.from('Dear customer,\n'.repeat(40)),
    expected: { code: 'input.not_a_picture' },
  },
  {
    file: 'page.jpg',
    what: 'a web page saved as .jpg',
    bytes: () => Buffer.from('<!DOCTYPE html><html><body>403</body></html>'),
    expected: { code: 'input.not_a_picture' },
  },
  { file: 'truncated.jpg', what: 'truncated JPEG', bytes: async () => half(await jpeg()), expected: damaged },
  { file: 'truncated.png', what: 'truncated PNG', bytes: async () => half(await png()), expected: damaged },
  { file: 'truncated.webp', what: 'truncated WebP', bytes: async () => half(await raw().webp().toBuffer()), expected: damaged },
  {
    file: 'signature-only.png',
    what: 'eight bytes of a PNG',
    bytes: async () => (await png()).subarray(0, 8),
    expected: damaged,
  },
  {
    file: 'wrong-checksum.png',
    what: 'PNG with a wrong checksum of its pixels',
    bytes: async () => breakChecksum(await png(), 'IDAT'),
    expected: damaged,
  },
  {
    file: 'wrong-checksum-header.png',
    what: 'PNG with a wrong checksum of its header',
    bytes: async () => breakChecksum(await png(), 'IHDR'),
    expected: damaged,
  },
  {
    file: 'wrong-checksum-text.png',
    what: 'PNG with a wrong checksum of a text chunk',
    bytes: () =>
      breakChecksum(
        writePng({ width, height, colour: 'rgb', pixels: scene(), extra: [pngChunk('tEXt', Buffer.from('Title\0x'))] }),
        'tEXt',
      ),
    expected: damaged,
  },
  {
    file: 'bomb.png',
    what: '30,000 × 30,000 bomb',
    bytes: () => writeBomb(30_000, 30_000),
    expected: { code: 'input.too_large' },
  },
  {
    file: 'cmyk.jpg',
    what: 'CMYK JPEG',
    bytes: () => raw().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
    expected: sound('converted_from_cmyk'),
  },
  { file: '16-bit.png', what: '16-bit PNG', bytes: sixteenBit, expected: sound('reduced_16_bit') },
  {
    file: 'animated.gif',
    what: 'animated GIF',
    bytes: () =>
      frames()
        .gif({ delay: [100, 100] })
        .toBuffer(),
    expected: sound('first_frame'),
  },
  {
    file: 'animated.webp',
    what: 'animated WebP',
    bytes: () =>
      frames()
        .webp({ delay: [100, 100] })
        .toBuffer(),
    expected: sound('first_frame'),
  },
  {
    file: 'display-p3.jpg',
    what: 'Display-P3 JPEG',
    bytes: async () => tagJpeg(await jpeg(), iccProfile(displayP3)),
    expected: sound('converted_profile'),
  },
  ...[2, 3, 4, 5, 6, 7, 8].map(oriented),
  {
    file: 'transparent.png',
    what: 'PNG with transparency',
    bytes: transparent,
    expected: { width, height, notes: [], hasAlpha: true },
  },
  {
    file: 'grey.png',
    what: 'greyscale PNG',
    bytes: () => writePng({ width, height, colour: 'grey', pixels: scene().subarray(0, width * height) }),
    expected: sound(),
  },
  { file: 'plain.tif', what: 'TIFF', bytes: () => raw().tiff().toBuffer(), expected: sound() },
  { file: 'plain.avif', what: 'AVIF', bytes: () => raw().avif({ effort: 0 }).toBuffer(), expected: sound() },
  { file: 'picture.jpg', what: 'a PNG named .jpg', bytes: png, expected: sound() },
  {
    file: 'hdr-phone.jpg',
    what: 'JPEG with an HDR gain map, as phones make them',
    bytes: gainMap,
    expected: sound('converted_profile'),
  },
  { file: 'drawing.svg', what: 'SVG', bytes: () => svg, expected: refused },
  { file: 'drawing.png', what: 'SVG named .png', bytes: () => svg, expected: refused },
  { file: 'phone.heic', what: 'HEIC', bytes: () => isoMedia('heic'), expected: refused },
  { file: 'video.jpg', what: 'MP4 named .jpg', bytes: () => isoMedia('mp42'), expected: refused },
  {
    file: 'layers.psd',
    what: 'Photoshop document',
    bytes: () => Buffer.concat([Buffer.from('8BPS\0\x01'), Buffer.alloc(60)]),
    expected: refused,
  },
  { file: 'page.png', what: 'PDF named .png', bytes: () => Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n'), expected: refused },
  { file: '咖啡 杯.png', what: 'Chinese file name', bytes: png, expected: sound() },
]

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.byteLength >> 1)
}

/** Writes the odd pictures (or those whose file name is asked for) into a folder; answers them with their paths, in order. */
export async function writeOddPictures(dir: string, only?: readonly string[]): Promise<(OddPicture & { path: string })[]> {
  await mkdir(dir, { recursive: true })
  const written: (OddPicture & { path: string })[] = []
  for (const odd of oddPictures) {
    if (only && !only.includes(odd.file)) continue
    const path = join(dir, odd.file)
    await writeFile(path, await odd.bytes())
    written.push({ ...odd, path })
  }
  return written
}
