/** Colorants of sRGB adapted to D50, as ICC profiles carry them (ICC sRGB v2/v4 profiles; rounded to 4 places). */
const srgbColorants: Record<string, readonly [number, number, number]> = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
}
const colorantTolerance = 0.002
/** Half a step of 8 bits in linear light near white is 0.004; the dark end is finer than that in every sRGB profile seen. */
const curveTolerance = 0.004

/** The sRGB transfer function, 0..1 → linear 0..1 (IEC 61966-2-1). */
export function srgbToLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/**
 * Whether an ICC profile is sRGB under whatever name: same primaries and same tone curve. Such a picture needs no conversion.
 * Anything that is no plain matrix profile answers false, and is then converted by the colour engine: slower, never wrong.
 */
export function isSrgbProfile(icc: Uint8Array): boolean {
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength)
  const tags = readTags(view)
  if (!tags || tags.has('A2B0') || tags.has('A2B1') || ascii(view, 16) !== 'RGB ') return false
  for (const [tag, expected] of Object.entries(srgbColorants)) {
    const found = tags.get(tag)
    if (!found || found.size < 20 || ascii(view, found.offset) !== 'XYZ ') return false
    if (!expected.every((value, i) => Math.abs(fixed(view, found.offset + 8 + 4 * i) - value) <= colorantTolerance)) return false
  }
  return ['rTRC', 'gTRC', 'bTRC'].every((tag) => {
    const found = tags.get(tag)
    const curve = found && readCurve(view, found.offset, found.size)
    if (!curve) return false
    for (let i = 0; i <= 64; i++) if (Math.abs(curve(i / 64) - srgbToLinear(i / 64)) > curveTolerance) return false
    return true
  })
}

const ascii = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))
const fixed = (view: DataView, at: number): number => view.getInt32(at) / 65536

/** The tag table (ICC.1:2022, 7.3); undefined when it points outside of the profile. */
function readTags(view: DataView): Map<string, { offset: number; size: number }> | undefined {
  if (view.byteLength < 132) return undefined
  const count = view.getUint32(128)
  if (count > 100 || 132 + count * 12 > view.byteLength) return undefined
  const tags = new Map<string, { offset: number; size: number }>()
  for (let i = 0; i < count; i++) {
    const at = 132 + i * 12
    const entry = { offset: view.getUint32(at + 4), size: view.getUint32(at + 8) }
    if (entry.size < 8 || entry.offset + entry.size > view.byteLength) return undefined
    tags.set(ascii(view, at), entry)
  }
  return tags
}

/** Reads a `curv` (10.6) or `para` (10.18) element as a function 0..1 → 0..1; undefined for what is malformed. */
function readCurve(view: DataView, offset: number, size: number): ((x: number) => number) | undefined {
  const type = ascii(view, offset)
  if (type === 'curv' && size >= 12) {
    const count = view.getUint32(offset + 8)
    if (count === 0) return (x) => x
    if (12 + count * 2 > size) return undefined
    if (count === 1) return (x) => x ** (view.getUint16(offset + 12) / 256)
    return (x) => {
      const place = x * (count - 1)
      const low = Math.min(Math.floor(place), count - 2)
      const at = (i: number): number => view.getUint16(offset + 12 + i * 2) / 65535
      return at(low) + (at(low + 1) - at(low)) * (place - low)
    }
  }
  if (type === 'para' && size >= 12) {
    const kind = view.getUint16(offset + 8)
    const needed = [1, 3, 4, 5, 7][kind]
    if (needed === undefined || 12 + needed * 4 > size) return undefined
    const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: needed }, (_, i) =>
      fixed(view, offset + 12 + i * 4),
    )
    switch (kind) {
      case 0:
        return (x) => x ** g
      case 1:
        return (x) => (x >= -b / a ? (a * x + b) ** g : 0)
      case 2:
        return (x) => (x >= -b / a ? (a * x + b) ** g + c : c)
      case 3:
        return (x) => (x >= d ? (a * x + b) ** g : c * x)
      default:
        return (x) => (x >= d ? (a * x + b) ** g + e : c * x + f)
    }
  }
  return undefined
}
