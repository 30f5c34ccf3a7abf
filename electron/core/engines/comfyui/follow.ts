import { AppError } from '#shared/domain/error'
import type { Graph } from '../../workflows/graph'
import type { Letterbox } from '../../workflows/size-policy'
import type { EngineEvent } from '../engine'
import { triedAgain } from '../tried-again'
import { graphProgress, loadsModels } from './graph-work'
import { finishPreview } from './pictures'
import type { PromptEnd, PromptWatch } from './prompt-watch'
import type { PromptListener } from './server'

/** What an engine's caller gives with a task. */
export interface RunOptions {
  attemptId: string
  signal: AbortSignal
  onEvent: (event: EngineEvent) => void
  /** When the attempt is stored; absent: it is. */
  stored?: Promise<void> | undefined
}

/** Options of {@link follow}. */
export interface FollowOptions extends RunOptions {
  graph: Graph
  letterbox: Letterbox | undefined
  /** The server's name for people. */
  label: string
  /** Silence of a running prompt after which its worker counts as dead, milliseconds; nodes that load weights may take any time. */
  silenceMs: number
}

/**
 * Follows a prompt to its end: tells progress, loading and previews on the way, and gives a silent one up with `engine.timeout`.
 * @param begin posts the prompt, or attaches to it
 */
export async function follow(
  options: FollowOptions,
  begin: (listener: PromptListener, signal: AbortSignal) => Promise<PromptEnd>,
): Promise<PromptEnd> {
  const { graph, label, silenceMs, signal, onEvent } = options
  const silent = new AbortController()
  const previews = previewer(options)
  let last: PromptWatch | undefined
  let progress = 0
  let loading = false
  const timer = setInterval(
    () => {
      if (last?.phase !== 'running' || loadsModels(graph, last.currentNode)) return
      if (performance.now() - last.lastSignAt > silenceMs) silent.abort()
    },
    Math.min(1_000, silenceMs / 4),
  )
  const listener: PromptListener = {
    onChange(watch) {
      if (watch.phase === 'waiting' && last?.phase !== 'waiting') onEvent({ type: 'pending' })
      if (watch.startedAt !== undefined && last?.startedAt === undefined) onEvent({ type: 'begun' })
      last = watch
      if (!loading && loadsModels(graph, watch.currentNode)) {
        loading = true
        onEvent({ type: 'loading' })
      }
      const now = graphProgress(graph, watch)
      if (now <= progress) return
      progress = now
      const steps = watch.step === undefined || watch.steps === undefined ? {} : { step: watch.step, steps: watch.steps }
      onEvent({ type: 'progress', progress, ...steps })
    },
    onPreview: ({ image }) => previews.show(image),
  }
  try {
    return await begin(listener, AbortSignal.any([signal, silent.signal]))
  } catch (thrown) {
    if (!silent.signal.aborted || signal.aborted) throw thrown
    throw new AppError(
      'engine.timeout',
      `${label} has given no sign of this job for ${Math.round(silenceMs / 1000)} s, so Recast stopped it there; the next try gets more time. ${triedAgain}`,
      { cause: thrown, detail: { server: label, silenceMs } },
    )
  } finally {
    clearInterval(timer)
    previews.end()
  }
}

/** Makes previews ready one at a time; of those that come meanwhile the newest is next. */
function previewer({ letterbox, onEvent }: FollowOptions): { show(image: Uint8Array): void; end(): void } {
  const state: { next: Uint8Array | undefined; busy: boolean; ended: boolean } = { next: undefined, busy: false, ended: false }
  const work = async (): Promise<void> => {
    state.busy = true
    for (let image = state.next; image && !state.ended; image = state.next) {
      state.next = undefined
      const made = await finishPreview(image, letterbox)
      if (made && !state.ended) onEvent({ type: 'preview', mime: 'image/jpeg', ...made })
    }
    state.busy = false
  }
  return {
    show(image) {
      state.next = image
      if (!state.busy) void work()
    },
    end() {
      state.ended = true
    },
  }
}
