/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
/** Light from the upper left on a relief, −1..1 per pixel: how much brighter or darker a slope is. `depth` scales heights. */
export function reliefLight(heights: Float32Array, width: number, height: number, depth: number): Float32Array {
  const out = new Float32Array(heights.length)
  for (let y = 0; y < height; y += 1) {
    const row = y * width
    const above = Math.max(0, y - 1) * width
    const below = Math.min(height - 1, y + 1) * width
    for (let x = 0; x < width; x += 1) {
      const dx = heights[row + Math.min(width - 1, x + 1)]! - heights[row + Math.max(0, x - 1)]!
      const dy = heights[below + x]! - heights[above + x]!
      const slope = -(dx + dy) * depth
      out[row + x] = slope / Math.sqrt(1 + slope * slope)
    }
  }
  return out
}
