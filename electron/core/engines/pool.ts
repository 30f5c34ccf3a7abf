import type { Edit, Sampling } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import { AppError } from '#shared/domain/error'
import type { AppLogger } from '../app'
import { readAddress } from './comfyui/address'
import type { Engine } from './engine'

/** Between two looks at an engine that is not ready, milliseconds: soon after it went, then ever more rarely. */
const firstLookMs = 1_000
const longestLookMs = 8_000

/** The engines of the app: who may do a job, and how they are. */
export interface EnginePool {
  /** The engine of that id; a ComfyUI address that nobody has used yet becomes an engine by being asked for. */
  get(id: string): Engine | undefined
  all(): readonly Engine[]
  views(): EngineView[]
  /** Engines that a job's wish allows (`auto`, an id, a kind, an address), best first; empty when it names none. */
  candidates(wish: string): readonly Engine[]
  /**
   * Sees to it that `check` knows what it speaks of: asks engines that have not answered yet, and again those that would refuse.
   * Never rejects; takes as long as the slowest answer.
   */
  prepare(wish: string, edits: readonly Edit[], workflowId: string | undefined): Promise<void>
  /** Refuses a wish that names no engine (`input.unknown_engine`) or an edit that none of its engines could do. */
  check(wish: string, edit: Edit, workflowId: string | undefined, sampling?: Sampling): void
  /** Whether the engine that would get a story draws all its scenes in one run; otherwise each is a job of its own. */
  takesWholeStory(wish: string, edit: Edit, workflowId: string | undefined): boolean
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

/** Options of {@link createPool}. */
export interface PoolOptions {
  /** Told each new view of an engine. */
  onChange: (view: EngineView) => void
  logger: AppLogger
  /** Makes the engine of a ComfyUI address (in its one form); absent: addresses are no engines. */
  remote?: ((address: string) => Engine) | undefined
  /** Addresses that are set up, beside the engines given: `auto` may use these, not those that a single job named. */
  addresses?: (() => readonly string[]) | undefined
}

/** Whether a wish is the address of a server rather than a word such as `auto`. */
export function isAddress(wish: string): boolean {
  return addressOf(wish) !== undefined
}

/** A ComfyUI address in its one form (`HTTP://Host:8188/` and `http://host:8188` are the same server); undefined for other words. */
function addressOf(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) && !/:\d{1,5}(?:\/|$)/.test(text)) return undefined
  try {
    return readAddress(text).http
  } catch {
    return undefined
  }
}

/** Makes the pool over engines that it then owns. */
export function createPool(given: readonly Engine[], options: PoolOptions): EnginePool {
  const engines = [...given]
  const byId = new Map(engines.map((engine) => [engine.id, engine]))
  const lastViews = new Map<string, string>()
  const timers = new Map<string, NodeJS.Timeout>()
  const looks = new Map<string, Promise<void>>()
  let started = false
  let closed = false

  function open(address: string): Engine | undefined {
    if (closed || !options.remote) return undefined
    const engine = options.remote(address)
    engines.push(engine)
    byId.set(engine.id, engine)
    if (started) void look(engine, firstLookMs)
    return engine
  }

  function get(id: string): Engine | undefined {
    const address = addressOf(id)
    return byId.get(id) ?? (address === undefined ? undefined : (byId.get(address) ?? open(address)))
  }

  /** Engines of the servers that are set up, opened if they are not yet. */
  function setUp(): Engine[] {
    return (options.addresses?.() ?? []).map((address) => get(address)).filter((engine) => engine !== undefined)
  }

  /** `auto` is what is set up and best: the own GPU, else servers, else drafts. One that is away is waited for. */
  function automatic(): readonly Engine[] {
    const all = new Set([...given, ...setUp()])
    for (const kind of ['local', 'remote', 'draft'] as const) {
      const found = [...all].filter((engine) => engine.kind === kind)
      if (found.length > 0) return found
    }
    return []
  }

  function candidates(wish: string): readonly Engine[] {
    if (wish === 'auto') return automatic()
    const named = get(wish)
    return named ? [named] : engines.filter((engine) => engine.kind === wish)
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

  /** Looks at an engine; who asks while a look is under way gets that one's answer. */
  function look(engine: Engine, nextWaitMs: number): Promise<void> {
    const under = looks.get(engine.id)
    if (under) return under
    const own = (async () => {
      try {
        await engine.probe()
      } catch (error) {
        options.logger.error({ err: error, engine: engine.id }, 'an engine threw while it was looked at')
      }
      looks.delete(engine.id)
      refresh(engine.id)
      if (engine.view().state !== 'ready') lookLater(engine, nextWaitMs)
    })()
    looks.set(engine.id, own)
    return own
  }

  function accepts(engine: Engine, edit: Edit, workflowId: string | undefined): boolean {
    try {
      engine.check(edit, workflowId)
      return true
    } catch {
      return false
    }
  }

  return {
    get,
    all: () => engines,
    views() {
      setUp()
      return engines.map((engine) => engine.view())
    },
    candidates,
    async prepare(wish, edits, workflowId) {
      const asked = candidates(wish).filter(
        (engine) =>
          engine.view().state === 'starting' ||
          // What it lacked may have been added meanwhile: a refusal is never out of date.
          (engine.kind === 'remote' && edits.some((edit) => !accepts(engine, edit, workflowId))),
      )
      await Promise.all(asked.map((engine) => look(engine, firstLookMs)))
    },
    check(wish, edit, workflowId, sampling) {
      const allowed = candidates(wish)
      if (allowed.length === 0) {
        const known = ['auto', ...new Set(engines.flatMap((engine) => [engine.kind, engine.id]))]
        throw new AppError(
          'input.unknown_engine',
          `There is no engine "${wish}". Choose one of: ${known.join(', ')}, or give the address of a ComfyUI server.`,
          { detail: { engine: wish, known } },
        )
      }
      let refusal: unknown
      for (const engine of allowed) {
        try {
          return engine.check(edit, workflowId, sampling)
        } catch (error) {
          refusal ??= error
        }
      }
      throw refusal
    },
    takesWholeStory: (wish, edit, workflowId) =>
      edit.kind === 'story' &&
      candidates(wish)
        .find((engine) => accepts(engine, edit, workflowId))
        ?.takesWholeStory?.(edit, workflowId) === true,
    accepts,
    refresh,
    async probe(id) {
      const engine = byId.get(id)
      if (engine) await look(engine, firstLookMs)
    },
    start() {
      started = true
      setUp()
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
