import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from '#core/wire/content-security'

const root = join(import.meta.dirname, '..', '..', '..')
const bundle = join(root, 'out', 'main', 'desktop.js')

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'recast-main-'))
  const double = pathToFileURL(join(import.meta.dirname, 'electron-double.mjs')).href
  // Gives the bundle's `electron` the double; everything else is the real thing.
  const hook = `export const resolve = (name, context, next) => name === 'electron' ? { url: ${JSON.stringify(double)}, shortCircuit: true } : next(name, context)`
  writeFileSync(join(dir, 'hook.mjs'), hook)
  writeFileSync(
    join(dir, 'register.mjs'),
    `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(join(dir, 'hook.mjs')).href)})`,
  )
})
afterEach(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }))

function run(
  environment: Record<string, string> = {},
): Promise<{ code: number | null; stderr: string; log: Record<string, unknown> }> {
  const logPath = join(dir, 'double.json')
  const child = spawn(
    process.execPath,
    ['--import', pathToFileURL(join(dir, 'register.mjs')).href, bundle, '--data', join(dir, 'data')],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DOUBLE_LOG: logPath, DOUBLE_PROFILE: dir, ...environment },
    },
  )
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((resolve) => {
    child.on('exit', (code) =>
      resolve({
        code,
        stderr,
        log: existsSync(logPath) ? (JSON.parse(readFileSync(logPath, 'utf8')) as Record<string, unknown>) : {},
      }),
    )
  })
}

// `npm test` builds first; a bare `vitest` in a tree that was never built has nothing to look at.
describe.skipIf(!existsSync(bundle))('the built main bundle', () => {
  it(
    'starts, shows its window, styles a photo with the real core, hears of previews, and ends',
    { timeout: 120_000 },
    async () => {
      const reportPath = join(dir, 'report.json')
      const { code, stderr, log } = await run({
        RECAST_SELFTEST_REPORT: reportPath,
        RECAST_SELFTEST_SCREENSHOT: join(dir, 'window.png'),
      })
      expect(stderr).toBe('')
      const report = JSON.parse(readFileSync(reportPath, 'utf8')) as {
        ok: boolean
        job: object
        previewsSeen: number
        pids: number[]
      }
      expect(report).toMatchObject({ ok: true, job: { state: 'done' } })
      expect(report.previewsSeen).toBeGreaterThan(0)
      expect(code).toBe(0)
      expect(log).toMatchObject({
        exits: [0],
        sandbox: true,
        schemes: ['app'],
        privileges: [{ scheme: 'app', privileges: { standard: true, secure: true, bypassCSP: false } }],
        permissionHandlers: 3,
        menus: 1,
        windows: [{ webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false } }],
        loaded: [['app://recast/index.html', 200, contentSecurityPolicy]],
        streamed: { hello: 1 },
      })
      // The taskbar showed the job, and no longer does; the machine may sleep again.
      const taskbar = log['taskbar'] as number[]
      expect([taskbar[0], taskbar.includes(0), taskbar.at(-1)]).toEqual([-1, true, -1])
      expect(log['awake']).toEqual(['prevent-app-suspension', 'stop 1'])
      for (const pid of report.pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
      // The folder was left: nobody is named as its owner.
      expect(existsSync(join(dir, 'data', 'instance.json'))).toBe(false)
    },
  )

  it('ends at once when another one has the lock', async () => {
    const { code, log } = await run({ DOUBLE_LOCKED: '1' })
    expect([code, log['windows']]).toEqual([0, []])
    expect(existsSync(join(dir, 'data'))).toBe(false)
  })
})
