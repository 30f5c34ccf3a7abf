/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import type { Planes } from './planes'
import { luma, percentiles } from './planes'

/** Mean over (2r+1)² pixels; the border pixels go on outside. Cost does not depend on the radius. */
export function boxBlur(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  const r = Math.max(0, Math.round(radius))
  if (r === 0) return plane
  const rows = new Float32Array(plane.length)
  const norm = 1 / (2 * r + 1)
  for (let y = 0; y < height; y += 1) {
    const row = y * width
    const first = plane[row]!
    const last = plane[row + width - 1]!
    let sum = first * r
    for (let x = 0; x <= r; x += 1) sum += x < width ? plane[row + x]! : last
    for (let x = 0; x < width; x += 1) {
      rows[row + x] = sum * norm
      const enter = x + r + 1
      const leave = x - r
      sum += (enter < width ? plane[row + enter]! : last) - (leave >= 0 ? plane[row + leave]! : first)
    }
  }
  const out = new Float32Array(plane.length)
  const sums = new Float32Array(width)
  const bottom = (height - 1) * width
  for (let x = 0; x < width; x += 1) sums[x] = rows[x]! * r
  for (let y = 0; y <= r; y += 1) {
    const row = Math.min(y, height - 1) * width
    for (let x = 0; x < width; x += 1) sums[x]! += rows[row + x]!
  }
  for (let y = 0; y < height; y += 1) {
    const row = y * width
    const enter = y + r + 1 < height ? (y + r + 1) * width : bottom
    const leave = y - r >= 0 ? (y - r) * width : 0
    for (let x = 0; x < width; x += 1) {
      out[row + x] = sums[x]! * norm
      sums[x]! += rows[enter + x]! - rows[leave + x]!
    }
  }
  return out
}

/** Nearly Gaussian: three box blurs whose variances add up to sigma². Below about half a pixel the plane comes back as it is. */
export function blur(plane: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const ideal = Math.sqrt(4 * sigma * sigma + 1)
  if (ideal < 1.5) return plane
  // Widths of 2r+1 with r below and above the ideal, chosen so that the variance fits.
  const low = Math.floor((ideal - 1) / 2)
  const lowVariance = ((2 * low + 1) ** 2 - 1) / 12
  const highVariance = ((2 * low + 3) ** 2 - 1) / 12
  const many = Math.max(0, Math.min(3, Math.round((sigma * sigma - 3 * lowVariance) / (highVariance - lowVariance))))
  let out = plane
  for (let i = 0; i < 3; i += 1) out = boxBlur(out, width, height, i < many ? low + 1 : low)
  return out
}

/**
 * Guided filter (He et al., 2010): smooths a plane but keeps the edges of the guide. `epsilon` is the contrast, squared, below which it smooths.
 */
export function guided(
  plane: Float32Array,
  guide: Float32Array,
  width: number,
  height: number,
  radius: number,
  epsilon: number,
): Float32Array {
  const size = plane.length
  const product = new Float32Array(size)
  const square = new Float32Array(size)
  for (let i = 0; i < size; i += 1) {
    product[i] = plane[i]! * guide[i]!
    square[i] = guide[i]! * guide[i]!
  }
  const meanGuide = boxBlur(guide, width, height, radius)
  const meanPlane = boxBlur(plane, width, height, radius)
  const meanProduct = boxBlur(product, width, height, radius)
  const meanSquare = boxBlur(square, width, height, radius)
  for (let i = 0; i < size; i += 1) {
    const a = (meanProduct[i]! - meanGuide[i]! * meanPlane[i]!) / (meanSquare[i]! - meanGuide[i]! * meanGuide[i]! + epsilon)
    product[i] = a
    square[i] = meanPlane[i]! - a * meanGuide[i]!
  }
  const a = boxBlur(product, width, height, radius)
  const b = boxBlur(square, width, height, radius)
  const out = new Float32Array(size)
  for (let i = 0; i < size; i += 1) out[i] = a[i]! * guide[i]! + b[i]!
  return out
}

/** Colours smoothed within edges, `times` over, each time guided by the result before. */
export function smoothed(planes: Planes, radius: number, epsilon: number, times = 1): Planes {
  let out = planes
  for (let i = 0; i < times; i += 1) {
    const { width, height } = out
    out = {
      width,
      height,
      r: guided(out.r, out.r, width, height, radius, epsilon),
      g: guided(out.g, out.g, width, height, radius, epsilon),
      b: guided(out.b, out.b, width, height, radius, epsilon),
    }
  }
  return out
}

/** The direction in which a picture's lines run, a unit vector per pixel, and how clear that direction is (0..1). */
export interface Flow {
  x: Float32Array
  y: Float32Array
  clear: Float32Array
}

/** Directions from the structure tensor of the luma, smoothed over `sigma` pixels. */
export function flowOf(planes: Planes, sigma: number): Flow {
  const { width, height } = planes
  const y = luma(planes)
  const size = y.length
  const xx = new Float32Array(size)
  const yy = new Float32Array(size)
  const xy = new Float32Array(size)
  for (let row = 0; row < height; row += 1) {
    const above = Math.max(0, row - 1) * width
    const below = Math.min(height - 1, row + 1) * width
    for (let column = 0; column < width; column += 1) {
      const left = Math.max(0, column - 1)
      const right = Math.min(width - 1, column + 1)
      const at = row * width
      const dx =
        y[above + right]! + 2 * y[at + right]! + y[below + right]! - y[above + left]! - 2 * y[at + left]! - y[below + left]!
      const dy =
        y[below + left]! +
        2 * y[below + column]! +
        y[below + right]! -
        y[above + left]! -
        2 * y[above + column]! -
        y[above + right]!
      xx[at + column] = dx * dx
      yy[at + column] = dy * dy
      xy[at + column] = dx * dy
    }
  }
  const sxx = blur(xx, width, height, sigma)
  const syy = blur(yy, width, height, sigma)
  const sxy = blur(xy, width, height, sigma)
  const flow: Flow = { x: new Float32Array(size), y: new Float32Array(size), clear: new Float32Array(size) }
  for (let i = 0; i < size; i += 1) {
    const difference = sxx[i]! - syy[i]!
    const root = Math.hypot(difference, 2 * sxy[i]!)
    // Half of the angle of the tensor's main axis, turned by a right angle: along the line, not across.
    const angle = Math.atan2(2 * sxy[i]!, difference) / 2 + Math.PI / 2
    flow.x[i] = Math.cos(angle)
    flow.y[i] = Math.sin(angle)
    const sum = sxx[i]! + syy[i]!
    flow.clear[i] = sum > 1e-6 ? root / sum : 0
  }
  return flow
}

/** Mean of a plane along the flow, `length` pixels each way (line integral convolution). */
export function alongFlow(plane: Float32Array, width: number, height: number, flow: Flow, length: number): Float32Array {
  const out = new Float32Array(plane.length)
  const steps = Math.max(1, Math.round(length))
  const stride = Math.max(1, length / 14)
  const count = Math.max(1, Math.round(steps / stride))
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const start = row * width + column
      let sum = plane[start]!
      let weight = 1
      for (let way = -1; way <= 1; way += 2) {
        let x = column
        let y = row
        let i = start
        let dx = flow.x[start]! * way
        let dy = flow.y[start]! * way
        for (let step = 0; step < count; step += 1) {
          x += dx * stride
          y += dy * stride
          const cx = Math.round(x)
          const cy = Math.round(y)
          if (cx < 0 || cy < 0 || cx >= width || cy >= height) break
          i = cy * width + cx
          sum += plane[i]!
          weight += 1
          const nx = flow.x[i]!
          const ny = flow.y[i]!
          // A line has no forward: keep going the way we came.
          const same = nx * dx + ny * dy >= 0 ? 1 : -1
          dx = nx * same
          dy = ny * same
        }
      }
      out[start] = sum / weight
    }
  }
  return out
}

/**
 * Lines where the luma has edges: 1 on paper, 0 on a line. Difference of Gaussians (Winnemöller et al., 2012) with the finer blur `sigma`,
 * smoothed along the flow so that lines are drawn and not dotted. `sharpness` sets how hard they end, `threshold` how weak an edge still counts.
 */
export function drawnLines(
  planes: Planes,
  flow: Flow,
  sigma: number,
  options: { threshold: number; sharpness: number; length: number },
): Float32Array {
  const { width, height } = planes
  // The square root opens the shadows: an edge in a dark saucer counts like one in the light. The range is stretched for soft photos.
  const y = luma(planes)
  const [low = 0, high = 1] = percentiles(y, [0.02, 0.98]).map(Math.sqrt)
  const gain = 1 / Math.max(0.3, high - low)
  for (let i = 0; i < y.length; i += 1) y[i] = Math.sqrt(Math.max(0, y[i]!)) * gain
  const fine = blur(y, width, height, sigma)
  const coarse = blur(y, width, height, sigma * 1.7)
  const difference = new Float32Array(y.length)
  for (let i = 0; i < y.length; i += 1) difference[i] = fine[i]! - coarse[i]!
  const drawn = alongFlow(difference, width, height, flow, options.length)
  for (let i = 0; i < drawn.length; i += 1) {
    const value = drawn[i]! + options.threshold
    drawn[i] = value >= 0 ? 1 : Math.max(0, 1 + Math.tanh(value * options.sharpness))
  }
  return drawn
}
