import type { PreviewFrame } from '#shared/contract/preview-frame'
import { PaintTurns, type TurnSeat } from './paint-turns'

/** A decoded frame; the browser's VideoFrame or ImageBitmap, which holds memory until it is closed. */
export interface Decoded {
  readonly width: number
  readonly height: number
  close(): void
}

/** What the painter needs from its surroundings; the browser's by {@link browserSurface}. */
export interface PaintSurface<T extends Decoded = Decoded> {
  decode(frame: PreviewFrame): Promise<T>
  draw(picture: T): void
  /** Calls back before the next screen refresh; answers how to call that off. */
  schedule(run: () => void): () => void
}

/** What became of the frames that arrived. `open` bitmaps are at most one. */
export interface PaintCounts {
  received: number
  painted: number
  /** Replaced by a newer frame before they were decoded. */
  dropped: number
  /** Could not be decoded or drawn. */
  failed: number
  open: number
}

/**
 * Paints live previews, the latest only: at most one frame is being decoded and at most one waits; a newer one takes the
 * waiting one's place. So a slow machine skips frames and never falls behind, and every bitmap is closed after it was drawn.
 * Painters that share turns share the decoders, too.
 */
export class PreviewPainter<T extends Decoded = Decoded> {
  readonly counts: PaintCounts = { received: 0, painted: 0, dropped: 0, failed: 0, open: 0 }
  #waiting: PreviewFrame | undefined
  #busy = false
  #disposed = false
  #unschedule: (() => void) | undefined
  readonly #surface: PaintSurface<T>
  readonly #onPainted: ((frame: PreviewFrame) => void) | undefined
  readonly #turns: PaintTurns
  readonly #seat: TurnSeat
  #arrivedAt = 0

  constructor(surface: PaintSurface<T>, onPainted?: (frame: PreviewFrame) => void, turns = new PaintTurns()) {
    this.#surface = surface
    this.#onPainted = onPainted
    this.#turns = turns
    this.#seat = turns.seat((done) => this.#next(done))
  }

  /** Takes a frame; it is painted unless a newer one comes first. */
  push(frame: PreviewFrame): void {
    if (this.#disposed) return
    this.counts.received++
    if (this.#waiting) this.counts.dropped++
    this.#waiting = frame
    this.#arrivedAt = this.#turns.now()
    if (!this.#busy) this.#seat.wish(this.#arrivedAt)
  }

  /** Stops painting for good; a frame that is being decoded is closed when it arrives. */
  dispose(): void {
    this.#disposed = true
    this.#waiting = undefined
    this.#seat.leave()
    this.#unschedule?.()
  }

  #next(done: () => void): void {
    const frame = this.#waiting
    if (!frame) return done()
    this.#waiting = undefined
    this.#busy = true
    this.#surface
      .decode(frame)
      .then(
        (picture) => {
          this.counts.open++
          this.#paint(picture, frame)
        },
        () => {
          // A damaged preview is not worth a word: the next one or the result replaces it.
          this.counts.failed++
          this.#rest()
        },
      )
      .finally(done)
  }

  #paint(picture: T, frame: PreviewFrame): void {
    try {
      if (!this.#disposed) {
        this.#surface.draw(picture)
        this.counts.painted++
      }
    } catch {
      // The canvas has no context any more (the browser took it back): the next frame may find one.
      this.counts.failed++
    } finally {
      picture.close()
      this.counts.open--
    }
    if (this.#disposed) return
    this.#onPainted?.(frame)
    this.#rest()
  }

  /** Waits for the next refresh, so that no more is decoded than the screen shows. */
  #rest(): void {
    if (this.#disposed) return
    this.#unschedule = this.#surface.schedule(() => {
      this.#busy = false
      if (this.#waiting) this.#seat.wish(this.#arrivedAt)
    })
  }
}

/** A decoded frame of the browser's. */
export interface DecodedImage extends Decoded {
  readonly image: VideoFrame | ImageBitmap
}

/**
 * Decodes straight from the message's bytes, beside the page's own thread. By way of a Blob, as createImageBitmap wants it, each frame would
 * travel to the browser's process and back: three times as long, and far longer while the machine is busy. No wider than `maxWidth` where
 * the format can be decoded smaller, which JPEG can.
 */
async function decodeBytes({ header, image }: PreviewFrame, maxWidth: number): Promise<DecodedImage> {
  // JPEG is decoded smaller by eighths: the first that is still wide enough; drawing does the rest.
  const eighths = Math.min(8, Math.ceil((8 * maxWidth) / header.width))
  const [desiredWidth, desiredHeight] = [header.width, header.height].map((side) => Math.ceil((side * eighths) / 8))
  const decoder = new ImageDecoder({
    type: header.mime,
    data: image as Uint8Array<ArrayBuffer>,
    ...(eighths < 8 && desiredWidth && desiredHeight ? { desiredWidth, desiredHeight } : {}),
  })
  try {
    const { image: frame } = await decoder.decode()
    return { image: frame, width: frame.displayWidth, height: frame.displayHeight, close: () => frame.close() }
  } finally {
    decoder.close()
  }
}

/** The same where the browser has no such decoder. */
async function decodeBlob({ header, image }: PreviewFrame, maxWidth: number): Promise<DecodedImage> {
  // The frame may be a view into a larger message: a Blob copies just the view.
  const bytes = new Blob([image as Uint8Array<ArrayBuffer>], { type: header.mime })
  const bitmap = await (header.width > maxWidth
    ? createImageBitmap(bytes, { resizeWidth: maxWidth, resizeQuality: 'low' })
    : createImageBitmap(bytes))
  return { image: bitmap, width: bitmap.width, height: bitmap.height, close: () => bitmap.close() }
}

/**
 * Decodes beside the page's thread and draws into a canvas whose size follows the frame.
 * @param maxWidth device pixels: a wider frame is drawn smaller, for thumbnails
 */
export function browserSurface(canvas: HTMLCanvasElement, maxWidth = Infinity): PaintSurface<DecodedImage> {
  const context = canvas.getContext('2d')
  const decode = 'ImageDecoder' in window ? decodeBytes : decodeBlob
  return {
    decode: (frame) => decode(frame, maxWidth),
    draw(picture) {
      if (!context) return
      const width = Math.min(picture.width, maxWidth)
      const height = Math.max(1, Math.round((picture.height * width) / picture.width))
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width
        canvas.height = height
      } else {
        context.clearRect(0, 0, width, height)
      }
      context.drawImage(picture.image, 0, 0, width, height)
    },
    schedule(run) {
      // A hidden window gets no animation frames; a timer lets the last preview be there when it is shown again.
      if (document.hidden) {
        const timer = setTimeout(run, 100)
        return () => clearTimeout(timer)
      }
      const handle = requestAnimationFrame(run)
      return () => cancelAnimationFrame(handle)
    },
  }
}
