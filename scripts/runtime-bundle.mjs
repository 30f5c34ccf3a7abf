// `npm run runtime:bundle [-- --python-mirror URL]`: gathers what the packed app needs to install the local ComfyUI without anything else
// on the machine: uv into resources/runtime/bin, a standalone CPython into resources/runtime/python. Run at release, on the platform that
// is packed. What cannot be fetched is said, and the exit code is 1: a package without it must not be released by accident.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, say } from './setup.mjs'
import { findUv } from './uv.mjs'

const folder = join(root, 'resources', 'runtime')
const windows = process.platform === 'win32'
const { python } = JSON.parse(readFileSync(join(folder, 'pins.json'), 'utf8'))
const args = process.argv.slice(2)
const mirror = args[0] === '--python-mirror' ? args[1] : undefined

const uv = findUv({ install: true })
if (!uv) {
  say('uv is not here and pip could not get it. Install uv and run this again.')
  process.exit(1)
}
const name = windows ? 'uv.exe' : 'uv'
const bin = join(folder, 'bin')
const target = join(bin, name)
if (uv !== target) {
  mkdirSync(bin, { recursive: true })
  copyFileSync(uv, target)
  chmodSync(target, 0o755)
}
const version = spawnSync(target, ['--version'], { encoding: 'utf8' })
if (version.status !== 0) {
  say(`${uv} does not run: it is no uv for this machine.`)
  process.exit(1)
}
say(`bundled ${version.stdout.trim()}`)

const work = mkdtempSync(join(tmpdir(), 'recast-python-'))
try {
  const fetched = spawnSync(target, ['python', 'install', python, '--install-dir', work, '--no-bin', '--no-config'], {
    encoding: 'utf8',
    env: { ...process.env, ...(mirror ? { UV_PYTHON_INSTALL_MIRROR: mirror } : {}) },
  })
  const made = readdirSync(work).find((entry) => entry.startsWith(`cpython-${python}.`))
  if (fetched.status !== 0 || made === undefined) {
    say(`CPython ${python} could not be fetched: ${fetched.stderr.trim().split('\n').at(-1)}`)
    say('Run this where it can be, or name a mirror with --python-mirror URL.')
    process.exitCode = 1
  } else {
    const place = join(folder, 'python')
    rmSync(place, { recursive: true, force: true })
    cpSync(join(work, made), place, { recursive: true, verbatimSymlinks: true })
    const program = join(place, ...(windows ? ['python.exe'] : ['bin', 'python3']))
    const check = existsSync(program) ? spawnSync(program, ['-I', '--version'], { encoding: 'utf8' }) : undefined
    if (check?.status !== 0) {
      say('The CPython that was fetched does not run.')
      process.exitCode = 1
    } else say(`bundled ${check.stdout.trim()}`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
