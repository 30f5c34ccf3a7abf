/** How the grid lays its items out; lengths in CSS pixels. */
export interface GridLayout {
  readonly columns: number
  readonly itemWidth: number
  readonly rowHeight: number
}

export const gridGap = 8
/** Room for the name below the thumbnail. */
export const captionHeight = 24
/** Every thumbnail has a box of this shape, whatever the picture's: rows stay level and sizes are known beforehand. */
const boxRatio = 4 / 3

/** As many columns of at least `minWidth` as fit; at least one. Thumbnails of 4:3 with a caption below. */
export function layoutGrid(width: number, minWidth: number): GridLayout {
  const columns = Math.max(1, Math.floor((width + gridGap) / (minWidth + gridGap)))
  const itemWidth = Math.max(1, Math.floor((width - gridGap * (columns - 1)) / columns))
  return { columns, itemWidth, rowHeight: Math.round(itemWidth / boxRatio) + captionHeight + gridGap }
}
