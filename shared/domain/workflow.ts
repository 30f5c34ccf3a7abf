import { z } from 'zod'

const words = z.object({ en: z.string(), zh: z.string() })

/** One thing that a server lacks for a workflow: what it is, and the same in words that say how to get it. */
export const lackSchema = z.object({
  kind: z.enum(['version', 'node', 'model', 'graph']),
  words: z.string(),
  /** The model file and where it belongs, for a download. */
  model: z
    .object({
      file: z.string(),
      folder: z.string(),
      bytes: z.number().nullable(),
      sha256: z.string().nullable(),
      url: z.string().optional(),
      licence: z.object({ id: z.string(), commercial: z.boolean().nullable() }).optional(),
    })
    .optional(),
  /** The node class and the custom-node package that brings it; `core` is ComfyUI itself. */
  node: z.object({ classType: z.string(), package: z.string(), title: z.string(), repository: z.string().optional() }).optional(),
  /** The oldest ComfyUI that will do, and the one that is there. */
  version: z.object({ minimum: z.string(), found: z.string() }).optional(),
})
export type Lack = z.infer<typeof lackSchema>

/** A workflow as every shell sees it. */
export const workflowViewSchema = z.object({
  id: z.string(),
  title: words,
  summary: words,
  edit: z.string(),
  licence: z.object({ id: z.string(), commercial: z.boolean().nullable() }),
  /** How a camera workflow is told its views: poses around the subject, or commands relative to the photo. */
  camera: z.enum(['absolute', 'relative']).optional(),
  minimumVersion: z.string(),
  /** GB of video memory that it runs well with. */
  vramGb: z.number(),
  /** Whether the asked-for engine has everything for it; absent when no engine was asked about, or it has not answered. */
  ready: z.boolean().optional(),
  missing: z.array(lackSchema),
})
export type WorkflowView = z.infer<typeof workflowViewSchema>
