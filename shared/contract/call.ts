import type { z } from 'zod'
import { lazily } from '../lazily'

/** The schemas of one call: of what it is given, and of what it answers. */
export interface CallSchemas<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I
  readonly output: O
}

/**
 * A call of the contract. Its schemas are built when one of them is first asked for: the contract has a hundred calls, a command makes five
 * of them, and building the schemas of all is a tenth of its start.
 */
export function call<I extends z.ZodType, O extends z.ZodType>(build: () => CallSchemas<I, O>): CallSchemas<I, O> {
  const schemas = lazily(build)
  return {
    get input() {
      return schemas().input
    },
    get output() {
      return schemas().output
    },
  }
}
