import { z } from 'zod'
import { errorViewSchema } from '../domain/error-schema'
import { exportOptionsSchema } from '../domain/export'
import { idSchema } from '../domain/id'
import { call, type CallSchemas } from './call'

const folder = z.string().min(1).max(4096)
const most = 10_000

/** The calls by which pictures leave Recast; a part of the contract's map. */
export const exportCalls = {
  /** What the files of an export will be called: exactly these names are then asked for. Writes nothing. */
  'exports.plan': call(() => ({
    input: z.object({
      items: z
        .array(z.object({ assetId: idSchema, name: z.string().min(1).max(200).optional() }))
        .min(1)
        .max(most),
      /** `{name}_{style}_{seed}`; see nameTokens. */
      pattern: z.string().max(200),
      format: exportOptionsSchema.shape.format,
      /** Looked into for files that have such a name already. */
      dir: folder.optional(),
    }),
    output: z.object({
      /** One a picture, in order, safe as file names, no two alike. */
      names: z.array(z.string()),
      /** Which of them have a file in the folder already. */
      taken: z.array(z.int().min(0)),
      /** Which pictures were made from another photo whose size, or profile, can be restored. */
      resizable: z.int().min(0),
      profiled: z.int().min(0),
    }),
  })),
  /** Writes pictures to a folder on this machine's disk. One that fails never stops the others, and nothing is ever overwritten. */
  'assets.export': call(() => ({
    input: exportOptionsSchema.extend({
      items: z
        .array(z.object({ assetId: idSchema, name: z.string().min(1).max(200) }))
        .min(1)
        .max(most),
      dir: folder,
      /** When a file has the name already: another name (`cup (2)`), or not written. */
      conflict: z.enum(['number', 'skip']).default('number'),
    }),
    output: z.object({
      /** Those that were written, in order. */
      paths: z.array(z.string()),
      /** What became of the others, by their place in `items`. */
      skipped: z.array(z.int().min(0)).default([]),
      failed: z.array(z.object({ index: z.int().min(0), name: z.string(), error: errorViewSchema })).default([]),
    }),
  })),
} as const satisfies Record<string, CallSchemas>
