import sharp, { type Sharp } from 'sharp'
import { AppError } from '#shared/domain/error'
import type { StoredBlob } from '../../assets/blob-store'
import { workingPng } from '../../assets/normalise'
import { decode, pictureError, type PictureFacts, readPicture } from '../../assets/picture-reader'
import { pngSize, writeBarePng } from '../../assets/png-check'
import { inflatePixels, showsSomething } from '../../assets/png-pixels'
import { type Letterbox, planRestore, type Rect, type Restore, type Size } from '../../workflows/size-policy'
import type { EngineInput } from '../engine'
import { align, isAligned, type Plane } from './alignment'

/** Longer side of a reference picture as it is sent, pixels: models look at about one megapixel of it. */
const referenceSide = 2_048
/** Longer side at which result and photo are compared, pixels: about what the models work at. */
const compareSide = 1_024
/** Previews are small pictures; what is larger is none. */
const previewLimits = { bytes: 4 * 1024 * 1024, pixels: 4_096 * 4_096 }

/** A picture whose colours spread over no more than this is flat, and black below the other; of 255. */
const flatSpread = 6
const blackLevel = 12

/** The photo as the model gets it: opaque (white behind what is transparent), in the canvas, the border's colour around it. PNG. */
export async function drawCanvas(path: string, { canvas, content }: Letterbox): Promise<Buffer> {
  try {
    const background = await borderColour(path)
    return await opaque(path)
      .resize(content.width, content.height, { fit: 'fill', kernel: 'lanczos3' })
      .extend({
        left: content.x,
        top: content.y,
        right: canvas.width - content.x - content.width,
        bottom: canvas.height - content.y - content.height,
        background,
      })
      .png(workingPng)
      .toBuffer()
  } catch (thrown) {
    throw pictureError(thrown)
  }
}

/** A picture as it is, opaque. PNG. */
export async function drawWhole(path: string): Promise<Buffer> {
  try {
    return await opaque(path).png(workingPng).toBuffer()
  } catch (thrown) {
    throw pictureError(thrown)
  }
}

/** A picture that is only looked at by the model, opaque and not larger than it is of use. PNG. */
export async function drawReference(path: string): Promise<Buffer> {
  try {
    return await opaque(path)
      .resize(referenceSide, referenceSide, { fit: 'inside', withoutEnlargement: true })
      .png(workingPng)
      .toBuffer()
  } catch (thrown) {
    throw pictureError(thrown)
  }
}

/** How a fetched file becomes a result. */
export interface FinishOptions {
  /** Its path, or its bytes. */
  fetched: string | Buffer
  target: string
  /** What it is laid over; undefined where it was made from words. */
  photo: EngineInput | undefined
  /** Where the photo lay in the canvas; absent: the result stands for itself. */
  letterbox: Letterbox | undefined
  /** Below 1 the photo shows through by the rest, where the result lies exactly over it. */
  strength: number
  /** The photo's transparency counts for the result as well. */
  keepAlpha: boolean
}

/**
 * Checks a file that a server sent (it may be anything), lays it over its photo, and writes it as an 8-bit sRGB PNG without metadata.
 * `bare` says what was written where the file's own pixels were kept as they came.
 * Throws `engine.execution` for what is no picture of the expected shape, `io.*` for the disk.
 */
export async function finishResult(
  options: FinishOptions,
): Promise<Size & { hasAlpha: boolean; notes: string[]; bare?: StoredBlob }> {
  let copying: Promise<StoredBlob> | undefined
  const copy = (): Promise<StoredBlob> => {
    const begun = (copying ??= writeBarePng(options.fetched, options.target))
    begun.catch(() => undefined)
    return begun
  }
  try {
    const { letterbox } = options
    const hasAlpha = options.keepAlpha && options.photo?.hasAlpha === true
    const isWhole = !hasAlpha && options.strength >= 1
    // Looking at the pixels, checking the structure and copying take some milliseconds each. What the header says is enough to begin with
    // all of them, with the one that waits for the disk first; the limits are the decoder's, too.
    const said = Buffer.isBuffer(options.fetched) ? pngSize(options.fetched) : undefined
    const early = said !== undefined && (!letterbox || !restoreOf(letterbox, said))
    if (early && isWhole) void copy()
    const looking = early ? emptinessOfWhole(options.fetched) : undefined
    looking?.catch(() => undefined)
    const reading = readPicture(options.fetched)
    reading.catch(() => undefined)
    const facts = await reading
    if (letterbox) checkShape(facts, letterbox.canvas)
    const restore = letterbox && restoreOf(letterbox, facts)
    const plain = !restore && isWhole && isPlain(facts)
    if (plain) void copy()
    const notes = await (looking && !restore ? looking : emptiness(options.fetched, restore?.crop))
    const bare = plain ? await copy() : undefined
    // What was copied in vain is written over below.
    if (!plain) await copying?.catch(() => undefined)
    const size = restore?.resize ?? { width: facts.width, height: facts.height }
    const restored = (): Sharp => {
      const own = decode(options.fetched).removeAlpha().toColourspace('srgb')
      if (!restore) return own
      const { x: left, y: top, width, height } = restore.crop
      return own.extract({ left, top, width, height }).resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' })
    }
    let blend = false
    const { photo } = options
    if (photo && letterbox && options.strength < 1 && notes.length === 0) {
      blend = isAligned(align(await planeOf(opaque(photo.path), letterbox.source), await planeOf(restored(), letterbox.source)))
      if (!blend) notes.push('strength_by_words_only')
    }
    if (bare) return { ...size, hasAlpha, notes, bare }
    if (!photo || (!blend && !hasAlpha)) await restored().png(workingPng).toFile(options.target)
    else await layOver(restored(), { ...options, photo, blend, hasAlpha, size })
    return { ...size, hasAlpha, notes }
  } catch (thrown) {
    const error = pictureError(thrown)
    if (!error.code.startsWith('input.')) throw error
    throw new AppError(
      'engine.execution',
      `The server sent a file that cannot be used as a result. Retry the job. (${error.message})`,
      {
        cause: error,
        detail: { reason: error.code },
      },
    )
  } finally {
    // Whoever hears the error takes the folder away.
    await copying?.catch(() => undefined)
  }
}

/**
 * Whether a file is already what a result must be, but for what it says beside its pixels. Every pixel of it was seen to be there by
 * {@link emptinessOfWhole}; encoding a megapixel again would take longer than all else that is done to it.
 */
function isPlain({ format, checked, animated, deep, foreignColour, hasAlpha, rotated }: PictureFacts): boolean {
  return format === 'png' && checked && !animated && !deep && !foreignColour && !hasAlpha && !rotated
}

/** What is to be done to a result; nothing where it is as it should be already. */
function restoreOf(letterbox: Letterbox, { width, height }: Size): Restore | undefined {
  const restore = planRestore(letterbox, { width, height })
  const same = (other: Size): boolean => other.width === width && other.height === height
  return same(restore.crop) && same(restore.resize) ? undefined : restore
}

/** Puts the photo's share and its transparency on a result. Holds both pictures' pixels in memory. */
async function layOver(
  result: Sharp,
  {
    photo,
    target,
    strength,
    blend,
    hasAlpha,
    size,
  }: FinishOptions & { photo: EngineInput; blend: boolean; hasAlpha: boolean; size: Size },
): Promise<void> {
  const { data } = await result.raw().toBuffer({ resolveWithObject: true })
  if (blend) {
    const original = await opaque(photo.path).raw().toBuffer()
    for (let i = 0; i < data.length; i += 1) {
      data[i] = (original[i] ?? 0) + strength * ((data[i] ?? 0) - (original[i] ?? 0)) + 0.5
    }
  }
  const pixels = sharp(data, { raw: { ...size, channels: 3 } })
  if (!hasAlpha) return void (await pixels.png(workingPng).toFile(target))
  const own = decode(photo.path).extractChannel('alpha')
  const alpha = await own.resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' }).raw().toBuffer()
  await pixels
    .joinChannel(alpha, { raw: { ...size, channels: 1 } })
    .png(workingPng)
    .toFile(target)
}

/** A preview made ready to be shown over the photo: decoded here (it may be anything), the border cut off, as a JPEG; undefined for what is none. */
export async function finishPreview(
  image: Uint8Array,
  letterbox: Letterbox | undefined,
): Promise<(Size & { image: Uint8Array }) | undefined> {
  if (image.byteLength > previewLimits.bytes) return undefined
  try {
    const own = sharp(image, { limitInputPixels: previewLimits.pixels, failOn: 'error' })
    const { width, height } = await own.metadata()
    if (letterbox) {
      const { crop } = planRestore(letterbox, { width, height })
      own.extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height })
    }
    const { data, info } = await own
      .removeAlpha()
      .toColourspace('srgb')
      .jpeg({ quality: 82 })
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, image: data }
  } catch {
    return undefined
  }
}

function opaque(path: string): Sharp {
  return decode(path).flatten({ background: '#ffffff' }).toColourspace('srgb')
}

/** The middle value of the outermost pixels, each colour for itself: a frame around the photo in it is the least to be seen. */
async function borderColour(path: string): Promise<{ r: number; g: number; b: number }> {
  const side = 32
  const data = await opaque(path).resize(side, side, { fit: 'fill' }).raw().toBuffer()
  const middle = (channel: number): number => {
    const values: number[] = []
    for (let i = 0; i < side * side; i += 1) {
      const [x, y] = [i % side, Math.floor(i / side)]
      if (x === 0 || y === 0 || x === side - 1 || y === side - 1) values.push(data[i * 3 + channel] ?? 0)
    }
    return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
  }
  return { r: middle(0), g: middle(1), b: middle(2) }
}

/** The size of a result is the server's affair, its shape is not: cutting out the photo's part would give something else. */
function checkShape(result: Size, canvas: Size): void {
  const ratio = result.width / result.height / (canvas.width / canvas.height)
  const scale = result.width / canvas.width
  if (ratio > 0.97 && ratio < 1.03 && scale > 0.2 && scale < 8) return
  throw new AppError(
    'engine.execution',
    `The server returned ${result.width} × ${result.height} pixels for a picture of ${canvas.width} × ${canvas.height}. Retry the job, or choose another workflow.`,
    { detail: { width: result.width, height: result.height, expected: canvas } },
  )
}

/**
 * The same of a whole picture. Inflating is most of a decoder's work: where that is enough to know that every pixel is there and that they
 * are no flat field, nothing is decoded.
 */
async function emptinessOfWhole(fetched: string | Buffer): Promise<string[]> {
  const pixels = Buffer.isBuffer(fetched) ? await inflatePixels(fetched) : undefined
  // Well above the limit: what is near it is the decoder's to judge.
  return pixels && showsSomething(pixels, 2 * flatSpread) ? [] : await emptiness(fetched, undefined)
}

/** Whether a result shows nothing: black is what a model gives whose numbers overflowed. */
async function emptiness(fetched: string | Buffer, crop: Rect | undefined): Promise<string[]> {
  const own = decode(fetched).removeAlpha().toColourspace('srgb')
  if (crop) own.extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height })
  const data = await own.resize(64, 64, { fit: 'fill' }).raw().toBuffer()
  const low = [255, 255, 255]
  const high = [0, 0, 0]
  for (const [i, value] of data.entries()) {
    const channel = i % 3
    if (value < (low[channel] ?? 0)) low[channel] = value
    if (value > (high[channel] ?? 0)) high[channel] = value
  }
  if (high.some((most, channel) => most - (low[channel] ?? 0) > flatSpread)) return []
  return [high.every((most) => most < blackLevel) ? 'black_result' : 'flat_result']
}

async function planeOf(picture: Sharp, source: Size): Promise<Plane> {
  const scale = Math.min(1, compareSide / Math.max(source.width, source.height))
  const width = Math.max(1, Math.round(source.width * scale))
  const height = Math.max(1, Math.round(source.height * scale))
  // Two steps: a pipeline resizes once, and a result is resized already.
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
  const grey = await sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
    .resize(width, height, { fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer()
  return { width, height, data: grey }
}
