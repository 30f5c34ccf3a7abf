import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '#core/app'
import { createDraftEngine } from '#core/engines/draft/draft-engine'
import type { Edit } from '#shared/domain/edit'
import { displayP3, iccProfile, tagJpeg, toSrgb, type Triple } from '../../pictures/colour-profile'
import { openApp, startFake, submit, temporaryFolder, untilState } from '../comfyui/harness'
import { buildDraftProcess, type BuiltProcess } from '../draft/draft-process'

let built: BuiltProcess
beforeAll(async () => {
  built = await buildDraftProcess()
}, 120_000)
afterAll(() => built.remove())

/** Four plain quarters, so that every pixel's right colour, and where it belongs, is known. Encoded values 0..255 in each photo's own space. */
const quarters = {
  topLeft: [200, 60, 40],
  topRight: [40, 170, 70],
  bottomLeft: [50, 70, 200],
  bottomRight: [220, 200, 90],
} as const
type Corner = keyof typeof quarters
const size = { width: 192, height: 128 }

function drawn(colourOf: (corner: Corner) => readonly number[], channels: 3 | 4 = 3, { width, height } = size): Buffer {
  const data = Buffer.alloc(width * height * channels)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const corner = `${y < height / 2 ? 'top' : 'bottom'}${x < width / 2 ? 'Left' : 'Right'}` as Corner
      data.set(colourOf(corner), (y * width + x) * channels)
    }
  return data
}

const raw = (channels: 3 | 4, { width, height } = size) => ({ raw: { width, height, channels } })
const plain = (corner: Corner): readonly number[] => quarters[corner]
const p3InSrgb = (corner: Corner): readonly number[] => toSrgb(quarters[corner] as unknown as Triple, displayP3).map(Math.round)

interface Case {
  name: string
  write: (path: string) => Promise<unknown>
  /** What a viewer must see, sRGB. */
  expected: (corner: Corner) => readonly number[]
  /** Transparent quarters. */
  clear?: readonly Corner[]
}

const cases: readonly Case[] = [
  {
    name: 'a Display-P3 photo',
    write: async (path) => {
      const jpeg = await sharp(drawn(plain), raw(3)).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
      await sharp(tagJpeg(jpeg, iccProfile(displayP3)))
        .keepIccProfile()
        .png()
        .toFile(path)
    },
    expected: p3InSrgb,
  },
  {
    name: 'a 16-bit PNG',
    write: (path) => sharp(drawn(plain), raw(3)).toColourspace('rgb16').png().toFile(path),
    expected: plain,
  },
  {
    name: 'an EXIF-rotated JPEG',
    // Stored lying on its side, as cameras do; orientation 6 says: turn it right by 90°.
    write: (path) =>
      sharp(drawn(plain), raw(3))
        .rotate(-90)
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .withMetadata({ orientation: 6 })
        .toFile(path),
    expected: plain,
  },
  {
    name: 'a transparent PNG',
    write: (path) =>
      sharp(
        drawn((corner) => [...quarters[corner], corner === 'topRight' ? 0 : 255], 4),
        raw(4),
      )
        .png()
        .toFile(path),
    expected: plain,
    clear: ['topRight'],
  },
]

/** The mean colour in the middle of each quarter, and its alpha. */
async function read(path: string): Promise<{ width: number; height: number; at: Record<Corner, readonly number[]> }> {
  // A viewer's way: no orientation, no profile is left to be honoured, so the raw pixels are what is seen.
  const { data, info } = await sharp(path).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const mean = (left: number, top: number): number[] => {
    const sum = [0, 0, 0, 0]
    const half = 10
    for (let y = top - half; y < top + half; y++)
      for (let x = left - half; x < left + half; x++)
        for (let c = 0; c < 4; c++) sum[c] = (sum[c] ?? 0) + (data[(y * info.width + x) * info.channels + c] ?? 0)
    return sum.map((value) => value / (4 * half * half))
  }
  const [x, y] = [Math.round(info.width / 4), Math.round(info.height / 4)]
  return {
    width: info.width,
    height: info.height,
    at: { topLeft: mean(x, y), topRight: mean(3 * x, y), bottomLeft: mean(x, 3 * y), bottomRight: mean(3 * x, 3 * y) },
  }
}

/** Holds a picture against what must be seen: each quarter in its place, within some steps of 255, and transparent where it was. */
async function expectColours(path: string, item: Case, tolerance: number): Promise<void> {
  const meta = await sharp(path).metadata()
  expect(meta).toMatchObject({ ...size, depth: 'uchar', space: 'srgb' })
  expect([meta.orientation ?? 1, meta.icc]).toEqual([1, undefined])
  const { at } = await read(path)
  for (const corner of Object.keys(quarters) as Corner[]) {
    const [r, g, b, alpha] = at[corner]
    expect(alpha, `${corner} alpha`).toBe(item.clear?.includes(corner) ? 0 : 255)
    if (item.clear?.includes(corner)) continue
    const seen = [r, g, b]
    for (const [c, value] of item.expected(corner).entries())
      expect(
        Math.abs((seen[c] ?? 0) - value),
        `${corner} ${seen.join(' ')} against ${item.expected(corner).join(' ')}`,
      ).toBeLessThanOrEqual(tolerance)
  }
}

async function through(
  app: App,
  item: Case,
  folder: string,
  engine: string,
  edit: Edit,
): Promise<{ working: string; exported: string }> {
  const photo = join(folder, `${item.name}.${item.name.endsWith('JPEG') ? 'jpg' : 'png'}`)
  await item.write(photo)
  const [job] = await submit(app, photo, { engine, edits: [edit] })
  const done = await untilState(app, job, 'done')
  const working = (await app.files.read(done.inputAssetId ?? '')).path ?? ''
  const { paths } = await app.call('assets.export', {
    items: [{ assetId: done.outputs[0]?.assetId ?? '', name: item.name }],
    dir: join(folder, 'out'),
  })
  return { working, exported: paths[0] ?? '' }
}

// What no style is in must come out as it went in: strength 0 of a draft, and a server that answers with the picture that it was sent.
describe.each(cases)('$name', (item) => {
  it('comes right out of import, a draft and the export', { timeout: 60_000 }, async () => {
    const folder = await temporaryFolder()
    const app = await openApp(join(folder, 'data'), {
      engines: ({ logger }) => [createDraftEngine({ logger, threads: 0, processPath: built.path })],
    })
    const edit: Edit = { kind: 'style', styleId: 'network-07', strength: 0 }
    const { working, exported } = await through(app, item, folder, 'draft', edit)
    await expectColours(working, item, 2)
    await expectColours(exported, item, 2)
  })

  it('is sent right to ComfyUI, and its result lies over it', { timeout: 60_000 }, async () => {
    const folder = await temporaryFolder()
    const fake = await startFake()
    const app = await openApp(join(folder, 'data'))
    // The double answers with a copy of the photo that it was sent, in the canvas that it was sent in.
    const edit: Edit = { kind: 'style', styleId: 'clay', strength: 1 }
    const { working, exported } = await through(app, item, folder, fake.url, edit)
    await expectColours(working, item, 2)
    await expectColours(exported, item, 6)
  })
})
