/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import { blur, drawnLines, flowOf, guided, smoothed } from './filters'
import { fitted } from '../picture'
import { clouds, randomFrom } from './noise'
import { paperOf } from './painterly'
import { eachPixel, luma, percentiles, planesOf, rgbOf, saturate, smoothstep, type Planes } from './planes'
import type { Paint } from './tools'

type Ink = readonly [number, number, number]
const hex = (code: string): Ink => [0, 2, 4].map((at) => Number.parseInt(code.slice(at, at + 2), 16) / 255) as unknown as Ink

/** Inks from dark to light; the seed picks one set. */
const popInks: readonly (readonly Ink[])[] = [
  [hex('1d1a4a'), hex('e3124b'), hex('ff5fa2'), hex('ffd21f'), hex('fff6e0')],
  [hex('12233f'), hex('0a72c9'), hex('ff4d3d'), hex('ffc928'), hex('fdf7ea')],
  [hex('2a0f3d'), hex('8a1fb3'), hex('00a7a0'), hex('ff9ccb'), hex('fff4d6')],
  [hex('14281f'), hex('e8442a'), hex('1fa3dc'), hex('f9e04b'), hex('fffaf0')],
]

/** Pop art: five flat inks by brightness, halftone dots of the darker ink where tones pass over, heavy outlines. The seed picks the inks. */
export const popArt: Paint = async (picture, { unit, seed }) => {
  const { width } = picture
  const flat = smoothed(planesOf(picture), 7 * unit + 1, 0.015, 3)
  const flow = flowOf(flat, 4 * unit + 0.5)
  const tone = luma(flat)
  const cuts = percentiles(tone, [0.16, 0.4, 0.64, 0.86])
  const lines = drawnLines(flat, flow, 2.1 * unit, { threshold: 0.008, sharpness: 150, length: 8 * unit })
  const inks = popInks[seed % popInks.length] ?? popInks[0]!
  const cell = 7.5 * Math.max(0.55, unit)
  const angle = Math.PI / 12
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const out = planesOf(picture)
  return rgbOf(
    eachPixel(out, (i, _r, _g, _b, pixel) => {
      const y = tone[i]!
      let level = 0
      while (level < 4 && y > cuts[level]!) level += 1
      const floor = level === 0 ? 0 : cuts[level - 1]!
      const ceiling = level === 4 ? 1 : cuts[level]!
      const within = (y - floor) / Math.max(0.02, ceiling - floor)
      const px = i % width
      const py = (i - px) / width
      const u = (px * cos + py * sin) / cell
      const v = (-px * sin + py * cos) / cell
      const distance = Math.hypot(u - Math.round(u), v - Math.round(v))
      const radius = level === 0 ? 0 : 0.56 * Math.sqrt(Math.max(0, 0.8 - within))
      const edge = 0.8 / cell
      const dot = smoothstep(radius + edge, radius - edge, distance) * (radius > 0.08 ? 1 : 0)
      const ink = inks[level]!
      const under = inks[Math.max(0, level - 1)]!
      const line = smoothstep(0.1, 0.7, lines[i]!)
      for (let c = 0; c < 3; c += 1) pixel[c] = (ink[c]! + (under[c]! - ink[c]!) * dot) * line + 0.05 * (1 - line)
    }),
  )
}

/** Paper cut: the picture's tones as layers of tinted paper, brighter ones on top, each throwing a soft shadow on those below. */
export const paperCut: Paint = async (picture, { unit, seed }) => {
  const { width, height } = picture
  const planes = planesOf(picture)
  const calm = blur(luma(smoothed(planes, 10 * unit + 1, 0.02, 2)), width, height, 2.4 * unit)
  const colours = saturate(smoothed(planes, 22 * unit + 1, 0.08, 2), 1.3)
  const levels = 6
  const cuts = percentiles(
    calm,
    Array.from({ length: levels - 1 }, (_, i) => (i + 1) / levels),
  )
  const paper = paperOf(width, height, unit, seed)
  const fibre = clouds(width, height, 26 * unit, seed + 9, 4)
  const level = new Float32Array(calm.length)
  for (const cut of cuts) for (let i = 0; i < calm.length; i += 1) level[i]! += smoothstep(cut - 0.006, cut + 0.006, calm[i]!)
  const shadow = shadowsOf(level, width, height, levels, unit)
  return rgbOf(
    eachPixel(colours, (i, r, g, b, out) => {
      const y = Math.max(0.05, 0.299 * r + 0.587 * g + 0.114 * b)
      const wanted = 0.16 + (0.74 * level[i]!) / (levels - 1)
      const scale = 0.45 + (0.55 * wanted) / y
      const shift = 0.45 * (wanted - y)
      const gain = (1 - 0.62 * shadow[i]!) * (1 + 0.07 * paper[i]! + 0.08 * (fibre[i]! - 0.5))
      out[0] = (r * scale + shift) * gain
      out[1] = (g * scale + shift) * gain
      out[2] = (b * scale + shift) * gain
    }),
  )
}

/** What each pixel's paper gets of the shadows of the papers above it: the light comes from the upper left. */
function shadowsOf(level: Float32Array, width: number, height: number, levels: number, unit: number): Float32Array {
  const shadow = new Float32Array(level.length)
  const offset = Math.max(1, Math.round(5 * unit))
  for (let above = 1; above < levels; above += 1) {
    const mask = new Float32Array(level.length)
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const from = Math.max(0, y - offset) * width + Math.max(0, x - offset)
        mask[y * width + x] = Math.max(0, Math.min(1, level[from]! - above + 1))
      }
    }
    const soft = blur(mask, width, height, 4 * unit)
    for (let i = 0; i < shadow.length; i += 1) {
      const below = 1 - Math.max(0, Math.min(1, level[i]! - above + 1))
      shadow[i] = Math.max(shadow[i]!, soft[i]! * below)
    }
  }
  return shadow
}

/** Longer side of a pixel picture, in its own large pixels, and its number of colours. */
const pixelSide = 96
const pixelColours = 24

/** Pixel art: 96 large pixels a side in 24 colours taken from the photo, slightly dithered. Answers the small picture; it is enlarged unsmoothed. */
export const pixelArt: Paint = async (picture, { seed }) => {
  const small = saturate(planesOf(await fitted(picture, pixelSide)), 1.25)
  const palette = paletteOf(small, pixelColours, seed)
  const dither = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]
  return rgbOf(
    eachPixel(small, (i, r, g, b, out) => {
      const x = i % small.width
      const y = (i - x) / small.width
      const nudge = (dither[(y % 4) * 4 + (x % 4)]! / 15 - 0.5) * 0.05
      const best = palette[nearest(palette, r + nudge, g + nudge, b + nudge)]!
      out.set(best)
    }),
  )
}

/** The colours that stand best for a picture: k-means from a seeded start that spreads them out. */
function paletteOf(planes: Planes, count: number, seed: number): Ink[] {
  const random = randomFrom(seed)
  const pick = (): Ink => {
    const i = Math.floor(random() * planes.r.length)
    return [planes.r[i]!, planes.g[i]!, planes.b[i]!]
  }
  const palette: Ink[] = [pick()]
  while (palette.length < count) {
    // The farthest of a few: spread without looking at every pixel.
    const tries = Array.from({ length: 24 }, pick)
    const far = (ink: Ink): number => {
      const near = palette[nearest(palette, ink[0], ink[1], ink[2])]!
      return (ink[0] - near[0]) ** 2 + (ink[1] - near[1]) ** 2 + (ink[2] - near[2]) ** 2
    }
    palette.push(tries.reduce((best, ink) => (far(ink) > far(best) ? ink : best)))
  }
  for (let round = 0; round < 8; round += 1) {
    const sums = Array.from({ length: count }, () => [0, 0, 0, 0])
    for (let i = 0; i < planes.r.length; i += 1) {
      const sum = sums[nearest(palette, planes.r[i]!, planes.g[i]!, planes.b[i]!)]!
      sum[0]! += planes.r[i]!
      sum[1]! += planes.g[i]!
      sum[2]! += planes.b[i]!
      sum[3]! += 1
    }
    for (const [index, [r = 0, g = 0, b = 0, n = 0]] of sums.entries()) if (n > 0) palette[index] = [r / n, g / n, b / n]
  }
  return palette
}

function nearest(palette: readonly Ink[], r: number, g: number, b: number): number {
  let best = 0
  let least = Infinity
  for (let i = 0; i < palette.length; i += 1) {
    const [pr, pg, pb] = palette[i]!
    const distance = 2 * (pr - r) ** 2 + 4 * (pg - g) ** 2 + 3 * (pb - b) ** 2
    if (distance < least) {
      least = distance
      best = i
    }
  }
  return best
}

/** Realistic: evened light, local contrast, clean whites and blacks, livelier but not louder colours, crisp edges. */
export const realistic: Paint = async (picture, { unit }) => {
  const { width, height } = picture
  const planes = planesOf(picture)
  const y = luma(planes)
  const [black = 0, white = 1] = percentiles(y, [0.004, 0.996])
  const base = guided(y, y, width, height, 20 * unit + 1, 0.012)
  const middle = guided(y, y, width, height, 4 * unit + 1, 0.002)
  const wanted = new Float32Array(y.length)
  for (let i = 0; i < y.length; i += 1) {
    const even = Math.max(0, Math.min(1, (base[i]! - black * 0.8) / Math.max(0.25, white - black * 0.8)))
    const lifted = even + 0.22 * even * (1 - even) ** 3 * 2 - 0.05 * even ** 3 * (1 - even) * 4
    const curve = lifted + 0.32 * (smoothstep(0, 1, lifted) - lifted)
    wanted[i] = curve + 1.32 * (middle[i]! - base[i]!) + 1.5 * (y[i]! - middle[i]!)
  }
  return rgbOf(
    eachPixel(planes, (i, r, g, b, out) => {
      const old = Math.max(0.015, y[i]!)
      const gain = Math.max(0, wanted[i]!) / old
      const dull = 1 - (Math.max(r, g, b) - Math.min(r, g, b))
      const vivid = 1 + 0.22 * dull
      const scale = 0.35 + 0.65 * gain
      const shift = 0.35 * (wanted[i]! - old)
      const colour = (value: number): number => wanted[i]! + (value * scale + shift - (old * scale + shift)) * vivid
      out[0] = colour(r)
      out[1] = colour(g)
      out[2] = colour(b)
    }),
  )
}
