/* oxlint-disable typescript/no-non-null-assertion -- a test fails on what is missing, with or without a check */
import { join, resolve } from 'node:path'
import { readFile, readdir, unlink } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import sharp from 'sharp'
import { createDraftEngine, type DraftEngine } from '#core/engines/draft/draft-engine'
import type { EngineEvent } from '#core/engines/engine'
import { styles } from '#shared/styles/catalogue'
import { buildDraftProcess, scratch, type BuiltProcess } from './draft-process'
import { inputOf, pixelsOf, styleEdit, taskOf, writePicture } from './tasks'

// Minutes rather than seconds: shared machines stall, and what must be quick is measured where it matters.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const coffee = resolve(import.meta.dirname, '../../../resources/samples/coffee.png')
let built: BuiltProcess
let place: { dir: string; remove(): Promise<void> }
let engine: DraftEngine

beforeAll(async () => {
  ;[built, place] = await Promise.all([buildDraftProcess(), scratch()])
  engine = createDraftEngine({ processPath: built.path, cacheDir: join(place.dir, 'cache') })
})
afterAll(async () => {
  await engine.close()
  await built.remove()
  await place.remove()
})

function options(onEvent: (event: EngineEvent) => void = () => undefined, signal = new AbortController().signal) {
  return { attemptId: 'a', signal, onEvent }
}

/** Mean difference of two pictures' bytes, 0..255. */
function difference(a: Buffer, b: Buffer): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += Math.abs(a[i]! - b[i]!)
  return sum / a.length
}

describe('the draft engine', () => {
  it('is ready when its process and networks are there, and says what is missing when not', async () => {
    await expect(engine.probe()).resolves.toMatchObject({ id: 'draft', state: 'ready', edits: ['style', 'perspective'] })
    const broken = createDraftEngine({ processPath: built.path, modelsDir: place.dir })
    await expect(broken.probe()).resolves.toMatchObject({ state: 'failed', error: { code: 'engine.missing_model' } })
    const task = await taskOf(place.dir, coffee, styleEdit('network-03'))
    await expect(broken.run(task, options())).rejects.toMatchObject({ code: 'engine.missing_model' })
    await broken.close()
  })

  it.each(styles.filter(({ group }) => group === 'preset').map(({ id }) => id))(
    'drafts %s: same size, changed, noted',
    async (id) => {
      const task = await taskOf(place.dir, coffee, styleEdit(id))
      const events: EngineEvent[] = []
      const [result] = await engine.run(
        task,
        options((event) => events.push(event)),
      )
      expect(result).toMatchObject({ width: 600, height: 400, hasAlpha: false })
      expect(result?.notes).toContain('draft')
      const [before, after] = [await pixelsOf(coffee), await pixelsOf(result!.path)]
      expect([after.width, after.height, after.channels]).toEqual([600, 400, 3])
      expect(difference(before.data, after.data)).toBeGreaterThan(4)
      const previews = events.filter((event) => event.type === 'preview')
      expect(previews.length).toBeGreaterThan(0)
      await expect(sharp(previews[0]!.image).metadata()).resolves.toMatchObject({ format: 'jpeg' })
      const progress = events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []))
      expect(progress).toEqual([...progress].sort((a, b) => a - b))
      expect(progress.at(-1)).toBe(1)
      expect(events.findIndex(({ type }) => type === 'preview')).toBeLessThan(
        events.findIndex((event) => event.type === 'progress' && event.progress === 1),
      )
    },
  )

  it('paints in the style of any picture', async () => {
    const style = resolve(coffee, '../chelsea.png')
    const task = await taskOf(
      place.dir,
      coffee,
      { kind: 'style', styleAssetId: '00000000-0000-4000-8000-000000000000', strength: 1, structure: 0.5, keepColours: false },
      {
        styleInput: await inputOf(style),
      },
    )
    const [result] = await engine.run(task, options())
    expect(result).toMatchObject({ width: 600, height: 400 })
    expect(difference((await pixelsOf(coffee)).data, (await pixelsOf(result!.path)).data)).toBeGreaterThan(8)
  })

  it.each([
    [1, 1],
    [2, 1],
    [3, 2000],
    [2000, 3],
    [33, 47],
    [641, 479],
  ])('keeps the size of a picture of %i × %i', async (width, height) => {
    const path = await writePicture(join(place.dir, `p${width}x${height}.png`), width, height)
    for (const id of ['network-05', 'oil-painting', 'pop-art', 'pixel-art']) {
      const [result] = await engine.run(
        await taskOf(place.dir, path, styleEdit(id, { structure: 0.8, keepColours: true })),
        options(),
      )
      const { width: w, height: h } = await pixelsOf(result!.path)
      expect([id, w, h]).toEqual([id, width, height])
    }
    const [card] = await engine.run(
      await taskOf(place.dir, path, {
        kind: 'perspective',
        view: { id: 'v', name: 'v', pose: { azimuth: 45, elevation: 30, distance: 1 } },
      }),
      options(),
    )
    expect(await pixelsOf(card!.path)).toMatchObject({ width, height, channels: 4 })
  })

  it('keeps the transparency of a picture byte for byte', async () => {
    const path = await writePicture(join(place.dir, 'cut-out.png'), 150, 90, 4)
    const [result] = await engine.run(await taskOf(place.dir, path, styleEdit('watercolour')), options())
    expect(result?.hasAlpha).toBe(true)
    const alphas = await Promise.all([path, result!.path].map((file) => sharp(file).extractChannel(3).raw().toBuffer()))
    expect(alphas[0]!.equals(alphas[1]!)).toBe(true)
  })

  it('gives the photo at strength 0 and its colours when they are kept', async () => {
    const [none] = await engine.run(await taskOf(place.dir, coffee, styleEdit('network-20', { strength: 0 })), options())
    expect((await pixelsOf(none!.path)).data.equals((await pixelsOf(coffee)).data)).toBe(true)
    const [kept] = await engine.run(await taskOf(place.dir, coffee, styleEdit('network-20', { keepColours: true })), options())
    const chroma = ({ data }: { data: Buffer }) =>
      Array.from(
        { length: 3000 },
        (_, i) => data[i * 240 + 2]! - 0.299 * data[i * 240]! - 0.587 * data[i * 240 + 1]! - 0.114 * data[i * 240 + 2]!,
      )
    const [photo, result] = [chroma(await pixelsOf(coffee)), chroma(await pixelsOf(kept!.path))]
    expect(photo.reduce((sum, value, i) => sum + Math.abs(value - result[i]!), 0) / photo.length).toBeLessThan(6)
  })

  it('gives the same bytes for the same seed, others for another where that is promised', async () => {
    const run = async (id: string, seed: number) => {
      const [result] = await engine.run(await taskOf(place.dir, coffee, styleEdit(id), { seed }), options())
      return { bytes: await readFile(result!.path), notes: result!.notes }
    }
    for (const id of ['oil-painting', 'pop-art', 'clay', 'pencil']) {
      const [first, again, other] = [await run(id, 5), await run(id, 5), await run(id, 6)]
      expect(first.bytes.equals(again.bytes)).toBe(true)
      expect(first.bytes.equals(other.bytes)).toBe(false)
      expect(first.notes).not.toContain('draft_seed_no_effect')
    }
    expect((await run('network-01', 3)).notes).toContain('draft_seed_no_effect')
  })

  it('writes no metadata and nothing but the result into its work folder', async () => {
    const path = join(place.dir, 'tagged.png')
    await sharp(coffee)
      .withExif({ IFD0: { Copyright: 'secret' } })
      .png()
      .toFile(path)
    const task = await taskOf(place.dir, path, styleEdit('anime'))
    await engine.run(task, options())
    expect(await readdir(task.workDir)).toEqual(['result.png'])
    const bytes = await readFile(join(task.workDir, 'result.png'))
    expect(bytes.includes('secret')).toBe(false)
    expect(await sharp(bytes).metadata()).not.toHaveProperty('exif')
  })

  it('understands words, and refuses those that name nothing', async () => {
    const words = (prompt: string) =>
      taskOf(place.dir, coffee, { kind: 'style', prompt, strength: 1, structure: 0.5, keepColours: false })
    const [result] = await engine.run(await words('画成水彩'), options())
    expect(result?.notes).not.toContain('draft_prompt_ignored')
    await expect(engine.run(await words('make it nicer'), options())).rejects.toMatchObject({ code: 'input.unsupported_edit' })
    expect(() => engine.check(styleEdit('oil_paintng'), undefined)).toThrowError(/oil-painting/)
    const [beside] = await engine.run(await taskOf(place.dir, coffee, styleEdit('anime', { prompt: 'at dusk' })), options())
    expect(beside?.notes).toContain('draft_prompt_ignored')
  })

  it('says what is wrong with a picture that went away or breaks off', async () => {
    const gone = await writePicture(join(place.dir, 'gone.png'), 40, 40)
    const task = await taskOf(place.dir, gone, styleEdit('anime'))
    await unlink(gone)
    await expect(engine.run(task, options())).rejects.toMatchObject({ code: 'input.not_found' })
    const half = join(place.dir, 'half.png')
    const whole = await readFile(coffee)
    const { writeFile } = await import('node:fs/promises')
    const broken = await taskOf(place.dir, coffee, styleEdit('anime'), { input: { ...(await inputOf(coffee)), path: half } })
    await writeFile(half, whole.subarray(0, whole.length / 2))
    await expect(engine.run(broken, options())).rejects.toMatchObject({
      code: 'input.damaged',
    })
  })

  it('makes thumbnails, keeps them, and lets a job go first', async () => {
    const small = await engine.thumbnail(coffee, 'clay', 160)
    await expect(sharp(small).metadata()).resolves.toMatchObject({ format: 'webp', width: 160 })
    expect((await engine.thumbnail(coffee, 'clay', 160)).equals(small)).toBe(true)
    const many = styles.slice(0, 12).map(({ id }) => engine.thumbnail(coffee, id, 200))
    const [result] = await engine.run(await taskOf(place.dir, coffee, styleEdit('network-02')), options())
    expect(result).toBeDefined()
    for (const thumbnail of await Promise.all(many)) expect((await sharp(thumbnail).metadata()).width).toBe(200)
  })

  it('shows a card from every side: something is seen, the middle for the front, a strip edge-on', async () => {
    for (const azimuth of [0, 45, 90, 135, 180, 270, -45]) {
      const [result] = await engine.run(
        await taskOf(place.dir, coffee, {
          kind: 'perspective',
          view: { id: 'v', name: 'v', pose: { azimuth, elevation: 0, distance: 1 } },
        }),
        options(),
      )
      const alpha = await sharp(result!.path).extractChannel(3).raw().toBuffer()
      const share = alpha.reduce((sum, value) => sum + value, 0) / 255 / alpha.length
      expect([azimuth, share > 0.004 && share < 0.8]).toEqual([azimuth, true])
      expect(result?.notes).toContain('layout_draft')
      expect(result?.notes.includes('back_is_invented')).toBe(azimuth === 135 || azimuth === 180)
    }
  })
})
