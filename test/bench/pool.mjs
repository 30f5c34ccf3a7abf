import { runFigures } from './figures.mjs'

/** Measures how much quicker three servers do 60 jobs than one; prints one JSON line with the ratio. */
export function run() {
  return runFigures(['test/integration/pool/throughput.test.ts'])
}
