import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import BetterSqlite3 from 'better-sqlite3'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openBench, writePhotos } from './support'

const bench = openBench()

/** Pictures large enough that a batch of them can be caught in the middle. */
const size = { width: 384, height: 256 }

function integrity(data: string): unknown {
  const [file = ''] = readdirSync(data).filter((name) => /\.(db|sqlite3?)$/.test(name))
  const database = new BetterSqlite3(join(data, file), { readonly: true })
  try {
    return database.pragma('integrity_check', { simple: true })
  } finally {
    database.close()
  }
}

async function expectWhole(out: string, count: number): Promise<void> {
  const files = readdirSync(out)
  expect(files.filter((file) => file.endsWith('.png'))).toHaveLength(count)
  expect(files).toHaveLength(count)
  for (const file of files) {
    const { info } = await sharp(join(out, file)).raw().toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject(size)
  }
}

describe('Ctrl-C', () => {
  it('says what is done and what is left; jobs shows it; the next start finishes it', async () => {
    const data = bench.dir()
    const photos = bench.dir('photos')
    await writePhotos(photos, 8, size)
    const out = bench.dir('out')
    const command = bench.start(['style', photos, '--style', 'clay', '--seed', '1', '--out', out, '--data', data])
    await command.said('_clay_1.png', 2)
    command.interrupt()
    const stopped = await command.ended
    expect(stopped.code).toBe(130)
    const [, done = '', all = '', left = ''] =
      /Stopped after [^:]*(?::\d+)*: (\d+) of (\d+) jobs done, (\d+) left/.exec(stopped.stderr) ?? []
    expect(Number(all)).toBe(8)
    expect(stopped.stderr).not.toMatch(/^\d+ done/m)
    expect(Number(done)).toBeGreaterThanOrEqual(2)
    expect(Number(left)).toBe(8 - Number(done))
    expect(Number(left)).toBeGreaterThan(0)
    expect(stopped.stderr).toContain('recast jobs')

    const list = await bench.run(['jobs', '--data', data, '--json'])
    const summary = list.lines().at(-1)
    expect(summary).toMatchObject({ event: 'summary', failed: 0, canceled: 0, active: 0 })
    expect((summary?.['done'] as number) + (summary?.['queued'] as number)).toBe(8)
    expect(summary?.['queued']).toBeGreaterThan(0)

    const [other = ''] = await writePhotos(bench.dir('other'), 1, size)
    const next = await bench.run(['style', other, '--style', 'clay', '--seed', '9', '--out', bench.dir('out2'), '--data', data])
    expect(next).toMatchObject({ code: 0 })
    expect(next.stderr).toContain('of an earlier start')
    await expectWhole(out, 8)
    expect((await bench.run(['jobs', '--data', data, '--json'])).lines().at(-1)).toMatchObject({ done: 9, queued: 0, failed: 0 })
    expect(integrity(data)).toBe('ok')
  }, 180_000)

  it('speaks JSON too, and resume finishes it', async () => {
    const data = bench.dir()
    const photos = bench.dir('photos')
    // Few that take long: it is interrupted before it has done them, however late that is heard.
    await writePhotos(photos, 3, size)
    const out = bench.dir('out')
    const command = bench.start(['style', photos, '--style', 'oil-painting', '--out', out, '--data', data, '--json'])
    await command.said('"event":"output"')
    command.interrupt()
    const stopped = await command.ended
    expect(stopped.code).toBe(130)
    const summary = stopped.lines().at(-1)
    expect(summary).toMatchObject({ event: 'summary', failed: 0, canceled: 0 })
    expect((summary?.['done'] as number) + (summary?.['left'] as number)).toBe(3)
    const resumed = await bench.run(['jobs', 'resume', '--data', data, '--json'])
    expect(resumed).toMatchObject({ code: 0 })
    // The draft that was just being stored when it stopped may be done as well.
    const left = summary?.['left'] as number
    expect([left - 1, left]).toContain(resumed.lines().at(-1)?.['done'])
    expect(resumed.lines().at(-1)).toMatchObject({ event: 'summary', failed: 0, canceled: 0 })
    await expectWhole(out, 3)
  }, 180_000)
})

describe('two commands on one data folder', () => {
  it('both do all of their work, the second through the first', async () => {
    const data = bench.dir()
    const outs = [bench.dir('out'), bench.dir('out')] as const
    const sets = [bench.dir('photos'), bench.dir('photos')] as const
    for (const set of sets) await writePhotos(set, 4, size)
    const commands = sets.map((set, i) =>
      bench.start(['style', set, '--style', i === 0 ? 'clay' : 'pencil', '--seed', '1', '--out', outs[i] ?? '', '--data', data]),
    )
    const ended = await Promise.all(commands.map((command) => command.ended))
    for (const { code, stderr } of ended) expect({ code, stderr }).toMatchObject({ code: 0 })
    for (const { stdout } of ended) expect(stdout.trimEnd().split('\n')).toHaveLength(4)
    for (const out of outs) await expectWhole(out, 4)
    expect((await bench.run(['jobs', '--data', data, '--json'])).lines().at(-1)).toMatchObject({
      done: 8,
      failed: 0,
      canceled: 0,
    })
    expect(integrity(data)).toBe('ok')
  }, 180_000)

  it('the second goes on when the first is killed', async () => {
    const data = bench.dir()
    const [one, two] = [bench.dir('photos'), bench.dir('photos')]
    await writePhotos(one, 3, size)
    await writePhotos(two, 4, size)
    const [outOne, outTwo] = [bench.dir('out'), bench.dir('out')]
    // It must not have done its own, and gone, before the second is there.
    const first = bench.start(['style', one, '--style', 'oil-painting', '--seed', '1', '--out', outOne, '--data', data])
    await first.said('started')
    const second = bench.start(['style', two, '--style', 'pencil', '--seed', '1', '--out', outTwo, '--data', data, '--json'])
    await second.said('"event":"job"', 4)
    first.child.kill('SIGKILL')
    const { code, lines, stderr } = await second.ended
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toContain('taking over')
    expect(lines().filter((line) => line.event === 'output')).toHaveLength(4)
    expect(lines().at(-1)).toMatchObject({ event: 'summary', done: 4, failed: 0, canceled: 0 })
    await expectWhole(outTwo, 4)
    // The new owner finished what the killed command had asked for as well.
    await expectWhole(outOne, 3)
    expect(integrity(data)).toBe('ok')
    expect((await bench.run(['doctor', '--data', data])).code).toBe(0)
  }, 180_000)

  it('an owner that has done its own stays for the other', async () => {
    const data = bench.dir()
    const [one, two] = [bench.dir('photos'), bench.dir('photos')]
    // Enough that the other is there before it has done its own.
    await writePhotos(one, 3, size)
    await writePhotos(two, 5, size)
    const out = bench.dir('out')
    const first = bench.start(['style', one, '--style', 'oil-painting', '--out', bench.dir('out'), '--data', data])
    await first.said('started')
    const second = bench.start(['style', two, '--style', 'clay', '--seed', '1', '--out', out, '--data', data])
    const ended = await Promise.all([first.ended, second.ended])
    for (const { code, stderr } of ended) expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(ended[1].stderr).not.toContain('taking over')
    await expectWhole(out, 5)
  }, 180_000)

  it('a submission whose owner is killed in the middle of it is queued whole, and once', async () => {
    const data = bench.dir()
    const dir = bench.dir('photos')
    const [photo = ''] = await writePhotos(dir, 1, { width: 48, height: 32 })
    // So many that they go into the database in several parts.
    const views = Array.from({ length: 40 }, (_, n) => ({ id: n, name: `View ${n}`, azimuth: n, elevation: 0, distance: 1 }))
    const file = join(dir, 'views.json')
    writeFileSync(file, JSON.stringify(views))
    const total = views.length * 64

    const others = bench.dir('photos')
    await writePhotos(others, 4, size)
    const owner = bench.start(['style', others, '--style', 'oil-painting', '--out', bench.dir('out'), '--data', data])
    await owner.said('started')
    const asked = ['views', photo, '--perspectives', file, '--count', '64', '--seed', '1', '--out', bench.dir('out')]
    const client = bench.start([...asked, '--data', data, '--json'])
    const database = new BetterSqlite3(join(data, 'recast.db'), { readonly: true })
    try {
      const jobs = database.prepare("SELECT count(*) FROM jobs WHERE kind = 'perspective'").pluck()
      while (jobs.get() === 0 && client.child.exitCode === null) await sleep(1)
      owner.child.kill('SIGKILL')
      await client.said('"state":"queued"', total)
      client.interrupt()
      expect((await client.ended).code).toBe(130)
      const { rows, batches, results } = database
        .prepare(
          "SELECT count(*) AS rows, count(DISTINCT batch_id) AS batches, count(DISTINCT seed || '·' || (edit ->> '$.view.id')) AS results FROM jobs WHERE kind = 'perspective'",
        )
        .get() as Record<string, number>
      expect({ rows, batches, results }).toEqual({ rows: total, batches: 1, results: total })
    } finally {
      database.close()
    }
    expect(integrity(data)).toBe('ok')
  }, 180_000)
})
