// `npm run runtime:lock [-- FILE...]`: resolves the managed runtime's lock files with hashes, as resources/runtime/pins.json lists them.
// A lock that cannot be resolved here (its torch lies on an index that is not reached) is said and left as it is: no hash is ever invented.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, say } from './setup.mjs'
import { findUv } from './uv.mjs'

const folder = join(root, 'resources', 'runtime')
const pins = JSON.parse(readFileSync(join(folder, 'pins.json'), 'utf8'))
const sources = JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8'))
const targets = {
  'linux-x64': 'x86_64-manylinux_2_28',
  'win32-x64': 'x86_64-pc-windows-msvc',
  'darwin-arm64': 'aarch64-apple-darwin',
}
const uv = findUv({ install: true })
if (!uv) {
  say('There is no uv, and pip could not get it. Install uv and run this again.')
  process.exit(1)
}

const wanted = new Set(process.argv.slice(2))
const locks = new Map(pins.locks.map((lock) => [lock.file, lock]))
let unlocked = 0

/**
 * Why a resolved lock must not be taken: of two indexes uv takes the newest version, and what the ordinary index has is another build of
 * torch than the one that is meant (newer ones have none for CUDA 12.6 at all). Builds of torch's own indexes bear their name.
 */
function wrongTorch(lock, index) {
  if (index === 'default') return undefined
  const versions = [...lock.matchAll(/^(torch|torchvision)==([^\s\\;]+)/gm)]
  const foreign = versions.find(([, , version]) => !version.endsWith(`+${index}`))
  return foreign && `${foreign[1]} ${foreign[2]} is no build of the index ${index}`
}

for (const { file, platform, index, constraints } of locks.values()) {
  if (wanted.size > 0 && !wanted.has(file)) continue
  const target = join(folder, 'locks', file)
  const part = `${target}.part`
  const torch = index === 'default' ? [] : ['--index', `${sources.torch}/${index}`, '--index-strategy', 'unsafe-best-match']
  const run = spawnSync(
    uv,
    [
      'pip',
      'compile',
      'requirements.in',
      '--constraints',
      'constraints.in',
      ...(constraints ? ['--constraints', constraints] : []),
      '--python-version',
      pins.python,
      '--python-platform',
      targets[platform],
      '--generate-hashes',
      '--no-header',
      '--no-annotate',
      '--no-config',
      '--only-binary',
      ':all:',
      ...torch,
      '--output-file',
      part,
    ],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, UV_HTTP_TIMEOUT: '120' } },
  )
  const wrong = run.status === 0 ? wrongTorch(readFileSync(part, 'utf8'), index) : undefined
  if (run.status === 0 && wrong === undefined) {
    renameSync(part, target)
    say(`${file}: locked, ${readFileSync(target, 'utf8').match(/^\S+==/gm)?.length ?? 0} packages`)
  } else {
    rmSync(part, { force: true })
    unlocked += 1
    const why = wrong ?? run.stderr.trim().split('\n').slice(-3).join(' ')
    say(`${file}: ${existsSync(target) ? 'kept as it was' : 'unlocked'}: it cannot be resolved here (${why})`)
  }
}
say(unlocked === 0 ? 'Every lock is made.' : `${unlocked} could not be made here.`)
