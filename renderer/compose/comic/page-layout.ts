import type { PageValues } from '../compose-values'

/** A box on the page, page pixels. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}
/** Where a scene is drawn, and the room for its words below it (no height where they lie over it, or there are none). */
export interface PanelBox {
  picture: Box
  caption: Box
}
export interface PageLayout {
  width: number
  height: number
  /** The room of the title; no height without one. */
  title: Box
  panels: readonly PanelBox[]
}

export interface PageWish {
  layout: PageValues['layout']
  captions: PageValues['captions']
  hasTitle: boolean
  /** Width over height of the scenes' pictures, in order. */
  shapes: readonly number[]
  /** Lines of words below each scene at a width (page pixels), in order; only asked for where words are below. */
  captionHeight: (index: number, width: number) => number
}

/** A page of A4's width at 200 dots an inch. */
export const pageWidth = 1654
const margin = 72
const gutter = 36
const titleHeight = 128
const captionGap = 14

/** Which scenes stand side by side, row by row. */
export function rowsOf(layout: PageValues['layout'], count: number): number[][] {
  const all = Array.from({ length: count }, (_, index) => index)
  const perRow = (start: number, sizes: (row: number) => number): number[][] => {
    const rows: number[][] = []
    for (let at = start; at < count;) {
      const size = sizes(rows.length)
      rows.push(all.slice(at, at + size))
      at += size
    }
    return rows
  }
  switch (layout) {
    case 'strip':
      return perRow(0, () => 1)
    case 'lead':
      return count === 0 ? [] : [[0], ...perRow(1, () => 2)]
    case 'rows':
      // Two, three, two, three: the rhythm of a printed page.
      return perRow(0, (row) => (row % 2 === 0 ? 2 : 3))
    case 'grid':
      return perRow(0, () => 2)
  }
}

/**
 * Lays scenes out in rows of full width: the pictures of a row have the same height and keep their shapes, so nothing is cut off. A last
 * row that is not full keeps the height of the row above it and is centred.
 */
export function pageLayout(wish: PageWish): PageLayout {
  const inner = pageWidth - 2 * margin
  const title: Box = { x: margin, y: margin, width: inner, height: wish.hasTitle ? titleHeight : 0 }
  const panels: PanelBox[] = []
  let y = margin + title.height
  const rows = rowsOf(wish.layout, wish.shapes.length)
  const full = rows[wish.layout === 'lead' ? 1 : 0]?.length ?? 1
  let usual = inner
  for (const [at, row] of rows.entries()) {
    const shapes = row.map((index) => wish.shapes[index] ?? 1)
    const room = inner - gutter * (row.length - 1)
    const filling = room / shapes.reduce((sum, shape) => sum + shape, 0)
    const isShort = at === rows.length - 1 && row.length < full && at > 0
    const height = isShort ? Math.min(filling, usual) : filling
    if (!isShort) usual = height
    const widths = shapes.map((shape) => shape * height)
    let x = margin + (inner - widths.reduce((sum, width) => sum + width, 0) - gutter * (row.length - 1)) / 2
    let below = 0
    for (const [place, index] of row.entries()) {
      const width = widths[place] ?? room
      const words = wish.captions === 'below' ? wish.captionHeight(index, width) : 0
      const picture = { x, y, width, height }
      const caption = { x, y: y + height + (words > 0 ? captionGap : 0), width, height: words }
      panels[index] = { picture: rounded(picture), caption: rounded(caption) }
      below = Math.max(below, words > 0 ? words + captionGap : 0)
      x += width + gutter
    }
    y += height + below + gutter
  }
  return { width: pageWidth, height: Math.round(y - (rows.length > 0 ? gutter : 0) + margin), title, panels }
}

function rounded({ x, y, width, height }: Box): Box {
  return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) }
}
