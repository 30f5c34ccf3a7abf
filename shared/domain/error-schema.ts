import { z } from 'zod'
import { errorCodes, retries, type ErrorView } from './error'

/** The schema of {@link ErrorView}; apart from it, so that a process which only throws errors need not load a schema library. */
export const errorViewSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  retry: z.enum(retries),
  detail: z.record(z.string(), z.unknown()).optional(),
}) satisfies z.ZodType<ErrorView>
