import { homedir } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import envPaths from 'env-paths'
import { UsageError } from './usage'

/**
 * The data folder, absolute: `--data`, else the environment's RECAST_DATA, else the system's place for an application's data
 * (~/.local/share/recast, ~/Library/Application Support/recast, %LOCALAPPDATA%\recast\Data).
 */
export function dataDir(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = given ?? (environment['RECAST_DATA'] || undefined)
  if (chosen === undefined) {
    const { data } = envPaths('recast', { suffix: '' })
    if (isAbsolute(data)) return data
    throw new UsageError('There is no home folder to keep data in. Set HOME, or say where: --data DIR.')
  }
  // A shell expands ~ only where it begins a word: not in --data=~/x, nor in an environment file.
  return resolve(chosen.replace(/^~(?=$|[\\/])/, homedir()))
}
