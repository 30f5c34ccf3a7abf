import { execFileSync } from 'node:child_process'
import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { adobeRgb, displayP3, iccProfile, srgb, tagJpeg, toSrgb, type Triple } from '../../pictures/colour-profile'
import { oddPictures, oddSize, scene, writeOddPictures } from '../../pictures/odd-pictures'
import { iccChunk, writePng } from '../../pictures/png-writer'
import { openTestStore, type TestStore } from './open-store'
import { must } from './must'

/** Pixels of an asset's working file, as RGB(A) bytes: the numbers in the file, whatever a profile in it would make of them. */
async function pixelsOf(
  { store }: TestStore,
  assetId: string,
): Promise<{ data: Buffer; channels: number; width: number; height: number }> {
  const { path } = store.engineInput(assetId)
  const { data, info } = await sharp(path).keepIccProfile().raw().toBuffer({ resolveWithObject: true })
  return { data, ...info }
}

/** Mean of the absolute differences of two pictures of one size, in 1/255. */
function meanDifference(a: Buffer, b: Buffer): number {
  expect(a.byteLength).toBe(b.byteLength)
  let sum = 0
  for (let i = 0; i < a.byteLength; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0))
  return sum / a.byteLength
}

describe('import of odd pictures', () => {
  it('gives each its own result, in order, and takes the sound ones', async () => {
    const test = await openTestStore()
    const written = await writeOddPictures(join(test.dir, 'in'))
    const told: number[] = []
    const results = await test.store.importPaths(
      written.map(({ path }) => path),
      'picture',
      { onResult: (_, index) => told.push(index) },
    )
    expect(told).toEqual(written.map((_, index) => index))
    expect(results.map(({ file }) => file)).toEqual(written.map(({ path }) => path))
    for (const [index, { file, expected }] of written.entries()) {
      const result = must(results[index])
      const seen = result.error
        ? { file, code: result.error.code }
        : { file, width: result.picture?.width, height: result.picture?.height, notes: result.asset?.notes }
      const { hasAlpha, ...rest } = expected.code === undefined ? expected : { ...expected, hasAlpha: undefined }
      expect(seen).toEqual({ file, ...rest })
      expect(result.asset?.hasAlpha).toBe(hasAlpha ?? result.asset?.hasAlpha)
      // Each refusal names the file and says what to do.
      expect(result.error?.detail?.['file']).toBe(result.error && file)
      expect(result.error?.message ?? 'Fine. Go on.').toMatch(/\. [A-Z].*\.\)?$/)
    }
    // Nothing half-made is left behind, by the failed ones either.
    expect(await readdir(join(test.dataDir, 'staging'))).toEqual([])
    expect((await test.store.checkFiles({ repair: false, deep: true })).every(({ ok }) => ok)).toBe(true)
  })

  it('keeps the original bytes and works on an upright copy', async () => {
    const test = await openTestStore()
    const [odd] = await writeOddPictures(join(test.dir, 'in'), ['orientation-6.jpg'])
    const [result] = await test.store.importPaths([must(odd).path], 'picture')
    const { asset } = must(result)
    expect(await readFile(test.store.blobs.path(must(asset).sha256))).toEqual(await readFile(must(odd).path))
    const { data, width, height } = await pixelsOf(test, must(asset).id)
    expect({ width, height }).toEqual({ width: oddSize.height, height: oddSize.width })
    // Orientation 6: the stored top left corner is shown at the top right.
    const at = (x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
    expect(at(width - 5, 5)[0]).toBeGreaterThan(230)
    expect(at(5, 5)[0]).toBeLessThan(200)
    const upright = await sharp(scene(), { raw: { ...oddSize, channels: 3 } })
      .rotate(90)
      .raw()
      .toBuffer()
    expect(meanDifference(data, upright)).toBeLessThan(3)
  })

  it('takes the first frame of an animation', async () => {
    const test = await openTestStore()
    const odd = await writeOddPictures(join(test.dir, 'in'), ['animated.gif', 'animated.webp'])
    for (const result of await test.store.importPaths(
      odd.map(({ path }) => path),
      'picture',
    )) {
      const { data, channels } = await pixelsOf(test, must(result.asset).id)
      const rgb = Buffer.from(data.filter((_, i) => channels === 3 || i % 4 !== 3))
      expect(meanDifference(rgb, scene())).toBeLessThan(12)
    }
  })

  it('keeps the high bytes of 16-bit pictures', async () => {
    const test = await openTestStore()
    const [odd] = await writeOddPictures(join(test.dir, 'in'), ['16-bit.png'])
    const [result] = await test.store.importPaths([must(odd).path], 'picture')
    const { data } = await pixelsOf(test, must(must(result).asset).id)
    expect(meanDifference(data, scene())).toBeLessThan(1)
    expect((await sharp(test.store.engineInput(must(must(result).asset).id).path).metadata()).depth).toBe('uchar')
  })

  it('turns CMYK into the colours that it shows', async () => {
    const test = await openTestStore()
    const [odd] = await writeOddPictures(join(test.dir, 'in'), ['cmyk.jpg'])
    const [result] = await test.store.importPaths([must(odd).path], 'picture')
    const { data, channels } = await pixelsOf(test, must(must(result).asset).id)
    expect(channels).toBe(3)
    // There and back through a printing space: near, never equal; an inverted or unconverted picture is far over 60.
    expect(meanDifference(data, scene())).toBeLessThan(20)
  })
})

describe('colour', () => {
  const colours: Triple[] = [
    [255, 255, 255],
    [128, 128, 128],
    [200, 60, 30],
    [40, 120, 60],
    [30, 60, 180],
    [220, 190, 40],
    [10, 12, 9],
  ]
  /** Patches of 16 × 16, one colour each, so that JPEG leaves their middles alone. */
  const patches = Buffer.concat(
    Array.from({ length: 16 }, () => Buffer.from(colours.flatMap((colour) => Array.from({ length: 16 }, () => colour).flat()))),
  )
  const size = { width: colours.length * 16, height: 16 }

  const expectColours = async (file: Buffer, space: typeof srgb, tolerance: number, notes: string[]): Promise<void> => {
    const test = await openTestStore()
    const result = await test.store.importContent('patches', file, 'picture')
    expect(result.error).toBeUndefined()
    expect(must(result.asset).notes).toEqual(notes)
    const { data, width } = await pixelsOf(test, must(result.asset).id)
    for (const [i, colour] of colours.entries()) {
      const found = [...data.subarray((8 * width + i * 16 + 8) * 3, (8 * width + i * 16 + 8) * 3 + 3)]
      const wanted = toSrgb(colour, space)
      for (const channel of [0, 1, 2])
        expect(Math.abs(must(found[channel]) - must(wanted[channel])), `${colour} → ${wanted}, got ${found}`).toBeLessThanOrEqual(
          tolerance,
        )
    }
  }
  const png = (space: typeof srgb): Buffer =>
    writePng({ ...size, colour: 'rgb', pixels: patches, extra: [iccChunk(iccProfile(space))] })
  const jpeg = async (space: typeof srgb): Promise<Buffer> =>
    tagJpeg(
      await sharp(patches, { raw: { ...size, channels: 3 } })
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .toBuffer(),
      iccProfile(space),
    )

  it('has an expectation that moves the colours at all', () => {
    expect(toSrgb([200, 60, 30], displayP3)).not.toEqual([200, 60, 30])
    expect(
      Math.max(...toSrgb([200, 60, 30], displayP3).map((value, i) => Math.abs(value - must([200, 60, 30][i])))),
    ).toBeGreaterThan(10)
  })
  it('converts Display-P3 PNG', async () => expectColours(png(displayP3), displayP3, 2, ['converted_profile']))
  it('converts Display-P3 JPEG', async () => expectColours(await jpeg(displayP3), displayP3, 4, ['converted_profile']))
  it('converts Adobe RGB PNG', async () => expectColours(png(adobeRgb), adobeRgb, 2, ['converted_profile']))
  it('converts Adobe RGB JPEG', async () => expectColours(await jpeg(adobeRgb), adobeRgb, 4, ['converted_profile']))
  it('leaves pictures with an sRGB profile of any name as they are', async () => {
    await expectColours(png(srgb), srgb, 1, [])
    await expectColours(await jpeg(srgb), srgb, 3, [])
  })
})

describe('content and names', () => {
  it('is one picture for the same content, whatever the file is called', async () => {
    const { store } = await openTestStore()
    const bytes = await must(oddPictures[0]).bytes()
    const first = await store.importContent('cup.png', bytes, 'picture')
    const second = await store.importContent(
      'copy of cup.png',
      Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]),
      'picture',
    )
    expect(first.duplicate).toBe(false)
    expect(second).toMatchObject({ duplicate: true, picture: { id: must(first.picture).id, name: 'cup' } })
    store.pictures.trash([must(first.picture).id], 5)
    const third = await store.importContent('cup.png', bytes, 'picture')
    expect(third.picture).toEqual(first.picture)
    expect(store.pictures.page({ limit: 10 }).total).toBe(1)
  })

  it('takes the same content many times at once as one picture', async () => {
    const { store } = await openTestStore()
    const bytes = await must(oddPictures[0]).bytes()
    const results = await Promise.all(Array.from({ length: 8 }, (_, i) => store.importContent(`${i}.png`, bytes, 'picture')))
    expect(new Set(results.map(({ picture }) => must(picture).id)).size).toBe(1)
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
  })

  it('takes a style picture as an asset only, and makes it a picture when it is imported as one', async () => {
    const { store } = await openTestStore()
    const bytes = await must(oddPictures[1]).bytes()
    const style = await store.importContent('waves.jpg', bytes, 'style')
    expect(style.picture).toBeUndefined()
    expect(store.pictures.page({ limit: 10 }).total).toBe(0)
    const picture = await store.importContent('waves.jpg', bytes, 'picture')
    expect(picture).toMatchObject({ duplicate: false, asset: { id: must(style.asset).id }, picture: { name: 'waves' } })
  })

  it('says of a style picture that it is none', async () => {
    const { store } = await openTestStore()
    const result = await store.importContent('style.jpg', Buffer.from('no picture'), 'style')
    expect(result.error?.code).toBe('input.not_a_picture')
  })

  it('heals a picture whose files were lost when it is imported again', async () => {
    const { store } = await openTestStore()
    const bytes = await must(oddPictures.find(({ file }) => file === '16-bit.png')).bytes()
    const first = await store.importContent('a.png', bytes, 'picture')
    await rm(store.blobs.path(must(first.asset).sha256))
    await rm(store.engineInput(must(first.asset).id).path)
    expect((await store.checkFiles({ repair: true }))[0]).toMatchObject({ ok: false, found: 1, repaired: 0 })
    await expect(store.serve(must(first.asset).id, 2000)).rejects.toMatchObject({ code: 'input.not_found' })
    expect((await store.importContent('a.png', bytes, 'picture')).duplicate).toBe(true)
    expect((await store.checkFiles({ repair: true, deep: true }))[0]).toMatchObject({ ok: true, found: 0 })
  })

  it('refuses an upload that grows over the limit, and one that breaks off', async () => {
    const { store, dataDir } = await openTestStore()
    const broken = await store.importContent(
      'a.png',
      (async function* () {
        yield (await must(oddPictures[0]).bytes()).subarray(0, 60)
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
      })(),
      'picture',
    )
    expect(broken.error?.code).toBe('io.failed')
    const piece = Buffer.alloc(8 << 20)
    const endless = await store.importContent(
      'b.png',
      (async function* () {
        for (;;) yield piece
      })(),
      'picture',
    )
    expect(endless.error?.code).toBe('input.too_large')
    expect(await readdir(join(dataDir, 'staging'))).toEqual([])
  })
})

describe('folders', () => {
  it('are taken recursively in natural order, without what is hidden or no picture', async () => {
    const { store, dir } = await openTestStore()
    const root = join(dir, 'photos')
    await mkdir(join(root, 'b deeper', '.hidden'), { recursive: true })
    const colour = (red: number): Buffer => writePng({ width: 4, height: 4, colour: 'rgb', pixels: Buffer.alloc(48, red) })
    const files = [
      'photo 10.png',
      'photo 2.png',
      'Photo 1.png',
      'b deeper/x.png',
      'notes.txt',
      '.secret.png',
      'b deeper/.hidden/y.png',
    ]
    for (const [i, file] of files.entries()) await writeFile(join(root, file), colour(i + 1))
    await writeFile(join(root, 'broken.jpg'), 'not a jpeg')
    await symlink(root, join(root, 'b deeper', 'loop'))
    await symlink(join(root, 'nowhere.png'), join(root, 'z dangling.png'))
    const results = await store.importPaths([root], 'picture')
    expect(results.map(({ file, error }) => [file.slice(root.length + 1), error?.code])).toEqual([
      ['b deeper/x.png', undefined],
      ['broken.jpg', 'input.not_a_picture'],
      ['Photo 1.png', undefined],
      ['photo 2.png', undefined],
      ['photo 10.png', undefined],
      ['z dangling.png', 'input.not_found'],
    ])
    // The library shows the newest first: the last file is on top.
    expect(store.pictures.page({ limit: 10 }).items.map(({ name }) => name)).toEqual(['photo 10', 'photo 2', 'Photo 1', 'x'])
  })

  it('do not block on pipes and devices', async () => {
    const { store, dir } = await openTestStore()
    const pipe = join(dir, 'pipe.png')
    const makePipe = 'mkfifo'
    execFileSync(makePipe, [pipe])
    const results = await store.importPaths([pipe, '/dev/zero', join(dir, 'missing.png')], 'picture')
    expect(results.map(({ error }) => error?.code)).toEqual(['input.not_a_picture', 'input.not_a_picture', 'input.not_found'])
  })

  it('stop when told to, with what is left said', async () => {
    const { store, dir } = await openTestStore()
    await writeOddPictures(join(dir, 'in'), ['plain.png', 'plain.jpg', 'plain.webp', 'grey.png'])
    const stop = new AbortController()
    const results = await store.importPaths([join(dir, 'in')], 'picture', {
      signal: stop.signal,
      onResult: () => stop.abort(),
    })
    expect(results).toHaveLength(4)
    expect(must(results[0]).picture).toBeDefined()
    expect(must(results[3]).error?.code).toBe('canceled')
  })
})
