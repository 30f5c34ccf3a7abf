/* oxlint-disable typescript/no-non-null-assertion -- a test fails on what is missing, with or without a check */
import type { Rgb } from '#core/engines/draft/picture'

/**
 * Mean gradient across tile borders over the mean gradient elsewhere: 1 means that nothing shows.
 * `columns` and `rows` are the first pixels after a border.
 */
export function seamRatio({ width, height, data }: Rgb, columns: readonly number[], rows: readonly number[]): number {
  const atColumn = new Set(columns)
  const atRow = new Set(rows)
  const sums = { border: 0, borderCount: 0, rest: 0, restCount: 0 }
  const add = (isBorder: boolean, a: number, b: number): void => {
    const gradient = Math.abs(data[a]! - data[b]!) + Math.abs(data[a + 1]! - data[b + 1]!) + Math.abs(data[a + 2]! - data[b + 2]!)
    if (isBorder) {
      sums.border += gradient
      sums.borderCount += 1
    } else {
      sums.rest += gradient
      sums.restCount += 1
    }
  }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3
      if (x > 0) add(atColumn.has(x), at, at - 3)
      if (y > 0) add(atRow.has(y), at, at - width * 3)
    }
  }
  return sums.border / sums.borderCount / (sums.rest / sums.restCount)
}
