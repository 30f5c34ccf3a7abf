import { z } from 'zod'
import { lazily } from '../lazily'
import { idSchema, seedSchema, timestampSchema } from './id'

/** A picture that Recast made, as the gallery shows it. */
export const resultSchema = lazily(() =>
  z.object({
    /** Order of making; larger is newer. */
    seq: z.int().positive(),
    assetId: idSchema,
    jobId: idSchema,
    pictureId: idSchema,
    pictureName: z.string(),
    width: z.int().positive(),
    height: z.int().positive(),
    kind: z.string(),
    /** Style id, view id or kind, as in the version strip. */
    label: z.string(),
    engine: z.string(),
    workflow: z.string(),
    seed: seedSchema,
    star: z.int().min(0).max(5),
    rejected: z.boolean(),
    madeAt: timestampSchema,
    /** When it went into the trash by itself; absent outside of it. */
    trashedAt: timestampSchema.optional(),
  }),
)
export type Result = z.infer<ReturnType<typeof resultSchema>>

const names = z.array(z.string().max(400)).max(100)

/** What the gallery is searched by; what is absent matches everything, and all that is given must hold. */
export const resultFilterSchema = lazily(() =>
  z.object({
    /** Every word must be in prompt, style, view, photo's name or seed; each may be the beginning of one. */
    words: z.string().max(400).optional(),
    kinds: names.optional(),
    styles: names.optional(),
    engines: names.optional(),
    workflows: names.optional(),
    pictureId: idSchema.optional(),
    /** In the collection's own order. */
    collectionId: idSchema.optional(),
    minStar: z.int().min(1).max(5).optional(),
    /** True: only rejected ones; false: none of them. */
    rejected: z.boolean().optional(),
    /** Made at or after this time, and before that. */
    from: timestampSchema.optional(),
    before: timestampSchema.optional(),
    /** The trash, last trashed first, in place of the gallery. */
    trashed: z.boolean().optional(),
  }),
)
export type ResultFilter = z.infer<ReturnType<typeof resultFilterSchema>>

/** A named set of results in an order of its own; a result may be in several. */
export const collectionSchema = lazily(() =>
  z.object({
    id: idSchema,
    name: z.string(),
    /** Place among the collections; smaller comes first. */
    position: z.number(),
    /** Results in it that are not in the trash. */
    count: z.int().min(0),
    /** Its first result. */
    coverAssetId: idSchema.optional(),
    createdAt: timestampSchema,
  }),
)
export type Collection = z.infer<ReturnType<typeof collectionSchema>>
