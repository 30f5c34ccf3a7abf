import { z } from 'zod'
import { AppError } from '#shared/domain/error'
import { lazily } from '#shared/lazily'
import { type ExecutionError, saidImageSchema } from './messages'
import type { PromptEnd, RemoteImage } from './prompt-watch'

/**
 * What ComfyUI's HTTP answers mean, read defensively (shapes of 0.3.64 to 0.8.0). An answer that does not fit is an error of the
 * server, never a crash of ours.
 */

/** An item of the queue is [number, prompt id, graph, extra data, outputs]; only the id is read. */
const queueSchema = lazily(() => {
  const item = z.tuple([z.number(), z.string()]).rest(z.unknown())
  return z.object({ queue_running: z.array(item), queue_pending: z.array(item) })
})

/** Prompt ids that run and wait on a server, in its order; other clients' too. */
export interface QueueReading {
  running: string[]
  pending: string[]
}

/** Reads `GET /queue`. Throws `engine.rejected` when it is none. */
export function readQueue(json: unknown): QueueReading {
  const read = queueSchema().safeParse(json)
  if (!read.success) throw misshapen('/queue')
  return { running: read.data.queue_running.map((item) => item[1]), pending: read.data.queue_pending.map((item) => item[1]) }
}

const historySchema = lazily(() =>
  z.record(
    z.string(),
    z.object({
      outputs: z.record(z.string(), z.object({ images: z.array(z.unknown()).optional() }).loose()).default({}),
      status: z.object({ status_str: z.string(), completed: z.boolean(), messages: z.array(z.unknown()).default([]) }).nullish(),
    }),
  ),
)

/** Reads `GET /history/{id}`; undefined when it says nothing of the prompt (pending, running and unknown look alike). */
export function readHistory(json: unknown, promptId: string): PromptEnd | undefined {
  const read = historySchema().safeParse(json)
  if (!read.success) throw misshapen('/history')
  const entry = Object.hasOwn(read.data, promptId) ? read.data[promptId] : undefined
  if (!entry) return undefined
  const messages = entry.status?.messages ?? []
  if (messages.some((message) => nameOf(message) === 'execution_interrupted')) return { type: 'interrupted' }
  const failure = messages.find((message) => nameOf(message) === 'execution_error')
  if (failure) return { type: 'error', error: executionError((failure as [string, unknown])[1]) }
  if (entry.status && entry.status.status_str !== 'success') {
    return {
      type: 'error',
      error: {
        nodeId: undefined,
        nodeType: undefined,
        exceptionType: entry.status.status_str,
        message: 'the server gives no reason',
      },
    }
  }
  return { type: 'success', images: imagesOf(entry.outputs) }
}

/** Pictures of all outputs, those that can be fetched: names are checked, because a server may say anything. */
function imagesOf(outputs: Record<string, { images?: unknown[] | undefined }>): RemoteImage[] {
  return Object.entries(outputs).flatMap(([node, output]) =>
    (output.images ?? []).flatMap((item) => {
      const image = saidImageSchema().safeParse(item)
      return image.success ? [{ node, ...image.data }] : []
    }),
  )
}

function nameOf(message: unknown): string | undefined {
  return Array.isArray(message) && typeof message[0] === 'string' ? message[0] : undefined
}

const executionErrorSchema = lazily(() =>
  z.object({
    node_id: z.union([z.string(), z.number()]).nullish(),
    node_type: z.string().nullish(),
    exception_type: z.string().nullish(),
    exception_message: z.string().nullish(),
  }),
)

function executionError(data: unknown): ExecutionError {
  const read = executionErrorSchema().safeParse(data)
  if (!read.success)
    return { nodeId: undefined, nodeType: undefined, exceptionType: 'unknown', message: 'the server gives no reason' }
  const { node_id, node_type, exception_type, exception_message } = read.data
  return {
    nodeId: node_id === null || node_id === undefined ? undefined : String(node_id),
    nodeType: node_type ?? undefined,
    exceptionType: exception_type ?? 'unknown',
    message: (exception_message ?? '').trim().slice(0, 4000),
  }
}

const nodeErrorsSchema = lazily(() =>
  z.record(
    z.string(),
    z.object({
      class_type: z.string().default(''),
      errors: z.array(
        z.object({ type: z.string().default(''), message: z.string().default(''), details: z.string().default('') }).loose(),
      ),
    }),
  ),
)
const acceptedSchema = lazily(() => z.object({ prompt_id: z.string(), node_errors: z.unknown() }))
const refusedSchema = lazily(() =>
  z.object({
    error: z.object({ type: z.string(), message: z.string().default(''), details: z.string().default('') }),
    node_errors: z.unknown(),
  }),
)

/** What the server made of a posted prompt. */
export type PostReading =
  { accepted: true; promptId: string; dropped: AppError | undefined } | { accepted: false; error: AppError }

/** Reads the answer to `POST /prompt`. A 200 with node errors means that an output was silently left out: `dropped` says which. */
export function readPost(status: number, json: unknown): PostReading {
  if (status === 200) {
    const read = acceptedSchema().safeParse(json)
    if (!read.success) throw misshapen('/prompt')
    const problems = nodeProblems(read.data.node_errors)
    const dropped = problems.length > 0 ? refusal('The server left an output of this workflow out', problems) : undefined
    return { accepted: true, promptId: read.data.prompt_id, dropped }
  }
  const read = refusedSchema().safeParse(json)
  if (!read.success) throw misshapen('/prompt')
  const { type, message, details } = read.data.error
  const problems = nodeProblems(read.data.node_errors)
  const missingNode = /node (\S+) does not exist/i.exec(message)?.[1]
  if (missingNode) {
    const error = new AppError(
      'engine.missing_node',
      `The server has no node "${missingNode}". Install the custom node that brings it, restart ComfyUI, then retry.`,
      { detail: { node: missingNode } },
    )
    return { accepted: false, error }
  }
  return { accepted: false, error: refusal(`${message} ${details}`.trim() || type, problems) }
}

interface NodeProblem {
  node: string
  classType: string
  type: string
  details: string
}

function nodeProblems(nodeErrors: unknown): NodeProblem[] {
  const read = nodeErrorsSchema().safeParse(nodeErrors ?? {})
  if (!read.success) return []
  return Object.entries(read.data).flatMap(([node, { class_type, errors }]) =>
    errors.map(({ type, message, details }) => ({ node, classType: class_type, type, details: details || message })),
  )
}

const modelFile = /'([^']+\.(?:safetensors|sft|gguf|ckpt|pt|pth|bin))' not in/i

function refusal(what: string, problems: NodeProblem[]): AppError {
  const missingModel = problems.find((problem) => problem.type === 'value_not_in_list' && modelFile.test(problem.details))
  if (missingModel) {
    const file = modelFile.exec(missingModel.details)?.[1] ?? ''
    return new AppError(
      'engine.missing_model',
      `The server has no model file "${file}" for ${missingModel.classType}. Put it into the server's models folder, then retry.`,
      {
        detail: { file, node: missingModel.classType },
      },
    )
  }
  const list = problems.map(({ node, classType, details }) => `${classType} (${node}): ${details.slice(0, 300)}`)
  return new AppError(
    'engine.rejected',
    `The server refused the workflow. ${[what, ...list].join('; ')}. Change the value that it names, then retry.`,
    {
      detail: { problems },
    },
  )
}

const uploadSchema = lazily(() =>
  z.object({
    name: z.string().min(1).max(1024),
    subfolder: z.string().max(1024).default(''),
    type: z.string().max(40).default('input'),
  }),
)

/** Reads the answer to an upload: the name that the server gave the file, in the form that `LoadImage` takes. */
export function readUpload(json: unknown): string {
  const read = uploadSchema().safeParse(json)
  if (!read.success) throw misshapen('/upload/image')
  const { name, subfolder } = read.data
  return subfolder === '' ? name : `${subfolder}/${name}`
}

const statsSchema = lazily(() =>
  z.object({
    system: z
      .object({ comfyui_version: z.string().max(100).nullish(), os: z.string().nullish(), argv: z.array(z.string()).nullish() })
      .loose(),
    devices: z
      .array(
        z
          .object({
            name: z.string().max(300),
            type: z.string().max(60),
            vram_total: z.number().nullish(),
            vram_free: z.number().nullish(),
          })
          .loose(),
      )
      .default([]),
  }),
)

/** What a server says of itself. Bytes. */
export interface ServerStats {
  version: string | undefined
  devices: { name: string; type: string; vramTotal: number; vramFree: number }[]
}

/** Reads `GET /system_stats`. Throws `engine.rejected` when something else than ComfyUI answers there. */
export function readStats(json: unknown): ServerStats {
  const read = statsSchema().safeParse(json)
  if (!read.success) throw misshapen('/system_stats')
  return {
    version: read.data.system.comfyui_version ?? undefined,
    devices: read.data.devices.map(({ name, type, vram_total, vram_free }) => ({
      name,
      type,
      vramTotal: vram_total ?? 0,
      vramFree: vram_free ?? 0,
    })),
  }
}

function misshapen(route: string): AppError {
  return new AppError(
    'engine.rejected',
    `The server's answer to ${route} is not ComfyUI's. Check the address and the server's version.`,
    { detail: { route } },
  )
}
