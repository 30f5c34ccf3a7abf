/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import { alongFlow, blur, drawnLines, flowOf, guided, smoothed } from './filters'
import { clouds, grain } from './noise'
import { paperOf } from './painterly'
import { eachPixel, luma, percentiles, planesOf, rgbOf, saturate, smoothstep, stepped, type Planes } from './planes'
import type { Paint } from './tools'

/** New luma for each pixel with its colours scaled along, in place. */
function withLuma(planes: Planes, wanted: Float32Array): Planes {
  return eachPixel(planes, (i, r, g, b, out) => {
    const y = Math.max(0.02, 0.299 * r + 0.587 * g + 0.114 * b)
    // Half by scaling, half by shifting: shadows keep some colour and lights don't glow.
    const scale = 0.5 + (0.5 * wanted[i]!) / y
    const shift = 0.5 * (wanted[i]! - y)
    out[0] = r * scale + shift
    out[1] = g * scale + shift
    out[2] = b * scale + shift
  })
}

/** Anime: smooth flats in two or three tones, bright clear colours, a glow around lights, fine dark lines in the colour they lie on. */
export const anime: Paint = async (picture, { unit }) => {
  const { width, height } = picture
  const flat = smoothed(planesOf(picture), 6 * unit + 1, 0.008, 3)
  const flow = flowOf(flat, 3 * unit + 0.5)
  const tone = luma(flat)
  const [low = 0, high = 1] = percentiles(tone, [0.01, 0.99])
  const wanted = new Float32Array(tone.length)
  for (let i = 0; i < tone.length; i += 1) {
    const y = Math.max(0, Math.min(1, (tone[i]! - low) / Math.max(0.2, high - low)))
    wanted[i] = 0.1 + 0.86 * (0.75 * stepped(y ** 0.9, 4, 0.2) + 0.25 * y ** 0.9)
  }
  const lit = saturate(withLuma(flat, wanted), 1.3)
  const glow = blur(
    Float32Array.from(wanted, (y) => Math.max(0, y - 0.75)),
    width,
    height,
    14 * unit,
  )
  const lines = drawnLines(flat, flow, 1.3 * unit, { threshold: 0.005, sharpness: 150, length: 8 * unit })
  return rgbOf(
    eachPixel(lit, (i, r, g, b, out) => {
      const ink = 1 - 0.88 * (1 - lines[i]!)
      out[0] = (r + 0.5 * glow[i]!) * ink
      out[1] = (g + 0.48 * glow[i]!) * ink
      out[2] = (b + 0.55 * glow[i]!) * (ink + 0.06 * (1 - ink))
    }),
  )
}

/** Cartoon: few strong colours in hard steps and thick black outlines. */
export const cartoon: Paint = async (picture, { unit }) => {
  const flat = smoothed(planesOf(picture), 6 * unit + 1, 0.012, 3)
  const flow = flowOf(flat, 5 * unit + 0.5)
  const tone = luma(flat)
  const [low = 0, high = 1] = percentiles(tone, [0.02, 0.98])
  const wanted = new Float32Array(tone.length)
  for (let i = 0; i < tone.length; i += 1) {
    const y = Math.max(0, Math.min(1, (tone[i]! - low) / Math.max(0.2, high - low)))
    wanted[i] = 0.15 + 0.82 * stepped(y ** 0.8, 3, 0.06)
  }
  const lit = saturate(withLuma(flat, wanted), 1.55)
  const lines = drawnLines(flat, flow, 2.7 * unit, { threshold: 0.0055, sharpness: 160, length: 10 * unit })
  return rgbOf(
    eachPixel(lit, (i, r, g, b, out) => {
      const ink = smoothstep(0.1, 0.75, lines[i]!)
      out[0] = stepped(r, 6, 0.3) * ink + 0.05 * (1 - ink)
      out[1] = stepped(g, 6, 0.3) * ink + 0.04 * (1 - ink)
      out[2] = stepped(b, 6, 0.3) * ink + 0.06 * (1 - ink)
    }),
  )
}

/**
 * Pencil: graphite outlines, tones hatched in two directions and along the forms, grain of the paper; the pen lines of network style 12 (sepia pen)
 * loosen it.
 */
export const pencil: Paint = async (picture, { multistyle, unit, seed }) => {
  const { width, height } = picture
  const network = luma(planesOf(await multistyle(picture, new Map([[11, 1]]))))
  const planes = planesOf(picture)
  const y = luma(planes)
  const calm = guided(y, y, width, height, 5 * unit + 1, 0.004)
  const [low = 0, high = 1] = percentiles(calm, [0.01, 0.99])
  const flow = flowOf(planes, 4 * unit + 0.5)
  const lines = drawnLines(planes, flow, 1.2 * unit, { threshold: 0.003, sharpness: 85, length: 7 * unit })
  const light = blur(y, width, height, 7 * unit)
  const forms = alongFlow(grain(width, height, seed), width, height, flow, 14 * unit)
  const first = hatching(width, height, unit, 52, seed + 1)
  const second = hatching(width, height, unit, -38, seed + 2)
  const paper = paperOf(width, height, unit, seed + 3)
  const netBase = blur(network, width, height, 12 * unit)
  const out: Planes = {
    width,
    height,
    r: new Float32Array(y.length),
    g: new Float32Array(y.length),
    b: new Float32Array(y.length),
  }
  for (let i = 0; i < y.length; i += 1) {
    const tone = Math.max(0, Math.min(1, (calm[i]! - low) / Math.max(0.2, high - low))) ** 0.8
    const dodge = Math.min(1, (y[i]! + 0.03) / (light[i]! + 0.03))
    const dark = 1 - tone
    const ridges = (forms[i]! - 0.5) * 3.2
    const shading =
      0.5 * dark * smoothstep(0.02, 0.5, dark - 0.15 + 0.32 * first[i]! + 0.12 * ridges) +
      0.34 * smoothstep(0.45, 0.95, dark + 0.3 * second[i]! + 0.1 * ridges)
    const pen = Math.min(0, network[i]! - netBase[i]!) * 0.5
    const value =
      0.975 -
      shading -
      0.5 * (1 - dodge) -
      0.5 * (1 - lines[i]!) * (0.55 + 0.45 * dark) +
      pen +
      paper[i]! * (0.03 + 0.12 * Math.min(1, shading * 2))
    out.r[i] = value
    out.g[i] = value
    out.b[i] = value
  }
  return rgbOf(out)
}

/** Strokes of a pencil at an angle (degrees), −1..1: uneven in weight and not quite straight. */
function hatching(width: number, height: number, unit: number, degrees: number, seed: number): Float32Array {
  const angle = (degrees * Math.PI) / 180
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const sway = clouds(width, height, 60 * unit, seed, 2)
  const weight = clouds(width, height, 22 * unit, seed + 1, 3)
  const period = 4.6 * Math.max(0.55, unit)
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const i = y * width + x
      const across = -x * sin + y * cos + sway[i]! * 26 * unit
      out[i] = Math.sin((across / period) * Math.PI * 2) * (0.4 + 1.2 * weight[i]!)
    }
  }
  return out
}

/** Line art: clean ink lines on white, thicker where the edge is strong, solid black only in the deepest shadow. */
export const lineArt: Paint = async (picture, { unit }) => {
  const flat = smoothed(planesOf(picture), 4 * unit + 1, 0.004, 2)
  const flow = flowOf(flat, 3.5 * unit + 0.5)
  const fine = drawnLines(flat, flow, 1.3 * unit, { threshold: 0.0022, sharpness: 260, length: 10 * unit })
  const bold = drawnLines(flat, flow, 2.6 * unit, { threshold: 0.0045, sharpness: 190, length: 12 * unit })
  const out = planesOf(picture)
  return rgbOf(
    eachPixel(out, (i, _r, _g, _b, pixel) => {
      const ink = smoothstep(0.15, 0.7, fine[i]!) * smoothstep(0.1, 0.7, bold[i]!)
      pixel[0] = 0.07 + 0.93 * ink
      pixel[1] = 0.07 + 0.93 * ink
      pixel[2] = 0.09 + 0.91 * ink
    }),
  )
}
