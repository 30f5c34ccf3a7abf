import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toAppError } from '#shared/domain/error'
import { triedAgain } from '../tried-again'
import type { ComfyHttp } from './http'
import type { PromptReading } from './prompt-watch'
import { readPost } from './readings'

/** What {@link postPrompt} needs of the server. */
export interface PostOptions {
  http: ComfyHttp
  /** The server's name for people. */
  label: string
  promptId: string
  /** The request's body: graph, client id, prompt id. */
  body: object
  /** Where the prompt is by queue and history. */
  locate: (signal: AbortSignal) => Promise<PromptReading>
  /** Ends a prompt that we do not want after all. */
  stop: (promptId: string) => Promise<unknown>
  /** The socket has said something of the prompt: it is there. */
  isHeard: () => boolean
  signal: AbortSignal
}

/** A post is answered within milliseconds; after these times without an answer the prompt is looked for on the server, milliseconds. */
const unansweredMs = [2_500, 2_000]
/** Waits before the looks for a prompt whose post has failed: it may still be on its way in, milliseconds. */
const arrivalWaitsMs = [100, 400, 1_000]

/**
 * Posts a prompt once. When the answer fails to come (a connection that broke, or that has gone silent) queue, history and socket tell
 * whether the prompt has arrived: a second post would run it twice. Throws `engine.offline` when it has not, and the server's refusal.
 */
export async function postPrompt(options: PostOptions): Promise<void> {
  const { http, label, promptId, stop, signal } = options
  const enough = new AbortController()
  const posting = http.postJson('/prompt', options.body, AbortSignal.any([signal, enough.signal]))
  let status: number
  let json: unknown
  try {
    const answer = await Promise.race([posting, unanswered(options, posting)])
    if (answer === 'arrived') {
      enough.abort()
      return
    }
    if (answer === 'lost') {
      // Its connection hears nothing, so the others of its age are not to be trusted either.
      http.renew()
      throw new AppError('engine.offline', `${label} does not answer a posted job. ${triedAgain}`)
    }
    if (answer.status >= 500 || answer.status === 413 || answer.status === 401 || answer.status === 403)
      throw http.refused(answer, '/prompt')
    status = answer.status
    json = http.json(answer, '/prompt')
  } catch (thrown) {
    enough.abort()
    // The answer is lost, the prompt perhaps not.
    if (toAppError(thrown).code !== 'engine.offline' || !(await hasArrived(options))) throw thrown
    return
  }
  const post = readPost(status, json)
  if (!post.accepted) throw post.error
  if (post.promptId !== promptId) {
    await stop(post.promptId)
    throw new AppError('engine.rejected', `${label} does not take prompt ids from its clients. Update ComfyUI there, then retry.`)
  }
  if (post.dropped) {
    await stop(promptId)
    throw post.dropped
  }
}

/**
 * Watches a post that is not answered: `arrived` when the prompt is seen on the server, `lost` when the server answers, over other
 * connections, that it is nowhere. Never settles once the post has; never rejects.
 */
async function unanswered({ isHeard, locate, signal }: PostOptions, posting: Promise<unknown>): Promise<'arrived' | 'lost'> {
  const state = { settled: false }
  const settle = (): void => void (state.settled = true)
  posting.then(settle, settle)
  let nowhere = 0
  for (let look = 0; ; look += 1) {
    // Without a reference: the post itself keeps the process.
    await sleep(unansweredMs[Math.min(look, unansweredMs.length - 1)], undefined, { ref: false })
    if (state.settled || signal.aborted) return await new Promise(() => {})
    if (isHeard()) return 'arrived'
    try {
      const { place } = await locate(signal)
      if (place !== 'nowhere') return 'arrived'
      nowhere += 1
    } catch {
      // No answer at all says nothing of the prompt: the server may be busy, and the post waits like the look.
      continue
    }
    if (nowhere >= unansweredMs.length) return 'lost'
  }
}

/** Whether a prompt whose post has failed is on the server after all. */
async function hasArrived({ isHeard, locate, signal }: PostOptions): Promise<boolean> {
  for (const wait of arrivalWaitsMs) {
    await sleep(wait, undefined, { signal })
    if (isHeard()) return true
    try {
      if ((await locate(signal)).place !== 'nowhere') return true
    } catch (thrown) {
      if (toAppError(thrown).code !== 'engine.offline') throw thrown
    }
  }
  return false
}
