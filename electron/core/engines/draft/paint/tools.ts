import type { Rgb } from '../picture'
import type { StyleMix } from '../network/multistyle'

/** What a preset's picture process may use. */
export interface PaintTools {
  /** The network of the 26 styles at the input's own size. */
  multistyle(input: Rgb, mix: StyleMix): Promise<Rgb>
  /** Size of strokes and lines for the picture at hand: its longer side over 1024. */
  unit: number
  seed: number
}

/** Paints a picture at its own size, the same for the same seed. */
export type Paint = (picture: Rgb, tools: PaintTools) => Promise<Rgb>
