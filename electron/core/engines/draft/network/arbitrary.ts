/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
import type { Rgb } from '../picture'
import { resized } from '../picture'
import { mirrored, roundedUp } from './planar'
import { transformOutput, transformVector, type Sessions } from './sessions'

/** Side at which the style network looks at the style picture. */
const styleSide = 256
const leastSide = 32

/** The 100 numbers that stand for a picture's style: from its middle square, as the network was trained. */
export async function styleVector(sessions: Sessions, picture: Rgb): Promise<Float32Array> {
  const side = Math.min(picture.width, picture.height)
  const square = cropped(picture, (picture.width - side) >> 1, (picture.height - side) >> 1, side)
  const small = await resized(square, styleSide, styleSide)
  const session = await sessions.predict()
  const input = Float32Array.from(small.data, (value) => value / 255)
  const output = await session.run({ style_image: await sessions.tensor(input, [1, styleSide, styleSide, 3]) })
  const value = output[session.outputNames[0] ?? '']
  if (!(value?.data instanceof Float32Array)) throw new TypeError('The style network gave no vector')
  return value.data
}

/** Paints a picture in the style of a vector, at its own size. */
export async function paintArbitrary(sessions: Sessions, picture: Rgb, vector: Float32Array): Promise<Rgb> {
  const width = Math.max(leastSide, roundedUp(picture.width, 4))
  const height = Math.max(leastSide, roundedUp(picture.height, 4))
  const input = new Float32Array(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    const row = mirrored(y, picture.height) * picture.width
    for (let x = 0; x < width; x += 1) {
      const from = (row + mirrored(x, picture.width)) * 3
      const to = (y * width + x) * 3
      input[to] = picture.data[from]! / 255
      input[to + 1] = picture.data[from + 1]! / 255
      input[to + 2] = picture.data[from + 2]! / 255
    }
  }
  const session = await sessions.transform()
  const output = await session.run({
    content_image: await sessions.tensor(input, [1, height, width, 3]),
    [transformVector]: await sessions.tensor(vector, [1, 1, 1, vector.length]),
  })
  const painted = output[transformOutput]?.data
  if (!(painted instanceof Float32Array)) throw new TypeError('The transform network gave no picture')
  const result: Rgb = { width: picture.width, height: picture.height, data: new Uint8Array(picture.data.length) }
  for (let y = 0; y < picture.height; y += 1) {
    for (let x = 0; x < picture.width * 3; x += 1) {
      const value = painted[y * width * 3 + x]!
      result.data[y * picture.width * 3 + x] = value <= 0 ? 0 : value >= 1 ? 255 : (value * 255 + 0.5) | 0
    }
  }
  return result
}

function cropped(picture: Rgb, left: number, top: number, side: number): Rgb {
  const data = new Uint8Array(side * side * 3)
  for (let y = 0; y < side; y += 1) {
    const from = ((top + y) * picture.width + left) * 3
    data.set(picture.data.subarray(from, from + side * 3), y * side * 3)
  }
  return { width: side, height: side, data }
}
