import { z } from 'zod'
import {
  engineViewSchema,
  foundServerSchema,
  serverLimits,
  serverNameSchema,
  serverWeightSchema,
  tagSchema,
} from '../domain/engine'
import { errorViewSchema } from '../domain/error-schema'
import { workflowViewSchema } from '../domain/workflow'
import { call, type CallSchemas } from './call'

const addressSchema = z.string().trim().min(1).max(400)
/** Header name → value. Checked in the core, whose words never repeat a value. */
const headersSchema = z.record(z.string().max(200), z.string().max(8192))
const serverValuesSchema = z.object({
  name: serverNameSchema.optional(),
  weight: serverWeightSchema.optional(),
  tags: z.array(tagSchema).max(serverLimits.tags).optional(),
})

/** The calls about engines and servers; a part of the contract's map. */
export const engineCalls = {
  /** With `probe` each is asked now, and the answer waited for. */
  'engines.list': call(() => ({
    input: z.object({ probe: z.boolean().default(false) }),
    output: z.object({ engines: z.array(engineViewSchema) }),
  })),
  /** Saves a server, or changes the given values of one that is saved. Header values go in and never come out again. */
  'engines.add': call(() => ({
    input: serverValuesSchema.extend({
      address: addressSchema,
      headers: headersSchema.optional(),
      /** PEM of a private certificate authority; an empty text takes it away. */
      certificateAuthority: z
        .string()
        .max(256 * 1024)
        .optional(),
    }),
    output: z.object({ engine: engineViewSchema, created: z.boolean() }),
  })),
  /** Changes a saved server; a drained one gets no new jobs. */
  'engines.update': call(() => ({
    input: serverValuesSchema.extend({ id: addressSchema, drained: z.boolean().optional() }),
    output: z.object({ engine: engineViewSchema }),
  })),
  /**
   * Forgets a saved server. While jobs run there or wait for it alone it is refused with `input.conflict` (their number is the detail's
   * `jobs`), or these are cancelled first. `goesOn`: how many of its prompts may still run there, because it could not be asked to stop them.
   */
  'engines.remove': call(() => ({
    input: z.object({ id: addressSchema, cancelJobs: z.boolean().default(false) }),
    output: z.object({ id: z.string(), goesOn: z.int().min(0) }),
  })),
  /** Asks an address as if it were added: what it is, or why it does not answer. */
  'engines.test': call(() => ({
    input: z.object({
      address: addressSchema,
      headers: headersSchema.optional(),
      certificateAuthority: z
        .string()
        .max(256 * 1024)
        .optional(),
    }),
    output: z.object({ found: foundServerSchema.optional(), ms: z.int().min(0), error: errorViewSchema.optional() }),
  })),
  /** Looks for a ComfyUI on this computer. What is found is offered, never used by itself. */
  'engines.discover': call(() => ({ input: z.object({}), output: z.object({ found: z.array(foundServerSchema) }) })),
  /** What each engine has for each workflow, as it answered last; `id` asks for one engine only. */
  'engines.readiness': call(() => ({
    input: z.object({ id: addressSchema.optional() }),
    output: z.object({ engines: z.array(z.object({ engine: engineViewSchema, workflows: z.array(workflowViewSchema) })) }),
  })),
} as const satisfies Record<string, CallSchemas>
