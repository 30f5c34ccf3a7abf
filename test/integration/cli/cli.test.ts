import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { writeOddPictures } from '../../pictures/odd-pictures'
import { openBench, writePhotos, type Line } from './support'

const bench = openBench()

const named = (lines: Line[], event: string): Line[] => lines.filter((line) => line.event === event)

describe('wrong usage ends with 2 and a sentence', () => {
  it.each<[string, string[], string[]]>([
    ['a strength of 7', ['style', 'a.png', '--style', 'clay', '--strength', '7'], ['--strength', "'7'", 'from 0 to 1']],
    ['no photo', ['style', '--style', 'clay'], ['photo']],
    ['no style', ['style', 'a.png'], ['--style']],
    ['both kinds of style', ['style', 'a.png', '--style', 'clay', '--style-image', 'b.png'], ['--style-image']],
    ['an unknown style', ['style', 'a.png', '--style', 'oil-panting'], ['oil-panting', 'oil-painting']],
    ['an unknown command', ['stlye', 'a.png'], ['stlye', 'style']],
    ['an unknown option', ['style', 'a.png', '--style', 'clay', '--strenght', '1'], ['--strenght', '--strength']],
    ['a seed that is no number', ['style', 'a.png', '--style', 'clay', '--seed', 'x'], ['--seed', 'whole number']],
    ['no views', ['views', 'a.png'], ['--views', '--perspectives']],
    ['a preset that does not exist', ['views', 'a.png', '--views', 'preset:5'], ['5', 'preset:8']],
    ['an unknown view', ['views', 'a.png', '--views', 'frnt'], ['frnt', 'front']],
    ['a perspectives file that is not there', ['views', 'a.png', '--perspectives', 'none.json'], ['none.json']],
    ['an unknown job command', ['jobs', 'lst'], ['lst', 'list']],
    ['all jobs and one more', ['jobs', 'cancel', 'all', '3f2a'], ['all', 'alone']],
    ['an unknown workflows command', ['workflows', 'lst'], ['lst', 'list']],
    ['a variable of a script that is not set', ['style', '', '--style', 'clay'], ['empty']],
    ['an unknown engine', ['style', 'a.png', '--style', 'clay', '--engine', 'gpu'], ['--engine', 'draft']],
  ])('%s', async (_what, args, words) => {
    const data = bench.dir()
    const { code, stdout, stderr } = await bench.run([...args, '--data', data])
    expect(stdout).toBe('')
    for (const word of words) expect(stderr).toContain(word)
    expect(code).toBe(2)
    // Nothing was begun.
    expect(readdirSync(data)).toEqual([])
  })

  it('in JSON too', async () => {
    const { code, lines } = await bench.run([
      'style',
      'a.png',
      '--style',
      'clay',
      '--strength',
      '7',
      '--json',
      '--data',
      bench.dir(),
    ])
    expect(code).toBe(2)
    expect(lines()).toEqual([
      { event: 'error', code: 'input.invalid', message: expect.stringContaining('from 0 to 1') as string },
    ])
  })
})

describe('help and version', () => {
  it.each([['--help'], ['style', '--help'], ['views', '--help'], ['jobs', '--help'], ['doctor', '--help'], ['serve', '--help']])(
    '%s %s',
    async (...args) => {
      const { code, stdout } = await bench.run(args)
      expect(code).toBe(0)
      expect(stdout).toContain('Usage: recast')
      expect(stdout).toContain('--data')
    },
  )

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
      version: string
    }
    expect(await bench.run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
  })
})

describe('style', () => {
  it('makes one picture, says where it is, and never overwrites', async () => {
    const data = bench.dir()
    const [photo = ''] = await writePhotos(bench.dir('photos'), 1)
    const out = join(bench.dir('out'), 'new', 'folder')
    const args = ['style', photo, '--style', 'oil_painting', '--seed', '7', '--out', out, '--data', data]
    const first = await bench.run(args)
    expect(first.stderr).not.toContain('fault')
    expect(first.code).toBe(0)
    const path = first.stdout.trimEnd()
    expect(path).toBe(join(out, 'photo-01_oil-painting_7.png'))
    expect(await sharp(path).metadata()).toMatchObject({ format: 'png', width: 96, height: 64 })
    expect(await sharp(path).raw().toBuffer()).not.toEqual(await sharp(photo).raw().toBuffer())
    expect(first.stderr).toMatch(/1 done in/)

    const second = await bench.run(args)
    expect(second.code).toBe(0)
    expect(second.stdout.trimEnd()).not.toBe(path)
    expect(readdirSync(out)).toHaveLength(2)
  })

  it('speaks JSON: jobs, outputs, then the summary', async () => {
    const photos = await writePhotos(bench.dir('photos'), 2)
    const out = bench.dir('out')
    const { code, lines, stderr } = await bench.run([
      'style',
      ...photos,
      '--style',
      'clay',
      '--count',
      '2',
      '--seed',
      '5',
      '--strength',
      '0.6',
      '--out',
      out,
      '--data',
      bench.dir(),
      '--json',
    ])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const all = lines()
    const jobs = named(all, 'job')
    const outputs = named(all, 'output')
    expect(new Set(jobs.map((line) => line['id'])).size).toBe(4)
    for (const line of jobs) expect(Object.keys(line).toSorted()).toEqual(['event', 'id', 'progress', 'state'])
    for (const id of new Set(jobs.map((line) => line['id']))) {
      const own = jobs.filter((line) => line['id'] === id)
      expect(own[0]).toMatchObject({ state: 'queued', progress: 0 })
      expect(own.at(-1)).toMatchObject({ state: 'done', progress: 1 })
      const shares = own.map((line) => line['progress'] as number)
      expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    }
    expect(outputs).toHaveLength(4)
    expect(outputs.map((line) => line['seed']).toSorted()).toEqual([5, 5, 6, 6])
    for (const line of outputs) {
      expect(line).toMatchObject({ index: 0, width: 96, height: 64, engine: 'draft', style: 'clay' })
      expect(line['duration_ms']).toBeGreaterThan(0)
      expect(existsSync(line['path'] as string)).toBe(true)
    }
    expect(all.at(-1)).toMatchObject({ event: 'summary', done: 4, failed: 0, canceled: 0 })
    expect(Object.keys(all.at(-1) ?? {}).toSorted()).toEqual(['canceled', 'done', 'duration_ms', 'event', 'failed'])
  })

  it('names results after the file as it is now, though the same photo came before under another name', async () => {
    const dir = bench.dir('photos')
    const data = bench.dir()
    const out = bench.dir('out')
    const [photo = ''] = await writePhotos(dir, 1)
    const args = ['--style', 'pencil', '--seed', '1', '--out', out, '--data', data]
    await bench.run(['style', photo, ...args])
    const copy = join(dir, '杯子 2.png')
    copyFileSync(photo, copy)
    const again = await bench.run(['style', copy, ...args])
    expect(again.stdout.trimEnd()).toBe(join(out, '杯子 2_pencil_1.png'))
    expect(again.stderr).toContain('杯子 2 · pencil')
    expect((await bench.run(['jobs', '--data', data])).stdout).toContain('photo-01 · pencil')
  })

  it('takes a picture as the style', async () => {
    const [photo = '', brush = ''] = await writePhotos(bench.dir('photos'), 2)
    const out = bench.dir('out')
    const { code, stderr } = await bench.run([
      'style',
      photo,
      '--style-image',
      brush,
      '--seed',
      '1',
      '--out',
      out,
      '--data',
      bench.dir(),
    ])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(readdirSync(out)).toEqual(['photo-01_custom_1.png'])
  })

  it('refuses a style picture that is none, by name, and makes no folder for results', async () => {
    const dir = bench.dir('photos')
    const [photo = ''] = await writePhotos(dir, 1)
    const out = join(bench.dir('out'), 'new')
    const text = join(dir, 'brush.txt')
    writeFileSync(text, 'not a brush')
    const { code, stderr, stdout } = await bench.run(['style', photo, '--style-image', text, '--out', out, '--data', bench.dir()])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('brush.txt')
    expect(existsSync(out)).toBe(false)
  })

  it('does a folder of 20 photos, and a second run does not take its results for photos', async () => {
    const dir = bench.dir('photos')
    await writePhotos(dir, 20)
    const data = bench.dir()
    const args = ['style', '.', '--style', 'pencil', '--seed', '3', '--data', data]
    const { code, stdout, stderr } = await bench.run(args, { cwd: dir })
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const paths = stdout.trimEnd().split('\n')
    expect(new Set(paths).size).toBe(20)
    for (const path of paths) expect(path).toMatch(/recast-out[\\/]photo-\d\d_pencil_3\.png$/)
    const again = await bench.run(args, { cwd: dir })
    expect(again.stdout.trimEnd().split('\n')).toHaveLength(20)
  }, 120_000)

  it('does the rest of a batch with bad files in it, each with its own error', async () => {
    const dir = bench.dir('photos')
    const odd = await writeOddPictures(dir, [
      'plain.png',
      'empty.png',
      'text.png',
      'truncated.jpg',
      'wrong-checksum.png',
      'drawing.svg',
      'animated.gif',
    ])
    const missing = join(dir, 'missing.png')
    const { code, lines, stderr } = await bench.run([
      'style',
      ...odd.map(({ path }) => path),
      missing,
      '--style',
      'anime',
      '--seed',
      '1',
      '--out',
      bench.dir('out'),
      '--data',
      bench.dir(),
      '--json',
    ])
    expect(code).toBe(1)
    const errors = new Map(named(lines(), 'error').map((line) => [basename(line['file'] as string), line['code']]))
    for (const { file, expected } of odd) expect({ file, code: errors.get(file) }).toEqual({ file, code: expected.code })
    expect(errors.get('missing.png')).toBe('input.not_found')
    const sound = odd.filter(({ expected }) => expected.code === undefined)
    expect(named(lines(), 'output')).toHaveLength(sound.length)
    expect(lines().at(-1)).toMatchObject({ done: sound.length, failed: odd.length - sound.length + 1 })
    expect(stderr).toContain('first frame')
  })

  it('says so when nothing is left to do', async () => {
    const empty = bench.dir('photos')
    const { code, lines } = await bench.run([
      'style',
      empty,
      '--style',
      'clay',
      '--out',
      bench.dir('out'),
      '--data',
      bench.dir(),
      '--json',
    ])
    expect(code).toBe(1)
    expect(named(lines(), 'error')).toHaveLength(1)
    expect(lines().at(-1)).toMatchObject({ event: 'summary', done: 0, failed: 1 })
  })

  it('goes on when the reader of its output has gone', async () => {
    const photos = await writePhotos(bench.dir('photos'), 3)
    const out = bench.dir('out')
    const command = bench.start(['style', ...photos, '--style', 'clay', '--out', out, '--data', bench.dir(), '--json'])
    command.child.stdout?.destroy()
    const { code, stderr } = await command.ended
    expect(stderr).not.toContain('EPIPE')
    expect(code).toBe(0)
    expect(readdirSync(out)).toHaveLength(3)
  })
})

describe('views', () => {
  it('makes the views of a preset from the same photo with the same seed', async () => {
    const [photo = ''] = await writePhotos(bench.dir('photos'), 1)
    const out = bench.dir('out')
    const { code, lines, stderr } = await bench.run([
      'views',
      photo,
      '--views',
      'preset:8',
      '--out',
      out,
      '--data',
      bench.dir(),
      '--json',
    ])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const outputs = named(lines(), 'output')
    expect(new Set(outputs.map((line) => line['view'])).size).toBe(8)
    expect(new Set(outputs.map((line) => line['seed'])).size).toBe(1)
    expect(readdirSync(out)).toHaveLength(8)
  })

  it('takes a file of perspectives', async () => {
    const dir = bench.dir('photos')
    const [photo = ''] = await writePhotos(dir, 1)
    const file = join(dir, 'cameras.json')
    writeFileSync(file, JSON.stringify([{ id: 'hero', name: 'Hero', azimuth: 30, elevation: 10, distance: 1.1 }]))
    const out = bench.dir('out')
    const { code, stderr } = await bench.run([
      'views',
      photo,
      '--perspectives',
      file,
      '--seed',
      '2',
      '--out',
      out,
      '--data',
      bench.dir(),
    ])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(readdirSync(out)).toEqual(['photo-01_hero_2.png'])
  })
})

describe('jobs and doctor', () => {
  it('list, show, retry and cancel', async () => {
    const data = bench.dir()
    const [photo = ''] = await writePhotos(bench.dir('photos'), 1)
    await bench.run(['style', photo, '--style', 'clay', '--seed', '1', '--out', bench.dir('out'), '--data', data])
    const list = await bench.run(['jobs', '--data', data, '--json'])
    expect(list.code).toBe(0)
    const [job] = named(list.lines(), 'job')
    expect(job).toMatchObject({ state: 'done', picture: 'photo-01', style: 'clay', seed: 1 })
    expect(list.lines().at(-1)).toMatchObject({ event: 'summary', done: 1, failed: 0, canceled: 0, queued: 0, active: 0 })

    const id = job?.['id'] as string
    const shown = await bench.run(['jobs', 'show', id.slice(0, 8), '--data', data])
    expect(shown).toMatchObject({ code: 0 })
    expect(shown.stdout).toContain(id)
    expect(shown.stdout).toContain('96 × 64')

    const unknown = await bench.run(['jobs', 'show', 'ffff0000', '--data', data])
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('ffff0000')

    const canceled = await bench.run(['jobs', 'cancel', id, '--data', data])
    expect(canceled.code).toBe(1)
    expect(canceled.stderr).toContain('had ended already')
    expect(await bench.run(['jobs', 'cancel', 'all', '--data', data])).toMatchObject({ code: 0, stdout: '0 jobs canceled.\n' })
    expect((await bench.run(['jobs', 'resume', '--data', data])).stdout).toBe('Nothing is left to do.\n')
  })

  it('finds a fresh and a used folder in order', async () => {
    const data = bench.dir()
    expect(await bench.run(['doctor', '--data', data])).toMatchObject({ code: 0 })
    const [photo = ''] = await writePhotos(bench.dir('photos'), 1)
    await bench.run(['style', photo, '--style', 'clay', '--out', bench.dir('out'), '--data', data])
    const { code, lines } = await bench.run(['doctor', '--data', data, '--json'])
    expect(code).toBe(0)
    expect(named(lines(), 'check').length).toBeGreaterThan(0)
    for (const line of named(lines(), 'check')) expect(line).toMatchObject({ ok: true, found: 0 })
  })

  it('uses RECAST_DATA where --data is not given', async () => {
    const data = bench.dir()
    await bench.run(['jobs'], { env: { RECAST_DATA: data } })
    expect(readdirSync(data).length).toBeGreaterThan(0)
  })

  // Windows finds its folders without HOME.
  it.skipIf(process.platform === 'win32')(
    'asks for a data folder where there is no home, and leaves nothing behind',
    async () => {
      const cwd = bench.dir()
      const env = { HOME: '', XDG_DATA_HOME: '', RECAST_DATA: '' }
      const { code, stdout, stderr } = await bench.run(['jobs'], { cwd, env })
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('--data')
      expect(readdirSync(cwd)).toEqual([])
    },
  )

  it('tells in words when the data folder is a file', async () => {
    const dir = bench.dir()
    writeFileSync(join(dir, 'x'), '')
    mkdirSync(join(dir, 'y'))
    const { code, stderr } = await bench.run(['jobs', '--data', join(dir, 'x')])
    expect(code).toBe(1)
    expect(stderr).toContain(join(dir, 'x'))
  })
})
