import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Runs tests one after the other with their figures held against the limits; answers vitest's exit code. */
export function runFigures(files) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const options = ['run', ...files, '--disable-console-intercept', '--no-file-parallelism']
  const env = { ...process.env, RECAST_BENCH: '1' }
  return spawnSync(process.execPath, [vitest, ...options], { cwd: root, stdio: 'inherit', env }).status ?? 1
}
