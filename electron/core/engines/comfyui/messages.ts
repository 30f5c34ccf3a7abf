import { z } from 'zod'
import { lazily } from '#shared/lazily'

/**
 * What a ComfyUI server says on its socket, read defensively: servers are untrusted and custom nodes add messages of their own.
 * Shapes are those of ComfyUI 0.3.64 to 0.8.0 as recorded; unknown messages are `other`, broken ones `garbage`.
 */
export type ServerMessage =
  | { type: 'status'; queueRemaining: number; sid: string | undefined }
  | { type: 'feature_flags'; maxUploadSize: number | undefined }
  | { type: 'execution_start'; promptId: string }
  | { type: 'execution_cached'; promptId: string; nodes: string[] }
  /** `node: null` ends a prompt; after a reconnect it comes without a prompt id. */
  | { type: 'executing'; promptId: string | undefined; node: string | null }
  | { type: 'progress'; promptId: string | undefined; node: string | undefined; value: number; max: number }
  | { type: 'progress_state'; promptId: string; nodes: NodeProgress[] }
  | { type: 'executed'; promptId: string; node: string; images: SaidImage[] }
  | { type: 'execution_success'; promptId: string }
  | { type: 'execution_error'; promptId: string; error: ExecutionError }
  | { type: 'execution_interrupted'; promptId: string }
  | { type: 'preview'; promptId: string | undefined; mime: 'image/jpeg' | 'image/png'; image: Uint8Array }
  | { type: 'other' }
  | { type: 'garbage'; why: string }

/** A file that the server says it has made. Its name is the server's word: used in a URL, never as a path here. */
export interface SaidImage {
  filename: string
  subfolder: string
  type: string
}

/** How far one node is, out of `progress_state`. */
export interface NodeProgress {
  node: string
  value: number
  max: number
  state: string
}

/** What failed on the server, as far as it says. */
export interface ExecutionError {
  nodeId: string | undefined
  nodeType: string | undefined
  exceptionType: string
  message: string
}

const promptId = z.string().max(200)
const optionalId = z.string().max(200).nullish()
const nodeId = z.union([z.string().max(200), z.number()]).transform(String)
const amount = z.number().refine(Number.isFinite)

/** A picture in a node's outputs, on the socket and in the history alike. */
export const saidImageSchema = lazily(() =>
  z.object({
    filename: z.string().min(1).max(1024),
    subfolder: z.string().max(1024).default(''),
    type: z.string().max(40),
  }),
)

const messageSchemas = lazily(() => ({
  status: z.object({
    status: z.object({ exec_info: z.object({ queue_remaining: amount }) }).nullish(),
    sid: z.string().max(200).nullish(),
  }),
  feature_flags: z.object({ max_upload_size: amount.nullish() }),
  execution_start: z.object({ prompt_id: promptId }),
  execution_cached: z.object({ prompt_id: promptId, nodes: z.array(nodeId).max(10_000).nullish() }),
  executing: z.object({ prompt_id: optionalId, node: nodeId.nullish() }),
  progress: z.object({ prompt_id: optionalId, node: nodeId.nullish(), value: amount, max: amount }),
  progress_state: z.object({
    prompt_id: promptId,
    nodes: z.record(z.string(), z.object({ value: amount, max: amount, state: z.string().max(40), node_id: nodeId.nullish() })),
  }),
  executed: z.object({
    prompt_id: promptId,
    node: nodeId,
    // Custom nodes put whatever they like here.
    output: z
      .object({ images: z.array(z.unknown()).max(10_000).optional() })
      .loose()
      .nullish()
      .catch(undefined),
  }),
  execution_success: z.object({ prompt_id: promptId }),
  execution_error: z.object({
    prompt_id: promptId,
    node_id: nodeId.nullish(),
    node_type: z.string().max(400).nullish(),
    exception_type: z.string().nullish(),
    exception_message: z.string().nullish(),
  }),
  execution_interrupted: z.object({ prompt_id: promptId }),
}))

const envelopeSchema = lazily(() => z.object({ type: z.string().max(200), data: z.unknown() }))

function isKnown(type: string): type is keyof ReturnType<typeof messageSchemas> {
  return Object.hasOwn(messageSchemas(), type)
}

/** Reads a text message. Never throws. */
export function readText(text: string): ServerMessage {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { type: 'garbage', why: 'text that is no JSON' }
  }
  const envelope = envelopeSchema().safeParse(json)
  if (!envelope.success) return { type: 'garbage', why: 'JSON that is no message' }
  const { type, data } = envelope.data
  if (!isKnown(type)) return { type: 'other' }
  return readKnown(type, data)
}

function readKnown(type: keyof ReturnType<typeof messageSchemas>, data: unknown): ServerMessage {
  const misshapen: ServerMessage = { type: 'garbage', why: `a misshapen ${type}` }
  switch (type) {
    case 'status': {
      const read = messageSchemas().status.safeParse(data)
      if (!read.success) return misshapen
      return { type, queueRemaining: read.data.status?.exec_info.queue_remaining ?? 0, sid: read.data.sid ?? undefined }
    }
    case 'feature_flags': {
      const read = messageSchemas().feature_flags.safeParse(data)
      return read.success ? { type, maxUploadSize: read.data.max_upload_size ?? undefined } : misshapen
    }
    case 'execution_start':
    case 'execution_success':
    case 'execution_interrupted': {
      const read = messageSchemas()[type].safeParse(data)
      return read.success ? { type, promptId: read.data.prompt_id } : misshapen
    }
    case 'execution_cached': {
      const read = messageSchemas().execution_cached.safeParse(data)
      return read.success ? { type, promptId: read.data.prompt_id, nodes: read.data.nodes ?? [] } : misshapen
    }
    case 'executing': {
      const read = messageSchemas().executing.safeParse(data)
      return read.success ? { type, promptId: read.data.prompt_id ?? undefined, node: read.data.node ?? null } : misshapen
    }
    case 'progress': {
      const read = messageSchemas().progress.safeParse(data)
      if (!read.success) return misshapen
      const { prompt_id, node, value, max } = read.data
      return { type, promptId: prompt_id ?? undefined, node: node ?? undefined, value, max }
    }
    case 'progress_state': {
      const read = messageSchemas().progress_state.safeParse(data)
      if (!read.success) return misshapen
      const nodes = Object.entries(read.data.nodes).map(([key, { value, max, state }]) => ({ node: key, value, max, state }))
      return { type, promptId: read.data.prompt_id, nodes }
    }
    case 'executed': {
      const read = messageSchemas().executed.safeParse(data)
      if (!read.success) return misshapen
      const { prompt_id, node, output } = read.data
      const images = (output?.images ?? []).map((image) => saidImageSchema().safeParse(image))
      // One that can't be read makes the list worthless as a whole; the history is asked then.
      const whole = images.every(({ success }) => success)
      return { type, promptId: prompt_id, node, images: whole ? images.flatMap(({ data: image }) => image ?? []) : [] }
    }
    case 'execution_error': {
      const read = messageSchemas().execution_error.safeParse(data)
      if (!read.success) return misshapen
      const { prompt_id, node_id, node_type, exception_type, exception_message } = read.data
      const error = {
        nodeId: node_id ?? undefined,
        nodeType: node_type ?? undefined,
        exceptionType: exception_type ?? 'unknown',
        message: (exception_message ?? '').slice(0, 4000),
      }
      return { type, promptId: prompt_id, error }
    }
  }
}

/** Binary event numbers, big-endian u32 at the start of a message (ComfyUI `protocol.py`). */
const previewEvent = 1
const previewWithMetadataEvent = 4
const metadataSchema = z.object({ prompt_id: optionalId, image_type: z.string().nullish() })
/** Metadata names one node and one prompt; what is longer than this is no metadata. */
const maxMetadataBytes = 64 * 1024

/** Reads a binary message. Previews are views on the same memory. Never throws. */
export function readBinary(bytes: Uint8Array): ServerMessage {
  if (bytes.byteLength < 8) return { type: 'garbage', why: 'a binary message of under 8 bytes' }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const event = view.getUint32(0)
  if (event === previewEvent) {
    return {
      type: 'preview',
      promptId: undefined,
      mime: view.getUint32(4) === 2 ? 'image/png' : 'image/jpeg',
      image: bytes.subarray(8),
    }
  }
  if (event !== previewWithMetadataEvent) return { type: 'other' }
  const length = view.getUint32(4)
  if (length > maxMetadataBytes || 8 + length > bytes.byteLength)
    return { type: 'garbage', why: 'a preview whose metadata does not fit' }
  let metadata: unknown
  try {
    metadata = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + 8, length).toString('utf8'))
  } catch {
    return { type: 'garbage', why: 'a preview whose metadata is no JSON' }
  }
  const read = metadataSchema.safeParse(metadata)
  if (!read.success) return { type: 'garbage', why: 'a preview whose metadata is misshapen' }
  const mime = read.data.image_type === 'image/png' ? 'image/png' : 'image/jpeg'
  return { type: 'preview', promptId: read.data.prompt_id ?? undefined, mime, image: bytes.subarray(8 + length) }
}

const outOfMemoryTypes = /OutOfMemoryError|OutOfMemory|CUDAOutOfMemory/i
const outOfMemoryWords = /out of memory|not enough memory|allocation on device|failed to allocate|CUBLAS_STATUS_ALLOC_FAILED/i

/** Whether a failed execution ran out of video or main memory: then a lighter variant is offered. */
export function isOutOfMemory(error: ExecutionError): boolean {
  return outOfMemoryTypes.test(error.exceptionType) || outOfMemoryWords.test(error.message)
}
