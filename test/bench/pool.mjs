import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Measures how much quicker three servers do 60 jobs than one; prints one JSON line with the ratio. */
export function run() {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', 'test/integration/pool/throughput.test.ts', '--disable-console-intercept'],
    { cwd: root, stdio: 'inherit', env: { ...process.env, RECAST_BENCH: '1' } },
  )
  return status ?? 1
}
