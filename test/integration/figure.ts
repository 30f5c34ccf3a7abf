import { expect } from 'vitest'

/**
 * Prints a figure, and holds it against its limit where figures are measured: by `npm run bench -- core`, on a machine that does nothing else.
 * In a test run a busy or slow machine would fail it, which says nothing of Recast.
 */
export function figure(what: string, value: number, limit: number, unit = 'ms'): void {
  console.log(`${what}: ${value.toFixed(1)} ${unit} (limit ${limit})`)
  if (process.env['RECAST_BENCH']) expect.soft(value).toBeLessThan(limit)
}
