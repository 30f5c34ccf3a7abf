// Finds `uv`, or fetches it from the Python package index into a cache, through pip. For scripts and tests; the packed app carries its own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const name = process.platform === 'win32' ? 'uv.exe' : 'uv'
const cache = join(root, 'node_modules', '.cache', 'recast-uv')

/** Where uv is, or undefined. @returns {string | undefined} */
function lookUp() {
  const path = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name))
  const named = process.env['RECAST_UV']
  return [...(named ? [named] : []), join(root, 'resources', 'runtime', 'bin', name), ...path, join(cache, 'bin', name)].find(
    (place) => existsSync(place),
  )
}

/**
 * Finds uv; with `install` gets it by pip where it is not there. Undefined where neither works.
 * @param {{ install?: boolean }} [options]
 * @returns {string | undefined}
 */
export function findUv({ install = false } = {}) {
  const found = lookUp()
  if (found || !install) return found
  // Two test workers may come at once: each installs beside, one rename wins.
  const own = `${cache}-${process.pid}`
  mkdirSync(dirname(cache), { recursive: true })
  for (const python of ['python3', 'python', 'py']) {
    const run = spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--target', own, 'uv'], { stdio: 'ignore' })
    if (run.status === 0) {
      try {
        renameSync(own, cache)
      } catch {
        rmSync(own, { recursive: true, force: true })
      }
      return lookUp()
    }
  }
  rmSync(own, { recursive: true, force: true })
  return undefined
}
