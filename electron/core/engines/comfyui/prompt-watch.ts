import { assertNever } from '#shared/domain/error'
import type { ExecutionError, SaidImage, ServerMessage } from './messages'

/**
 * What is known of one prompt on a server, as a pure value. The socket makes it fast, the server's queue and history make it true:
 * no message alone ends a prompt well. `execution_success` is sent before the history has the outputs, so it counts only together with
 * the pictures of every wanted node; whatever is missing is asked from the history.
 */
export interface PromptWatch {
  promptId: string
  phase: 'sent' | 'waiting' | 'running' | 'finishing' | 'ended'
  end: PromptEnd | undefined
  /** Nodes whose pictures are wanted; empty: not known here, the history says what there is. */
  wanted: readonly string[]
  /** What the socket has said of the wanted nodes' pictures. */
  said: ReadonlyMap<string, readonly SaidImage[]>
  /** The server has said that it ended well. */
  succeeded: boolean
  /** Nodes done, including cached ones. */
  finished: ReadonlySet<string>
  currentNode: string | undefined
  /** 0..1 of the current node. */
  nodeProgress: number
  step: number | undefined
  steps: number | undefined
  /** When the server last gave a sign of this prompt, on the caller's monotonic clock in milliseconds. */
  lastSignAt: number
  startedAt: number | undefined
  /** Readings of queue, history, queue in a row that found it nowhere. */
  missing: number
  /** When the first of these was. */
  missingSince: number
}

/** How a prompt ended on the server. */
export type PromptEnd =
  | { type: 'success'; images: RemoteImage[] }
  | { type: 'error'; error: ExecutionError }
  | { type: 'interrupted' }
  /** It is neither queued, nor running, nor in the history: a restarted server has forgotten it, or it never arrived. */
  | { type: 'forgotten' }

/** A file that the server says a node has made. */
export interface RemoteImage extends SaidImage {
  node: string
}

/** What queue → history → queue said about one prompt, read in this order because it moves in this order. */
export type PromptReading =
  { place: 'pending' } | { place: 'running' } | { place: 'history'; end: PromptEnd } | { place: 'nowhere' }

/** Times that a prompt must be found nowhere before it counts as forgotten: the history is written a moment after the queue is left. */
const forgottenAfter = 3
/** And for how long: a history behind a cache or a slow proxy may lag by seconds, and running a prompt twice is the greater harm. */
const defaultForgottenMs = 5_500

/**
 * A prompt that is about to be posted. `now` is monotonic, milliseconds.
 * @param wanted nodes whose pictures are the result: with all of them told on the socket, the history need not be asked
 */
export function beginWatch(promptId: string, now: number, wanted: readonly string[] = []): PromptWatch {
  return {
    promptId,
    phase: 'sent',
    end: undefined,
    wanted,
    said: new Map(),
    succeeded: false,
    finished: new Set(),
    currentNode: undefined,
    nodeProgress: 0,
    step: undefined,
    steps: undefined,
    lastSignAt: now,
    startedAt: undefined,
    missing: 0,
    missingSince: 0,
  }
}

/** The server has taken the prompt, or it was posted by a former process: from now on queue and history are worth reading. */
export function onPosted(watch: PromptWatch): PromptWatch {
  return watch.phase === 'sent' ? { ...watch, phase: 'waiting' } : watch
}

/** Takes a message of the socket in; messages of other prompts and those after the end change nothing. */
export function onMessage(watch: PromptWatch, message: ServerMessage, now: number): PromptWatch {
  if (watch.phase === 'ended') return watch
  switch (message.type) {
    case 'status':
    case 'feature_flags':
    case 'other':
    case 'garbage':
      return watch
    case 'preview':
      return message.promptId === watch.promptId ? { ...watch, lastSignAt: now } : watch
    case 'execution_start':
      return mine(watch, message.promptId, () => running(watch, now))
    case 'execution_cached':
      return mine(watch, message.promptId, () => ({ ...running(watch, now), finished: union(watch.finished, message.nodes) }))
    case 'executing':
      return mine(watch, message.promptId, () => {
        if (message.node === null) return { ...running(watch, now), phase: 'finishing' as const }
        return enterNode(running(watch, now), message.node)
      })
    case 'progress':
      return mine(watch, message.promptId, () => {
        const entered = message.node === undefined ? running(watch, now) : enterNode(running(watch, now), message.node)
        if (!(message.max > 0)) return entered
        return { ...entered, nodeProgress: clamp(message.value / message.max), step: message.value, steps: message.max }
      })
    case 'progress_state':
      return mine(watch, message.promptId, () => {
        const done = message.nodes.filter((node) => node.state === 'finished').map((node) => node.node)
        const current = message.nodes.findLast((node) => node.state === 'running')
        const entered = { ...running(watch, now), finished: union(watch.finished, done) }
        if (!current) return entered
        const moved = enterNode(entered, current.node)
        return current.max > 0
          ? { ...moved, nodeProgress: Math.max(moved.nodeProgress, clamp(current.value / current.max)) }
          : moved
      })
    case 'executed':
      return mine(watch, message.promptId, () => {
        const told = watch.wanted.includes(message.node) && message.images.length > 0
        const said = told ? new Map([...watch.said, [message.node, message.images]]) : watch.said
        return complete({ ...running(watch, now), said, finished: union(watch.finished, [message.node]) }, now)
      })
    case 'execution_success':
      return mine(watch, message.promptId, () =>
        complete({ ...running(watch, now), phase: 'finishing' as const, succeeded: true }, now),
      )
    case 'execution_error':
      return mine(watch, message.promptId, () => ended(watch, { type: 'error', error: message.error }, now))
    case 'execution_interrupted':
      return mine(watch, message.promptId, () => ended(watch, { type: 'interrupted' }, now))
    default:
      return assertNever(message, 'message')
  }
}

/**
 * Takes a reading of queue and history in.
 * @param forgottenMs found nowhere for so long, and three times in a row, it counts as forgotten
 */
export function onReading(
  watch: PromptWatch,
  reading: PromptReading,
  now: number,
  forgottenMs = defaultForgottenMs,
): PromptWatch {
  if (watch.phase === 'ended') return watch
  switch (reading.place) {
    case 'pending':
      return { ...watch, phase: watch.phase === 'sent' ? 'waiting' : watch.phase, missing: 0, lastSignAt: now }
    case 'running':
      // Being in the queue is no sign of life: a dead worker's prompt stays "running" for ever.
      return watch.startedAt === undefined ? running({ ...watch, missing: 0 }, now) : { ...watch, missing: 0 }
    case 'history':
      return ended(watch, reading.end, now)
    case 'nowhere': {
      const missing = watch.missing + 1
      const missingSince = missing === 1 ? now : watch.missingSince
      const forgotten = missing >= forgottenAfter && now - missingSince >= forgottenMs
      return forgotten ? ended(watch, { type: 'forgotten' }, now) : { ...watch, missing, missingSince }
    }
    default:
      return assertNever(reading, 'reading')
  }
}

function mine(watch: PromptWatch, promptId: string | undefined, change: () => PromptWatch): PromptWatch {
  return promptId === watch.promptId ? change() : watch
}

function running(watch: PromptWatch, now: number): PromptWatch {
  const phase = watch.phase === 'finishing' ? 'finishing' : 'running'
  return { ...watch, phase, lastSignAt: now, startedAt: watch.startedAt ?? now, missing: 0 }
}

/** Ends a prompt that ended well when the pictures of all wanted nodes are known. */
function complete(watch: PromptWatch, now: number): PromptWatch {
  const { wanted, said, succeeded } = watch
  if (!succeeded || wanted.length === 0 || !wanted.every((node) => said.has(node))) return watch
  const images = wanted.flatMap((node) => (said.get(node) ?? []).map((image) => ({ node, ...image })))
  return ended(watch, { type: 'success', images }, now)
}

function enterNode(watch: PromptWatch, node: string): PromptWatch {
  if (watch.currentNode === node) return watch
  const finished = watch.currentNode === undefined ? watch.finished : union(watch.finished, [watch.currentNode])
  return { ...watch, finished, currentNode: node, nodeProgress: 0, step: undefined, steps: undefined }
}

function ended(watch: PromptWatch, end: PromptEnd, now: number): PromptWatch {
  return { ...watch, phase: 'ended', end, lastSignAt: now }
}

function union(set: ReadonlySet<string>, more: readonly string[]): ReadonlySet<string> {
  return more.every((item) => set.has(item)) ? set : new Set([...set, ...more])
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
