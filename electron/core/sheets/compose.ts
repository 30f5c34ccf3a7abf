import sharp, { type OverlayOptions } from 'sharp'
import { AppError } from '#shared/domain/error'
import { decode, pictureLimits } from '../assets/picture-reader'

/** One picture of a sheet: its working file and the words under it. */
export interface SheetCell {
  path: string
  label: string
}

/** What lies behind and between the pictures. */
export type SheetGround = 'white' | 'black' | 'transparent'

/** How a sheet is laid out; lengths in pixels. */
export interface SheetLayout {
  columns: number
  /** Width of a cell; its height follows the first picture's shape. */
  cellWidth: number
  ground: SheetGround
  labels: boolean
}

const grounds: Record<SheetGround, { r: number; g: number; b: number; alpha: number }> = {
  white: { r: 255, g: 255, b: 255, alpha: 1 },
  black: { r: 0, g: 0, b: 0, alpha: 1 },
  transparent: { r: 0, g: 0, b: 0, alpha: 0 },
}

/** Sizes that follow from a layout and the shape of its cells. */
export interface SheetSize {
  width: number
  height: number
  cell: { width: number; height: number }
  gap: number
  labelHeight: number
}

/** Where everything of a sheet lies. Throws `input.too_large` for one over the limits of a picture. */
export function sheetSize(count: number, aspect: number, { columns, cellWidth, labels }: Omit<SheetLayout, 'ground'>): SheetSize {
  const across = Math.min(columns, count)
  const rows = Math.ceil(count / across)
  const gap = Math.max(4, Math.round(cellWidth / 24))
  const labelHeight = labels ? Math.max(16, Math.round(cellWidth / 11)) : 0
  const cell = { width: cellWidth, height: Math.max(1, Math.round(cellWidth / aspect)) }
  const width = across * cell.width + (across + 1) * gap
  const height = rows * (cell.height + labelHeight) + (rows + 1) * gap
  if (width * height > pictureLimits.pixels || Math.max(width, height) > 16_000) {
    throw new AppError(
      'input.too_large',
      `The sheet would be ${width} × ${height} pixels. Choose smaller cells or fewer views, then export again.`,
      { detail: { width, height } },
    )
  }
  return { width, height, cell, gap, labelHeight }
}

/** The picture of a cell, fitted into it whole, as a PNG that is quick to make. */
async function fitted({ path }: SheetCell, { width, height }: { width: number; height: number }): Promise<Buffer> {
  return await decode(path)
    .autoOrient()
    .toColourspace('srgb')
    .resize(width, height, { fit: 'contain', background: grounds.transparent })
    .png({ compressionLevel: 1 })
    .toBuffer()
}

const pango: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Words as a picture, one line, cut to its width; undefined where this machine has no letters to draw with. */
async function lettering(label: string, width: number, height: number, ground: SheetGround): Promise<Buffer | undefined> {
  const ink = ground === 'black' ? '#d8dade' : '#33363c'
  const words = [...label]
    .slice(0, 60)
    .join('')
    .replace(/[&<>]/gu, (char) => pango[char] ?? char)
  try {
    const text = `<span foreground="${ink}">${words}</span>`
    const drawn = await sharp({
      text: { text, font: `sans ${Math.max(8, Math.round(height * 0.5))}`, dpi: 72, rgba: true, wrap: 'none' },
    })
      .png()
      .toBuffer()
    return await sharp(drawn)
      .resize(width, height, { fit: 'contain', position: 'left', background: grounds.transparent, withoutEnlargement: true })
      .png()
      .toBuffer()
  } catch {
    // A machine without fonts still gets its sheet.
    return undefined
  }
}

/** Width by height of a stored picture, upright. */
export async function aspectOf(path: string): Promise<number> {
  const { autoOrient } = await decode(path).metadata()
  return autoOrient.width / autoOrient.height
}

/** All pictures on one, in rows, each with its words below. Answers a PNG. */
export async function composeSheet(cells: readonly SheetCell[], layout: SheetLayout, signal?: AbortSignal): Promise<Buffer> {
  const [first] = cells
  if (!first) throw new AppError('input.invalid', 'A sheet needs one picture at least. Make a view first.')
  const size = sheetSize(cells.length, await aspectOf(first.path), layout)
  const across = Math.min(layout.columns, cells.length)
  const overlays: OverlayOptions[] = []
  for (const [index, cell] of cells.entries()) {
    signal?.throwIfAborted()
    const left = size.gap + (index % across) * (size.cell.width + size.gap)
    const top = size.gap + Math.floor(index / across) * (size.cell.height + size.labelHeight + size.gap)
    overlays.push({ input: await fitted(cell, size.cell), left, top })
    const words = layout.labels ? await lettering(cell.label, size.cell.width, size.labelHeight, layout.ground) : undefined
    if (words) overlays.push({ input: words, left, top: top + size.cell.height })
  }
  const { width, height } = size
  return await sharp({ create: { width, height, channels: 4, background: grounds[layout.ground] } })
    .composite(overlays)
    .png({ compressionLevel: 6 })
    .toBuffer()
}

/** How a turntable is played and stored. */
export interface Animation {
  format: 'webp' | 'gif'
  /** Longer side of a frame, pixels. */
  size: number
  /** Milliseconds that a frame stays. */
  frameMs: number
  ground: SheetGround
}

/** The pictures one after the other, for ever. All frames have the first one's shape. */
export async function animate(cells: readonly SheetCell[], options: Animation): Promise<Buffer> {
  const [first] = cells
  if (!first) throw new AppError('input.invalid', 'A turntable needs one picture at least. Make a view first.')
  const aspect = await aspectOf(first.path)
  const width = Math.max(1, Math.round(aspect >= 1 ? options.size : options.size * aspect))
  const height = Math.max(1, Math.round(aspect >= 1 ? options.size / aspect : options.size))
  // libvips lays the frames above each other before it stores them, and WebP and GIF have sides of at most 16 bits each.
  if (width * height * cells.length > pictureLimits.pixels) {
    throw new AppError(
      'input.too_large',
      'These are too many pixels for an animation. Choose a smaller size, then export again.',
      {
        detail: { width, height, frames: cells.length },
      },
    )
  }
  const frames: Buffer[] = []
  for (const cell of cells) {
    const frame = await fitted(cell, { width, height })
    frames.push(
      options.ground === 'transparent'
        ? frame
        : await sharp(frame).flatten({ background: grounds[options.ground] }).png().toBuffer(),
    )
  }
  const delay = frames.map(() => options.frameMs)
  const joined = sharp(frames, { join: { animated: true } })
  return options.format === 'webp'
    ? await joined.webp({ quality: 88, effort: 3, loop: 0, delay }).toBuffer()
    : await joined.gif({ loop: 0, delay, effort: 5 }).toBuffer()
}
