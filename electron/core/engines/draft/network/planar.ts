/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import type { Rgb } from '../picture'
import type { Rect } from './tiles'

/** Index within a row of `length` that a row continued by reflection has at `index` (…2 1 0 1 2… , the edge itself not doubled). */
export function mirrored(index: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const place = ((index % period) + period) % period
  return place < length ? place : period - place
}

/** The next multiple of `step` that is not below `value`. */
export function roundedUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}

const unit = Float32Array.from({ length: 256 }, (_, value) => value / 255)

/** Red, green and blue planes of 0..1 of `width` × `height`; `column` and `row` say from where in the picture each comes. */
export function planarOf(
  picture: Rgb,
  width: number,
  height: number,
  column: (x: number) => number,
  row: (y: number) => number,
): Float32Array {
  const plane = width * height
  const out = new Float32Array(plane * 3)
  const columns = Int32Array.from({ length: width }, (_, x) => column(x) * 3)
  const { data } = picture
  for (let y = 0; y < height; y += 1) {
    const from = row(y) * picture.width * 3
    let at = y * width
    for (let x = 0; x < width; x += 1) {
      const i = from + columns[x]!
      out[at] = unit[data[i]!]!
      out[at + plane] = unit[data[i + 1]!]!
      out[at + 2 * plane] = unit[data[i + 2]!]!
      at += 1
    }
  }
  return out
}

/** Writes planes of 0..1 into a part of a picture, rounded to the nearest byte; the part begins at (`left`, `top`) of the planes. */
export function putPlanar(
  planes: Float32Array,
  width: number,
  height: number,
  left: number,
  top: number,
  into: Rgb,
  part: Rect,
): void {
  const plane = width * height
  for (let y = part.top; y < part.bottom; y += 1) {
    let from = (y - part.top + top) * width + left
    let to = (y * into.width + part.left) * 3
    for (let x = part.left; x < part.right; x += 1) {
      into.data[to] = byteOf(planes[from]!)
      into.data[to + 1] = byteOf(planes[from + plane]!)
      into.data[to + 2] = byteOf(planes[from + 2 * plane]!)
      from += 1
      to += 3
    }
  }
}

/** 0..1 to the nearest byte; values outside are cut. */
export function byteOf(value: number): number {
  return value <= 0 ? 0 : value >= 1 ? 255 : (value * 255 + 0.5) | 0
}
