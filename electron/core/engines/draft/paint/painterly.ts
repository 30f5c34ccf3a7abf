/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import { daubed } from './daubs'
import { blur, flowOf, smoothed } from './filters'
import { reliefLight } from './light'
import { clouds, grain } from './noise'
import { eachPixel, eachPlane, luma, percentiles, planesOf, rgbOf, saturate, smoothstep, stepped, type Planes } from './planes'
import type { Paint } from './tools'

/** The network's own strokes, as luma without its broad light, for laying over something else. */
function strokesOf(network: Planes, sigma: number): Float32Array {
  const y = luma(network)
  const base = blur(y, network.width, network.height, sigma)
  for (let i = 0; i < y.length; i += 1) y[i] = y[i]! - base[i]!
  return y
}

/**
 * Oil: daubs, each of one colour, laid along the forms in three passes from broad to fine; each daub carries bristle marks that catch light from
 * the upper left; a little of the strokes and the colour of network style 6 (autumn garden).
 */
export const oilPainting: Paint = async (picture, { multistyle, unit, seed }) => {
  const network = planesOf(await multistyle(picture, new Map([[5, 1]])))
  const { width, height } = picture
  const photo = planesOf(picture)
  const soft = smoothed(photo, 3 * unit + 1, 0.004)
  const flow = flowOf(soft, 6 * unit + 1)
  const { planes: painted, heights } = daubed(soft, flow, unit, seed)
  const light = reliefLight(blur(heights, width, height, 0.9 * unit), width, height, 2.2)
  const strokes = strokesOf(network, 14 * unit)
  return rgbOf(
    eachPixel(saturate(painted, 1.25), (i, r, g, b, out) => {
      const y = 0.299 * r + 0.587 * g + 0.114 * b
      const change = 0.45 * (smoothstep(0, 1, y) - y) + 0.28 * strokes[i]! + 0.2 * light[i]!
      const pull = 0.14
      out[0] = r + change + pull * (network.r[i]! - r)
      out[1] = g + change + pull * (network.g[i]! - g)
      out[2] = b + change + pull * (network.b[i]! - b)
    }),
  )
}

/**
 * Watercolour: washes of few tones with wavering borders, darker rims, pigment that settles unevenly, grain of the paper, white left at the lights;
 * a breath of network style 1 (golden haze) in the strokes.
 */
export const watercolour: Paint = async (picture, { multistyle, unit, seed }) => {
  const { width, height } = picture
  const network = planesOf(await multistyle(picture, new Map([[0, 1]])))
  const strokes = strokesOf(network, 10 * unit)
  const washed = smoothed(wavered(planesOf(picture), unit, seed), 6 * unit + 1, 0.012, 2)
  const tone = luma(washed)
  const steps = new Float32Array(tone.length)
  for (let i = 0; i < tone.length; i += 1) steps[i] = stepped(tone[i]!, 7, 0.45)
  const wide = blur(steps, width, height, 3.2 * unit)
  const narrow = blur(steps, width, height, 0.8 * unit)
  const pigment = clouds(width, height, 90 * unit, seed + 2, 5)
  const paper = paperOf(width, height, unit, seed + 3)
  return rgbOf(
    eachPixel(saturate(washed, 1.3), (i, r, g, b, out) => {
      const y = tone[i]!
      const rim = Math.max(0, wide[i]! - narrow[i]!) * 1.8 + Math.max(0, narrow[i]! - wide[i]!) * 0.35
      const density = 0.34 + 0.78 * pigment[i]! + rim * 2.6 - 0.9 * strokes[i]! + 0.3 * paper[i]!
      const shift = (steps[i]! - y) * 0.7
      // Pigment is what the paper's white lacks; lights keep almost none of it.
      const amount = density * (0.95 - 0.6 * smoothstep(0.5, 0.92, y))
      out[0] = 0.985 * Math.exp(-amount * absorption(r + shift))
      out[1] = 0.98 * Math.exp(-amount * absorption(g + shift))
      out[2] = 0.965 * Math.exp(-amount * absorption(b + shift))
    }),
  )
}

/** How much light a wash of this brightness takes away. */
function absorption(value: number): number {
  return -Math.log(Math.max(0.06, Math.min(1, value * 0.94 + 0.06)))
}

/** The picture with its borders wavering a little, as wet paint's do. */
function wavered(planes: Planes, unit: number, seed: number): Planes {
  const { width, height } = planes
  const dx = clouds(width, height, 18 * unit, seed + 11, 3)
  const dy = clouds(width, height, 18 * unit, seed + 13, 3)
  const reach = 9 * unit
  return eachPlane(planes, (plane) => {
    const out = new Float32Array(plane.length)
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const i = y * width + x
        const fromX = Math.max(0, Math.min(width - 1, Math.round(x + (dx[i]! - 0.5) * reach)))
        const fromY = Math.max(0, Math.min(height - 1, Math.round(y + (dy[i]! - 0.5) * reach)))
        out[i] = plane[fromY * width + fromX]!
      }
    }
    return out
  })
}

/** The relief of rough paper, lit from the upper left: about −0.5..0.5. */
export function paperOf(width: number, height: number, unit: number, seed: number): Float32Array {
  const fibres = blur(grain(width, height, seed), width, height, Math.max(0.6, 0.9 * unit))
  const lumps = clouds(width, height, 7 * unit, seed + 5, 3)
  for (let i = 0; i < fibres.length; i += 1) fibres[i] = fibres[i]! + 0.8 * lumps[i]!
  return reliefLight(fibres, width, height, 1.6)
}

/**
 * Clay: colours run together into matt lumps with clear borders, each lump swells (its height falls off towards its border), soft light from the
 * upper left with a dull shine, dents where lumps meet, and the faint ridges of a thumb.
 */
export const clay: Paint = async (picture, { unit, seed }) => {
  const { width, height } = picture
  const soft = smoothed(planesOf(picture), 6 * unit + 1, 0.01, 4)
  const tone = luma(soft)
  const [low = 0, high = 1] = percentiles(tone, [0.01, 0.99])
  const flat = new Float32Array(tone.length)
  for (let i = 0; i < tone.length; i += 1) flat[i] = stepped((tone[i]! - low) / Math.max(0.2, high - low), 4, 0.3)
  // Borders of lumps: where the flat tone changes. Far from them a lump is high, at them low.
  const near = blur(flat, width, height, 1.2 * unit)
  const around = blur(flat, width, height, 4 * unit)
  const borders = new Float32Array(tone.length)
  for (let i = 0; i < borders.length; i += 1) borders[i] = Math.min(1, Math.abs(near[i]! - around[i]!) * 5)
  const swell = blur(borders, width, height, 3.5 * unit)
  const broad = blur(flat, width, height, 12 * unit)
  const lumps = clouds(width, height, 40 * unit, seed, 2)
  const prints = thumbPrints(width, height, unit, seed + 4)
  const relief = new Float32Array(tone.length)
  for (let i = 0; i < relief.length; i += 1)
    relief[i] = 0.5 * near[i]! + 2.2 * broad[i]! - 0.9 * swell[i]! + 0.7 * lumps[i]! + 0.012 * prints[i]!
  const light = reliefLight(blur(relief, width, height, 1.2 * unit), width, height, 7 * unit)
  return rgbOf(
    eachPixel(saturate(soft, 1.32), (i, r, g, b, out) => {
      const y = 0.299 * r + 0.587 * g + 0.114 * b
      const wanted = 0.23 + 0.68 * (0.7 * flat[i]! + 0.3 * y)
      const lift = wanted - y
      const gain = 1 + 0.4 * light[i]! - 0.26 * swell[i]!
      const shine = 0.2 * smoothstep(0.6, 0.95, light[i]!)
      out[0] = (r + lift) * gain + shine
      out[1] = (g + lift * 0.97) * gain + shine
      out[2] = (b + lift * 0.94) * gain + shine
    }),
  )
}

/** Fine curved ridges in patches, −1..1. */
function thumbPrints(width: number, height: number, unit: number, seed: number): Float32Array {
  const bend = clouds(width, height, 120 * unit, seed, 2)
  const where = clouds(width, height, 80 * unit, seed + 1, 2)
  const out = new Float32Array(width * height)
  const period = 4.2 * Math.max(0.6, unit)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const i = y * width + x
      const phase = (x * 0.35 + y + bend[i]! * 130 * unit) / period
      out[i] = Math.sin(phase * Math.PI * 2) * smoothstep(0.5, 0.68, where[i]!)
    }
  }
  return out
}
