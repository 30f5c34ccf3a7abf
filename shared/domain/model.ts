import { z } from 'zod'
import { lazily } from '../lazily'
import { errorViewSchema } from './error-schema'

const words = z.object({ en: z.string(), zh: z.string() })

/** The phases of a download (see the downloader), and `linking` for a file that was found on the disk. */
const downloadPhases = ['queued', 'checking', 'connecting', 'receiving', 'waiting', 'linking'] as const

/** A model's place in the queue of downloads. */
export const modelDownloadSchema = z.object({
  state: z.enum(['queued', 'running', 'paused', 'failed']),
  phase: z.enum(downloadPhases),
  bytes: z.number().min(0),
  total: z.number().min(0).optional(),
  bytesPerSecond: z.number().min(0).optional(),
  secondsLeft: z.number().min(0).optional(),
  /** Host that it comes from. */
  source: z.string().optional(),
  /** Why it failed, or what it waits out. */
  error: errorViewSchema.optional(),
})
export type ModelDownload = z.infer<typeof modelDownloadSchema>

/**
 * `ready`: in the models folder; `elsewhere`: in another folder that is known, to be linked; `missing`; `damaged`: there under its name,
 * with another size or hash than catalogued.
 */
export const modelStates = ['ready', 'elsewhere', 'missing', 'damaged'] as const

/** A catalogued model file and how it stands on this machine. */
export const modelViewSchema = lazily(() =>
  z.object({
    file: z.string(),
    /** Folder below the models folder, by ComfyUI's names. */
    folder: z.string(),
    bytes: z.number().nullable(),
    /** False where the size is an estimate that no hash stands behind. */
    bytesExact: z.boolean(),
    sha256: z.string().nullable(),
    licence: z.object({
      id: z.string(),
      commercial: z.boolean().nullable(),
      url: z.string().optional(),
      /** It wants to be accepted before the file is fetched. */
      ask: z.boolean(),
      accepted: z.boolean(),
    }),
    /** Its page on the hub; absent for what only the user can bring. */
    page: z.string().optional(),
    state: z.enum(modelStates),
    path: z.string().optional(),
    /** Name of an alternative that stands in for it. */
    foundAs: z.string().optional(),
    bytesOnDisk: z.number().optional(),
    /** Its hash was computed and is the catalogued one (or the hub's, where none is catalogued). */
    verified: z.boolean(),
    download: modelDownloadSchema.optional(),
  }),
)
export type ModelView = z.infer<ReturnType<typeof modelViewSchema>>

/** The files that a workflow, or a variant of it, loads. */
export const workflowNeedsSchema = lazily(() =>
  z.object({
    id: z.string(),
    title: words,
    edit: z.string(),
    /** GB of video memory that it runs well with. */
    vramGb: z.number(),
    files: z.array(z.string()),
    variants: z.array(z.object({ id: z.string(), title: words, vramGb: z.number(), files: z.array(z.string()) })),
  }),
)
export type WorkflowNeeds = z.infer<ReturnType<typeof workflowNeedsSchema>>

/** What a check of a file's hash found; `unknown`: there is no hash to hold it against. */
export const verificationSchema = lazily(() =>
  z.object({
    file: z.string(),
    path: z.string(),
    result: z.enum(['ok', 'damaged', 'unknown']),
    sha256: z.string(),
    /** What it was held against: the catalogue's hash, or the one that it had when it was fetched, imported or first verified. */
    against: z.enum(['catalogue', 'record']).optional(),
  }),
)
export type Verification = z.infer<ReturnType<typeof verificationSchema>>

/** A file in the models folder that no workflow asks for. */
export const unusedModelSchema = lazily(() =>
  z.object({ path: z.string(), folder: z.string(), name: z.string(), bytes: z.number() }),
)
export type UnusedModel = z.infer<ReturnType<typeof unusedModelSchema>>

/** The files of a list that are not ready, and how much there is to fetch; `unknown` counts those whose size nobody knows. */
export function missingOf(
  models: readonly ModelView[],
  files: readonly string[],
): { missing: ModelView[]; bytes: number; unknown: number } {
  const wanted = new Set(files)
  const missing = models.filter((model) => wanted.has(model.file) && model.state !== 'ready')
  const toFetch = missing.filter((model) => model.state !== 'elsewhere')
  return {
    missing,
    bytes: toFetch.reduce((sum, model) => sum + (model.bytes ?? 0) - (model.download?.bytes ?? 0), 0),
    unknown: toFetch.filter((model) => model.bytes === null).length,
  }
}
