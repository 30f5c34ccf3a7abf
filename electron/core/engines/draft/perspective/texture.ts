/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import type { Rgb } from '../picture'

/** Most samples for one pixel of a picture that is squeezed along one direction. */
const maxSamples = 16

/** A picture that is looked up at any place, with as many samples as it is squeezed there. Coordinates are pixels of the original. */
export class Texture {
  private readonly scaleX: number
  private readonly scaleY: number

  constructor(
    private readonly rgb: Rgb,
    private readonly alpha: Uint8Array | undefined,
    readonly original: { width: number; height: number },
  ) {
    this.scaleX = rgb.width / original.width
    this.scaleY = rgb.height / original.height
  }

  /** Colour (premultiplied, 0..255) and alpha (0..1) at (u, v); ux … are the changes of u and v from one screen pixel to the next. */
  sample(u: number, v: number, ux: number, uy: number, vx: number, vy: number, into: Float32Array): void {
    const x = u * this.scaleX - 0.5
    const y = v * this.scaleY - 0.5
    // The longer of the two steps is the direction of the squeeze: samples are spread along it.
    const acrossX = ux * this.scaleX
    const acrossY = vx * this.scaleY
    const downX = uy * this.scaleX
    const downY = vy * this.scaleY
    const across = Math.hypot(acrossX, acrossY)
    const down = Math.hypot(downX, downY)
    const [stepX, stepY, length] = across >= down ? [acrossX, acrossY, across] : [downX, downY, down]
    const count = Math.min(maxSamples, Math.max(1, Math.ceil(length - 0.25)))
    into.fill(0)
    if (count === 1 && length <= 1.25) {
      this.cubic(x, y, into)
      return
    }
    for (let i = 0; i < count; i += 1) {
      const t = (i + 0.5) / count - 0.5
      this.linear(x + stepX * t, y + stepY * t, 1 / count, into)
    }
  }

  private linear(x: number, y: number, weight: number, into: Float32Array): void {
    const left = Math.floor(x)
    const top = Math.floor(y)
    const fx = x - left
    const fy = y - top
    this.add(left, top, weight * (1 - fx) * (1 - fy), into)
    this.add(left + 1, top, weight * fx * (1 - fy), into)
    this.add(left, top + 1, weight * (1 - fx) * fy, into)
    this.add(left + 1, top + 1, weight * fx * fy, into)
  }

  /** Catmull-Rom: keeps the picture as crisp as it was. */
  private cubic(x: number, y: number, into: Float32Array): void {
    const left = Math.floor(x)
    const top = Math.floor(y)
    const fx = x - left
    const fy = y - top
    for (let j = -1; j <= 2; j += 1) {
      const wy = catmullRom(j - fy)
      for (let i = -1; i <= 2; i += 1) this.add(left + i, top + j, wy * catmullRom(i - fx), into)
    }
    const alpha = Math.max(0, Math.min(1, into[3]!))
    into[3] = alpha
    for (let c = 0; c < 3; c += 1) into[c] = Math.max(0, Math.min(255 * alpha, into[c]!))
  }

  private add(x: number, y: number, weight: number, into: Float32Array): void {
    const { width, height, data } = this.rgb
    const column = x < 0 ? 0 : x >= width ? width - 1 : x
    const row = y < 0 ? 0 : y >= height ? height - 1 : y
    const at = row * width + column
    const a = this.alpha ? this.alpha[at]! / 255 : 1
    // The colours lie over white: without the white they are premultiplied.
    const white = 255 * (1 - a)
    into[0] = into[0]! + weight * (data[at * 3]! - white)
    into[1] = into[1]! + weight * (data[at * 3 + 1]! - white)
    into[2] = into[2]! + weight * (data[at * 3 + 2]! - white)
    into[3] = into[3]! + weight * a
  }
}

function catmullRom(t: number): number {
  const d = Math.abs(t)
  if (d < 1) return 1.5 * d * d * d - 2.5 * d * d + 1
  if (d < 2) return -0.5 * d * d * d + 2.5 * d * d - 4 * d + 2
  return 0
}
