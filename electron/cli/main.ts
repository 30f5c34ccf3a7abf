#!/usr/bin/env node
// The entry: nothing is loaded here that the shortest answer doesn't need.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const args = process.argv.slice(2)
// The bundle (out/main) and the source (electron/cli) lie equally deep in the package.
const packageText = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
const { version } = JSON.parse(packageText) as { version: string }

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version}\n`)
} else {
  const { start } = await import('./start')
  const code = await start(args, { version, rendererDir: fileURLToPath(new URL('../renderer', import.meta.url)) })
  // Native libraries may keep threads; a command that is done is done.
  process.exit(code)
}
