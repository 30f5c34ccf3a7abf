import { AppError } from '#shared/domain/error'
import type { StyleMix } from './network/multistyle'
import { styleCount } from './network/multistyle-graph'
import { anime, cartoon, lineArt, pencil } from './paint/drawn'
import { clay, oilPainting, watercolour } from './paint/painterly'
import { paperCut, pixelArt, popArt, realistic } from './paint/printed'
import type { Paint } from './paint/tools'

/**
 * How a style of the catalogue is drafted: whole by the network at the photo's own size, or by a picture process at {@link workingSide},
 * after which `detail` of the photo's finer detail is laid over larger photos. `seeded` processes look different with each seed.
 */
export type Recipe =
  | { kind: 'network'; mix: StyleMix }
  | { kind: 'paint'; paint: Paint; detail: number; seeded: boolean; enlarge: 'cubic' | 'nearest' }

/** Longer side at which picture processes work: their strokes belong to the picture and not to its pixels. */
export const workingSide = 1280

function paint(process: Paint, detail: number, seeded: boolean, enlarge: 'cubic' | 'nearest' = 'cubic'): Recipe {
  return { kind: 'paint', paint: process, detail, seeded, enlarge }
}

/** The presets, chosen by eye on the sample photos; each process says what it does where it is written. */
const presets: Readonly<Record<string, Recipe>> = {
  clay: paint(clay, 0.05, true),
  anime: paint(anime, 0.15, false),
  realistic: paint(realistic, 1.15, false),
  cartoon: paint(cartoon, 0, false),
  'oil-painting': paint(oilPainting, 0.25, true),
  watercolour: paint(watercolour, 0.2, true),
  pencil: paint(pencil, 0.2, true),
  'pop-art': paint(popArt, 0, true),
  'line-art': paint(lineArt, 0, false),
  'pixel-art': paint(pixelArt, 0, true, 'nearest'),
  'paper-cut': paint(paperCut, 0, true),
}

/** The recipe of a style id of the catalogue. Throws `input.unknown_style` for an id without one. */
export function recipeOf(styleId: string): Recipe {
  const preset = Object.hasOwn(presets, styleId) ? presets[styleId] : undefined
  if (preset) return preset
  const number = Number(/^network-(\d\d)$/u.exec(styleId)?.[1])
  if (number >= 1 && number <= styleCount) return { kind: 'network', mix: new Map([[number - 1, 1]]) }
  throw new AppError(
    'input.unknown_style',
    `The draft engine has no style “${styleId}”. Choose one of the styles that are offered.`,
    { detail: { style: styleId } },
  )
}

/** Whether another seed gives another picture. */
export function isSeeded(styleId: string): boolean {
  const recipe = recipeOf(styleId)
  return recipe.kind === 'paint' && recipe.seeded
}
