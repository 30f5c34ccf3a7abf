/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import { blurredPlane, resized, type Rgb } from './picture'

/** What turns a painted picture into the result that was asked for. */
export interface FinishOptions {
  /** 0 = the photo, 1 = the painted picture. */
  strength: number
  /** 0.5 leaves the painting as it is; more brings the photo's edges and light back, less softens the painting's own. */
  structure: number
  keepColours: boolean
  /** How much of the photo's finer detail a painting made at a smaller size gets, 0..1. */
  detail: number
  /** How a smaller painting is enlarged; large pixels stay square with `nearest`. */
  enlarge: 'cubic' | 'nearest'
}

/**
 * Brings a painting to the photo's size, with the photo's own fine detail where it was painted smaller, and applies structure, colours and strength.
 * Overwrites neither picture unless both have one size, where the painting's memory is used for the result.
 */
export async function finished(photo: Rgb, painting: Rgb, options: FinishOptions): Promise<Rgb> {
  const { width, height } = photo
  let result = painting
  if (painting.width !== width || painting.height !== height) {
    result = await resized(painting, width, height, options.enlarge)
    if (options.detail > 0) {
      const coarse = await resized(await resized(photo, painting.width, painting.height), width, height, 'cubic')
      addDetail(result.data, photo.data, coarse.data, options.detail)
    }
  }
  if (options.structure !== 0.5) await applyStructure(photo, result, (options.structure - 0.5) * 2)
  if (options.keepColours) keepColours(photo.data, result.data)
  if (options.strength < 1) mix(photo.data, result.data, options.strength)
  return result
}

/** result += weight × (photo − coarse), byte by byte. */
function addDetail(result: Uint8Array, photo: Uint8Array, coarse: Uint8Array, weight: number): void {
  for (let i = 0; i < result.length; i += 1) {
    const value = result[i]! + weight * (photo[i]! - coarse[i]!)
    result[i] = value <= 0 ? 0 : value >= 255 ? 255 : value + 0.5
  }
}

/** Luma of BT.601, as in JPEG, rounded to bytes. */
function lumaOf(picture: Rgb): Uint8Array {
  const { data } = picture
  const luma = new Uint8Array(picture.width * picture.height)
  for (let i = 0, at = 0; i < luma.length; i += 1, at += 3) {
    luma[i] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]! + 0.5
  }
  return luma
}

/**
 * Positive `amount` (to 1): luma moves towards the photo's, detail first (80 %), broad light less (40 %).
 * Negative (to −1): the painting's own detail fades.
 */
async function applyStructure(photo: Rgb, result: Rgb, amount: number): Promise<void> {
  const { width, height } = photo
  const sigma = Math.max(1, Math.max(width, height) / 100)
  const own = lumaOf(result)
  const ownBase = await blurredPlane(own, width, height, sigma)
  const wanted = amount > 0 ? lumaOf(photo) : own
  const wantedBase = amount > 0 ? await blurredPlane(wanted, width, height, sigma) : ownBase
  const { data } = result
  for (let i = 0, at = 0; i < own.length; i += 1, at += 3) {
    const detail = own[i]! - ownBase[i]!
    const base = wantedBase[i]! - ownBase[i]!
    const change = amount > 0 ? amount * (0.8 * (wanted[i]! - wantedBase[i]! - detail) + 0.4 * base) : 0.6 * amount * detail
    for (let c = at; c < at + 3; c += 1) {
      const value = data[c]! + change
      data[c] = value <= 0 ? 0 : value >= 255 ? 255 : value + 0.5
    }
  }
}

/** The result's luma with the photo's chroma. */
function keepColours(photo: Uint8Array, result: Uint8Array): void {
  for (let i = 0; i < result.length; i += 3) {
    const r = photo[i]!
    const g = photo[i + 1]!
    const b = photo[i + 2]!
    const change = 0.299 * (result[i]! - r) + 0.587 * (result[i + 1]! - g) + 0.114 * (result[i + 2]! - b) + 0.5
    result[i] = clamped(r + change)
    result[i + 1] = clamped(g + change)
    result[i + 2] = clamped(b + change)
  }
}

function mix(photo: Uint8Array, result: Uint8Array, strength: number): void {
  for (let i = 0; i < result.length; i += 1) result[i] = photo[i]! + strength * (result[i]! - photo[i]!) + 0.5
}

function clamped(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : value
}
