import { z } from 'zod'

/** A style preset as the studio shows it. Titles are in both languages; wording is what edit models are told. */
export const styleSchema = z.object({
  id: z.string(),
  title: z.object({ en: z.string(), zh: z.string() }),
  /** The words for an edit model, e.g. "Oil Painting Style, artistic, classical". */
  wording: z.string(),
  group: z.enum(['preset', 'network']),
  /** What the draft engine does for it, in one line for the tooltip. */
  draft: z.object({ en: z.string(), zh: z.string() }),
})
export type Style = z.infer<typeof styleSchema>
