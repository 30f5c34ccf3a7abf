import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openBench, writePhotos, type Line } from './support'

const bench = openBench()

/** A data folder with photos and a result of each. */
async function used(count = 3): Promise<{ data: string; photos: string[]; out: string }> {
  const data = bench.dir()
  const photos = await writePhotos(bench.dir('photos'), count)
  const out = bench.dir('out')
  const { code, stderr } = await bench.run(['style', ...photos, '--style', 'pencil', '--seed', '1', '--out', out, '--data', data])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return { data, photos, out }
}

/** Looks into the closed database, or changes it. */
function inDatabase<T>(data: string, work: (database: BetterSqlite3.Database) => T): T {
  const database = new BetterSqlite3(join(data, 'recast.db'))
  try {
    return work(database)
  } finally {
    database.close()
  }
}

const blob = (data: string, sha256: string): string => join(data, 'blobs', sha256.slice(0, 2), sha256)
const blobsOf = (data: string, origin: string): string[] =>
  inDatabase(data, (database) =>
    database.prepare('SELECT sha256 FROM assets WHERE origin = ? ORDER BY seq').pluck().all(origin),
  ) as string[]

async function doctor(data: string, ...more: string[]): Promise<{ code: number | null; checks: Map<string, Line> }> {
  const { code, lines } = await bench.run(['doctor', '--data', data, '--json', ...more])
  return { code, checks: new Map(lines().flatMap((line) => (line.event === 'check' ? [[line['name'] as string, line]] : []))) }
}

describe('the doctor', () => {
  it('brings lost and cut-off results back from their copies, and names lost photos', async () => {
    const { data, photos, out } = await used()
    const results = blobsOf(data, 'produced')
    const [lostPhoto = ''] = blobsOf(data, 'imported')
    const before = results.map((sha256) => readFileSync(blob(data, sha256)))
    rmSync(blob(data, results[0] ?? ''))
    truncateSync(blob(data, results[1] ?? ''), 100)
    for (const file of readdirSync(out)) chmodSync(join(out, file), 0o444)
    rmSync(blob(data, lostPhoto))

    const looked = await doctor(data, '--no-repair')
    expect(looked.code).toBe(1)
    expect(looked.checks.get('picture files')).toMatchObject({ ok: false, found: 3, repaired: 0 })
    expect(readdirSync(join(data, 'blobs', results[0]?.slice(0, 2) ?? ''))).not.toContain(results[0])

    const mended = await doctor(data)
    expect(mended.code).toBe(1)
    expect(mended.checks.get('picture files')).toMatchObject({ ok: false, found: 3, repaired: 2 })
    expect(mended.checks.get('picture files')?.['note']).toMatch(/photo-01\. Import the same photos again/)
    expect(results.map((sha256) => readFileSync(blob(data, sha256)))).toEqual(before)

    const again = await bench.run(['style', photos[0] ?? '', '--style', 'pencil', '--seed', '2', '--out', out, '--data', data])
    expect(again).toMatchObject({ code: 0 })
    expect(await doctor(data)).toMatchObject({ code: 0 })
  }, 120_000)

  it('takes no changed copy for a lost result', async () => {
    const { data, out } = await used(1)
    const [result = ''] = blobsOf(data, 'produced')
    const bytes = readFileSync(blob(data, result))
    rmSync(blob(data, result))
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1
    writeFileSync(join(out, readdirSync(out)[0] ?? ''), bytes)
    const { code, checks } = await doctor(data)
    expect(code).toBe(1)
    expect(checks.get('picture files')).toMatchObject({
      found: 1,
      repaired: 0,
      note: expect.stringContaining('a result of photo-01') as string,
    })
  }, 120_000)

  it('ends stuck attempts, and puts files that belong to nothing aside', async () => {
    const { data } = await used(1)
    inDatabase(data, (database) => {
      const job = database.prepare('SELECT id FROM jobs').pluck().get()
      database
        .prepare(
          "INSERT INTO attempts (id, job_id, number, engine_id, state, started_at) VALUES ('stuck', ?, 99, 'draft', 'active', 1)",
        )
        .run(job)
    })
    const orphan = 'ab'.repeat(32)
    mkdirSync(join(data, 'blobs', 'ab'), { recursive: true })
    writeFileSync(join(data, 'blobs', 'ab', orphan), 'nobody needs this')
    mkdirSync(join(data, 'staging', 'left'), { recursive: true })
    writeFileSync(join(data, 'staging', 'left', 'result.png'), 'half')
    const { code, checks } = await doctor(data)
    expect(code).toBe(0)
    expect(checks.get('attempts')).toMatchObject({ ok: true, found: 1, repaired: 1 })
    expect(checks.get('orphaned files')).toMatchObject({ ok: true, found: 1, repaired: 1 })
    expect(readdirSync(join(data, 'orphans'))).toEqual([orphan])
    expect(readdirSync(join(data, 'staging'))).toEqual([])
    for (const line of (await doctor(data)).checks.values()) expect(line).toMatchObject({ ok: true, found: 0 })
  }, 120_000)

  it('writes a report that can be read, and holds nothing that is private', async () => {
    const data = bench.dir('data-of-ada')
    const home = bench.dir('home-of-ada')
    const env = {
      HOME: home,
      USERPROFILE: home,
      HF_TOKEN: 'token-s3cret-1',
      HTTPS_PROXY: 'http://ada:s3cret-2%40s3cret-3@proxy.example:3128',
    }
    const header = ['--header', 'x-api-key: s3cret-4', '--header', 'authorization: Bearer s3cret-5']
    await bench.run(['engines', 'add', 'http://gpu.s3cret-6.invalid:8188', ...header, '--data', data], { env })
    mkdirSync(join(data, 'logs'), { recursive: true })
    const said = [
      'token-s3cret-1 and hf_s3cretS3cretS3cret of the hub',
      'through http://ada:s3cret-2@s3cret-3@proxy.example:3128 and https://s3cret-2:s3cret-3@hub.example/a?token=s3cret-7',
      'sent s3cret-4 and Bearer s3cret-5 to http://gpu.s3cret-6.invalid:8188/prompt',
      `read ${home}/photos/mug.png, ${data}/blobs/a, /home/s3cret-8/a.png, C:\\Users\\s3cret-9\\a.png and /Users/s3cret-10/a.png`,
    ]
    // A later number than that of the commands' own log, so that these are the last lines.
    writeFileSync(join(data, 'logs', 'recast.99.log'), said.map((msg) => `${JSON.stringify({ level: 30, msg })}\n`).join(''))
    const file = join(home, 'report.txt')
    expect(await bench.run(['doctor', '--report', file, '--data', data], { env })).toMatchObject({ code: 0 })
    const report = readFileSync(file, 'utf8')
    for (const secret of ['s3cret', 'S3cret', 'of-ada', 'ada:', 'Bearer s']) expect(report).not.toContain(secret)
    for (const wanted of ['~/photos/mug.png', '<data>/blobs/a', '/home/<user>/a.png', 'HTTPS_PROXY', 'HF_TOKEN'])
      expect(report).toContain(wanted)
    const titles = [
      'Machine',
      'Local runtime',
      'Engines',
      'Settings',
      'Checks',
      'Last lines of the local ComfyUI',
      'Last log lines',
    ]
    expect(report.split('\n').filter((line) => titles.includes(line))).toEqual(titles)
    // What the doctor just found is in it.
    expect(report).toMatch(/^✓ database: /m)
    expect(report).not.toMatch(/undefined|\[object|not to be had/)
    expect(process.platform === 'win32' ? 0 : statSync(file).mode & 0o077).toBe(0)

    const nowhere = await bench.run(['doctor', '--report', join(home, 'no', 'folder', 'r.txt'), '--data', data], { env })
    expect(nowhere.code).toBe(1)
    expect(nowhere.stderr).not.toContain('fault in Recast')
  }, 120_000)

  it.each<[string, (file: string) => void, string]>([
    ['a database that is none', (file) => writeFileSync(file, 'x'.repeat(5000)), 'damaged'],
    [
      'a database from the future',
      (file) => {
        const database = new BetterSqlite3(file)
        database.pragma('user_version = 99')
        database.close()
      },
      'newer Recast',
    ],
  ])(
    '%s is told in words by every command, and nothing is overwritten',
    async (_what, spoil, words) => {
      const { data, photos } = await used(1)
      const file = join(data, 'recast.db')
      spoil(file)
      const before = readFileSync(file)
      for (const command of [['doctor'], ['jobs'], ['style', photos[0] ?? '', '--style', 'clay', '--out', bench.dir('out')]]) {
        const outcome = await bench.run([...command, '--data', data])
        expect(outcome).toMatchObject({ code: 1, stdout: '' })
        expect(outcome.stderr).toContain(words)
        expect(outcome.stderr).toContain(data)
        expect(readFileSync(file).equals(before)).toBe(true)
      }
    },
    120_000,
  )
})
