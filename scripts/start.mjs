// `npm start`: sets up what is missing, then opens the app. `npm start -- ARGS`: runs the command line.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, say, setUp } from './setup.mjs'

const args = process.argv.slice(2)
const cli = join(root, 'out', 'main', 'cli.cjs')
const day = 24 * 3600 * 1000

/** Runs a program in the foreground, passes signals and its exit code on, and ends with it. */
function become(command, commandArgs) {
  const child = spawn(command, commandArgs, {
    stdio: 'inherit',
    env: { ...process.env, MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2' },
  })
  // A terminal sends Ctrl-C to the whole group, another program to us alone; the command line counts what comes twice within a moment once.
  process.on('SIGINT', () => child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => {
    say(`Could not start ${command}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}

/** The path of Electron's binary, or undefined where there is none. */
function electronBinary() {
  const pathFile = join(root, 'node_modules', 'electron', 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const binary = join(root, 'node_modules', 'electron', 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

/** Fetches Electron's binary once a day at most, so that a machine that can't reach it starts quickly all the same. */
function fetchElectron() {
  const triedFile = join(root, 'node_modules', '.recast-electron-tried')
  const tried = statSync(triedFile, { throwIfNoEntry: false })
  if (tried && Date.now() - tried.mtimeMs < day) return undefined
  say('Fetching the desktop shell (Electron) …')
  spawnSync(process.execPath, [join(root, 'node_modules', 'electron', 'install.js')], {
    cwd: root,
    stdio: 'ignore',
    timeout: 300_000,
  })
  const binary = electronBinary()
  if (!binary) writeFileSync(triedFile, '')
  return binary
}

const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

setUp()
if (args.length > 0) {
  become(process.execPath, [cli, ...args])
} else {
  const electron = hasDisplay ? (electronBinary() ?? fetchElectron()) : undefined
  if (electron) {
    become(electron, [root])
  } else {
    say(
      `${hasDisplay ? "Electron's binary is not here and could not be fetched" : 'There is no display'}: Recast opens in the browser instead.`,
    )
    become(process.execPath, [cli, 'serve'])
  }
}
