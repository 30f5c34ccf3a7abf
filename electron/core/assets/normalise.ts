import type { PngOptions } from 'sharp'
import { decode, pictureError, type PictureFacts } from './picture-reader'

/** Things worth saying about an import; see the contract's asset notes. */
export type ImportNote = 'first_frame' | 'converted_from_cmyk' | 'converted_profile' | 'reduced_16_bit' | 'rotated'

/** What happens to a picture so that engines can work on it, and what is said about it. Pure. */
export interface NormalisePlan {
  /** The original is 8-bit sRGB, upright, one frame, in a format that every engine reads: it serves as it is. */
  asIs: boolean
  notes: ImportNote[]
}

/** Formats that engines and browsers read alike. */
const commonFormats = new Set(['png', 'jpeg', 'webp'])

/** Decides from a picture's facts what has to be done to it. */
export function planNormalise(facts: PictureFacts): NormalisePlan {
  const notes: ImportNote[] = []
  if (facts.animated) notes.push('first_frame')
  if (facts.cmyk) notes.push('converted_from_cmyk')
  else if (facts.foreignColour) notes.push('converted_profile')
  if (facts.deep) notes.push('reduced_16_bit')
  if (facts.rotated) notes.push('rotated')
  return { asIs: notes.length === 0 && commonFormats.has(facts.format), notes }
}

/** Settings of the PNGs that we write: working files are read many times and written once, so speed counts more than the last bytes. */
export const workingPng: PngOptions = { compressionLevel: 3, adaptiveFiltering: false, palette: false }

/** A working file's own facts, after the conversion. */
export interface WorkingFacts {
  width: number
  height: number
  hasAlpha: boolean
}

/**
 * Writes the working picture of an original: first frame, upright, colours converted to sRGB through the embedded profile
 * (CMYK through its own profile, or libvips' built-in one), 8 bits a channel, alpha kept, no metadata. PNG.
 * Decodes every pixel, so damage that the header hides is found here. Throws `input.damaged`, `input.too_large`, `io.*`.
 */
export async function writeWorking(originalPath: string, targetPath: string): Promise<WorkingFacts> {
  try {
    // Without keepIccProfile sharp converts to sRGB and writes no metadata.
    const info = await decode(originalPath).autoOrient().toColourspace('srgb').png(workingPng).toFile(targetPath)
    return { width: info.width, height: info.height, hasAlpha: info.channels === 4 || info.channels === 2 }
  } catch (error) {
    throw pictureError(error)
  }
}
