import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFakeComfyUi } from '../../fakes/comfyui/fake-comfyui'
import { bundle } from '../bundle'
import { until, writePhoto } from './harness'

let built: string
beforeAll(async () => {
  built = await bundle({}, ['cli'])
}, 120_000)
afterAll(() => rmSync(built, { recursive: true, force: true, maxRetries: 5 }))

interface Command {
  child: ChildProcess
  /** Standard output so far, one JSON object a line. */
  lines(): Record<string, unknown>[]
  errors(): string
  ended: Promise<number | null>
}

function recast(...args: string[]): Command {
  const child = spawn(process.execPath, [join(built, 'cli.cjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const lines = (): Record<string, unknown>[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { child, lines, errors: () => err, ended }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'recast-killed-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

describe('recast style --engine URL', () => {
  it(
    'runs from end to end, and the result is beside the others',
    () =>
      inFolder(async (folder) => {
        const fake = await startFakeComfyUi()
        const photo = await writePhoto(join(folder, 'mug.png'), { width: 120, height: 80 })
        const out = join(folder, 'out')
        const command = recast(
          '--data',
          join(folder, 'data'),
          '--json',
          'style',
          photo,
          '--style',
          'clay',
          '--engine',
          fake.url,
          '--seed',
          '5',
          '--out',
          out,
        )
        expect([await command.ended, command.errors()]).toEqual([0, ''])
        expect(await readdir(out)).toEqual(['mug_clay_5.png'])
        expect(await sharp(join(out, 'mug_clay_5.png')).metadata()).toMatchObject({ width: 120, height: 80 })
        const views = recast(
          '--data',
          join(folder, 'data'),
          'views',
          photo,
          '--views',
          'preset:4',
          '--engine',
          fake.url,
          '--seed',
          '5',
          '--out',
          out,
        )
        expect(await views.ended).toBe(0)
        expect((await readdir(out)).sort()).toEqual(
          ['mug_clay_5.png', ...['back', 'front', 'left', 'right'].map((view) => `mug_${view}_5.png`)].sort(),
        )
        expect(fake.executions.size).toBe(5)
        await fake.close()
      }),
    60_000,
  )

  it(
    'says that it waits for a server that does not answer',
    () =>
      inFolder(async (folder) => {
        const fake = await startFakeComfyUi()
        const { url } = fake
        await fake.close()
        const photo = await writePhoto(join(folder, 'mug.png'))
        const command = recast(
          '--data',
          join(folder, 'data'),
          'style',
          photo,
          '--style',
          'clay',
          '--engine',
          url,
          '--out',
          join(folder, 'out'),
        )
        await until(() => /does not answer/.test(command.errors()), 'it says so')
        command.child.kill('SIGINT')
        expect(await command.ended).toBe(130)
      }),
    60_000,
  )

  it(
    'killed at any moment of a batch, each prompt was executed once, and all results are there',
    () =>
      inFolder(async (folder) => {
        const fake = await startFakeComfyUi({ stepMs: 15 })
        const photo = await writePhoto(join(folder, 'mug.png'))
        const data = ['--data', join(folder, 'data')]
        const out = join(folder, 'out')
        let command = recast(
          ...data,
          '--json',
          'style',
          photo,
          '--style',
          'clay',
          '--engine',
          fake.url,
          '--workflow',
          'sd15-style',
          '--count',
          '10',
          '--seed',
          '1',
          '--out',
          out,
        )
        await until(() => command.lines().some((line) => line['event'] === 'job'), 'the jobs are queued')
        for (const moment of [30, 120, 300, 450, 700]) {
          await sleep(moment)
          command.child.kill('SIGKILL')
          await command.ended
          command = recast(...data, '--json', 'jobs', 'resume')
        }
        await command.ended
        const jobs = recast(...data, '--json', 'jobs')
        await jobs.ended
        expect(
          jobs
            .lines()
            .filter((line) => line['event'] === 'job')
            .map((line) => line['state']),
        ).toEqual(Array.from({ length: 10 }, () => 'done'))
        expect([...fake.executions.values()]).toEqual(Array.from({ length: 10 }, () => 1))
        expect((await readdir(out)).sort()).toEqual(Array.from({ length: 10 }, (_, n) => `mug_clay_${n + 1}.png`).sort())
        await fake.close()
      }),
    120_000,
  )
})
