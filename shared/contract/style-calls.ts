import { z } from 'zod'
import { errorViewSchema } from '../domain/error-schema'
import { ownStyleSchema, styleMarksSchema, styleSchema } from '../domain/style'
import { call } from './call'

const styleId = z.string().min(1).max(64)

/** The calls of styles and own presets; see `calls`. */
export const styleCalls = {
  /** Every style, own presets first, with favourites and those that were used last. */
  'styles.list': call(() => ({
    input: z.object({}),
    output: z.object({ styles: z.array(styleSchema), marks: styleMarksSchema }),
  })),
  /** Keeps an own preset: a new one, or with `id` a changed one. Two may not have one name. */
  'styles.save': call(() => ({ input: z.object({ id: styleId.optional(), style: ownStyleSchema }), output: styleSchema })),
  /** Takes own presets out of the list. Results made with them stay as they are, and so does what was queued. */
  'styles.remove': call(() => ({
    input: z.object({ ids: z.array(styleId).min(1).max(500) }),
    output: z.object({ ids: z.array(styleId) }),
  })),
  /** Brings removed presets back. */
  'styles.restore': call(() => ({
    input: z.object({ ids: z.array(styleId).min(1).max(500) }),
    output: z.object({ styles: z.array(styleSchema) }),
  })),
  'styles.favour': call(() => ({ input: z.object({ id: styleId, favourite: z.boolean() }), output: styleMarksSchema })),
  /**
   * Own presets as one file, their pictures inside. With `dir` it is written there, never over another file; without it (a browser) it can
   * be loaded from the address of `fileId` until Recast ends.
   */
  'styles.export': call(() => ({
    input: z.object({ ids: z.array(styleId).min(1).max(500), dir: z.string().min(1).max(4096).optional() }),
    output: z.object({ paths: z.array(z.string()), fileId: z.string().optional() }),
  })),
  /** Takes presets out of such a file, by its path (shells that see the same disk) or its text. One bad preset never stops the others. */
  'styles.import': call(() => ({
    input: z
      .object({ path: z.string().min(1).max(4096).optional(), text: z.string().optional() })
      .refine((input) => (input.path === undefined) !== (input.text === undefined), { message: 'name either a path or a text' }),
    output: z.object({
      results: z.array(
        z.object({
          name: z.string(),
          style: styleSchema.optional(),
          /** The same preset was there already; `style` is that one. */
          duplicate: z.boolean().default(false),
          error: errorViewSchema.optional(),
        }),
      ),
    }),
  })),
} as const
