import { z } from 'zod'
import { idSchema, timestampSchema } from './id'

const unit = z.number().min(0).max(1)
const words = z.string().max(2000)

/** Limits of the user's own presets: how many there may be, how long a name. */
export const ownStyleLimits = { styles: 500, name: 60 } as const

/** What an own preset asks of a workflow's sampler; a workflow that has no such value goes without it. */
const styleSamplingSchema = z.object({
  steps: z.int().min(1).max(200).optional(),
  cfg: z.number().min(0).max(30).optional(),
  sampler: z.string().max(64).optional(),
  scheduler: z.string().max(64).optional(),
})

/**
 * Wordings by family of workflow, where they differ from the preset's own: `edit` are models that change a picture as they are told
 * (Qwen-Image-Edit, FLUX.2 klein), `draw` those that draw it anew from tags (SD 1.5, SDXL).
 */
const styleWordingsSchema = z.object({ edit: words.optional(), draw: words.optional(), negative: words.optional() })

/** What the user says of an own preset. Pictures are assets. */
export const ownStyleSchema = z
  .object({
    name: z.string().trim().min(1).max(ownStyleLimits.name),
    wording: words.default(''),
    wordings: styleWordingsSchema.default({}),
    /** The style of the catalogue that drafts show; absent: the nearest by the words. A style picture wins over it. */
    draftStyleId: z.string().max(64).optional(),
    /** What the tile shows. */
    sampleAssetId: idSchema.optional(),
    /** The picture whose style is taken. */
    styleAssetId: idSchema.optional(),
    values: z
      .object({ strength: unit.default(0.85), structure: unit.default(0.5), keepColours: z.boolean().default(false) })
      .default({ strength: 0.85, structure: 0.5, keepColours: false }),
    sampling: styleSamplingSchema.default({}),
  })
  .refine((style) => style.wording.trim() !== '' || style.styleAssetId !== undefined, {
    message: 'a preset needs words or a style picture',
    path: ['wording'],
  })
export type OwnStyle = z.infer<typeof ownStyleSchema>

/** A style preset as the studio shows it. Titles are in both languages; wording is what edit models are told. */
export const styleSchema = z.object({
  id: z.string(),
  title: z.object({ en: z.string(), zh: z.string() }),
  /** The words for an edit model, e.g. "Oil Painting Style, artistic, classical". */
  wording: z.string(),
  group: z.enum(['preset', 'network', 'own']),
  /** What the draft engine does for it, in one line for the tooltip. */
  draft: z.object({ en: z.string(), zh: z.string() }),
  /** Of the user's own presets: all that they said of it. */
  own: ownStyleSchema.optional(),
  createdAt: timestampSchema.optional(),
})
export type Style = z.infer<typeof styleSchema>

/** An own preset as it was when a job was asked for: the job's result is understood, and made again, whatever becomes of the preset. */
export const usedStyleSchema = z.object({
  title: z.string().max(120),
  wording: words.default(''),
  wordings: styleWordingsSchema.default({}),
  /** The style of the catalogue that a draft shows. */
  draftStyleId: z.string().max(64),
  sampling: styleSamplingSchema.default({}),
})
export type UsedStyle = z.infer<typeof usedStyleSchema>

/** Which styles are the user's favourites, and which were used last (newest first). */
export const styleMarksSchema = z.object({ favourites: z.array(z.string()), recent: z.array(z.string()) })
export type StyleMarks = z.infer<typeof styleMarksSchema>
