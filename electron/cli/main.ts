#!/usr/bin/env node
// The entry: nothing is loaded here that the shortest answer doesn't need.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { prewarmDraftProcess } from '#core/engines/draft/spawn'
import { loadCached } from '#core/code-cache'
import type * as Command from './command'

const args = process.argv.slice(2)

/** Whether the command is likely to be painted by the draft engine: a guess before the arguments are parsed, and harmless when wrong. */
function mayDraft([command, ...rest]: readonly string[]): boolean {
  if (command !== 'style' && command !== 'views') return false
  if (rest.includes('--help') || rest.includes('-h')) return false
  const engine = rest[rest.indexOf('--engine') + 1]
  return !rest.includes('--engine') || engine === 'auto' || engine === 'draft'
}

async function main(): Promise<void> {
  // The bundle (out/main) and the source (electron/cli) lie equally deep in the package.
  const packageText = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(packageText) as { version: string }

  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${version}\n`)
    return
  }
  // Its start takes as long as loading everything, opening the folder and importing the photos: side by side they cost once.
  const prewarmed = mayDraft(args) ? prewarmDraftProcess() : undefined
  const command = loadCached(fileURLToPath(new URL('command.cjs', import.meta.url)))
  const { start, adoptDraftProcess } = command.exports as typeof Command
  if (prewarmed) adoptDraftProcess(prewarmed)
  const code = await start(args, { version, rendererDir: fileURLToPath(new URL('../renderer', import.meta.url)) })
  if (process.env['RECAST_WRITE_CODE_CACHE']) command.writeCache()
  // Native libraries may keep threads; a command that is done is done.
  process.exit(code)
}

void main()
