import type { InferenceSession } from 'onnxruntime-node'
import type { Rgb } from '../picture'
import { fitted } from '../picture'
import type { Sessions } from './sessions'
import { affinesOf, layers, tileGraph, tileOverlap, type Affine, type Moments } from './multistyle-graph'
import { mirrored, planarOf, putPlanar, roundedUp } from './planar'
import { tilesOf, type Tile } from './tiles'

/** A mix of the network's styles: style number → weight. */
export type StyleMix = ReadonlyMap<number, number>

/** Pictures up to this many pixels go through the network whole (1.3 GiB at 4 MP); larger ones in tiles. */
export const wholeLimit = 2304 * 2304
/** The network needs this many pixels a side; smaller pictures are continued by reflection. */
const leastSide = 32
/** Side of a tile without its overlap. */
export const tileCore = 768
/** Longer side of the picture from which the moments for tiles are taken. */
const momentsSide = 1024

/**
 * Paints a picture in a mix of the 26 built-in styles, at its own size.
 * `onTile` is told the part of the result that is finished, and how much of the whole that makes, 0..1.
 */
export async function paintMultistyle(
  sessions: Sessions,
  picture: Rgb,
  mix: StyleMix,
  onTile: (result: Rgb, tile: Tile, share: number) => void | Promise<void> = () => undefined,
): Promise<Rgb> {
  const affines = affinesOf(await sessions.multistyleWeights(), mix)
  if (picture.width * picture.height > wholeLimit) return paintTiles(sessions, picture, affines, onTile)
  const session = await sessions.whole()
  const whole = { left: 0, top: 0, right: picture.width, bottom: picture.height }
  const input = padded(picture, whole)
  const output = await session.run({
    image: await sessions.tensor(input.data, [1, 3, input.height, input.width]),
    ...(await affineFeeds(sessions, affines)),
  })
  const result: Rgb = { width: picture.width, height: picture.height, data: new Uint8Array(picture.data.length) }
  putPlanar(floatsOf(output, 'stylized'), input.width, input.height, 0, 0, result, whole)
  return result
}

/** Through the network in tiles: global means and variances from a smaller copy, then tiles that overlap by as far as a pixel sees. */
async function paintTiles(
  sessions: Sessions,
  picture: Rgb,
  affines: readonly Affine[],
  onTile: (result: Rgb, tile: Tile, share: number) => void | Promise<void>,
): Promise<Rgb> {
  const moments = await momentsOf(sessions, await fitted(picture, momentsSide), affines)
  const session = await sessions.open(tileGraph(await sessions.multistyleWeights(), affines, moments), true)
  try {
    const result: Rgb = { width: picture.width, height: picture.height, data: new Uint8Array(picture.data.length) }
    const tiles = tilesOf(picture.width, picture.height, tileCore, tileOverlap, 4)
    let done = 0
    for (const tile of tiles) {
      const input = padded(picture, tile.outer)
      const output = await session.run({ image: await sessions.tensor(input.data, [1, 3, input.height, input.width]) })
      putPlanar(
        floatsOf(output, 'stylized'),
        input.width,
        input.height,
        tile.inner.left - tile.outer.left,
        tile.inner.top - tile.outer.top,
        result,
        tile.inner,
      )
      done += 1
      await onTile(result, tile, done / tiles.length)
    }
    return result
  } finally {
    await session.release()
  }
}

/** Mean and variance of every layer's convolution over a whole picture. */
async function momentsOf(sessions: Sessions, picture: Rgb, affines: readonly Affine[]): Promise<Moments[]> {
  const session = await sessions.moments()
  const input = padded(picture, { left: 0, top: 0, right: picture.width, bottom: picture.height })
  const output = await session.run({
    image: await sessions.tensor(input.data, [1, 3, input.height, input.width]),
    ...(await affineFeeds(sessions, affines)),
  })
  return layers.map((_, index) => ({ mean: floatsOf(output, `mean${index}`), variance: floatsOf(output, `variance${index}`) }))
}

async function affineFeeds(sessions: Sessions, affines: readonly Affine[]): Promise<InferenceSession.FeedsType> {
  const feeds: Record<string, InferenceSession.FeedsType[string]> = {}
  for (const [index, affine] of affines.entries()) {
    feeds[`scale${index}`] = await sessions.tensor(affine.scale, [affine.scale.length])
    feeds[`shift${index}`] = await sessions.tensor(affine.shift, [affine.shift.length])
  }
  return feeds
}

/** A part of a picture as the network wants it: planes of 0..1, each side a multiple of four and long enough, continued by reflection. */
function padded(
  picture: Rgb,
  part: { left: number; top: number; right: number; bottom: number },
): { data: Float32Array; width: number; height: number } {
  const width = Math.max(leastSide, roundedUp(part.right - part.left, 4))
  const height = Math.max(leastSide, roundedUp(part.bottom - part.top, 4))
  return {
    data: planarOf(
      picture,
      width,
      height,
      (x) => mirrored(part.left + x, picture.width),
      (y) => mirrored(part.top + y, picture.height),
    ),
    width,
    height,
  }
}

function floatsOf(output: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const value = output[name]
  if (!value || !(value.data instanceof Float32Array)) throw new TypeError(`The network gave no ${name}`)
  return value.data
}
