import { writeFile } from 'node:fs/promises'
import { assertNever } from '#shared/domain/error'
import { paintArbitrary, styleVector } from './network/arbitrary'
import { paintMultistyle } from './network/multistyle'
import { Sessions } from './network/sessions'
import type { Preview, StyleWork, TileWork, CardWork, Work, WorkResult } from './messages'
import { finished } from './finish'
import { recipeOf, workingSide } from './recipes'
import { fitted, jpegOf, pngOf, readPhoto, resizedPlane, sharpLibrary, webpOf, type Photo, type Rgb } from './picture'
import { renderCard } from './perspective/card'
import { TilePreview } from './tile-preview'
import type { PaintTools } from './paint/tools'

/** Who is told while work goes on. */
export interface Reporter {
  progress(progress: number): void
  preview(preview: Preview): void
}

/** Longer side of the first, coarse preview: a hundredth of the work of a 1-megapixel picture. */
const coarseSide = 144
/** A second preview of this side, for pictures five times as long: a twenty-fifth of their work. */
const middleSide = 384
/** Strokes of a style tile are this much larger, or they would be lost at its size. */
const tileEmphasis = 1.6
/** A network takes less than a second for this many pixels. */
const shortPixels = 1e6
/** Previews are at most this large. */
const previewSide = 1024

/** Does the draft process's work. One piece at a time. */
export class Worker {
  private readonly sessions: Sessions
  private lastPhoto: { path: string; photo: Photo } | undefined

  /** `beforeLong` is called before the process's loop may stand still for more than a second. */
  constructor(private readonly options: { modelsDir: string; threads: number; beforeLong: () => void }) {
    this.sessions = new Sessions(options.modelsDir, options.threads)
  }

  /**
   * Starts loading what nearly every job needs, and paints a stamp: a network's first run sets up its threads and kernels, which the first job
   * is then not made to wait for. Errors show when it is used.
   */
  prefetch(): void {
    sharpLibrary().catch(() => undefined)
    const side = 48
    const stamp: Rgb = { width: side, height: side, data: new Uint8Array(side * side * 3) }
    paintMultistyle(this.sessions, stamp, new Map([[0, 1]])).catch(() => undefined)
  }

  async run(work: Work, reporter: Reporter): Promise<WorkResult> {
    if (work.kind !== 'style') this.options.beforeLong()
    switch (work.kind) {
      case 'style':
        return this.style(work, reporter)
      case 'card':
        return this.card(work, reporter)
      case 'tile':
        return this.tile(work)
      default:
        return assertNever(work, 'draft work')
    }
  }

  private async style(work: StyleWork, reporter: Reporter): Promise<WorkResult> {
    this.lastPhoto = undefined
    const { rgb, alpha } = await readPhoto(work.inputPath)
    const byNetwork = 'id' in work.style && recipeOf(work.style.id).kind === 'network'
    if (!byNetwork || rgb.width * rgb.height > shortPixels) this.options.beforeLong()
    reporter.progress(0.03)
    const vector =
      'picturePath' in work.style ? await styleVector(this.sessions, (await readPhoto(work.style.picturePath)).rgb) : undefined
    const show = async (picture: Rgb): Promise<void> => {
      const small = await fitted(picture, previewSide)
      reporter.preview({ mime: 'image/jpeg', width: small.width, height: small.height, image: await jpegOf(small) })
    }
    const longer = Math.max(rgb.width, rgb.height)
    const passes = [...(coarseSide * 2 <= longer ? [coarseSide] : []), ...(middleSide * 5 <= longer ? [middleSide] : [])]
    for (const [index, side] of passes.entries()) {
      const small = await fitted(rgb, side)
      await show(await this.painted(small, work, vector))
      reporter.progress(0.06 + 0.06 * index)
    }
    const preview = new TilePreview(rgb.width, rgb.height, previewSide)
    const result = await this.painted(rgb, work, vector, async (tiles, tile, share) => {
      reporter.progress(0.15 + 0.75 * share)
      preview.take(tiles, tile)
      if (preview.isDue()) await show(preview.picture)
    })
    reporter.progress(0.92)
    await writeFile(work.outputPath, await pngOf(result, alpha))
    reporter.progress(1)
    return { width: result.width, height: result.height, hasAlpha: alpha !== undefined, image: undefined }
  }

  /** The picture in the work's style; `picture` is the photo itself or a smaller copy, and strokes are scaled to match. */
  private async painted(
    picture: Rgb,
    work: Pick<StyleWork, 'style' | 'strength' | 'structure' | 'keepColours' | 'seed'>,
    vector: Float32Array | undefined,
    onTile?: Parameters<typeof paintMultistyle>[3],
    emphasis = 1,
  ): Promise<Rgb> {
    const recipe = 'id' in work.style ? recipeOf(work.style.id) : undefined
    if (recipe?.kind === 'network') {
      return finished(picture, await paintMultistyle(this.sessions, picture, recipe.mix, onTile), {
        ...work,
        detail: 0,
        enlarge: 'cubic',
      })
    }
    const side = recipe ? workingSide : arbitrarySide
    const small = await fitted(picture, side)
    const tools: PaintTools = {
      multistyle: (input, mix) => paintMultistyle(this.sessions, input, mix),
      // Strokes and lines keep their size relative to the picture, whatever size a preview or a tile has.
      unit: (emphasis * Math.max(small.width, small.height)) / 1024,
      seed: work.seed,
    }
    const styled = recipe
      ? await recipe.paint(small, tools)
      : await paintArbitrary(this.sessions, small, vector ?? new Float32Array(100))
    return finished(picture, styled, {
      ...work,
      detail: recipe ? recipe.detail : arbitraryDetail,
      enlarge: recipe ? recipe.enlarge : 'cubic',
    })
  }

  private async tile(work: TileWork): Promise<WorkResult> {
    if (this.lastPhoto?.path !== work.inputPath) {
      const { rgb, alpha } = await readPhoto(work.inputPath)
      this.lastPhoto = { path: work.inputPath, photo: { rgb: await fitted(rgb, Math.max(work.side, 320)), alpha } }
    }
    const small = await fitted(this.lastPhoto.photo.rgb, work.side)
    const settings = { style: { id: work.styleId }, strength: 1, structure: 0.5, keepColours: false, seed: 1 }
    const result = await this.painted(small, settings, undefined, undefined, tileEmphasis)
    return { width: result.width, height: result.height, hasAlpha: false, image: await webpOf(result) }
  }

  private async card(work: CardWork, reporter: Reporter): Promise<WorkResult> {
    this.lastPhoto = undefined
    const photo = await readPhoto(work.inputPath)
    reporter.progress(0.1)
    const side = Math.max(photo.rgb.width, photo.rgb.height)
    if (side > coarseSide * 2) {
      const scale = coarseSide / side
      const rgb = await fitted(photo.rgb, coarseSide * 2)
      const small: Photo = {
        rgb,
        alpha: photo.alpha && (await resizedPlane(photo.alpha, photo.rgb.width, photo.rgb.height, rgb.width, rgb.height)),
      }
      const coarse = await renderCard(small, work.pose)
      reporter.preview({
        mime: 'image/png',
        width: coarse.rgb.width,
        height: coarse.rgb.height,
        image: await pngOf(coarse.rgb, coarse.alpha),
      })
      reporter.progress(0.1 + scale * 0.1)
    }
    const view = await renderCard(photo, work.pose, (share) => reporter.progress(0.2 + 0.6 * share))
    await writeFile(work.outputPath, await pngOf(view.rgb, view.alpha))
    reporter.progress(1)
    return { width: view.rgb.width, height: view.rgb.height, hasAlpha: true, image: undefined }
  }
}

/** Longer side at which the network that takes a style picture paints, and how much of the photo's finer detail is laid over it. */
const arbitrarySide = 768
const arbitraryDetail = 0.5
