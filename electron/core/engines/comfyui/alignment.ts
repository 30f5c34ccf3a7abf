/** One 8-bit grey plane, rows from the top. */
export interface Plane {
  width: number
  height: number
  data: Uint8Array
}

/** How two pictures of one size lie over each other: the shift of the second at which their edges agree best, and how well (−1..1). */
export interface Alignment {
  dx: number
  dy: number
  score: number
}

/** Shifts that are tried to each side, pixels. A result that moved further agrees nowhere, and that is what counts. */
const reach = 4
/** Every second pixel each way is enough to tell. */
const stride = 2

/**
 * Compares the edges of two planes of one size. A restyled picture has other colours but the same outlines, so brightness itself says
 * nothing; the strength of edges does.
 */
export function align(a: Plane, b: Plane): Alignment {
  const [edgesA, edgesB] = [edges(a), edges(b)]
  let best: Alignment = { dx: 0, dy: 0, score: -1 }
  for (let dy = -reach; dy <= reach; dy += 1) {
    for (let dx = -reach; dx <= reach; dx += 1) {
      const score = correlation(edgesA, edgesB, a.width, a.height, dx, dy)
      if (score > best.score) best = { dx, dy, score }
    }
  }
  return best
}

/** Whether the second picture lies over the first: its outlines are there, and moved by at most a pixel. */
export function isAligned({ dx, dy, score }: Alignment): boolean {
  return Math.abs(dx) <= 1 && Math.abs(dy) <= 1 && score >= 0.25
}

/** Sum of the absolute differences to the right and to the bottom neighbour. */
function edges({ width, height, data }: Plane): Uint16Array {
  const result = new Uint16Array(width * height)
  for (let y = 0; y + 1 < height; y += 1) {
    for (let x = 0; x + 1 < width; x += 1) {
      const at = y * width + x
      const value = data[at] ?? 0
      result[at] = Math.abs((data[at + 1] ?? 0) - value) + Math.abs((data[at + width] ?? 0) - value)
    }
  }
  return result
}

/** Pearson's correlation over the part that both have. */
function correlation(a: Uint16Array, b: Uint16Array, width: number, height: number, dx: number, dy: number): number {
  let n = 0
  let sumA = 0
  let sumB = 0
  let sumAA = 0
  let sumBB = 0
  let sumAB = 0
  for (let y = reach; y < height - reach; y += stride) {
    for (let x = reach; x < width - reach; x += stride) {
      const valueA = a[y * width + x] ?? 0
      const valueB = b[(y + dy) * width + x + dx] ?? 0
      n += 1
      sumA += valueA
      sumB += valueB
      sumAA += valueA * valueA
      sumBB += valueB * valueB
      sumAB += valueA * valueB
    }
  }
  const spread = Math.sqrt((n * sumAA - sumA * sumA) * (n * sumBB - sumB * sumB))
  return spread > 0 ? (n * sumAB - sumA * sumB) / spread : 0
}
