import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { App } from '#core/app'
import { isSrgbProfile } from '#core/assets/icc'
import { displayP3, iccProfile, tagJpeg } from '../../pictures/colour-profile'
import { createTintEngine } from '../core/tint-engine'
import { existing, firstOf, importPictures, openApp, submit, temporaryFolder, untilState } from '../core/harness'

const solid = (r: number, g: number, b: number, width = 90, height = 60) =>
  sharp({ create: { width, height, channels: 3, background: { r, g, b } } })

/** A result of the first picture, made by a style. */
async function makeResult(app: App): Promise<{ assetId: string; rootId: string; seed: number; name: string }> {
  const [picture] = await importPictures(app)
  const [job] = await submit(app, [picture], { seed: 77 })
  const done = await untilState(app, job.id, 'done')
  return { assetId: firstOf(done.outputs).assetId, rootId: picture.rootAssetId, seed: 77, name: picture.name }
}

describe('planned names', () => {
  it('are filled from the rows: style, seed, index and size of a result, and nothing in place of what an original lacks', async () => {
    const { app } = await openApp()
    const { assetId, rootId } = await makeResult(app)
    const { names } = await app.call('exports.plan', {
      items: [{ assetId }, { assetId: rootId }, { assetId: rootId, name: 'own name' }],
      pattern: '{index}-{name}_{style}_{view}_{seed}_{width}',
      format: 'png',
    })
    expect(names).toEqual(['01-photo 1_clay_77_32', '02-photo 1_32', '03-own name_32'])
  })

  it('have the folder that the photo came from, for its results, too, however it came in', async () => {
    const { app, engine } = await openApp()
    const dir = join(await temporaryFolder(), 'red cups')
    await mkdir(dir)
    await solid(200, 40, 40).png().toFile(join(dir, 'one.png'))
    const { results } = await app.call('assets.import', { paths: [dir] })
    const picture = existing(firstOf(results).picture)
    expect(picture.folder).toBe('red cups')
    const [job] = await submit(app, [picture], { seed: 5 })
    const { outputs } = await untilState(app, job.id, 'done')
    expect(engine.ran).toHaveLength(1)
    const upload = async (name: string, folder?: string) => {
      const bytes = await solid(0, name.length * 9, 80)
        .png()
        .toBuffer()
      return existing((await app.files.importUpload(name, Readable.from([bytes]), 'picture', folder)).picture)
    }
    const [two, three, four] = [await upload('two.png', '蓝'), await upload('three.png'), await upload('four-4.png')]
    // The first folder that is known of it stays.
    for (const folder of ['green', 'other']) expect((await upload('four-4.png', folder)).folder).toBe('green')
    const { names } = await app.call('exports.plan', {
      items: [picture.rootAssetId, firstOf(outputs).assetId, two.rootAssetId, three.rootAssetId, four.rootAssetId].map(
        (assetId) => ({ assetId }),
      ),
      pattern: '{folder}_{name}_{style}',
      format: 'png',
    })
    expect(names).toEqual(['red cups_one', 'red cups_one_clay', '蓝_two', 'three', 'green_four-4'])
  })

  it('are unlike each other, whatever the case, and safe as file names', async () => {
    const { app } = await openApp()
    const [picture] = await importPictures(app)
    const plan = async (names: string[]) =>
      (
        await app.call('exports.plan', {
          items: names.map((name) => ({ assetId: picture.rootAssetId, name })),
          pattern: '{name}',
          format: 'png',
        })
      ).names
    expect(await plan(['cup', 'Cup', 'cup (2)', 'cup', 'a/b:c', 'con'])).toEqual([
      'cup',
      'Cup (2)',
      'cup (2) (2)',
      'cup (3)',
      'a_b_c',
      '_con',
    ])
    expect(new Set(await plan(Array.from({ length: 3_000 }, () => 'cup'))).size).toBe(3_000)
  })

  it('say which files are there already', async () => {
    const { app } = await openApp()
    const [picture] = await importPictures(app)
    const dir = await temporaryFolder()
    await writeFile(join(dir, 'CUP.png'), 'mine')
    const items = ['mug', 'cup'].map((name) => ({ assetId: picture.rootAssetId, name }))
    const plan = (more: object) => app.call('exports.plan', { items, pattern: '{name}', format: 'png', dir, ...more })
    expect((await plan({})).taken).toEqual([1])
    expect((await plan({ format: 'webp' })).taken).toEqual([])
    expect((await plan({ dir: join(dir, 'not', 'yet') })).taken).toEqual([])
    await expect(plan({ dir: 'relative' })).rejects.toMatchObject({ code: 'input.invalid' })
  })
})

describe('an export of several', () => {
  it('goes on over one that fails, and says which and why', async () => {
    const { app, dataDir } = await openApp()
    const pictures = await importPictures(app, 3)
    const dir = join(await temporaryFolder(), 'new')
    // The file of the second is gone behind the app's back.
    const plan = await app.call('pictures.get', { id: pictures[1].id })
    const { sha256 } = firstOf(plan.versions).asset
    await rm(join(dataDir, 'blobs', sha256.slice(0, 2), sha256))
    const items = pictures.map((picture) => ({ assetId: picture.rootAssetId, name: picture.name }))
    const answer = await app.call('assets.export', { items, dir })
    expect(answer.paths).toEqual(['photo 1.png', 'photo 3.png'].map((name) => join(dir, name)))
    expect(answer.failed).toMatchObject([{ index: 1, name: 'photo 2', error: { code: 'input.not_found' } }])
    expect((await readdir(dir)).sort()).toEqual(['photo 1.png', 'photo 3.png'])
  })

  it('gives another name, or leaves out, what is there; it never overwrites', async () => {
    const { app } = await openApp()
    const [picture] = await importPictures(app)
    const dir = await temporaryFolder()
    await writeFile(join(dir, 'cup.png'), 'mine')
    const items = [{ assetId: picture.rootAssetId, name: 'cup' }]
    expect(await app.call('assets.export', { items, dir, conflict: 'skip' })).toEqual({ paths: [], skipped: [0], failed: [] })
    expect((await app.call('assets.export', { items, dir })).paths).toEqual([join(dir, 'cup (2).png')])
    expect(await readFile(join(dir, 'cup.png'), 'utf8')).toBe('mine')
  })

  it('fails each with its reason where the folder is none', async () => {
    const { app } = await openApp()
    const [picture] = await importPictures(app)
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    const items = [{ assetId: picture.rootAssetId, name: 'cup' }]
    const { failed } = await app.call('assets.export', { items, dir: join(file, 'in') })
    expect(failed).toMatchObject([{ index: 0, error: { code: 'io.failed' } }])
  })
})

describe('what is written', () => {
  it('has the size of the photo again where that is asked', async () => {
    const folder = await temporaryFolder()
    // A model that works at its own size: a tenth of the photo.
    const engine = createTintEngine({
      async before(task) {
        const path = join(task.workDir, 'small.png')
        await sharp(task.input?.path).resize(90, 60).png().toFile(path)
        if (task.input) task.input = { ...task.input, path }
      },
    })
    const { app } = await openApp({ engine })
    await writeFile(join(folder, 'big.png'), await solid(10, 20, 30, 900, 600).png().toBuffer())
    const { results } = await app.call('assets.import', { paths: [join(folder, 'big.png')] })
    const picture = existing(firstOf(results).picture)
    const [job] = await submit(app, [picture], { edits: [{ kind: 'style', styleId: 'clay' }] })
    const { outputs } = await untilState(app, job.id, 'done')
    expect(firstOf(outputs)).toMatchObject({ width: 90, height: 60 })
    const items = [{ assetId: firstOf(outputs).assetId, name: 'big' }]
    const [path = ''] = (await app.call('assets.export', { items, dir: folder, size: 'original', format: 'jpeg' })).paths
    expect(await sharp(path).metadata()).toMatchObject({ width: 900, height: 600, format: 'jpeg' })
    const { resizable } = await app.call('exports.plan', { items, pattern: '{name}', format: 'png' })
    expect(resizable).toBe(1)
  })

  it('carries sRGB, or the profile of its photo with the pixels converted to it, or none', async () => {
    const { app } = await openApp()
    const folder = await temporaryFolder()
    const jpeg = await solid(250, 30, 60).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
    const profile = iccProfile(displayP3)
    await writeFile(join(folder, 'p3.jpg'), tagJpeg(jpeg, profile))
    const { results } = await app.call('assets.import', { paths: [join(folder, 'p3.jpg')] })
    const items = [{ assetId: existing(firstOf(results).asset).id, name: 'p3' }]
    const out = async (values: object): Promise<Buffer> =>
      await readFile((await app.call('assets.export', { items, dir: folder, ...values })).paths[0] ?? '')
    expect((await app.call('exports.plan', { items, pattern: '', format: 'png' })).profiled).toBe(1)

    const source = await out({ profile: 'source' })
    expect(Buffer.compare((await sharp(source).metadata()).icc ?? Buffer.alloc(0), profile)).toBe(0)
    // Raw numbers, unconverted: those of the photo again, within the rounding of two conversions; sRGB clips what P3 alone can say.
    const raw = async (bytes: Buffer): Promise<number[]> => [
      ...(await sharp(bytes).keepIccProfile().raw().toBuffer()).subarray(0, 3),
    ]
    const [r = 0, g = 0, b = 0] = await raw(source)
    const [clippedR = 0] = await raw(await out({}))
    expect(clippedR).toBe(255)
    expect(Math.abs(r - 234) + Math.abs(g - 51) + Math.abs(b - 65)).toBeLessThan(30)

    const tagged = await out({ profile: 'srgb' })
    expect(isSrgbProfile((await sharp(tagged).metadata()).icc ?? Buffer.alloc(0))).toBe(true)
    expect((await sharp(await out({})).metadata()).icc).toBeUndefined()
  })

  it('says how it was made only when that is wanted, and never where', async () => {
    const { app, dataDir } = await openApp()
    const { assetId, seed } = await makeResult(app)
    const dir = await temporaryFolder()
    await mkdir(dir, { recursive: true })
    for (const format of ['png', 'jpeg', 'webp', 'tiff', 'avif'] as const) {
      const items = [{ assetId, name: `x-${format}` }]
      const [path = ''] = (await app.call('assets.export', { items, dir, format, metadata: 'recipe' })).paths
      const { xmp } = await sharp(path).metadata()
      const text = String(xmp)
      expect(text).toContain('<recast:recipe>')
      const json = /<recast:recipe>(.*)<\/recast:recipe>/.exec(text)?.[1]?.replaceAll('&#34;', '"') ?? ''
      expect(JSON.parse(json)).toMatchObject({ seed, edit: { kind: 'style', styleId: 'clay' }, engine: 'tint' })
      expect(text).not.toContain(dataDir)
      const [plain = ''] = (await app.call('assets.export', { items, dir, format })).paths
      expect((await sharp(plain).metadata()).xmp).toBeUndefined()
    }
  })

  it('is the same as a download', async () => {
    const { app } = await openApp()
    const { assetId } = await makeResult(app)
    const file = await app.files.read(assetId, {
      download: { format: 'webp', name: 'cup', quality: 80, profile: 'srgb', metadata: 'recipe' },
    })
    const meta = await sharp(file.bytes).metadata()
    expect(meta).toMatchObject({ format: 'webp' })
    expect(meta.icc).toBeDefined()
    expect(meta.xmp).toBeDefined()
    const other = await app.files.read(assetId, { download: { format: 'webp', name: 'cup', quality: 80 } })
    expect(other.etag).not.toBe(file.etag)
  })
})
