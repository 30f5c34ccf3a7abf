import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/domain/error'

/**
 * Finds a folder of `resources/`, which comes with Recast: beside the packed app, or above this file in the source tree
 * and above the built bundle alike.
 * Throws `input.not_found` when the installation lacks it.
 */
export function resourceFolder(name: string, from: string = import.meta.dirname): string {
  // Electron's own folder of a packed app; Node has no such property.
  const { resourcesPath } = process as NodeJS.Process & { resourcesPath?: string }
  const packed = resourcesPath === undefined ? undefined : join(resourcesPath, name)
  if (packed !== undefined && existsSync(packed)) return packed
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'resources', name)
    if (existsSync(found)) return found
    if (dirname(folder) === folder) break
  }
  throw new AppError('input.not_found', `This installation of Recast lacks its folder "${name}". Install it again.`, {
    detail: { folder: name },
  })
}
