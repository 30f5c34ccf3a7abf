import { setImmediate as breathe } from 'node:timers/promises'
import { z } from 'zod'

/** Entries of a list that are checked in one turn of the main loop: about a millisecond. */
const entriesAtOnce = 500

/**
 * Checks an answer by its schema and drops whatever the schema does not name. Long lists are checked a part at a time.
 * Throws a ZodError for an answer that breaks the contract.
 */
export async function checkOutput(schema: z.ZodType, answer: unknown): Promise<unknown> {
  if (!(schema instanceof z.ZodObject) || typeof answer !== 'object' || answer === null) return schema.parse(answer)
  const shape = schema.shape as Record<string, z.ZodType>
  const checked: Record<string, unknown[]> = {}
  const short: Record<string, unknown> = { ...answer }
  for (const [key, value] of Object.entries(answer)) {
    const list = shape[key]
    if (!(list instanceof z.ZodArray) || !Array.isArray(value) || value.length <= entriesAtOnce) continue
    const entries: unknown[] = []
    for (let at = 0; at < value.length; at += entriesAtOnce) {
      if (at > 0) await breathe()
      // One by one into the list: a spread of thousands of arguments is a stack overflow.
      for (const entry of list.parse(value.slice(at, at + entriesAtOnce)) as unknown[]) entries.push(entry)
    }
    checked[key] = entries
    short[key] = []
  }
  return { ...(schema.parse(short) as object), ...checked }
}
