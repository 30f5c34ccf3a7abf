import { z } from 'zod'
import { idSchema } from '../domain/id'
import { filesPath } from './file-address'

/** The name below {@link filesPath} under which many small pictures come at once. No id looks like it. */
export const packName = 'thumbnails'
/** Most thumbnails of one pack: a screen of them, and an address that every server takes. */
export const mostInPack = 100
/** Packed thumbnails are all of this type. */
export const packedMime = 'image/webp'

const packQuerySchema = z.strictObject({
  w: z.coerce.number().int().min(1).max(1024),
  of: z
    .string()
    .max(mostInPack * 37)
    .transform((ids) => ids.split(','))
    .pipe(z.array(idSchema).min(1).max(mostInPack)),
})

/** Where the thumbnails of these assets (at most {@link mostInPack}), at least `width` pixels wide, come from by one request. */
export function packAddress(assetIds: readonly string[], width: number): string {
  return `${filesPath}/${packName}?w=${width}&of=${assetIds.join(',')}`
}

/** Reads the query that {@link packAddress} wrote; `undefined` for anything else. */
export function readPackQuery(
  query: Readonly<Record<string, unknown>>,
): { assetIds: readonly string[]; width: number } | undefined {
  const parsed = packQuerySchema.safeParse(query)
  return parsed.success ? { assetIds: parsed.data.of, width: parsed.data.w } : undefined
}

/** Lays thumbnails out as `[u32 little-endian length] × n, [picture] × n`, in the order in which they were asked for; 0 for one that is not there. */
export function encodePack(thumbnails: readonly (Uint8Array | undefined)[]): Uint8Array<ArrayBuffer> {
  const head = 4 * thumbnails.length
  const bytes = new Uint8Array(thumbnails.reduce((sum, each) => sum + (each?.byteLength ?? 0), head))
  const lengths = new DataView(bytes.buffer)
  let at = head
  thumbnails.forEach((each, n) => {
    lengths.setUint32(4 * n, each?.byteLength ?? 0, true)
    if (!each) return
    bytes.set(each, at)
    at += each.byteLength
  })
  return bytes
}

/** Where the `count` thumbnails of a pack begin and end, bytes; `undefined` for one that is not there, and for bytes that are no such pack. */
export function decodePack(bytes: ArrayBuffer, count: number): readonly ({ from: number; to: number } | undefined)[] | undefined {
  if (bytes.byteLength < 4 * count) return undefined
  const lengths = new DataView(bytes)
  let at = 4 * count
  const places = Array.from({ length: count }, (_unused, n) => {
    const length = lengths.getUint32(4 * n, true)
    at += length
    return length === 0 ? undefined : { from: at - length, to: at }
  })
  return at === bytes.byteLength ? places : undefined
}
