import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { drawCanvas, drawReference, finishPreview, finishResult } from '#core/engines/comfyui/pictures'
import { planCanvas } from '#core/workflows/size-policy'
import { temporaryFolder, writePhoto } from './harness'

const photoSize = { width: 640, height: 300 }

async function prepared(alpha = false) {
  const folder = await temporaryFolder()
  const path = await writePhoto(join(folder, 'photo.png'), photoSize, alpha)
  const letterbox = planCanvas({ policy: 'kontext' }, photoSize)
  if (!letterbox) throw new Error('no canvas')
  const photo = { assetId: 'a', sha256: 'b', path, ...photoSize, hasAlpha: alpha }
  const fetched = join(folder, 'fetched')
  return { folder, photo, letterbox, fetched, target: join(folder, 'result.png') }
}

async function differenceOf(a: string, b: string): Promise<number> {
  const [one, two] = await Promise.all([a, b].map((path) => sharp(path).removeAlpha().raw().toBuffer()))
  if (!one || !two || one.length !== two.length) throw new Error('two sizes')
  return one.reduce((sum, value, i) => sum + Math.abs(value - (two[i] ?? 0)), 0) / one.length
}

describe('a photo on its canvas', () => {
  it('has the canvas’s size and the border’s colour around it, and comes back unmoved', async () => {
    const { photo, letterbox, fetched, target } = await prepared()
    const png = await drawCanvas(photo.path, letterbox)
    expect(await sharp(png).metadata()).toMatchObject({ ...letterbox.canvas, channels: 3 })
    await writeFile(fetched, png)
    const made = await finishResult({ fetched, target, photo, letterbox, strength: 1, keepAlpha: true })
    expect(made).toEqual({ ...photoSize, hasAlpha: false, notes: [] })
    expect(await differenceOf(photo.path, target)).toBeLessThan(2)
  })

  it('a grey JPEG with transparency nowhere becomes three channels; a reference is made no larger than of use', async () => {
    const folder = await temporaryFolder()
    const grey = join(folder, 'grey.jpg')
    await sharp({ create: { width: 3_000, height: 100, channels: 3, background: '#888' } })
      .greyscale()
      .jpeg()
      .toFile(grey)
    const letterbox = planCanvas({ policy: 'kontext' }, { width: 3_000, height: 100 })
    if (!letterbox) throw new Error('no canvas')
    expect(await sharp(await drawCanvas(grey, letterbox)).metadata()).toMatchObject({ ...letterbox.canvas, channels: 3 })
    expect(await sharp(await drawReference(grey)).metadata()).toMatchObject({ width: 2_048, height: 68, channels: 3 })
  })
})

describe('a result', () => {
  it('below full strength shows the photo through where it lies over it, and says so where it does not', async () => {
    const { photo, letterbox, fetched, target, folder } = await prepared()
    // The same outlines in other colours: what a good edit is.
    await sharp(await drawCanvas(photo.path, letterbox))
      .negate()
      .png()
      .toFile(fetched)
    const whole = join(folder, 'whole.png')
    await finishResult({ fetched, target: whole, photo, letterbox, strength: 1, keepAlpha: true })
    const made = await finishResult({ fetched, target, photo, letterbox, strength: 0.5, keepAlpha: true })
    expect(made.notes).toEqual([])
    const [far, near] = [await differenceOf(photo.path, whole), await differenceOf(photo.path, target)]
    expect(near / far).toBeGreaterThan(0.45)
    expect(near / far).toBeLessThan(0.55)
    // Moved by 24 of its pixels: mixing would show everything twice.
    await sharp(await drawCanvas(photo.path, letterbox))
      .affine(
        [
          [1, 0],
          [0, 1],
        ],
        { odx: 24, ody: 24 },
      )
      .extract({ left: 0, top: 0, ...letterbox.canvas })
      .png()
      .toFile(fetched)
    const moved = await finishResult({ fetched, target, photo, letterbox, strength: 0.5, keepAlpha: true })
    expect(moved.notes).toEqual(['strength_by_words_only'])
  })

  it('that is held in memory is looked at and stored like one in a file; a damaged one is refused', async () => {
    const { photo, letterbox, fetched, target, folder } = await prepared()
    const png = await drawCanvas(photo.path, letterbox)
    await writeFile(fetched, png)
    const other = join(folder, 'other.png')
    for (const frame of [letterbox, undefined]) {
      const inFile = await finishResult({ fetched, target, photo, letterbox: frame, strength: 1, keepAlpha: true })
      const held = await finishResult({ fetched: png, target: other, photo, letterbox: frame, strength: 1, keepAlpha: true })
      expect(held).toEqual(inFile)
      expect(await differenceOf(target, other)).toBe(0)
      // Pixels that are kept as they came are written without being encoded again, and their hash is known.
      expect(held.bare !== undefined).toBe(frame === undefined)
    }
    const broken = Buffer.from(png)
    broken.fill(0x55, png.length >> 1, (png.length >> 1) + 9)
    await expect(
      finishResult({ fetched: broken, target: other, photo, letterbox: undefined, strength: 1, keepAlpha: true }),
    ).rejects.toMatchObject({ code: 'engine.execution' })
  })

  it('gets the photo’s transparency back', async () => {
    const { photo, letterbox, fetched, target } = await prepared(true)
    await writeFile(fetched, await drawCanvas(photo.path, letterbox))
    const made = await finishResult({ fetched, target, photo, letterbox, strength: 1, keepAlpha: true })
    expect(made.hasAlpha).toBe(true)
    const [own, theirs] = await Promise.all(
      [photo.path, target].map((path) => sharp(path).extractChannel('alpha').raw().toBuffer()),
    )
    expect(own && theirs && own.equals(theirs)).toBe(true)
  })

  it.each([
    ['#000000', 'black_result'],
    ['#7f7f7f', 'flat_result'],
  ])('that is all %s is noticed', async (background, note) => {
    const { photo, letterbox, fetched, target } = await prepared()
    await sharp({ create: { ...letterbox.canvas, channels: 3, background } })
      .png()
      .toFile(fetched)
    expect((await finishResult({ fetched, target, photo, letterbox, strength: 1, keepAlpha: true })).notes).toEqual([note])
  })

  it('of 16 bits with a profile and words inside becomes 8-bit sRGB with nothing inside', async () => {
    const { photo, letterbox, fetched, target } = await prepared()
    await sharp(await drawCanvas(photo.path, letterbox))
      .toColourspace('rgb16')
      .withIccProfile('p3')
      .withExif({ IFD0: { Copyright: 'x' } })
      .png()
      .toFile(fetched)
    await finishResult({ fetched, target, photo, letterbox, strength: 1, keepAlpha: true })
    const meta = await sharp(target).metadata()
    expect(meta).toMatchObject({ depth: 'uchar', space: 'srgb', channels: 3 })
    expect([meta.icc, meta.exif, meta.xmp]).toEqual([undefined, undefined, undefined])
  })

  it.each([
    ['of another shape', { width: 400, height: 400 }],
    ['of a few pixels', { width: 14, height: 6 }],
  ])('%s is refused', async (_what, size) => {
    const { photo, letterbox, fetched, target } = await prepared()
    await sharp({ create: { ...size, channels: 3, background: '#456' } })
      .png()
      .toFile(fetched)
    await expect(finishResult({ fetched, target, photo, letterbox, strength: 1, keepAlpha: true })).rejects.toMatchObject({
      code: 'engine.execution',
    })
  })
})

describe('a preview', () => {
  it('is cut to the photo’s part; what is no picture is none', async () => {
    const { photo, letterbox } = await prepared()
    const small = await sharp(await drawCanvas(photo.path, letterbox))
      .resize(196)
      .jpeg()
      .toBuffer()
    const made = await finishPreview(small, letterbox)
    expect(made && made.width / made.height).toBeCloseTo(photoSize.width / photoSize.height, 1)
    expect(await finishPreview(Buffer.from('<html>'), letterbox)).toBeUndefined()
    expect(await finishPreview(new Uint8Array(5 * 1024 * 1024), letterbox)).toBeUndefined()
  })
})
