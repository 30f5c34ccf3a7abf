// `npm run desktop:selftest`: starts the desktop app, styles a photo, sees its previews, quits, and looks whether a process stayed.
// Prints one JSON object. Exit codes: 0 passed, or skipped ("skipped" says why: no Electron binary, no display); 1 failed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root, say, setUp } from './setup.mjs'

const timeoutMs = 240_000

function finish(result, code) {
  process.stdout.write(`${JSON.stringify(result)}\n`)
  process.exit(code)
}

function electronBinary() {
  const pathFile = join(root, 'node_modules', 'electron', 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const binary = join(root, 'node_modules', 'electron', 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Electron on Linux needs a display; a virtual one will do. */
function launcher(binary, args) {
  if (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return [binary, args]
  if (spawnSync('xvfb-run', ['--help'], { stdio: 'ignore' }).error) return undefined
  return ['xvfb-run', ['-a', binary, ...args]]
}

const binary = electronBinary()
if (!binary) {
  say("Skipped: Electron's binary is not on this machine (node node_modules/electron/install.js fetches it).")
  finish({ skipped: 'no Electron binary' }, 0)
}
const data = mkdtempSync(join(tmpdir(), 'recast-selftest-'))
const artefacts = join(root, 'test-results', 'desktop-selftest')
mkdirSync(artefacts, { recursive: true })
const reportPath = join(artefacts, 'report.json')
rmSync(reportPath, { force: true })
// Electron refuses its sandbox to root; CI containers are root, users are not.
const asRoot = process.platform === 'linux' && process.getuid?.() === 0
const launch = launcher(binary, [
  ...(asRoot ? ['--no-sandbox'] : []),
  root,
  '--data',
  data,
  `--user-data-dir=${join(data, 'profile')}`,
])
if (!launch) {
  say('Skipped: there is no display, and no xvfb-run to make one.')
  rmSync(data, { recursive: true, force: true })
  finish({ skipped: 'no display' }, 0)
}

setUp()
const startedAt = performance.now()
const child = spawn(launch[0], launch[1], {
  stdio: ['ignore', 2, 2],
  env: { ...process.env, RECAST_SELFTEST_REPORT: reportPath, RECAST_SELFTEST_SCREENSHOT: join(artefacts, 'window.png') },
})
const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
const code = await new Promise((resolve) => {
  child.on('error', () => resolve(-1))
  child.on('exit', (exitCode) => resolve(exitCode ?? -1))
})
clearTimeout(timer)
const wallMs = Math.round(performance.now() - startedAt)
const report = existsSync(reportPath) ? JSON.parse(readFileSync(reportPath, 'utf8')) : undefined
// Electron's helpers may take a moment after the main process; what is there after five seconds stays.
let left = report?.pids ?? []
for (let i = 0; i < 50 && left.some(isAlive); i++) await sleep(100)
left = left.filter(isAlive)
rmSync(data, { recursive: true, force: true, maxRetries: 5 })
const ok = code === 0 && report?.ok === true && left.length === 0
finish({ ok, exitCode: code, wallMs, processesLeft: left, report: report ?? null }, ok ? 0 : 1)
