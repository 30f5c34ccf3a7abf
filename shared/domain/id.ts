import { z } from 'zod'

/** A lower-case UUID. Also the form that ComfyUI keeps for a `prompt_id`. */
export const idSchema = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
export type Id = z.infer<typeof idSchema>

/** Largest seed that survives JSON and ComfyUI's KSampler alike (2^53 − 1; the server itself takes 2^64 − 1). */
export const maxSeed = Number.MAX_SAFE_INTEGER
export const seedSchema = z.int().min(0).max(maxSeed)

/** Milliseconds since the Unix epoch. Order never depends on it: rows are ordered by their sequence number. */
export const timestampSchema = z.int().min(0)
