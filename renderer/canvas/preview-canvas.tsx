import { useEffect, useRef, type ReactElement } from 'react'
import type { PreviewFrame } from '#shared/contract/preview-frame'
import { pageTurns } from './paint-turns'
import { PreviewPainter, browserSurface } from './preview-painter'
import type { PreviewSource } from './preview-hub'

export interface PreviewCanvasProps {
  source: PreviewSource
  className?: string
  /** Decodes no larger than this (device pixels), for thumbnails. */
  maxWidth?: number
  /** The first frame is on the screen. */
  onFirstPaint?: () => void
  'data-testid'?: string
}

/** Paints the live previews of a job, the newest only; transparent until the first one came. */
export function PreviewCanvas({ source, className, maxWidth, onFirstPaint, ...rest }: PreviewCanvasProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null)
  const firstPaint = useRef(onFirstPaint)
  useEffect(() => {
    firstPaint.current = onFirstPaint
  })
  useEffect(() => {
    const element = canvas.current
    if (!element) return undefined
    const onPainted = ({ header }: PreviewFrame): void => {
      const { painted } = painter.counts
      if (painted === 1) firstPaint.current?.()
      element.dataset['painted'] = String(painted)
      element.dataset['progress'] = String(header.progress)
    }
    const painter = new PreviewPainter(browserSurface(element, maxWidth), onPainted, pageTurns)
    const stop = source.subscribe((frame) => painter.push(frame))
    return () => {
      stop()
      painter.dispose()
    }
  }, [source, maxWidth])
  return <canvas ref={canvas} width={1} height={1} aria-hidden className={className} data-testid={rest['data-testid']} />
}
