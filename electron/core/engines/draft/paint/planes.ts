/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import type { Rgb } from '../picture'

/** Red, green and blue as planes of 0..1 (sRGB-coded). */
export interface Planes {
  width: number
  height: number
  r: Float32Array
  g: Float32Array
  b: Float32Array
}

/** Bytes to planes. */
export function planesOf({ width, height, data }: Rgb): Planes {
  const size = width * height
  const planes: Planes = { width, height, r: new Float32Array(size), g: new Float32Array(size), b: new Float32Array(size) }
  for (let i = 0, at = 0; i < size; i += 1, at += 3) {
    planes.r[i] = data[at]! / 255
    planes.g[i] = data[at + 1]! / 255
    planes.b[i] = data[at + 2]! / 255
  }
  return planes
}

/** Planes to bytes, cut to 0..255. */
export function rgbOf({ width, height, r, g, b }: Planes): Rgb {
  const data = new Uint8Array(width * height * 3)
  for (let i = 0, at = 0; i < r.length; i += 1, at += 3) {
    data[at] = byte(r[i]!)
    data[at + 1] = byte(g[i]!)
    data[at + 2] = byte(b[i]!)
  }
  return { width, height, data }
}

function byte(value: number): number {
  return value <= 0 ? 0 : value >= 1 ? 255 : value * 255 + 0.5
}

/** Luma of BT.601. */
export function luma({ r, g, b }: Planes): Float32Array {
  const y = new Float32Array(r.length)
  for (let i = 0; i < y.length; i += 1) y[i] = 0.299 * r[i]! + 0.587 * g[i]! + 0.114 * b[i]!
  return y
}

/** Changes each pixel in place: `change` gets index, red, green, blue and writes into `out`. */
export function eachPixel(
  planes: Planes,
  change: (i: number, r: number, g: number, b: number, out: Float32Array) => void,
): Planes {
  const out = new Float32Array(3)
  for (let i = 0; i < planes.r.length; i += 1) {
    change(i, planes.r[i]!, planes.g[i]!, planes.b[i]!, out)
    planes.r[i] = out[0]!
    planes.g[i] = out[1]!
    planes.b[i] = out[2]!
  }
  return planes
}

/** Each plane through one filter. */
export function eachPlane(planes: Planes, filter: (plane: Float32Array) => Float32Array): Planes {
  return { width: planes.width, height: planes.height, r: filter(planes.r), g: filter(planes.g), b: filter(planes.b) }
}

/** Away from (above 1) or towards (below 1) grey of the same luma, in place. */
export function saturate(planes: Planes, factor: number): Planes {
  return eachPixel(planes, (_, r, g, b, out) => {
    const y = 0.299 * r + 0.587 * g + 0.114 * b
    out[0] = y + (r - y) * factor
    out[1] = y + (g - y) * factor
    out[2] = y + (b - y) * factor
  })
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)))
  return t * t * (3 - 2 * t)
}

/** A value of 0..1 on `levels` even steps whose borders have a given softness (0 = hard, 1 = no steps at all). */
export function stepped(value: number, levels: number, softness: number): number {
  const scaled = Math.max(0, Math.min(1, value)) * levels
  const level = Math.min(levels - 1, Math.floor(scaled))
  const within = scaled - level
  return Math.min(1, (level + smoothstep(0.5 - softness / 2, 0.5 + softness / 2, within)) / levels)
}

/** The values of a plane below which lie these shares of it (each 0..1). */
export function percentiles(plane: Float32Array, shares: readonly number[]): number[] {
  const bins = new Uint32Array(256)
  for (const value of plane) bins[Math.max(0, Math.min(255, (value * 255) | 0))]! += 1
  return shares.map((share) => {
    let sum = 0
    for (let bin = 0; bin < 256; bin += 1) {
      sum += bins[bin]!
      if (sum >= share * plane.length) return (bin + 0.5) / 256
    }
    return 1
  })
}
