/* oxlint-disable typescript/no-non-null-assertion -- a test fails on what is missing, with or without a check */
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import sharp from 'sharp'
import { paintArbitrary, styleVector } from '#core/engines/draft/network/arbitrary'
import { paintMultistyle, wholeLimit } from '#core/engines/draft/network/multistyle'
import { tileOverlap } from '#core/engines/draft/network/multistyle-graph'
import { Sessions } from '#core/engines/draft/network/sessions'
import { tilesOf } from '#core/engines/draft/network/tiles'
import { readPhoto, type Rgb } from '#core/engines/draft/picture'
import { seamRatio } from './seams'
import { writePicture } from './tasks'
import { scratch } from './draft-process'

const resources = resolve(import.meta.dirname, '../../../resources')
const fixtures = resolve(import.meta.dirname, 'fixtures')
// Minutes rather than seconds: shared machines stall, and what must be quick is measured where it matters.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const sessions = new Sessions(join(resources, 'models'), 2)
let place: { dir: string; remove(): Promise<void> }
beforeAll(async () => {
  place = await scratch()
})
afterAll(() => place.remove())

function largest(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  let most = 0
  for (let i = 0; i < a.length; i += 1) most = Math.max(most, Math.abs(a[i]! - b[i]!))
  return most
}

describe('the networks', () => {
  // fixtures/NOTICE.md says how the expected pictures were made with the reference package.
  it.each([4, 7, 19])('paint style %i as the reference does, within 1/255', async (style) => {
    const photo = await readPhoto(join(fixtures, 'photo-151x103.png'))
    const expected = await readPhoto(join(fixtures, `reference-style-${style}.png`))
    const ours = await paintMultistyle(sessions, photo.rgb, new Map([[style, 1]]))
    expect(largest(ours.data, expected.rgb.data)).toBeLessThanOrEqual(1)
  })

  it('paint a mix of styles as the reference does, within 1/255', async () => {
    const photo = await readPhoto(join(fixtures, 'photo-151x103.png'))
    const expected = await readPhoto(join(fixtures, 'reference-mix-3-12.png'))
    const ours = await paintMultistyle(
      sessions,
      photo.rgb,
      new Map([
        [3, 0.5],
        [12, 1.5],
      ]),
    )
    expect(largest(ours.data, expected.rgb.data)).toBeLessThanOrEqual(1)
  })

  it('paint by a style picture as the exported network does at its own size, and at any other', async () => {
    const photo = (await readPhoto(join(resources, 'samples/coffee.png'))).rgb
    const square: Rgb = {
      width: 384,
      height: 384,
      data: new Uint8Array(await sharp(join(resources, 'samples/coffee.png')).resize(384, 384, { fit: 'fill' }).raw().toBuffer()),
    }
    const vector = await styleVector(sessions, photo)
    const runtime = await import('onnxruntime-node')
    const exported = await runtime.InferenceSession.create(join(resources, 'models/arbitrary_transform.onnx'))
    const output = await exported.run({
      content_image: new runtime.Tensor(
        'float32',
        Float32Array.from(square.data, (value) => value / 255),
        [1, 384, 384, 3],
      ),
      'mobilenet_conv/Conv/BiasAdd': new runtime.Tensor('float32', vector, [1, 1, 1, 100]),
    })
    const expected = Uint8Array.from(
      output['transformer/expand/conv3/conv/Sigmoid']!.data as Float32Array,
      (value) => value * 255 + 0.5,
    )
    expect(largest((await paintArbitrary(sessions, square, vector)).data, expected)).toBeLessThanOrEqual(1)
    const wide: Rgb = { width: 150, height: 61, data: square.data.slice(0, 150 * 61 * 3) }
    expect((await paintArbitrary(sessions, wide, vector)).data).toHaveLength(150 * 61 * 3)
  })

  it('leave no seams between tiles: gradients across their borders are those of the rest', async () => {
    const width = 2500
    const height = 2200
    expect(width * height).toBeGreaterThan(wholeLimit)
    const photo = (await readPhoto(await writePicture(join(place.dir, 'seams.png'), width, height))).rgb
    const borders = new Set<string>()
    const result = await paintMultistyle(sessions, photo, new Map([[4, 1]]), (_, { inner }) => {
      if (inner.left > 0) borders.add(`x${inner.left}`)
      if (inner.top > 0) borders.add(`y${inner.top}`)
    })
    const at = (axis: string) => [...borders].filter((item) => item.startsWith(axis)).map((item) => Number(item.slice(1)))
    expect(at('x').length).toBeGreaterThan(1)
    const ratio = seamRatio(result, at('x'), at('y'))
    expect(ratio).toBeLessThanOrEqual(1.05)
    expect(ratio).toBeGreaterThan(0.8)
  })

  it('would be found out if they left seams', () => {
    const picture: Rgb = {
      width: 64,
      height: 64,
      data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (Math.floor(i / 3) % 64 < 32 ? 100 : 110) + (i % 2)),
    }
    expect(seamRatio(picture, [32], [])).toBeGreaterThan(2)
  })

  it('give a tile the pixels of the whole', () => {
    const tiles = tilesOf(2501, 999, 768, tileOverlap, 4)
    const covered = new Uint8Array(2501 * 999)
    for (const { inner, outer } of tiles) {
      expect((inner.left % 4) + (inner.top % 4)).toBe(0)
      expect(outer.left).toBe(Math.max(0, inner.left - tileOverlap))
      for (let y = inner.top; y < inner.bottom; y += 1)
        for (let x = inner.left; x < inner.right; x += 1) covered[y * 2501 + x]! += 1
    }
    expect(covered.every((count) => count === 1)).toBe(true)
  })
})
