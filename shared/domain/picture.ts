import { z } from 'zod'
import { idSchema, seedSchema, timestampSchema } from './id'
import { markSchema } from './mark'
import { poseSchema } from './view'

/** A stored picture file: imported or produced. `width` × `height` are upright pixels. */
export const assetSchema = z.object({
  id: idSchema,
  origin: z.enum(['imported', 'produced']),
  sha256: z.string().length(64),
  /** What the stored original is: png, jpeg, webp, tiff, gif, avif. */
  format: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().positive(),
  hasAlpha: z.boolean(),
  /** Worth saying about the import: `first_frame`, `converted_from_cmyk`, `converted_profile`, `reduced_16_bit`, `rotated`. */
  notes: z.array(z.string()),
  createdAt: timestampSchema,
})
export type Asset = z.infer<typeof assetSchema>

/** One version of a picture: the import itself, or a result. */
export const versionSchema = z.object({
  asset: assetSchema,
  /** The job that made it; absent for the import. */
  jobId: idSchema.optional(),
  /** The version that it was made from; absent for the import. */
  fromAssetId: idSchema.optional(),
  /** Style id, view id or kind: what the strip shows under the thumbnail. */
  label: z.string(),
  seed: seedSchema.optional(),
  mark: markSchema.optional(),
  /** The result is in the trash; its place in the tree stays while something was made from it. */
  trashedAt: timestampSchema.optional(),
})
export type Version = z.infer<typeof versionSchema>

/** One entry of the library: an imported picture, which version of it is current, and how many there are. */
export const pictureSchema = z.object({
  id: idSchema,
  /** Order of import; larger is newer. */
  seq: z.int().positive(),
  /** File name without its extension; the start of every result's name. */
  name: z.string(),
  /** The name of the folder that its file came from, where that is known. */
  folder: z.string().optional(),
  rootAssetId: idSchema,
  currentAssetId: idSchema,
  width: z.int().positive(),
  height: z.int().positive(),
  versionCount: z.int().min(1),
  /** Where the photo was taken from, where the user has marked it. */
  pose: poseSchema.optional(),
  /** An applied version can be taken back, or one taken back applied again. */
  canUndo: z.boolean().optional(),
  canRedo: z.boolean().optional(),
  trashedAt: timestampSchema.optional(),
  createdAt: timestampSchema,
})
export type Picture = z.infer<typeof pictureSchema>
