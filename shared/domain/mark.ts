import { z } from 'zod'
import { idSchema } from './id'

/** What the user thinks of a result. Absent where nothing was said: no star, not rejected. */
export const markSchema = z.object({ star: z.int().min(0).max(5), rejected: z.boolean() })
export type Mark = z.infer<typeof markSchema>

/** The mark of a result, by its asset. */
export const assetMarkSchema = markSchema.extend({ assetId: idSchema })
export type AssetMark = z.infer<typeof assetMarkSchema>

/** How a result is to be marked; what is absent stays as it is. */
export const markChangeSchema = markSchema.partial().extend({ assetId: idSchema })
export type MarkChange = z.infer<typeof markChangeSchema>
