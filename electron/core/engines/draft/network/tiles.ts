/** A part of a picture in pixels; right and bottom are outside. */
export interface Rect {
  left: number
  top: number
  right: number
  bottom: number
}

/** `inner` is what the tile answers for; `outer` what it must see for that. */
export interface Tile {
  inner: Rect
  outer: Rect
}

/**
 * Cuts a picture into tiles of about `core` pixels a side which together cover it exactly once, each seeing `overlap` pixels around
 * (up to the picture's border). Inner parts begin at multiples of `step`, so that a network that halves sizes sees each pixel at the same place.
 */
export function tilesOf(width: number, height: number, core: number, overlap: number, step: number): Tile[] {
  const columns = cuts(width, core, step)
  const rows = cuts(height, core, step)
  return rows.flatMap(([top, bottom]) =>
    columns.map(([left, right]) => ({
      inner: { left, top, right, bottom },
      outer: {
        left: Math.max(0, left - overlap),
        top: Math.max(0, top - overlap),
        right: Math.min(width, right + overlap),
        bottom: Math.min(height, bottom + overlap),
      },
    })),
  )
}

/** Even pieces of at most about `core`, each beginning at a multiple of `step`. */
function cuts(length: number, core: number, step: number): [number, number][] {
  const pieces = Math.max(1, Math.ceil(length / core))
  const size = Math.ceil(length / pieces / step) * step
  const result: [number, number][] = []
  for (let from = 0; from < length; from += size) result.push([from, Math.min(length, from + size)])
  return result
}
