/** Lengths of the sheet's grid, CSS pixels: between cells, a cell's name and bar below its picture, and the narrowest cell. */
const gap = 12
const belowPicture = 36
const narrowest = 140

/**
 * How many cells stand side by side: as many as make them largest with every row on the screen; where they would be too narrow for
 * that, as many as fit, and the sheet scrolls.
 * @param aspect width of a picture by its height
 */
export function sheetColumns(count: number, room: { width: number; height: number }, aspect: number): number {
  const most = Math.max(1, Math.min(count, Math.floor((room.width + gap) / (narrowest + gap))))
  for (let columns = 1; columns < most; columns++) {
    const width = (room.width - gap * (columns - 1)) / columns
    const rows = Math.ceil(count / columns)
    if (rows * (width / aspect + belowPicture) + (rows - 1) * gap <= room.height) return columns
  }
  return most
}
