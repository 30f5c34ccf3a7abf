import { z } from 'zod'
import { editKinds } from './edit'
import { errorViewSchema } from './error-schema'

/** What an engine is: the embedded drafts, the managed ComfyUI, or a ComfyUI address. */
export const engineKindSchema = z.enum(['draft', 'local', 'remote'])
export type EngineKind = z.infer<typeof engineKindSchema>

/** Limits of a saved server's values. */
export const serverLimits = { name: 80, weight: { min: 0.1, max: 100 }, tags: 16, tag: 40, headers: 16 } as const

/** A word that servers can be chosen by: `--engine tag:fast`. */
export const tagSchema = z
  .string()
  .trim()
  .min(1)
  .max(serverLimits.tag)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u, 'A tag is one word of letters, digits, dots and dashes')

export const serverNameSchema = z.string().trim().max(serverLimits.name)
export const serverWeightSchema = z.number().min(serverLimits.weight.min).max(serverLimits.weight.max)

/** A server that was added, without its secrets: of headers only the names are told. */
export const savedServerSchema = z.object({
  name: z.string(),
  /** Share of the work: a server of weight 2 is sent about twice as much as one of weight 1. */
  weight: z.number(),
  tags: z.array(z.string()),
  /** Gets no new jobs; those that it has go on. */
  drained: z.boolean(),
  headerNames: z.array(z.string()),
  /** A private certificate authority is set. */
  hasCertificate: z.boolean(),
})
export type SavedServer = z.infer<typeof savedServerSchema>

/** An engine as every shell sees it. */
export const engineViewSchema = z.object({
  id: z.string(),
  kind: engineKindSchema,
  name: z.string(),
  /** `waking`: it sleeps until it is asked for and is coming up now. `failed`: the user must change something. */
  state: z.enum(['starting', 'ready', 'waking', 'offline', 'failed']),
  /** Edits that it can do now. */
  edits: z.array(z.enum(editKinds)),
  /** One line about the device: "RTX 4090 · 11.2 / 24 GB", "CPU, 2 threads". */
  device: z.string(),
  error: errorViewSchema.optional(),
  /** The server's own version, e.g. ComfyUI's. */
  version: z.string().optional(),
  /** Bytes of the first device, as they were when it was asked last. */
  vram: z.object({ total: z.number().min(0), free: z.number().min(0) }).optional(),
  /** Jobs that Recast has there now, and prompts of others in its queue when it was asked last. */
  queue: z.object({ ours: z.int().min(0), others: z.int().min(0) }).optional(),
  /** How many of the workflows that come with Recast it could run now. */
  workflows: z.object({ ready: z.int().min(0), all: z.int().min(0) }).optional(),
  /** Only where jobs failed there one after the other: it rests, then gets one to try. */
  circuit: z.enum(['open', 'trying']).optional(),
  /** Present for a server that was added. */
  server: savedServerSchema.optional(),
})
export type EngineView = z.infer<typeof engineViewSchema>

/** A ComfyUI that answered on this computer, or when it was tested. */
export const foundServerSchema = z.object({
  address: z.string(),
  version: z.string().optional(),
  device: z.string(),
  /** It was added already. */
  added: z.boolean(),
})
export type FoundServer = z.infer<typeof foundServerSchema>
