import { open, type FileHandle } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { AppError, toAppError } from '#shared/domain/error'
import { isSrgbProfile } from './icc'
import { checkPng, plainPng } from './png-check'
import { sniff, sniffBytes, type PictureFormat } from './sniff'

/** What Recast takes in. Everything is checked before a pixel is decoded. */
export const pictureLimits = {
  /** Bytes of a file: 512 MiB. */
  bytes: 512 * 1024 * 1024,
  /** Pixels: 100 million. sharp's own default (268 million) lets a 747 KB bomb through. */
  pixels: 100_000_000,
  /** Either side, pixels: the most that the JPEG decoder takes. */
  side: 65_500,
  /** Seconds that one decoding may take. */
  seconds: 120,
} as const

// Only the loaders of formats that we read: no SVG, no PDF, no ImageMagick, no vips files, whatever the build of libvips can do.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadPng',
    'VipsForeignLoadJpeg',
    'VipsForeignLoadWebp',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadTiff',
    'VipsForeignLoadHeif',
  ],
})
// Files of the store never change and each is decoded once: libvips' cache would only hold memory and open files.
sharp.cache(false)
// Parallel work comes from pictures in flight, not from threads within one: the rest of the machine stays responsive.
sharp.concurrency(1)

/** What a picture file is, from its header. */
export interface PictureFacts {
  format: PictureFormat
  /** Upright size, pixels. */
  width: number
  height: number
  bytes: number
  hasAlpha: boolean
  /** EXIF orientation says that the pixels are not stored upright. */
  rotated: boolean
  /** More than one frame or page. */
  animated: boolean
  cmyk: boolean
  /** More than 8 bits a channel. */
  deep: boolean
  /** Colours need conversion: an ICC profile that is not sRGB, or a colour space other than RGB and grey. */
  foreignColour: boolean
  /** Every byte is covered by a checksum that was found right (PNG). */
  checked: boolean
  /** A PNG that carries nothing but pixels. */
  barePng: boolean
}

/** What is true of every PNG of 8 bits a colour in sRGB, upright and alone in its file, whose checksums are right. */
export const plainFacts = {
  format: 'png',
  rotated: false,
  animated: false,
  cmyk: false,
  deep: false,
  foreignColour: false,
  checked: true,
} as const

/** Opens a picture (its path, or its bytes) for decoding with every limit set; a damaged one fails instead of giving grey rows. */
export function decode(source: string | Buffer): Sharp {
  return sharp(source, {
    failOn: 'error',
    limitInputPixels: pictureLimits.pixels,
    limitInputChannels: 5,
    sequentialRead: true,
    page: 0,
    pages: 1,
  }).timeout({ seconds: pictureLimits.seconds })
}

const megabytes = (bytes: number): string => `${Math.round(bytes / (1024 * 1024))} MiB`

/** Refuses a file by its length alone: `input.empty_file`, `input.too_large`. */
export function checkBytes(bytes: number): void {
  if (bytes === 0) throw new AppError('input.empty_file', 'This file is empty. Get a fresh copy of it and import that.')
  if (bytes > pictureLimits.bytes) {
    throw new AppError(
      'input.too_large',
      `This file has ${megabytes(bytes)}; Recast takes up to ${megabytes(pictureLimits.bytes)}. Save a smaller version and import that.`,
      { detail: { bytes, limitBytes: pictureLimits.bytes } },
    )
  }
}

/** Tells what the first bytes are, or refuses them: `input.not_a_picture`, `input.unsupported_format`. */
export function checkHead(head: Uint8Array): PictureFormat {
  const found = sniff(head)
  switch (found.kind) {
    case 'picture':
      return found.format
    case 'refused':
      throw new AppError('input.unsupported_format', `This is ${found.name}, which Recast does not read. ${found.advice}`, {
        detail: { format: found.name },
      })
    case 'unknown':
      throw new AppError(
        'input.not_a_picture',
        'This file is not a picture, whatever its name says. Choose a PNG, JPEG, WebP, TIFF, GIF or AVIF file.',
      )
  }
}

function checkSize(width: number, height: number): void {
  if (width * height <= pictureLimits.pixels && width <= pictureLimits.side && height <= pictureLimits.side) return
  throw new AppError(
    'input.too_large',
    `This picture is ${width} × ${height} pixels; Recast takes up to ${pictureLimits.pixels / 1e6} megapixels and ${pictureLimits.side} a side. Save a smaller version and import that.`,
    { detail: { width, height, limitPixels: pictureLimits.pixels, limitSide: pictureLimits.side } },
  )
}

/** Reads the first bytes of a file. */
export async function readHead(file: FileHandle): Promise<Uint8Array> {
  const head = Buffer.alloc(sniffBytes)
  const { bytesRead } = await file.read(head, 0, sniffBytes, 0)
  return head.subarray(0, bytesRead)
}

/**
 * Reads what a picture (its path, or its bytes) is, by its bytes, and refuses what is over the limits or broken in its structure.
 * Nothing is decoded: pixels that are damaged are found by the pass that decodes (see normalise).
 * Throws `input.empty_file`, `input.not_a_picture`, `input.unsupported_format`, `input.damaged`, `input.too_large`, `io.*`.
 */
export async function readPicture(source: string | Buffer): Promise<PictureFacts> {
  let file: FileHandle | undefined
  try {
    const from = Buffer.isBuffer(source) ? source : (file = await open(source, 'r'))
    const bytes = Buffer.isBuffer(from) ? from.length : (await from.stat()).size
    checkBytes(bytes)
    const head = Buffer.isBuffer(from) ? from.subarray(0, sniffBytes) : await readHead(from)
    const format = checkHead(head)
    // The size first, from the header alone: a bomb is refused before anything walks through it.
    if (format === 'png' && head.byteLength >= 24) {
      const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
      checkSize(view.getUint32(16), view.getUint32(20))
    }
    const png = format === 'png' ? await checkPng(from) : undefined
    const plain = png && Buffer.isBuffer(from) ? plainPng(from) : undefined
    if (png && plain) {
      const { width, height } = plain
      return { ...plainFacts, width, height, bytes, hasAlpha: false, barePng: png.bare }
    }
    return await readFacts(source, format, bytes, png)
  } catch (error) {
    throw pictureError(error)
  } finally {
    await file?.close()
  }
}

async function readFacts(
  source: string | Buffer,
  format: PictureFormat,
  bytes: number,
  png: { bitDepth: number; animated: boolean; bare: boolean } | undefined,
): Promise<PictureFacts> {
  // All pages here: with one page asked for, their number is not told.
  const meta = await sharp(source, { failOn: 'error', limitInputPixels: pictureLimits.pixels }).metadata()
  const { width, height } = meta.autoOrient
  checkSize(width, height)
  const space = meta.space as string
  const cmyk = space === 'cmyk'
  return {
    format,
    width,
    height,
    bytes,
    hasAlpha: meta.hasAlpha,
    rotated: (meta.orientation ?? 1) > 1,
    animated: (meta.pages ?? 1) > 1 || png?.animated === true,
    cmyk,
    deep: meta.depth !== 'uchar' || (meta.bitsPerSample ?? 8) > 8 || (png?.bitDepth ?? 8) > 8,
    foreignColour:
      cmyk || !['srgb', 'b-w', 'rgb16', 'grey16'].includes(space) || (meta.icc !== undefined && !isSrgbProfile(meta.icc)),
    checked: png !== undefined,
    barePng: png?.bare === true && !png.animated,
  }
}

/** What libvips says of the system when it could not write, by the C library's words. */
function diskError(words: string, cause: Error): AppError | undefined {
  const options = { cause, detail: { reason: words.split('\n')[0] } }
  if (/^input file is missing/i.test(words)) {
    return new AppError('input.not_found', 'The file of this picture is gone. Check the path and try again.', options)
  }
  // A picture that breaks off in reading also says "unable to write"; only the system's own words tell that it was the disk.
  const system = /(?:write error|open for write)\n\w+ error: (.+)/i.exec(words)?.[1]
  if (system === undefined) return undefined
  if (/no space|not enough space|quota exceeded/i.test(system)) {
    return new AppError('io.disk_full', 'The disk is full. Free some space on it, then retry.', options)
  }
  if (/permission denied|not permitted|read-only|access is denied/i.test(system)) {
    return new AppError(
      'io.permission',
      'The folder cannot be written to. Allow access to it, or choose another one, then retry.',
      options,
    )
  }
  return new AppError('io.failed', 'The picture cannot be written. Check the disk and the folder, then retry.', options)
}

/**
 * Gives errors of the decoder and encoder their code: what the disk refuses is `io.*`, a limit is `input.too_large`,
 * and whatever else could not be decoded is `input.damaged`. Other errors go by `toAppError`.
 */
export function pictureError(thrown: unknown): AppError {
  if (!(thrown instanceof Error) || thrown instanceof AppError || (thrown as { code?: unknown }).code !== undefined)
    return toAppError(thrown)
  // Only sharp throws plain errors here; faults of our own are of their own classes.
  if (thrown.constructor !== Error) return toAppError(thrown)
  const disk = diskError(thrown.message, thrown)
  if (disk) return disk
  const reason = thrown.message.split('\n')[0] ?? ''
  if (/pixel limit|exceeds.*limit|too large|maximum supported image dimension/i.test(reason)) {
    return new AppError(
      'input.too_large',
      `This picture is over the limit of ${pictureLimits.pixels / 1e6} megapixels. Save a smaller version and import that.`,
      { cause: thrown, detail: { limitPixels: pictureLimits.pixels } },
    )
  }
  if (/timeout/i.test(reason)) {
    return new AppError(
      'input.too_large',
      `This picture takes more than ${pictureLimits.seconds} seconds to read. Save it as PNG or a smaller version and import that.`,
      { cause: thrown, detail: { limitSeconds: pictureLimits.seconds } },
    )
  }
  return new AppError('input.damaged', 'This picture is damaged or cut off. Get a fresh copy of the file and import that.', {
    cause: thrown,
    detail: { reason },
  })
}
