import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Measures the studio in a real browser (every `*.bench.ts` of `test/e2e`): frames while scrolling, the first screen of a large folder. */
export function run() {
  const playwright = join(root, 'node_modules/@playwright/test/cli.js')
  const { status } = spawnSync(
    process.execPath,
    [playwright, 'test', '--reporter=list', '--output', join(root, 'test-results/bench')],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, RECAST_BENCH: '1' },
    },
  )
  return status ?? 1
}
