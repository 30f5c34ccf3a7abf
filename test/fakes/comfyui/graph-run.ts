import { createHash } from 'node:crypto'
import sharp from 'sharp'

/** A node of a posted graph. */
export interface FakeNode {
  class_type: string
  inputs: Record<string, unknown>
}
export type FakeGraph = Record<string, FakeNode>

/** What a node hands on, as far as the double needs it: a size, or a picture. */
export interface FakeValue {
  width: number
  height: number
  picture?: Buffer
  /** How many pictures a latent holds, beyond one. */
  scenes?: number
  /** The other pictures of a batch. */
  more?: Buffer[]
}

const isLink = (value: unknown): value is [string, number] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'string'

/** Node ids in an order in which each comes after what it depends on. Throws on a link to nowhere, as the server's validation does. */
export function runOrder(graph: FakeGraph): string[] {
  const done = new Set<string>()
  const visit = (id: string): void => {
    if (done.has(id)) return
    const node = graph[id]
    if (!node) throw new Error(`'${id}'`)
    for (const value of Object.values(node.inputs)) if (isLink(value)) visit(value[0])
    done.add(id)
  }
  for (const [id, node] of Object.entries(graph)) if (isOutputClass(node.class_type)) visit(id)
  return [...done]
}

/** Classes that end a graph. */
export function isOutputClass(classType: string): boolean {
  return classType === 'SaveImage' || classType === 'PreviewImage'
}

/** The server's cache key: class, inputs and ancestors. */
export function signatureOf(graph: FakeGraph, id: string): string {
  const node = graph[id]
  if (!node) return ''
  const inputs = Object.entries(node.inputs).map(([name, value]) => [
    name,
    isLink(value) ? [signatureOf(graph, value[0]), value[1]] : value,
  ])
  return createHash('sha1')
    .update(JSON.stringify([node.class_type, inputs]))
    .digest('hex')
}

/** Nothing with a size came in: a loader, a text. */
const sizeless: FakeValue = { width: 0, height: 0 }

/** The picture or the size that comes in, a picture before a mere size. */
function incoming(node: FakeNode, values: Map<string, FakeValue>): FakeValue {
  // What a sampler draws over is its latent, whatever pictures its conditioning has seen.
  const latent = node.inputs.latent_image
  if (isLink(latent)) return values.get(latent[0]) ?? sizeless
  const linked = Object.values(node.inputs)
    .filter(isLink)
    .map(([id]) => values.get(id) ?? sizeless)
  return linked.find((value) => value.picture) ?? linked.find((value) => value.width > 0) ?? sizeless
}

/** Runs one node: LoadImage reads, latents have sizes, a decoder paints a picture of that size out of the seed. */
export async function runNode(
  graph: FakeGraph,
  id: string,
  values: Map<string, FakeValue>,
  loadImage: (name: string) => Buffer | undefined,
  colourOf?: (graph: FakeGraph) => Colour,
): Promise<FakeValue> {
  const node = graph[id]
  if (!node) throw new Error(`'${id}'`)
  const { width, height } = node.inputs
  if (node.class_type === 'LoadImage') {
    const picture = loadImage(String(node.inputs.image))
    if (!picture) throw new Error(`Invalid image file: ${String(node.inputs.image)}`)
    const meta = await sharp(picture).metadata()
    return { width: meta.width, height: meta.height, picture }
  }
  if (typeof width === 'number' && typeof height === 'number' && node.class_type.startsWith('Empty')) return { width, height }
  // A story: a picture for each line of its scenes.
  if (node.class_type === 'StoryDiffusion_CLIPTextEncode')
    return { width: Number(width), height: Number(height), scenes: String(node.inputs.scene_text).split('\n').length }
  const from = incoming(node, values)
  if (node.class_type === 'ImageAddNoise' && from.picture)
    return { ...from, picture: await marked(from.picture, Number(node.inputs.seed)) }
  if (node.class_type !== 'VAEDecode') return from
  if (colourOf) return { ...from, picture: await flat(from, colourOf(graph)) }
  const key = signatureOf(graph, id)
  const picture = from.picture ?? (await paint(from, key))
  const more: Buffer[] = []
  for (let n = 1; n < (from.scenes ?? 1); n++)
    more.push(await paint(from, createHash('sha1').update(`${key} ${n}`).digest('hex')))
  return { ...from, picture, ...(more.length > 0 ? { more } : {}) }
}

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number]

/** A picture of one colour. */
function flat({ width, height }: FakeValue, [r, g, b]: Colour): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png({ compressionLevel: 1 })
    .toBuffer()
}

/** A picture that differs from others by a corner in its seed's colour. */
function marked(picture: Buffer, seed: number): Promise<Buffer> {
  const background = { r: seed & 255, g: (seed >> 8) & 255, b: (seed >> 16) & 255 }
  return sharp(picture)
    .composite([{ input: { create: { width: 4, height: 4, channels: 3, background } }, gravity: 'northwest' }])
    .removeAlpha()
    .png({ compressionLevel: 3 })
    .toBuffer()
}

/** A flat picture in a colour made of the cache key: another seed is another colour. */
function paint({ width, height }: FakeValue, key: string): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = Buffer.from(key.slice(0, 6), 'hex')
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .composite([
      {
        input: {
          create: {
            width: Math.max(1, width >> 1),
            height: Math.max(1, height >> 1),
            channels: 3,
            background: { r: b, g: r, b: g },
          },
        },
        gravity: 'centre',
      },
    ])
    .png({ compressionLevel: 1 })
    .toBuffer()
}
