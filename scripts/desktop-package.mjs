// `npm run desktop:package [-- electron-builder's arguments]`: builds, packs, and leaves node_modules as it was. Packing compiles
// better-sqlite3 for Electron in place (about two minutes); Node's own build, which the tests and the command line need, is put back.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readModuleAbi } from './check-abi.mjs'
import { root, say, setUp } from './setup.mjs'

const moduleFile = join(root, 'node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node')
const kept = join(root, 'node_modules', '.recast-node-build', 'better_sqlite3.node')

const isNodeBuild = (path) => {
  if (!existsSync(path)) return false
  const abi = readModuleAbi(readFileSync(path))
  return abi.kind === 'versioned' && abi.abi === Number(process.versions.modules)
}

function putBack() {
  if (isNodeBuild(moduleFile) || !isNodeBuild(kept)) return
  // Copied and renamed, so that a process that has the file open keeps what it has, and a crash leaves one or the other.
  copyFileSync(kept, `${moduleFile}.part`)
  renameSync(`${moduleFile}.part`, moduleFile)
}

setUp()
// A packing that was killed may have left Electron's build behind.
putBack()
if (!isNodeBuild(moduleFile)) {
  say('better-sqlite3 is not built for this Node: run `npm ci`, then try again.')
  process.exit(1)
}
mkdirSync(join(kept, '..'), { recursive: true })
copyFileSync(moduleFile, kept)

let status = 1
try {
  const builder = join(root, 'node_modules', 'electron-builder', 'cli.js')
  status =
    spawnSync(process.execPath, [builder, '--publish', 'never', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
      .status ?? 1
} finally {
  putBack()
  if (isNodeBuild(moduleFile)) rmSync(join(kept, '..'), { recursive: true, force: true })
}
process.exit(status)
