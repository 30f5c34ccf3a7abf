import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { displayP3, toSrgb } from '../../pictures/colour-profile'
import { oddSize, scene, writeOddPictures } from '../../pictures/odd-pictures'
import { openBench, writePhotos, type Line, type Outcome } from './support'

const bench = openBench()

/** `nobody`: root passes every permission check. */
const nobody = 65_534
const isRoot = process.platform === 'linux' && process.getuid?.() === 0

const named = (lines: Line[], event: string): Line[] => lines.filter((line) => line.event === event)
const codesByFile = (outcome: Outcome): Map<string, unknown> =>
  new Map(named(outcome.lines(), 'error').map((line) => [basename(line['file'] as string), line['code']]))

/** Mean difference of two pictures' channels, 0..255. */
async function difference(path: string, expected: Buffer): Promise<number> {
  const pixels = await sharp(path).removeAlpha().raw().toBuffer()
  expect(pixels.length).toBe(expected.length)
  let sum = 0
  for (let i = 0; i < pixels.length; i++) sum += Math.abs((pixels[i] ?? 0) - (expected[i] ?? 0))
  return sum / pixels.length
}

/** RGB bytes of Display P3 as they look in sRGB. */
function fromP3(pixels: Buffer): Buffer {
  const converted = Buffer.alloc(pixels.length)
  for (let i = 0; i < pixels.length; i += 3)
    converted.set(toSrgb([pixels[i] ?? 0, pixels[i + 1] ?? 0, pixels[i + 2] ?? 0], displayP3), i)
  return converted
}

/** Each message is a sentence that names no fault of Recast, and says what to do. */
function expectPlainWords(message: string): void {
  expect(message).toMatch(/^[A-Z“"].*[.?!]$/s)
  expect(message).not.toMatch(/fault in Recast|undefined|\[object|\bE[A-Z]{4,}\b/)
  expect(message.length).toBeLessThan(400)
}

describe('one batch of every odd picture', () => {
  it('gives each bad file its own error and does the rest: upright, in the right colours, what was changed said', async () => {
    const dir = bench.dir('photos')
    const odd = await writeOddPictures(dir)
    const out = bench.dir('out')
    const args = [
      'style',
      dir,
      '--style',
      'network-05',
      '--strength',
      '0',
      '--seed',
      '1',
      '--out',
      out,
      '--data',
      bench.dir(),
      '--json',
    ]
    const outcome = await bench.run(args)
    expect({ code: outcome.code, stderr: outcome.stderr }).toMatchObject({ code: 1 })

    const bad = odd.filter(({ expected }) => expected.code !== undefined)
    expect(codesByFile(outcome)).toEqual(new Map(bad.map(({ file, expected }) => [file, expected.code])))
    for (const line of named(outcome.lines(), 'error')) expectPlainWords(line['message'] as string)

    // Files of one content are one picture, done under each name.
    const sound = odd.filter(({ expected }) => expected.code === undefined)
    const outputs = named(outcome.lines(), 'output')
    const distinct = new Set(outputs.map((line) => line['path']))
    expect(distinct.size).toBe(outputs.length)
    expect(outcome.stderr).toMatch(/ is the same picture as .*; each name gets a result\./)
    const twins = [...outcome.stderr.matchAll(/ is the same picture as .*; it is done once\./g)].length
    expect(outputs.length + twins).toBe(sound.length)
    expect(new Set(outputs.map((line) => `${line['width']} × ${line['height']}`))).toEqual(new Set(['64 × 96', '96 × 64']))
    expect(outcome.lines().at(-1)).toMatchObject({ event: 'summary', done: outputs.length, failed: bad.length, canceled: 0 })

    const resultOf = (file: string): string => join(out, `${file.replace(/\.\w+$/, '')}_network-05_1.png`)
    // Stored with orientation 6, the scene must come out turned by a quarter, and its bright corner with it.
    const turned = await sharp(scene(), { raw: { ...oddSize, channels: 3 } })
      .rotate(90)
      .raw()
      .toBuffer()
    expect(await difference(resultOf('orientation-6.jpg'), turned)).toBeLessThan(6)
    // The same JPEG without its profile: what the numbers in the file are.
    const numbers = await sharp(join(dir, 'plain.jpg')).raw().toBuffer()
    expect(await difference(resultOf('display-p3.jpg'), fromP3(numbers))).toBeLessThan(3)
    expect(await difference(resultOf('display-p3.jpg'), numbers)).toBeGreaterThan(4)
    expect(await difference(resultOf('16-bit.png'), scene())).toBeLessThan(3)
    // CMYK and back keeps the picture, not every colour.
    expect(await difference(resultOf('cmyk.jpg'), scene())).toBeLessThan(40)

    for (const [file, words] of [
      ['animated.gif', 'first frame'],
      ['animated.webp', 'first frame'],
      ['cmyk.jpg', 'CMYK'],
      ['16-bit.png', '16 bits'],
      ['display-p3.jpg', 'colour profile'],
    ] as const) {
      expect(outcome.stderr.split('\n').filter((line) => line.includes(file) && line.includes(words))).toHaveLength(1)
    }
  }, 240_000)

  it('tells people the same in lines, and keeps standard output for paths', async () => {
    const dir = bench.dir('photos')
    await writeOddPictures(dir, ['plain.png', 'empty.png', 'bomb.png', 'drawing.svg'])
    const { code, stdout, stderr } = await bench.run([
      'style',
      dir,
      '--style',
      'clay',
      '--seed',
      '1',
      '--out',
      bench.dir('out'),
      '--data',
      bench.dir(),
    ])
    expect(code).toBe(1)
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((path) => basename(path)),
    ).toEqual(['plain_clay_1.png'])
    for (const file of ['empty.png', 'bomb.png', 'drawing.svg']) {
      expect(stderr.split('\n').filter((line) => line.includes(file))).toHaveLength(1)
    }
    expect(stderr).toMatch(/1 done, 3 failed in/)
  }, 120_000)
})

describe('a photo that goes away', () => {
  it('between two of a batch is its own error; once taken in, it is needed no more', async () => {
    const dir = bench.dir('photos')
    const photos = await writePhotos(dir, 3, { width: 384, height: 256 })
    const out = bench.dir('out')
    const command = bench.start([
      'style',
      ...photos,
      join(dir, 'never.png'),
      '--style',
      'oil-painting',
      '--seed',
      '1',
      '--out',
      out,
      '--data',
      bench.dir(),
      '--json',
    ])
    await command.said('"state":"running"')
    rmSync(dir, { recursive: true })
    const outcome = await command.ended
    expect(outcome.code).toBe(1)
    expect(named(outcome.lines(), 'output')).toHaveLength(3)
    expect(codesByFile(outcome)).toEqual(new Map([['never.png', 'input.not_found']]))
  }, 120_000)
})

describe('a style that cannot be used', () => {
  it('a picture that is none is refused by name, before anything is queued', async () => {
    const dir = bench.dir('photos')
    const [photo = ''] = await writePhotos(dir, 1)
    const odd = await writeOddPictures(join(dir, 'styles'), ['empty.png', 'text.png', 'truncated.jpg', 'drawing.svg', 'bomb.png'])
    const data = bench.dir()
    for (const { path, file, expected } of odd) {
      const outcome = await bench.run([
        'style',
        photo,
        '--style-image',
        path,
        '--out',
        bench.dir('out'),
        '--data',
        data,
        '--json',
      ])
      expect(outcome.code).toBe(1)
      expect(outcome.lines()[0]).toMatchObject({
        event: 'error',
        code: expected.code,
        message: expect.stringContaining(file) as string,
      })
    }
    expect((await bench.run(['jobs', '--data', data, '--json'])).lines()).toHaveLength(1)
  }, 120_000)

  it('an unknown one is refused with the nearest names, an unfit strength with the range', async () => {
    const unknown = await bench.run(['style', 'a.png', '--style', 'watercolr', '--json', '--data', bench.dir()])
    expect(unknown.code).toBe(2)
    expect(unknown.lines()).toEqual([
      { event: 'error', code: 'input.unknown_style', message: expect.stringContaining('watercolour') as string },
    ])
    const strength = await bench.run(['style', 'a.png', '--style', 'clay', '--strength', '7', '--data', bench.dir()])
    expect(strength).toMatchObject({ code: 2, stdout: '' })
    expect(strength.stderr).toContain('from 0 to 1')
  })
})

// Only root can become nobody; elsewhere the name of the skipped tests says so.
describe.skipIf(!isRoot)('without permission (needs root, to give it up)', () => {
  /** A folder that nobody owns, with photos of which one folder and one file are closed to it. */
  async function scenery(): Promise<{ photos: string; home: string }> {
    const home = bench.dir('home')
    chmodSync(dirname(home), 0o755)
    chownSync(home, nobody, nobody)
    const photos = join(dirname(home), 'photos')
    mkdirSync(join(photos, 'closed'), { recursive: true })
    const [first = '', second = ''] = await writePhotos(photos, 2)
    copyFileSync(first, join(photos, 'closed', 'inside.png'))
    chmodSync(join(photos, 'closed'), 0o000)
    chmodSync(second, 0o000)
    return { photos, home }
  }

  it('names the folder and the file that cannot be read, and does the rest', async () => {
    const { photos, home } = await scenery()
    const args = [
      'style',
      photos,
      join(photos, 'closed'),
      '--style',
      'clay',
      '--seed',
      '1',
      '--out',
      join(home, 'out'),
      '--data',
      join(home, 'data'),
    ]
    const outcome = await bench.run([...args, '--json'], { uid: nobody })
    expect({ code: outcome.code, stderr: outcome.stderr }).toMatchObject({ code: 1 })
    expect(codesByFile(outcome)).toEqual(
      new Map([
        ['closed', 'io.permission'],
        ['photo-02.png', 'io.permission'],
      ]),
    )
    for (const line of named(outcome.lines(), 'error')) expectPlainWords(line['message'] as string)
    expect(readdirSync(join(home, 'out'))).toEqual(['photo-01_clay_1.png'])
  }, 120_000)

  it('says which folder cannot be written, results or data', async () => {
    const { photos, home } = await scenery()
    const closed = join(dirname(home), 'mine')
    mkdirSync(closed)
    const common = ['style', join(photos, 'photo-01.png'), '--style', 'clay']
    for (const [out, data] of [
      [closed, join(home, 'data')],
      [join(closed, 'new'), join(home, 'data')],
      [join(home, 'out'), closed],
      [join(home, 'out'), join(closed, 'new')],
    ] as const) {
      const outcome = await bench.run([...common, '--out', out, '--data', data], { uid: nobody })
      expect(outcome).toMatchObject({ code: 1, stdout: '' })
      expect(outcome.stderr).toContain(closed)
      expectPlainWords(outcome.stderr.trim())
    }
    expect(readdirSync(closed)).toEqual([])
  }, 120_000)
})

/** A container's root may not mount. */
function canMount(): boolean {
  if (!isRoot) return false
  const place = mkdtempSync(join(tmpdir(), 'recast-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' })
    execFileSync('umount', [place], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmdirSync(place)
  }
}

describe.skipIf(!canMount())('on a full disk (needs the right to mount a small file system)', () => {
  async function onSmallDisk(size: string, test: (disk: string) => Promise<void>): Promise<void> {
    const disk = bench.dir('disk')
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk])
    try {
      await test(disk)
    } finally {
      execFileSync('umount', ['-l', disk])
    }
  }
  const size = { width: 480, height: 320 }

  it('under the results: says so, keeps the results, and writes the copies once there is room', async () => {
    await onSmallDisk('600k', async (disk) => {
      const photos = bench.dir('photos')
      await writePhotos(photos, 6, size)
      const data = bench.dir()
      const out = join(disk, 'out')
      const outcome = await bench.run([
        'style',
        photos,
        '--style',
        'oil-painting',
        '--seed',
        '1',
        '--out',
        out,
        '--data',
        data,
        '--json',
      ])
      expect(outcome.code).toBe(1)
      const copies = named(outcome.lines(), 'output').length
      const problems = named(outcome.lines(), 'error')
      expect(copies).toBeGreaterThan(0)
      expect(copies + problems.length).toBe(6)
      for (const line of problems) {
        expect(line).toMatchObject({ code: 'io.disk_full' })
        expectPlainWords(line['message'] as string)
      }
      expect(outcome.lines().at(-1)).toMatchObject({ done: copies, failed: 6 - copies, canceled: 0 })
      // No half file among them.
      expect(readdirSync(out)).toHaveLength(copies)

      execFileSync('mount', ['-o', 'remount,size=64m', disk])
      const ids = named((await bench.run(['jobs', '--data', data, '--json'])).lines(), 'job').map((line) => line['id'] as string)
      await bench.run(['jobs', 'retry', ...ids, '--data', data])
      expect(readdirSync(out)).toHaveLength(6)
      for (const file of readdirSync(out)) expect(await sharp(join(out, file)).stats()).toBeDefined()
    })
  }, 240_000)

  it('under the data folder: says so for each job, and all are done once there is room', async () => {
    await onSmallDisk('8m', async (disk) => {
      const photos = bench.dir('photos')
      await writePhotos(photos, 6, size)
      const data = join(disk, 'data')
      // As much as leaves room for the photos and a few results.
      await bench.run(['jobs', '--data', data])
      const free = 1024 * Number(/\s(\d+)\s+\d+%/.exec(execFileSync('df', ['-k', disk], { encoding: 'utf8' }))?.[1])
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(Math.max(0, free - 2_300_000)))
      const out = bench.dir('out')
      const outcome = await bench.run([
        'style',
        photos,
        '--style',
        'oil-painting',
        '--seed',
        '1',
        '--out',
        out,
        '--data',
        data,
        '--json',
      ])
      expect(outcome.code).toBe(1)
      const told = [
        ...named(outcome.lines(), 'job').filter((line) => line['state'] === 'failed'),
        ...named(outcome.lines(), 'error'),
      ]
      expect(told.length).toBeGreaterThan(0)
      for (const line of told) {
        expect(line).toMatchObject({ code: 'io.disk_full' })
        expectPlainWords(line['message'] as string)
      }
      execFileSync('mount', ['-o', 'remount,size=256m', disk])
      const again = await bench.run([
        'style',
        photos,
        '--style',
        'oil-painting',
        '--seed',
        '2',
        '--out',
        out,
        '--data',
        data,
        '--json',
      ])
      expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 })
      expect(named(again.lines(), 'output')).toHaveLength(6)
      expect((await bench.run(['doctor', '--data', data])).code).toBe(0)
    })
  }, 240_000)

  it('that can only be read: says so, for results and for data', async () => {
    await onSmallDisk('4m', async (disk) => {
      const [photo = ''] = await writePhotos(bench.dir('photos'), 1)
      execFileSync('mount', ['-o', 'remount,ro', disk])
      for (const [out, data] of [
        [join(disk, 'out', 'deep'), bench.dir()],
        [bench.dir('out'), join(disk, 'data')],
      ] as const) {
        const outcome = await bench.run(['style', photo, '--style', 'clay', '--out', out, '--data', data])
        expect(outcome).toMatchObject({ code: 1, stdout: '' })
        expect(outcome.stderr).toContain('can only be read')
        expect(outcome.stderr).toContain(disk)
      }
    })
  }, 60_000)
})
