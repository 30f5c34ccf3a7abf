import { frameOf, type Rect, type Size, type Viewport } from '../canvas/viewport'

export type Comparison = 'slider' | 'side' | 'grid'

/** Columns and rows of panes for so many pictures: as square as it goes, wider rather than taller. */
export function paneGrid(mode: Comparison, count: number): { columns: number; rows: number } {
  if (mode === 'slider') return { columns: 1, rows: 1 }
  if (mode === 'side') return { columns: Math.max(1, count), rows: 1 }
  const columns = Math.max(1, Math.ceil(Math.sqrt(count)))
  return { columns, rows: Math.max(1, Math.ceil(count / columns)) }
}

/** The box of a picture in its pane: as wide as the first one's, whatever its own size, so that the same thing lies in the same place. */
export function sharedFrame(viewport: Viewport, first: Size, picture: Size): Rect {
  const frame = frameOf(viewport, first)
  const height = (frame.width * picture.height) / picture.width
  return { x: frame.x, y: frame.y + (frame.height - height) / 2, width: frame.width, height }
}
