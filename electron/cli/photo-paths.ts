import { readdirSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path)
}

/**
 * The photos of a command line as absolute paths, each once. A folder that holds the results' folder is taken apart so that results of
 * an earlier run aren't photos of this one. Paths that don't exist stay: the import says so for each.
 */
export function photoPaths(given: readonly string[], outDir: string, cwd: string = process.cwd()): string[] {
  const paths: string[] = []

  function add(path: string): void {
    if (path === outDir) return
    if (!isInside(path, outDir) || !isFolder(path)) {
      paths.push(path)
      return
    }
    let names: string[]
    try {
      names = readdirSync(path)
    } catch {
      // Not to be listed: the import says why.
      paths.push(path)
      return
    }
    for (const name of names.toSorted()) add(join(path, name))
  }

  for (const one of given) {
    const path = resolve(cwd, one)
    // A folder asked for by name is meant, even if it is where results go.
    if (path === outDir) paths.push(path)
    else add(path)
  }
  return [...new Set(paths)]
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
