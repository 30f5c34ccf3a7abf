import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The nearest of a folder and those above it for which `isIt` says yes. */
export function nearestAbove(start: string, isIt: (folder: string) => boolean): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (isIt(folder)) return folder
    if (dirname(folder) === folder) return undefined
  }
}

/**
 * Where the draft process may be, most likely first, for code that runs in `folder`: beside it, above it when it was split into `chunks`,
 * or in the package's `out/main` when it runs from source.
 */
export function processCandidates(folder: string, packageRoot: string | undefined): string[] {
  const beside = [folder, dirname(folder)]
  return [...beside, ...(packageRoot === undefined ? [] : [join(packageRoot, 'out', 'main')])].map((place) =>
    join(place, 'draft-process.cjs'),
  )
}

/**
 * Where the networks may be: beside the packed app (`resourcesPath` of Electron), or in the package's own resources.
 */
export function modelsCandidates(resourcesPath: string | undefined, packageRoot: string | undefined): string[] {
  return [
    ...(resourcesPath === undefined ? [] : [join(resourcesPath, 'models'), join(resourcesPath, 'resources', 'models')]),
    ...(packageRoot === undefined ? [] : [join(packageRoot, 'resources', 'models')]),
  ]
}

const here = dirname(fileURLToPath(import.meta.url))

function packageRoot(): string | undefined {
  return nearestAbove(here, (folder) => existsSync(join(folder, 'package.json')))
}

function firstThere(candidates: string[]): string {
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates.at(-1) ?? ''
}

/** The draft process of this build. The path may not exist: `probe` says so. */
export function defaultProcessPath(): string {
  // A process can't be started from inside an asar archive; electron-builder unpacks it beside.
  return firstThere(processCandidates(here, packageRoot())).replace(/\.asar([\\/])/u, '.asar.unpacked$1')
}

/** The networks that come with Recast. */
export function defaultModelsDir(): string {
  const { resourcesPath } = process as NodeJS.Process & { resourcesPath?: string }
  return firstThere(modelsCandidates(resourcesPath, packageRoot())).replace(/\.asar([\\/])/u, '.asar.unpacked$1')
}
