/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import type { Flow } from './filters'
import { randomFrom } from './noise'
import { luma, type Planes } from './planes'

/** A canvas of daubs, and how thick the paint lies: 0 … about 1. */
export interface Daubed {
  planes: Planes
  heights: Float32Array
}

/** Passes from broad to fine: length and width of a daub, and the distance between daubs, all at unit 1; below `detail` of contrast none is laid. */
const passes = [
  { length: 62, width: 25, distance: 11, detail: 0 },
  { length: 40, width: 13, distance: 7, detail: 0.03 },
  { length: 22, width: 6.5, distance: 4, detail: 0.065 },
] as const
const bristles = 24

/**
 * Paints a picture as daubs of one colour each, along its flow: broad ones everywhere, finer ones where the canvas still differs from the picture.
 * Each daub has bristle marks along it and a raised border. The same seed lays the same daubs.
 */
export function daubed(picture: Planes, flow: Flow, unit: number, seed: number): Daubed {
  const { width, height } = picture
  const planes: Planes = { width, height, r: picture.r.slice(), g: picture.g.slice(), b: picture.b.slice() }
  const heights = new Float32Array(width * height)
  const random = randomFrom(seed)
  const wanted = luma(picture)
  const marks = new Float32Array(bristles)
  for (const [index, pass] of passes.entries()) {
    const distance = Math.max(1.5, pass.distance * unit)
    const columns = Math.ceil(width / distance)
    const count = columns * Math.ceil(height / distance)
    // Laid in random order, or the rows would show.
    const order = Uint32Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1))
      const other = order[j]!
      order[j] = order[i]!
      order[i] = other
    }
    for (const cell of order) {
      const x = ((cell % columns) + random()) * distance
      const y = (Math.floor(cell / columns) + random()) * distance
      const turn = (random() - 0.5) * 0.5
      const size = 0.75 + 0.5 * random()
      const shade = (random() - 0.5) * 0.1
      if (x >= width || y >= height) continue
      const at = Math.floor(y) * width + Math.floor(x)
      if (index > 0) {
        const now = 0.299 * planes.r[at]! + 0.587 * planes.g[at]! + 0.114 * planes.b[at]!
        const off =
          Math.abs(now - wanted[at]!) +
          0.5 * (Math.abs(planes.r[at]! - picture.r[at]!) + Math.abs(planes.b[at]! - picture.b[at]!))
        if (off < pass.detail) continue
      }
      let mark = 0
      for (let i = 0; i < bristles; i += 1) marks[i] = mark = 0.45 * mark + 0.55 * random()
      const cos = flow.x[at]!
      const sin = flow.y[at]!
      lay(planes, heights, x, y, cos * Math.cos(turn) - sin * Math.sin(turn), sin * Math.cos(turn) + cos * Math.sin(turn), {
        length: Math.max(2, pass.length * unit * size * (0.55 + 0.45 * flow.clear[at]!)),
        width: Math.max(1.2, pass.width * unit * size),
        r: picture.r[at]! + shade,
        g: picture.g[at]! + shade,
        b: picture.b[at]! + shade,
        marks,
      })
    }
  }
  return { planes, heights }
}

interface Daub {
  length: number
  width: number
  r: number
  g: number
  b: number
  marks: Float32Array
}

/** Lays one daub with its middle at (x, y) in the direction (dx, dy). */
function lay(
  { width, height, r, g, b }: Planes,
  heights: Float32Array,
  x: number,
  y: number,
  dx: number,
  dy: number,
  daub: Daub,
): void {
  const halfLength = daub.length / 2
  const halfWidth = daub.width / 2
  const reachX = Math.abs(dx) * halfLength + Math.abs(dy) * halfWidth
  const reachY = Math.abs(dy) * halfLength + Math.abs(dx) * halfWidth
  const right = Math.min(width - 1, Math.ceil(x + reachX))
  const bottom = Math.min(height - 1, Math.ceil(y + reachY))
  const soft = Math.max(0.12, 1 / halfWidth)
  for (let row = Math.max(0, Math.floor(y - reachY)); row <= bottom; row += 1) {
    for (let column = Math.max(0, Math.floor(x - reachX)); column <= right; column += 1) {
      const ox = column + 0.5 - x
      const oy = row + 0.5 - y
      const along = (ox * dx + oy * dy) / halfLength
      const across = (oy * dx - ox * dy) / halfWidth
      // Round at its ends, straight at its sides.
      const shape = Math.abs(across) ** 2.5 + Math.abs(along) ** 4
      if (shape >= 1) continue
      const mark = daub.marks[Math.min(bristles - 1, ((across + 1) * 0.5 * bristles) | 0)]!
      // Bristles run dry towards the end of the daub.
      const dry = along > 0.3 ? (along - 0.3) * 1.1 * (1 - mark) : 0
      const cover = Math.max(0, Math.min(1, (1 - shape) / soft)) * (1 - Math.min(0.8, dry))
      const i = row * width + column
      const tint = (mark - 0.5) * 0.1
      r[i] = r[i]! + cover * (daub.r + tint - r[i]!)
      g[i] = g[i]! + cover * (daub.g + tint - g[i]!)
      b[i] = b[i]! + cover * (daub.b + tint - b[i]!)
      heights[i] = heights[i]! + cover * (0.35 + 0.75 * mark + 0.3 * Math.abs(across) - heights[i]!)
    }
  }
}
