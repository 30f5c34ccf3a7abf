import { runFigures } from './figures.mjs'

/** Measures what a batch costs the main loop, and pages and searches of large libraries. */
export function run() {
  const tests = ['core/speed', 'assets/tables', 'gallery/search']
  return runFigures(tests.map((name) => `test/integration/${name}.test.ts`))
}
