// `npm run check`: types, lint, format, the dependency rule, dead code, file lengths. All run, so that one pass shows everything.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, say } from './setup.mjs'

const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)
const maxLines = 420

/** Files that git knows or would add, so that build output never counts. */
function sourceFiles() {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  return listed.stdout.split('\n').filter((path) => /\.(ts|tsx|mjs|css)$/.test(path))
}

function tooLong() {
  const long = sourceFiles()
    .map((path) => {
      try {
        return { path, lines: readFileSync(join(root, path), 'utf8').split('\n').length }
      } catch {
        return { path, lines: 0 } // deleted, not yet committed
      }
    })
    .filter(({ lines }) => lines > maxLines)
  for (const { path, lines } of long) say(`${path}: ${lines} lines; split it (about 400 at most).`)
  return long.length === 0
}

function tool(name, args) {
  const { status } = spawnSync(bin(name), args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  return status === 0
}

const checks = {
  types: () => tool('tsc', ['-b', '--pretty']),
  lint: () => tool('oxlint', ['--deny-warnings']),
  format: () => tool('prettier', ['--check', '--log-level', 'warn', '.']),
  'dead code': () => tool('knip', []),
  'file lengths': tooLong,
}

const only = process.argv.slice(2)
const failed = Object.entries(checks)
  .filter(([name]) => only.length === 0 || only.includes(name))
  .filter(([name, check]) => {
    const ok = check()
    say(`${ok ? 'ok  ' : 'FAIL'} ${name}`)
    return !ok
  })
process.exit(failed.length === 0 ? 0 : 1)
