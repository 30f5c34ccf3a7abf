import { z } from 'zod'
import { AppError } from '#shared/domain/error'

/** What a workflow does about sizes. All lengths are pixels. */
export const sizePolicySchema = z.discriminatedUnion('policy', [
  /** The picture is letterboxed into the best of the 17 sizes on which Kontext and Qwen-Image-Edit were trained. */
  z.strictObject({ policy: z.literal('kontext') }),
  /** The picture is letterboxed into about this many pixels, both sides multiples of `multiple`. */
  z.strictObject({ policy: z.literal('area'), pixels: z.int().positive(), multiple: z.int().positive() }),
  /** No picture gives the size: the job does. */
  z.strictObject({
    policy: z.literal('free'),
    multiple: z.int().positive(),
    min: z.int().positive(),
    max: z.int().positive(),
    maxPixels: z.int().positive(),
  }),
  /** The result is the picture, larger. */
  z.strictObject({ policy: z.literal('scale'), maxPixels: z.int().positive() }),
])
export type SizePolicy = z.infer<typeof sizePolicySchema>

export interface Size {
  width: number
  height: number
}
export interface Rect extends Size {
  x: number
  y: number
}

/** Where a picture lies in the canvas that a model gets: remembered with the job, to lay its result over the original. */
export interface Letterbox {
  source: Size
  canvas: Size
  /** The picture in the canvas; the rest is padding in the border's colour. */
  content: Rect
}

/**
 * The sizes that ComfyUI's FluxKontextImageScale scales to (node source, ComfyUI 0.3.42 to 0.8.0). It chooses by aspect ratio and
 * cuts the centre out; a picture that has one of these sizes already passes through it uncut.
 */
export const kontextSizes: readonly Size[] = [
  [672, 1568],
  [688, 1504],
  [720, 1456],
  [752, 1392],
  [800, 1328],
  [832, 1248],
  [880, 1184],
  [944, 1104],
  [1024, 1024],
  [1104, 944],
  [1184, 880],
  [1248, 832],
  [1328, 800],
  [1392, 752],
  [1456, 720],
  [1504, 688],
  [1568, 672],
].map(([width, height]) => ({ width: width as number, height: height as number }))

/** Fits a picture, centred and uncut, into the canvas that wastes the least of itself. Throws `input.invalid` on an empty picture. */
export function letterbox(source: Size, canvases: readonly Size[]): Letterbox {
  if (!(source.width >= 1 && source.height >= 1)) {
    throw new AppError('input.invalid', 'A picture without pixels can not be edited. Choose another picture.', {
      detail: { source },
    })
  }
  let best: Letterbox | undefined
  let bestFill = -1
  for (const canvas of canvases) {
    const scale = Math.min(canvas.width / source.width, canvas.height / source.height)
    const width = clamp(Math.round(source.width * scale), 1, canvas.width)
    const height = clamp(Math.round(source.height * scale), 1, canvas.height)
    const fill = (width * height) / (canvas.width * canvas.height)
    if (fill > bestFill) {
      bestFill = fill
      const content = { x: Math.floor((canvas.width - width) / 2), y: Math.floor((canvas.height - height) / 2), width, height }
      // Field by field: a caller's object may carry more than its size.
      best = {
        source: { width: source.width, height: source.height },
        canvas: { width: canvas.width, height: canvas.height },
        content,
      }
    }
  }
  if (!best) throw new AppError('bug', 'A size policy without sizes. This is a fault in Recast: please report it.')
  return best
}

/** The canvas for a picture under a policy; undefined where the policy sends the picture as it is. */
export function planCanvas(policy: SizePolicy, source: Size): Letterbox | undefined {
  switch (policy.policy) {
    case 'kontext':
      return letterbox(source, kontextSizes)
    case 'area':
      return letterbox(source, areaCanvases(source, policy.pixels, policy.multiple))
    case 'scale':
      if (source.width * source.height > policy.maxPixels) {
        throw new AppError(
          'input.too_large',
          `This picture has more than ${policy.maxPixels} pixels, which is the most that can be enlarged. Choose a smaller one.`,
          { detail: { source, limit: policy.maxPixels } },
        )
      }
      return undefined
    case 'free':
      return undefined
  }
}

/** Canvases of about `pixels` pixels around the picture's shape; few, because only the rounding is open. */
function areaCanvases(source: Size, pixels: number, multiple: number): Size[] {
  const scale = Math.sqrt(pixels / (source.width * source.height))
  // Beyond 4 : 1 no model of these keeps its composition: padding is the lesser evil.
  const longest = Math.sqrt(pixels * 4)
  const sides = (ideal: number) => {
    const steps = clamp(ideal, longest / 4, longest) / multiple
    return [...new Set([Math.max(1, Math.floor(steps)), Math.max(1, Math.ceil(steps))])].map((n) => n * multiple)
  }
  return sides(source.width * scale).flatMap((width) => sides(source.height * scale).map((height) => ({ width, height })))
}

/** What is done to a result so that it lies over its original: cut this out, then scale it to that. */
export interface Restore {
  crop: Rect
  resize: Size
}

/** How a result comes back over its original, whatever size the server made it; the canvas may be scaled, not cut. */
export function planRestore(plan: Letterbox, result: Size): Restore {
  const sx = result.width / plan.canvas.width
  const sy = result.height / plan.canvas.height
  const left = clamp(Math.round(plan.content.x * sx), 0, result.width - 1)
  const top = clamp(Math.round(plan.content.y * sy), 0, result.height - 1)
  const right = clamp(Math.round((plan.content.x + plan.content.width) * sx), left + 1, result.width)
  const bottom = clamp(Math.round((plan.content.y + plan.content.height) * sy), top + 1, result.height)
  return { crop: { x: left, y: top, width: right - left, height: bottom - top }, resize: { ...plan.source } }
}

/** A wished size made possible: what is generated, and the centred part of it that is the wish. */
export interface FreeSize {
  generate: Size
  crop: Rect
}

/** Rounds a wished size up to what the model takes; the surplus is cut off afterwards. Throws `input.invalid` beyond the limits. */
export function planFreeSize(policy: Extract<SizePolicy, { policy: 'free' }>, wish: Size): FreeSize {
  for (const side of ['width', 'height'] as const) {
    const value = wish[side]
    if (!Number.isInteger(value) || value < policy.min || value > policy.max) {
      throw new AppError(
        'input.invalid',
        `The ${side} must be a whole number from ${policy.min} to ${policy.max}. Change it and submit again.`,
        {
          detail: { input: side, value, min: policy.min, max: policy.max },
        },
      )
    }
  }
  const up = (value: number) => Math.ceil(value / policy.multiple) * policy.multiple
  const generate = { width: up(wish.width), height: up(wish.height) }
  if (generate.width * generate.height > policy.maxPixels) {
    throw new AppError(
      'input.invalid',
      `${wish.width} × ${wish.height} is more than the ${policy.maxPixels} pixels that this model makes well. Choose a smaller size and enlarge the result.`,
      { detail: { wish, limit: policy.maxPixels } },
    )
  }
  const x = Math.floor((generate.width - wish.width) / 2)
  const y = Math.floor((generate.height - wish.height) / 2)
  return { generate, crop: { x, y, width: wish.width, height: wish.height } }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
