// Finds a Chromium for the tests; on Debian as root it installs one.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { say } from './setup.mjs'

const candidates = [
  process.env.RECAST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** What to do where none is found. */
export const installHint =
  'The tests need Chromium or Chrome: install one (Debian: apt-get install chromium) or set RECAST_CHROMIUM to its path.'

/** Flags that keep it quiet and alone: no first-run work, no background traffic, no GPU. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The same with WebGL drawn by the processor. */
export const softwareWebGlArgs = [...chromiumArgs, '--enable-unsafe-swiftshader', '--use-gl=angle', '--use-angle=swiftshader']

/**
 * The path of a Chromium, or undefined.
 * @param {{ install?: boolean }} [options] whether to install Debian's when there is none
 */
export function findChromium({ install = false } = {}) {
  const found = candidates.find((path) => path && existsSync(path))
  if (found || !install) return found
  const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!canInstall) return undefined
  say('Installing Chromium for the tests …')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 2, 2], env })
  // fonts-noto-cjk: without it Chinese is drawn as boxes and screenshots show nothing. strace: for the test of the order of writes.
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk', 'strace'], {
    stdio: ['ignore', 2, 2],
    env,
  })
  return candidates.find((path) => path && existsSync(path))
}
