import { z } from 'zod'
import { idSchema } from './id'
import { poseSchema, viewSchema } from './view'

const unit = z.number().min(0).max(1)

/** Values that a workflow may take; the draft engine ignores what it has no use for. All are optional overrides. */
export const samplingSchema = z.object({
  steps: z.int().min(1).max(200).optional(),
  cfg: z.number().min(0).max(30).optional(),
  sampler: z.string().max(64).optional(),
  scheduler: z.string().max(64).optional(),
})
export type Sampling = z.infer<typeof samplingSchema>

/** Restyle a picture: by a preset, by a style picture (an asset), by own words, or words added to either. */
export const styleEditSchema = z
  .object({
    kind: z.literal('style'),
    styleId: z.string().max(64).optional(),
    styleAssetId: idSchema.optional(),
    prompt: z.string().max(2000).optional(),
    /** How much of the style, 0..1. On the draft engine: how much of the painted picture over the photo. */
    strength: unit.default(0.85),
    /** How much of the photo's own edges and light is kept, 0..1. */
    structure: unit.default(0.5),
    keepColours: z.boolean().default(false),
  })
  .refine((edit) => edit.styleId !== undefined || edit.styleAssetId !== undefined || edit.prompt !== undefined, {
    message: 'a style edit needs a style, a style picture or words',
  })

/** See a picture from another camera. */
export const perspectiveEditSchema = z.object({
  kind: z.literal('perspective'),
  view: viewSchema,
  /** The pose that the photo itself was taken from, where the user marked it: commands relative to the photo are counted from it. */
  from: poseSchema.optional(),
})

/** One edit of one picture. Later edits (reference, generate, remix, story, custom, upscale) join this union. */
export const editSchema = z.discriminatedUnion('kind', [styleEditSchema, perspectiveEditSchema])
export type Edit = z.infer<typeof editSchema>
export type EditKind = Edit['kind']
export type StyleEdit = Extract<Edit, { kind: 'style' }>
export type PerspectiveEdit = Extract<Edit, { kind: 'perspective' }>
