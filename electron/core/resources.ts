import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/domain/error'

/**
 * Finds a folder of `resources/`, which comes with Recast: above this file, in the source tree and beside the built bundle alike.
 * Throws `input.not_found` when the installation lacks it.
 */
export function resourceFolder(name: string, from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'resources', name)
    if (existsSync(found)) return found
    if (dirname(folder) === folder) break
  }
  throw new AppError('input.not_found', `This installation of Recast lacks its folder "${name}". Install it again.`, {
    detail: { folder: name },
  })
}
