import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toAppError } from '#shared/domain/error'
import type { AppLogger } from '../../app'
import { lockLinesFor, type Recipe } from '../recipe'
import { packageFor, type NodeFailure } from '../supervisor/classify'
import type { Mirrors } from './environment'
import type { RuntimeTools } from './find-tools'
import { noteMending } from './journal'
import { mendPackages } from './packages'
import type { Installation, InstallationStore } from './store'

/** Packages that take another one's place and break it: OpenCV's builds share one folder. */
const strangersOf: Record<string, string[]> = {
  'opencv-python-headless': ['opencv-python', 'opencv-contrib-python', 'opencv-contrib-python-headless'],
}

/**
 * Puts back what custom nodes miss, out of the lock and by its hashes; a module that the lock does not know is nothing to be guessed at.
 * Answers whether something was done, so that a new start is worth it. Never throws.
 */
export async function mendNodes(
  failures: readonly NodeFailure[],
  context: {
    store: InstallationStore
    installation: Installation
    recipe: Recipe
    tools: RuntimeTools
    mirrors: Mirrors
    signal: AbortSignal
  },
  logger: AppLogger,
): Promise<boolean> {
  const { store, installation, recipe, tools, mirrors, signal } = context
  const wanted = [...new Set(failures.flatMap(({ module }) => (module === undefined ? [] : [packageFor(module)])))]
  const known = wanted.filter((name) => lockLinesFor(recipe.lock.text, [name]) !== undefined)
  if (known.length === 0) return false
  const folder = store.folderOf(installation.id)
  const lockFile = join(folder, 'mend.txt')
  try {
    await writeFile(lockFile, lockLinesFor(recipe.lock.text, known) ?? '')
    const strangers = known.flatMap((name) => strangersOf[name] ?? [])
    await mendPackages(
      {
        layout: store.layout,
        tools,
        mirrors,
        offline: false,
        signal,
        onProcess: (tool) => noteMending(store.layout, tool),
      },
      join(folder, 'venv'),
      recipe,
      lockFile,
      strangers,
    )
    logger.info({ packages: known }, 'packages of custom nodes were mended')
    return true
  } catch (thrown) {
    logger.warn({ err: toAppError(thrown), packages: known }, 'packages of custom nodes could not be mended')
    return false
  }
}
