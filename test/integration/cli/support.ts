import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { scene } from '../../pictures/odd-pictures'
import { bundle } from '../bundle'

/** One line of `--json`. */
export type Line = { event: string } & Record<string, unknown>

/** How a command came out. */
export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
  /** The lines of standard output as JSON objects; throws where one is none. */
  lines(): Line[]
}

/** A running command. */
export interface Running {
  child: ChildProcess
  ended: Promise<Outcome>
  /** Resolves when standard output or error so far contains the text this often. */
  said(text: string, times?: number): Promise<void>
  /** What a terminal does at Ctrl-C: the signal goes to every process of the command. */
  interrupt(): void
}

/** How a command is started. */
export interface StartOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** The user (and group) it runs as; only root may choose. */
  uid?: number
}

/** The command line, built, and folders for it. */
export interface TestBench {
  dir(name?: string): string
  start(args: readonly string[], options?: StartOptions): Running
  run(args: readonly string[], options?: StartOptions): Promise<Outcome>
}

/**
 * The bench of a test file or a `describe`: built before its first test as the app's build does it, what commands run and which folders
 * are left is ended and removed after each test.
 */
export function openBench(): TestBench {
  let built = ''
  const dirs: string[] = []
  const running = new Set<Running>()
  beforeAll(async () => {
    built = await bundle({}, ['cli', 'draft'])
    // Its own user's only, as made; tests may start it as another one.
    chmodSync(built, 0o755)
  }, 120_000)
  afterEach(async () => {
    for (const { child, ended } of running) {
      child.kill('SIGKILL')
      await ended
    }
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  })
  afterAll(() => rmSync(built, { recursive: true, force: true, maxRetries: 5 }))

  function start(args: readonly string[], options: StartOptions = {}): Running {
    const child = spawn(process.execPath, [join(built, 'cli.cjs'), ...args], {
      cwd: options.cwd,
      env: { ...process.env, CI: '', ...options.env },
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
      // A process group of its own, as a terminal gives each command.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    const looks = new Set<() => void>()
    const took = (): void => {
      for (const look of looks) look()
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      took()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      took()
    })
    const ended = new Promise<Outcome>((resolve) => {
      child.once('close', (code) => {
        running.delete(own)
        resolve({
          code,
          stdout,
          stderr,
          lines: () =>
            stdout
              .split('\n')
              .filter((line) => line !== '')
              .map((line) => JSON.parse(line) as Line),
        })
        took()
      })
    })
    const own: Running = {
      child,
      ended,
      said: (text, times = 1) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            if ((stdout + stderr).split(text).length <= times) {
              if (child.exitCode === null && child.signalCode === null) return
              looks.delete(look)
              return reject(new Error(`ended without saying ${text} ${times} times:\n${stdout}\n${stderr}`))
            }
            looks.delete(look)
            resolve()
          }
          looks.add(look)
          look()
        }),
      interrupt() {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
      },
    }
    running.add(own)
    return own
  }

  return {
    start,
    run: (args, options) => start(args, options).ended,
    dir(name = 'data') {
      const dir = mkdtempSync(join(tmpdir(), 'recast-cli-'))
      dirs.push(dir)
      const inner = join(dir, name)
      mkdirSync(inner)
      return inner
    },
  }
}

/** Writes different photo-like pictures `photo-01.png` … into a folder. */
export async function writePhotos(dir: string, count: number, size = { width: 96, height: 64 }): Promise<string[]> {
  const paths: string[] = []
  for (let n = 1; n <= count; n++) {
    const path = join(dir, `photo-${String(n).padStart(2, '0')}.png`)
    const turned = sharp(scene(size.width, size.height), { raw: { ...size, channels: 3 } }).modulate({ hue: n * 11 })
    await turned.png().toFile(path)
    paths.push(path)
  }
  return paths
}
