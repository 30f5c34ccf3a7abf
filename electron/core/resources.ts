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
  const found = above(from, join('resources', name))
  if (found !== undefined) return found
  throw lacking(name)
}

/** Finds the folder of the workflows that come with Recast: beside the packed app, or above this file. Throws `input.not_found`. */
export function workflowFolder(from: string = import.meta.dirname): string {
  // By a file of it: the core has a folder of that name as well.
  const catalogue = above(from, join('workflows', 'models.json'))
  if (catalogue !== undefined) return dirname(catalogue)
  throw lacking('workflows')
}

/** The first folder upwards that has this path in it, with the path. */
function above(from: string, path: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, path)
    if (existsSync(found)) return found
    if (dirname(folder) === folder) return undefined
  }
}

function lacking(folder: string): AppError {
  return new AppError('input.not_found', `This installation of Recast lacks its folder "${folder}". Install it again.`, {
    detail: { folder },
  })
}
