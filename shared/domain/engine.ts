import { z } from 'zod'
import { editKinds } from './edit'
import { errorViewSchema } from './error-schema'

/** What an engine is: the embedded drafts, the managed ComfyUI, or a ComfyUI address. */
export const engineKindSchema = z.enum(['draft', 'local', 'remote'])
export type EngineKind = z.infer<typeof engineKindSchema>

/** An engine as every shell sees it. */
export const engineViewSchema = z.object({
  id: z.string(),
  kind: engineKindSchema,
  name: z.string(),
  state: z.enum(['starting', 'ready', 'waking', 'offline', 'failed']),
  /** Edits that it can do now. */
  edits: z.array(z.enum(editKinds)),
  /** One line about the device: "RTX 4090 · 11.2 / 24 GB", "CPU, 2 threads". */
  device: z.string(),
  error: errorViewSchema.optional(),
})
export type EngineView = z.infer<typeof engineViewSchema>
