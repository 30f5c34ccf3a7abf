import type { Edit } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import { AppError } from '#shared/domain/error'
import type { AppLogger } from '../app'
import type { Engine } from './engine'

/** Between two looks at an engine that is not ready, milliseconds: soon after it went, then ever more rarely. */
const firstLookMs = 1_000
const longestLookMs = 30_000

/** The engines of the app: who may do a job, and how they are. */
export interface EnginePool {
  get(id: string): Engine | undefined
  all(): readonly Engine[]
  views(): EngineView[]
  /** Engines that a job's wish allows (`auto`, an id, a kind, an address), best first; empty when it names none. */
  candidates(wish: string): readonly Engine[]
  /** Refuses a wish that names no engine (`input.unknown_engine`) or an edit that none of its engines could do. */
  check(wish: string, edit: Edit, workflowId: string | undefined): void
  /** Whether one engine could do this edit at all. */
  accepts(engine: Engine, edit: Edit, workflowId: string | undefined): boolean
  /** Tells listeners when an engine's view has changed, e.g. after a run. */
  refresh(id: string): void
  /** Looks at an engine again; never rejects. */
  probe(id: string): Promise<void>
  /** Looks at every engine, and again at those that are not ready. */
  start(): void
  close(): Promise<void>
}

/** An address in one form: `HTTP://Host:8188/` and `http://host:8188` are the same server. */
function normalAddress(text: string): string {
  try {
    const url = new URL(text)
    return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`
  } catch {
    return text
  }
}

/** Makes the pool over engines that it then owns. `onChange` is told each new view. */
export function createPool(
  engines: readonly Engine[],
  options: { onChange: (view: EngineView) => void; logger: AppLogger },
): EnginePool {
  const byId = new Map(engines.map((engine) => [engine.id, engine]))
  const lastViews = new Map<string, string>()
  const timers = new Map<string, NodeJS.Timeout>()
  let closed = false

  /** `auto` is what is set up and best: the own GPU, else servers, else drafts. One that is away is waited for. */
  function automatic(): readonly Engine[] {
    for (const kind of ['local', 'remote', 'draft'] as const) {
      const found = engines.filter((engine) => engine.kind === kind)
      if (found.length > 0) return found
    }
    return []
  }

  function candidates(wish: string): readonly Engine[] {
    if (wish === 'auto') return automatic()
    const wanted = normalAddress(wish)
    const named = engines.filter((engine) => engine.id === wish || normalAddress(engine.id) === wanted)
    return named.length > 0 ? named : engines.filter((engine) => engine.kind === wish)
  }

  function refresh(id: string): void {
    const engine = byId.get(id)
    if (!engine || closed) return
    const view = engine.view()
    const text = JSON.stringify(view)
    if (lastViews.get(id) === text) return
    lastViews.set(id, text)
    options.onChange(view)
  }

  function lookLater(engine: Engine, waitMs: number): void {
    if (closed) return
    clearTimeout(timers.get(engine.id))
    const timer = setTimeout(() => {
      void look(engine, Math.min(longestLookMs, waitMs * 2))
    }, waitMs)
    // A server that is away must not keep a finished command's process alive.
    timer.unref()
    timers.set(engine.id, timer)
  }

  async function look(engine: Engine, nextWaitMs: number): Promise<void> {
    try {
      await engine.probe()
    } catch (error) {
      options.logger.error({ err: error, engine: engine.id }, 'an engine threw while it was looked at')
    }
    refresh(engine.id)
    if (engine.view().state !== 'ready') lookLater(engine, nextWaitMs)
  }

  return {
    get: (id) => byId.get(id),
    all: () => engines,
    views: () => engines.map((engine) => engine.view()),
    candidates,
    check(wish, edit, workflowId) {
      const allowed = candidates(wish)
      if (allowed.length === 0) {
        const known = ['auto', ...new Set(engines.flatMap((engine) => [engine.kind, engine.id]))]
        throw new AppError('input.unknown_engine', `There is no engine "${wish}". Choose one of: ${known.join(', ')}.`, {
          detail: { engine: wish, known },
        })
      }
      let refusal: unknown
      for (const engine of allowed) {
        try {
          return engine.check(edit, workflowId)
        } catch (error) {
          refusal ??= error
        }
      }
      throw refusal
    },
    accepts(engine, edit, workflowId) {
      try {
        engine.check(edit, workflowId)
        return true
      } catch {
        return false
      }
    },
    refresh,
    async probe(id) {
      const engine = byId.get(id)
      if (engine) await look(engine, firstLookMs)
    },
    start() {
      for (const engine of engines) void look(engine, firstLookMs)
    },
    async close() {
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
      const ends = await Promise.allSettled(engines.map((engine) => engine.close()))
      for (const end of ends) {
        if (end.status === 'rejected') options.logger.error({ err: end.reason as unknown }, 'an engine did not close cleanly')
      }
    },
  }
}
