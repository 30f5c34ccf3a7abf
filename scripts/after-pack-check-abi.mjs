// electron-builder's afterPack: looks at what was really packed. electron-builder may pack the better-sqlite3 that was built for Node
// without a word, and the app then ends at its first start; here the packing fails instead.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup.mjs'
import { abiProblem } from './check-abi.mjs'

/** The ABI of the Electron that is installed; its package says so in a file of its own. */
export function electronAbi() {
  return Number(readFileSync(join(root, 'node_modules', 'electron', 'abi_version'), 'utf8'))
}

/**
 * Everything that is wrong with a packed app's native modules, as sentences.
 * @param {string} resourcesDir the packed app's resources folder
 * @param {NodeJS.Platform} platform
 * @param {number} abi
 * @returns {string[]}
 */
export function packProblems(resourcesDir, platform, abi) {
  const modules = join(resourcesDir, 'app.asar.unpacked', 'node_modules')
  const natives = [
    join('better-sqlite3', 'build', 'Release', 'better_sqlite3.node'),
    ...nodeFilesIn(join(modules, 'onnxruntime-node', 'bin')).map((path) => path.slice(modules.length + 1)),
    ...nodeFilesIn(join(modules, '@img')).map((path) => path.slice(modules.length + 1)),
  ]
  const problems = natives
    .map((path) => abiProblem(join(modules, path), abi, platform))
    .filter((problem) => problem !== undefined)
  for (const name of ['onnxruntime-node', '@img']) {
    if (!natives.some((path) => path.startsWith(name))) problems.push(`${name} was packed without its native code.`)
  }
  return problems
}

function nodeFilesIn(dir) {
  try {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.node'))
      .map((path) => join(dir, path))
  } catch {
    return []
  }
}

/** @param {import('electron-builder').AfterPackContext} context */
export default function afterPack(context) {
  const platform = context.electronPlatformName === 'mas' ? 'darwin' : context.electronPlatformName
  const resourcesDir =
    platform === 'darwin'
      ? join(context.appOutDir, `${context.packager.appInfo.productFilename}.app`, 'Contents', 'Resources')
      : join(context.appOutDir, 'resources')
  const problems = packProblems(resourcesDir, platform, electronAbi())
  if (problems.length > 0) throw new Error(`The packed app would not start:\n${problems.join('\n')}`)
}
