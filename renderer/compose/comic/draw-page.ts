import type { PageValues } from '../compose-values'
import { pageLayout, type Box } from './page-layout'
import { wrapText } from './wrap-text'

/** A scene for the page: its picture where it is drawn already, and its words. */
export interface PageScene {
  image: ImageBitmap | undefined
  text: string
  /** Shown where there is no picture. */
  number: number
}

/** The page is paper in both themes: what is exported does not depend on how the studio looks. */
const paper = '#ffffff'
const ink = '#17181a'
const faint = '#e8e9ec'
const fonts =
  "'Inter', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'Hiragino Sans GB', 'WenQuanYi Zen Hei', system-ui, sans-serif"
const captionFont = `500 27px ${fonts}`
const titleFont = `700 64px ${fonts}`
const lineHeight = 40
const padding = 16
/** Words over a picture take at most so many lines; the picture is what is looked at. */
const linesOver = 3
/** A scene without a picture has this shape. */
const emptyShape = 4 / 3

/** Draws a page of scenes on a canvas, which gets its size; answers where each scene lies. */
export function drawPage(canvas: HTMLCanvasElement, scenes: readonly PageScene[], page: PageValues): readonly Box[] {
  const context = canvas.getContext('2d')
  if (!context) return []
  const title = page.title.trim()
  context.font = captionFont
  const measure = (text: string): number => context.measureText(text).width
  const linesOf = (index: number, width: number): string[] => {
    const text = scenes[index]?.text.trim() ?? ''
    return text === '' ? [] : wrapText(text, width, measure)
  }
  const layout = pageLayout({
    layout: page.layout,
    captions: page.captions,
    hasTitle: title !== '',
    shapes: scenes.map(({ image }) => (image ? image.width / image.height : emptyShape)),
    captionHeight: (index, width) => linesOf(index, width).length * lineHeight,
  })
  canvas.width = layout.width
  canvas.height = layout.height
  context.fillStyle = paper
  context.fillRect(0, 0, layout.width, layout.height)
  context.textBaseline = 'middle'
  if (title !== '') {
    context.font = titleFont
    context.fillStyle = ink
    const [line = ''] = wrapText(title, layout.title.width, measure, 1)
    context.fillText(line, layout.title.x, layout.title.y + 40)
  }
  for (const [index, { picture, caption }] of layout.panels.entries()) {
    const scene = scenes[index]
    if (!scene) continue
    drawPicture(context, scene, picture)
    context.font = captionFont
    if (page.captions === 'below') drawLines(context, linesOf(index, caption.width), caption.x, caption.y, ink)
    else if (page.captions === 'over' && scene.text.trim() !== '') drawOver(context, scene.text.trim(), picture, measure)
  }
  return layout.panels.map(({ picture }) => picture)
}

function drawPicture(context: CanvasRenderingContext2D, { image, number }: PageScene, box: Box): void {
  if (image) {
    context.imageSmoothingQuality = 'high'
    context.drawImage(image, box.x, box.y, box.width, box.height)
  } else {
    context.fillStyle = faint
    context.fillRect(box.x, box.y, box.width, box.height)
    context.fillStyle = ink
    context.font = titleFont
    context.textAlign = 'center'
    context.fillText(String(number), box.x + box.width / 2, box.y + box.height / 2)
    context.textAlign = 'start'
  }
  context.strokeStyle = ink
  context.lineWidth = 3
  context.strokeRect(box.x, box.y, box.width, box.height)
}

/** Words on a strip of paper over the foot of the picture. */
function drawOver(context: CanvasRenderingContext2D, text: string, box: Box, measure: (text: string) => number): void {
  const lines = wrapText(text, box.width - 4 * padding, measure, linesOver)
  const height = lines.length * lineHeight + padding
  const width = Math.min(box.width - 2 * padding, Math.max(...lines.map(measure)) + 2 * padding)
  const x = box.x + padding
  const y = box.y + box.height - height - padding
  context.fillStyle = paper
  context.fillRect(x, y, width, height)
  context.lineWidth = 2
  context.strokeRect(x, y, width, height)
  drawLines(context, lines, x + padding, y + padding / 2, ink)
}

function drawLines(context: CanvasRenderingContext2D, lines: readonly string[], x: number, y: number, colour: string): void {
  context.fillStyle = colour
  for (const [index, line] of lines.entries()) context.fillText(line, x, y + (index + 0.5) * lineHeight)
}
