// What `npm start` and `npm test` need before they can do anything: dependencies and the build, made only when they are out of date.
// Plain JavaScript without dependencies, because it runs before there are any. Everything it says goes to stderr: stdout belongs to the command.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const minimumNode = [20, 19]
/** What the build reads; a change in any of these makes it stale. */
const buildSources = [
  'electron',
  'renderer',
  'shared',
  'resources/styles',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
]

/** Says one line to the person who waits. */
export const say = (line) => process.stderr.write(`${line}\n`)

/** Ends the process with a sentence instead of a stack when Node itself is too old to go on. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1])) return
  say(
    `Recast needs Node ${minimumNode.join('.')} or newer; this is ${process.versions.node}. Install a newer Node and run the command again.`,
  )
  process.exit(1)
}

/**
 * Runs a command to its end with its output on stderr; throws when it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
function run(command, args, env = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  if (result.error) throw result.error
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`)
}

function stampIs(file, value) {
  return existsSync(file) && readFileSync(file, 'utf8') === value
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex')
}

/** A fingerprint of names, sizes and modification times: quick, and wrong only towards building once too often. */
function fingerprint(paths) {
  const lines = []
  const visit = (path) => {
    const info = statSync(join(root, path), { throwIfNoEntry: false })
    if (!info) return
    if (info.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) visit(`${path}/${name}`)
    } else if (!path.endsWith('.test.ts') && !path.endsWith('.test.tsx')) {
      lines.push(`${path} ${info.size} ${info.mtimeMs}`)
    }
  }
  for (const path of paths) visit(path)
  return hashOf(lines.join('\n'))
}

/** Installs the dependencies that the lock file names, unless they are there. */
export function ensureDependencies() {
  const stamp = join(root, 'node_modules', '.recast-lock')
  const wanted = hashOf(`${readFileSync(join(root, 'package-lock.json'), 'utf8')} node ${process.versions.modules}`)
  if (stampIs(stamp, wanted)) return
  say('Installing dependencies (a few minutes the first time: SQLite is compiled) …')
  // The tests' browser is the system's; onnxruntime's CPU library is in its package and its CUDA files are never used.
  run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip',
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
  })
  writeFileSync(stamp, wanted)
}

/** Builds all bundles, unless nothing that they are made of has changed. */
export function ensureBuild() {
  const stamp = join(root, 'out', '.recast-build')
  const wanted = fingerprint(buildSources)
  if (stampIs(stamp, wanted)) return
  say('Building …')
  run(process.execPath, [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build', '--logLevel', 'warn'])
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
}

/** Everything up to a runnable build. Exits with a sentence when a step fails. */
export function setUp() {
  requireNode()
  try {
    ensureDependencies()
    ensureBuild()
  } catch (error) {
    say(`Setting up failed: ${error.message}. The lines above say why; mend that and run the command again.`)
    process.exit(1)
  }
}
