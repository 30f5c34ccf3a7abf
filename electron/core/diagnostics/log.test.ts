import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openLog } from './log'
import { textRedactor, valueRedactor } from './redact'
import { logNumbers, openRollingFile } from './rolling-file'

const dirs: string[] = []
function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'recast-log-'))
  dirs.push(dir)
  return dir
}
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

function lines(dataDir: string): Record<string, unknown>[] {
  const dir = join(dataDir, 'logs')
  return readdirSync(dir).flatMap((file) =>
    readFileSync(join(dir, file), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  )
}

describe('log', () => {
  it('writes JSON lines with job and attempt ids, level, version and the time of the line', async () => {
    const dataDir = tempDir()
    const log = openLog({ dataDir, version: '1.2.3' })
    const before = Date.now()
    log.info({ jobId: 'j1', attemptId: 'a1' }, 'job started')
    log.debug({}, 'below the level')
    log.error(new Error('broke'), 'job failed')
    const after = Date.now()
    await log.close()
    const [first, second, ...rest] = lines(dataDir)
    expect(rest).toEqual([])
    expect(first).toMatchObject({
      level: 30,
      version: '1.2.3',
      pid: process.pid,
      jobId: 'j1',
      attemptId: 'a1',
      msg: 'job started',
    })
    expect(first?.['time']).toBeGreaterThanOrEqual(before)
    expect(first?.['time']).toBeLessThanOrEqual(after)
    expect(second).toMatchObject({ level: 50, err: { type: 'Error', message: 'broke' }, msg: 'job failed' })
    expect(statSync(join(dataDir, 'logs', 'recast.1.log')).mode & 0o777).toBe(0o600)
  })

  it('keeps secrets and the home folder out, wherever they stand', async () => {
    const dataDir = tempDir()
    const log = openLog({ dataDir, version: '1', home: '/home/ada' })
    log.warn(
      {
        token: 's3cret-1',
        headers: { Authorization: 'Bearer s3cret-2', cookie: 's3cret-3' },
        engine: { password: 's3cret-4', url: 'https://ada:s3cret-5@gpu.example:8188/?token=s3cret-6' },
        accessToken: 's3cret-7',
        protocols: 'recast.v1, recast.token.s3cret-8',
        path: '/home/ada/photos/mug.png',
      },
      'asked with Bearer s3cret-9 for /home/ada',
    )
    await log.close()
    const text = JSON.stringify(lines(dataDir))
    expect(text).not.toContain('s3cret')
    expect(text).not.toContain('/home/ada')
    expect(text).toContain('~/photos/mug.png')
  })

  it('rotates by size and keeps only the newest files', async () => {
    const dataDir = tempDir()
    const log = openLog({ dataDir, version: '1', maxBytes: 2_000, maxFiles: 3 })
    for (let i = 0; i < 200; i++) {
      log.info({ i }, 'x'.repeat(100))
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, i === 0 ? 500 : 5))
    }
    await log.close()
    const files = readdirSync(join(dataDir, 'logs'))
    expect(files.length).toBeLessThanOrEqual(3)
    const numbers = logNumbers(files, 'recast')
    expect(numbers.at(-1)).toBeGreaterThan(3)
    for (const file of files) expect(statSync(join(dataDir, 'logs', file)).size).toBeLessThan(6_000)
    expect(lines(dataDir).some((line) => line['i'] === 199)).toBe(true)
  })

  it('goes on in the newest file after a restart', async () => {
    const dataDir = tempDir()
    for (let start = 0; start < 3; start++) {
      const log = openLog({ dataDir, version: '1' })
      log.info({ start }, 'started')
      await log.close()
    }
    expect(readdirSync(join(dataDir, 'logs'))).toEqual(['recast.1.log'])
    expect(lines(dataDir).map((line) => line['start'])).toEqual([0, 1, 2])
  })

  it('neither throws nor waits when the folder cannot be written, and says so once', async () => {
    const dataDir = tempDir()
    // A file where the folder should be fails for every user, root too.
    writeFileSync(join(dataDir, 'logs'), 'in the way')
    const errors: unknown[] = []
    const log = openLog({ dataDir, version: '1', onError: (error) => errors.push(error) })
    for (let i = 0; i < 1_000; i++) log.info({ i }, 'lost')
    await log.close()
    expect(errors).toHaveLength(1)
  })

  it.skipIf(process.getuid?.() === 0)('survives a folder without permission', async () => {
    const dataDir = tempDir()
    chmodSync(dataDir, 0o500)
    const log = openLog({ dataDir, version: '1' })
    log.info({}, 'lost')
    await expect(log.close()).resolves.toBeUndefined()
    chmodSync(dataDir, 0o700)
  })
})

describe('rolling file', () => {
  it('drops above its memory limit, and says how many', async () => {
    const dir = tempDir()
    const file = openRollingFile({ dir, name: 'x', maxBytes: 1e6, maxFiles: 2, maxWaitingBytes: 1_000 })
    for (let i = 0; i < 100; i++) file.write(`${JSON.stringify({ i, pad: 'x'.repeat(80) })}\n`)
    await file.flush()
    file.write('{"last":true}\n')
    await file.close()
    const text = readFileSync(join(dir, 'x.1.log'), 'utf8')
    expect(text).toContain('log lines were dropped')
    expect(text).toContain('"last":true')
  })

  it('knows its own files by name', () => {
    expect(
      logNumbers(['recast.10.log', 'recast.2.log', 'recast.log', 'other.1.log', 'recast.01.log', 'recast.x.log'], 'recast'),
    ).toEqual([2, 10])
  })
})

describe('redaction', () => {
  it('survives cycles, depth, throwing getters and bytes', () => {
    const clean = valueRedactor('/home/ada')
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    expect(clean(cycle)).toEqual({ self: '[cycle]' })
    expect(clean({ bytes: new Uint8Array(10) })).toEqual({ bytes: '[10 bytes]' })
    expect(
      clean({
        get bad() {
          throw new Error('no')
        },
      }),
    ).toBe('[unreadable]')
    let deep: unknown = 'end'
    for (let i = 0; i < 20; i++) deep = { deep }
    expect(JSON.stringify(clean(deep))).toContain('[deep]')
  })

  it('shortens the home folder only as a whole folder', () => {
    const clean = textRedactor('/home/ada')
    expect(clean('/home/ada/x and /home/adam/y')).toBe('~/x and /home/adam/y')
    expect(textRedactor('/')('/var/log')).toBe('/var/log')
  })
})
