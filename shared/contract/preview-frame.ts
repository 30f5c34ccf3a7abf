import { z } from 'zod'
import { idSchema } from '../domain/id'

/** What a live preview says of itself. No sequence number: the latest wins. */
export const previewHeaderSchema = z.object({
  jobId: idSchema,
  attemptId: idSchema,
  mime: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  width: z.int().positive(),
  height: z.int().positive(),
  progress: z.number().min(0).max(1),
})
export type PreviewHeader = z.infer<typeof previewHeaderSchema>

/** A live preview: header and encoded picture. */
export interface PreviewFrame {
  header: PreviewHeader
  image: Uint8Array
}

/** A header this long is no header of ours. */
const maxHeaderBytes = 4096

/** Lays a preview out as `[u32 little-endian header length][JSON, ASCII][image]` in a buffer of its own, ready to be transferred. */
export function encodePreview(frame: PreviewFrame): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify(frame.header).replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const bytes = new Uint8Array(4 + json.length + frame.image.byteLength)
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  for (let i = 0; i < json.length; i++) bytes[4 + i] = json.charCodeAt(i)
  bytes.set(frame.image, 4 + json.length)
  return bytes
}

/** Reads a preview; `undefined` for bytes that are none. The image is a view on the same memory. */
export function decodePreview(bytes: Uint8Array): PreviewFrame | undefined {
  if (bytes.byteLength < 4) return undefined
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)
  if (length > maxHeaderBytes || 4 + length > bytes.byteLength) return undefined
  let json = ''
  for (let i = 0; i < length; i++) json += String.fromCharCode(bytes[4 + i] ?? 0)
  try {
    const header = previewHeaderSchema.safeParse(JSON.parse(json))
    return header.success ? { header: header.data, image: bytes.subarray(4 + length) } : undefined
  } catch {
    return undefined
  }
}
