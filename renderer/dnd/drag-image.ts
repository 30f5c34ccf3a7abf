const edge = 72

/**
 * What hangs at the pointer during a drag: the thumbnail, for several pictures a small stack with their number.
 * The browser takes a snapshot at once; the element is gone in the next task.
 */
export function setDragImage(transfer: DataTransfer, thumbs: readonly HTMLImageElement[], count: number): void {
  const canvas = document.createElement('canvas')
  const ratio = devicePixelRatio
  const drawn = thumbs.filter((thumb) => thumb.complete && thumb.naturalWidth > 0).slice(0, 3)
  const extent = edge + 8 * Math.max(drawn.length - 1, 0) + 12
  canvas.width = extent * ratio
  canvas.height = extent * ratio
  canvas.style.width = `${extent}px`
  canvas.style.height = `${extent}px`
  const context = canvas.getContext('2d')
  if (!context || drawn.length === 0) return
  context.scale(ratio, ratio)
  // The first one on top, the others peeping out behind it.
  for (const [index, thumb] of [...drawn.entries()].reverse()) {
    const scale = Math.min(edge / thumb.naturalWidth, edge / thumb.naturalHeight)
    const width = thumb.naturalWidth * scale
    const height = thumb.naturalHeight * scale
    const x = index * 8 + (edge - width) / 2
    const y = index * 8 + 6 + (edge - height) / 2
    context.save()
    context.beginPath()
    context.roundRect(x, y, width, height, 5)
    context.clip()
    context.drawImage(thumb, x, y, width, height)
    context.restore()
  }
  if (count > 1) drawBadge(context, String(count))
  canvas.style.position = 'fixed'
  canvas.style.top = '0'
  canvas.style.left = '-9999px'
  document.body.append(canvas)
  transfer.setDragImage(canvas, edge / 2, edge / 2)
  setTimeout(() => canvas.remove())
}

function drawBadge(context: CanvasRenderingContext2D, text: string): void {
  const style = getComputedStyle(document.documentElement)
  context.font = `600 11px ${style.fontFamily}`
  const width = Math.max(18, context.measureText(text).width + 10)
  context.fillStyle = '#ff8a3d'
  context.beginPath()
  context.roundRect(edge - width / 2 - 4, 0, width, 18, 9)
  context.fill()
  context.fillStyle = '#1a0f05'
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(text, edge - 4, 9.5)
}
