import { readFile } from 'node:fs/promises'
import { encodePng } from './png'
import type { Sharp } from 'sharp'
import type sharp from 'sharp'
import { AppError } from '#shared/domain/error'

/** 8-bit sRGB pixels, three bytes each, rows from the top. */
export interface Rgb {
  width: number
  height: number
  data: Uint8Array
}

/** A decoded picture: colours over white where it is transparent, and its alpha channel if it has one. */
export interface Photo {
  rgb: Rgb
  alpha: Uint8Array | undefined
}

/** Pictures beyond this are refused before decoding; imports have the same limit. */
const pixelLimit = 100e6

type SharpLibrary = typeof sharp

let loaded: SharpLibrary | undefined

/** sharp, loaded when it is first needed: a third of the process's start. */
export async function sharpLibrary(): Promise<SharpLibrary> {
  if (!loaded) {
    loaded = (await import('sharp')).default
    loaded.cache(false)
  }
  return loaded
}

/**
 * Reads a picture as 8-bit sRGB. Throws an AppError `input.damaged` when it can't be decoded, or what the file system says.
 * Transparent pixels are laid over white, as the reference implementation of the networks does.
 */
export async function readPhoto(path: string): Promise<Photo> {
  const library = await sharpLibrary()
  const file = await readFile(path)
  try {
    const { data, info } = await library(file, { limitInputPixels: pixelLimit, failOn: 'error' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return split(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), info.width, info.height, info.channels)
  } catch (cause) {
    throw new AppError(
      'input.damaged',
      'The picture could not be decoded. Open it in another program, save it again, and import that copy.',
      { cause },
    )
  }
}

function split(data: Uint8Array, width: number, height: number, channels: number): Photo {
  const pixels = width * height
  if (channels === 3) return { rgb: { width, height, data }, alpha: undefined }
  const rgb = new Uint8Array(pixels * 3)
  const hasAlpha = channels === 2 || channels === 4
  const alpha = hasAlpha ? new Uint8Array(pixels) : undefined
  const colours = channels >= 3 ? 3 : 1
  for (let i = 0; i < pixels; i += 1) {
    const from = i * channels
    const a = hasAlpha ? (data[from + channels - 1] ?? 255) : 255
    if (alpha) alpha[i] = a
    for (let c = 0; c < 3; c += 1) {
      const value = data[from + (colours === 3 ? c : 0)] ?? 0
      rgb[i * 3 + c] = (value * a + 255 * (255 - a) + 127) / 255
    }
  }
  return { rgb: { width, height, data: rgb }, alpha }
}

/** Scales a picture to exactly this size. */
export async function resized(
  picture: Rgb,
  width: number,
  height: number,
  kernel: 'lanczos3' | 'cubic' | 'nearest' = 'lanczos3',
): Promise<Rgb> {
  if (picture.width === width && picture.height === height) return picture
  const library = await sharpLibrary()
  const data = await raw(library, picture)
    .resize(width, height, { fit: 'fill', kernel, fastShrinkOnLoad: false })
    .raw()
    .toBuffer()
  return { width, height, data: bytesOf(data) }
}

/** Scales a picture down so that its longer side is at most `side`; smaller ones stay as they are. */
export async function fitted(picture: Rgb, side: number): Promise<Rgb> {
  const factor = side / Math.max(picture.width, picture.height)
  if (factor >= 1) return picture
  return resized(picture, Math.max(1, Math.round(picture.width * factor)), Math.max(1, Math.round(picture.height * factor)))
}

/** Scales one 8-bit plane to exactly this size. */
export async function resizedPlane(
  plane: Uint8Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Promise<Uint8Array> {
  const library = await sharpLibrary()
  const data = await library(plane, { raw: { width, height, channels: 1 }, limitInputPixels: pixelLimit })
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false })
    .toColourspace('b-w')
    .raw()
    .toBuffer()
  return bytesOf(data)
}

/** Gaussian blur of one 8-bit plane; `sigma` in pixels. */
export async function blurredPlane(plane: Uint8Array, width: number, height: number, sigma: number): Promise<Uint8Array> {
  if (sigma < 0.3) return plane
  const library = await sharpLibrary()
  const data = await library(plane, { raw: { width, height, channels: 1 }, limitInputPixels: pixelLimit })
    .blur(Math.min(sigma, 1000))
    .toColourspace('b-w')
    .raw()
    .toBuffer()
  return bytesOf(data)
}

/** A PNG file of these pixels without any metadata. */
export async function pngOf(picture: Rgb, alpha: Uint8Array | undefined): Promise<Buffer> {
  const { width, height, data } = picture
  if (!alpha) return encodePng({ width, height, channels: 3, data })
  const count = width * height
  const pixels = new Uint8Array(count * 4)
  for (let i = 0; i < count; i += 1) {
    pixels[i * 4] = data[i * 3] ?? 0
    pixels[i * 4 + 1] = data[i * 3 + 1] ?? 0
    pixels[i * 4 + 2] = data[i * 3 + 2] ?? 0
    pixels[i * 4 + 3] = alpha[i] ?? 255
  }
  return encodePng({ width, height, channels: 4, data: pixels })
}

/** A small JPEG for previews. */
export async function jpegOf(picture: Rgb, quality = 80): Promise<Buffer> {
  const library = await sharpLibrary()
  return raw(library, picture).jpeg({ quality, chromaSubsampling: '4:2:0' }).toBuffer()
}

/** A WebP file for style tiles. */
export async function webpOf(picture: Rgb, quality = 80): Promise<Buffer> {
  const library = await sharpLibrary()
  return raw(library, picture).webp({ quality, effort: 0 }).toBuffer()
}

function raw(library: SharpLibrary, picture: Rgb): Sharp {
  return library(picture.data, {
    raw: { width: picture.width, height: picture.height, channels: 3 },
    limitInputPixels: pixelLimit,
  })
}

function bytesOf(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
