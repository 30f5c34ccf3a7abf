import { setTimeout as sleep } from 'node:timers/promises'
import type { Edit, Sampling } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import { AppError } from '#shared/domain/error'
import type { AppLogger } from '../app'
import { afterFault, circuitPhase, circuitSlots, closedCircuit, type Circuit } from './circuit'
import { readAddress } from './comfyui/address'
import type { Engine } from './engine'
import { refusalOfAll } from './refusals'
import { viewOfServer, type SavedServers } from './servers/saved-servers'

/** Between two looks at an engine that is not ready, milliseconds: soon after it went, then ever more rarely. */
const firstLookMs = 1_000
const longestLookMs = 8_000
/** Queue and memory of an engine are asked for at most this often while jobs run, milliseconds. */
const measureEveryMs = 5_000
/** A submission waits this long for servers that have not answered yet; one that sleeps is waited for by its jobs. */
const prepareMs = 8_000

/** The engines of the app: who may do a job, and how they are. */
export interface EnginePool {
  /** The engine of that id; a ComfyUI address that nobody has used yet becomes an engine by being asked for. */
  get(id: string): Engine | undefined
  all(): readonly Engine[]
  views(): EngineView[]
  /** An engine as the shells see it, with what Recast knows about it beside the engine itself. */
  view(engine: Engine): EngineView
  /** Engines that a job's wish allows (`auto`, an id, a kind, an address, `name:X`, `tag:X`), best first; empty when it names none. */
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
  /** Jobs that it may have at a time: none while it is drained or rests after faults. */
  slots(engine: Engine): number
  weight(engine: Engine): number
  /** Jobs that the servers that are ready want together, so that none of them idles. */
  lookAhead(): number
  /** A job failed by the engine's own fault; at the third in a row it rests for a while. */
  noteFault(id: string): void
  /** A job was done there. */
  noteSuccess(id: string): void
  /** Asks for queue and memory again, if that was not done a moment ago; never rejects. */
  measure(id: string): Promise<void>
  /** Closes an engine and forgets it: its server was removed, or is reached in another way from now on. */
  forget(id: string): Promise<void>
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
  /** The servers that were added: `auto` may use them all. */
  servers?: SavedServers | undefined
  /** Told when an engine is gone from the list. */
  onRemoved?: ((id: string) => void) | undefined
  /** Jobs that an engine has now. */
  jobsOn?: ((id: string) => number) | undefined
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

const isPresent = (engine: Engine): boolean => engine.isPresent?.() ?? true

/** Makes the pool over engines that it then owns. */
export function createPool(given: readonly Engine[], options: PoolOptions): EnginePool {
  const engines = [...given]
  const byId = new Map(engines.map((engine) => [engine.id, engine]))
  const lastViews = new Map<string, string>()
  const timers = new Map<string, NodeJS.Timeout>()
  /** By engine, not by address: one that was forgotten says nothing of the one that came after it. */
  const looks = new Map<Engine, Promise<void>>()
  const circuits = new Map<string, Circuit>()
  /** Engines that were away: what they failed before says nothing about them as they are now. */
  const wereAway = new Set<string>()
  const measured = new Map<string, number>()
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
    const saved = (options.servers?.all() ?? []).map(({ address }) => address)
    return [...new Set([...saved, ...(options.addresses?.() ?? [])])].map(get).filter((engine) => engine !== undefined)
  }

  const circuitOf = (engine: Engine): Circuit => circuits.get(engine.id) ?? closedCircuit
  const savedOf = (engine: Engine) => (engine.kind === 'remote' ? options.servers?.get(engine.id) : undefined)

  function slots(engine: Engine): number {
    if (savedOf(engine)?.drained === true) return 0
    return circuitSlots(circuitOf(engine), performance.now(), engine.slots)
  }

  function view(engine: Engine): EngineView {
    const own = engine.view()
    const saved = savedOf(engine)
    const phase = circuitPhase(circuitOf(engine), performance.now())
    const load = engine.load?.()
    return {
      ...own,
      ...(saved?.name ? { name: saved.name } : {}),
      ...(load ? { queue: { ours: options.jobsOn?.(engine.id) ?? 0, others: load.others } } : {}),
      ...(phase === 'closed' ? {} : { circuit: phase }),
      ...(saved ? { server: viewOfServer(saved) } : {}),
    }
  }

  /** `auto` is what is set up and best: the own GPU, else servers, else drafts. One that is away is waited for. */
  function automatic(): readonly Engine[] {
    const all = new Set([...given.filter(isPresent), ...setUp()])
    for (const kind of ['local', 'remote', 'draft'] as const) {
      const found = [...all].filter((engine) => engine.kind === kind)
      if (found.length > 0) return found
    }
    return []
  }

  function candidates(wish: string): readonly Engine[] {
    if (wish === 'auto') return automatic()
    const [, by, word] = /^(name|tag):(.+)$/u.exec(wish) ?? []
    if (by !== undefined) {
      const servers = options.servers?.all() ?? []
      const meant = servers.filter(({ name, tags }) => (by === 'tag' ? tags.includes(word ?? '') : name === word))
      return meant.map(({ address }) => get(address)).filter((engine) => engine !== undefined)
    }
    const named = get(wish)
    return named ? [named] : engines.filter((engine) => engine.kind === wish)
  }

  function refresh(id: string): void {
    const engine = byId.get(id)
    if (!engine || closed) return
    if (!isPresent(engine)) {
      if (lastViews.delete(id)) options.onRemoved?.(id)
      return
    }
    const now = view(engine)
    const text = JSON.stringify(now)
    if (lastViews.get(id) === text) return
    lastViews.set(id, text)
    options.onChange(now)
  }

  function lookLater(engine: Engine, waitMs: number): void {
    if (closed || byId.get(engine.id) !== engine) return
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
    const under = looks.get(engine)
    if (under) return under
    const own = (async () => {
      try {
        await engine.probe()
      } catch (error) {
        options.logger.error({ err: error, engine: engine.id }, 'an engine threw while it was looked at')
      }
      looks.delete(engine)
      const isReady = engine.view().state === 'ready'
      if (!isReady) wereAway.add(engine.id)
      else if (wereAway.delete(engine.id)) circuits.delete(engine.id)
      refresh(engine.id)
      if (!isReady) lookLater(engine, nextWaitMs)
    })()
    looks.set(engine, own)
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
      return engines.filter(isPresent).map(view)
    },
    view,
    candidates,
    async prepare(wish, edits, workflowId) {
      const asked = candidates(wish).filter(
        (engine) =>
          engine.view().state === 'starting' ||
          // What it lacked may have been added meanwhile: a refusal is never out of date.
          (engine.kind === 'remote' && edits.some((edit) => !accepts(engine, edit, workflowId))),
      )
      if (asked.length === 0) return
      const looked = Promise.all(asked.map((engine) => look(engine, firstLookMs)))
      await Promise.race([looked, sleep(prepareMs, undefined, { ref: false })])
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
      const refusals: unknown[] = []
      for (const engine of allowed) {
        try {
          return engine.check(edit, workflowId, sampling)
        } catch (error) {
          refusals.push(error)
        }
      }
      throw refusalOfAll(refusals)
    },
    takesWholeStory: (wish, edit, workflowId) =>
      edit.kind === 'story' &&
      candidates(wish)
        .find((engine) => accepts(engine, edit, workflowId))
        ?.takesWholeStory?.(edit, workflowId) === true,
    accepts,
    slots,
    lookAhead: () =>
      engines
        .filter((engine) => engine.kind !== 'draft' && isPresent(engine) && engine.view().state === 'ready')
        .reduce((sum, engine) => sum + slots(engine), 0),
    weight: (engine) => savedOf(engine)?.weight ?? 1,
    noteFault(id) {
      const engine = byId.get(id)
      // An only one is not rested: nothing else could take its jobs, and their own tries are counted.
      if (!engine || engines.filter(({ kind }) => kind === engine.kind).length < 2) return
      circuits.set(id, afterFault(circuitOf(engine), performance.now()))
      const { openUntil } = circuitOf(engine)
      refresh(id)
      // Told again when its rest is over, so that a job can be tried there.
      if (openUntil !== undefined) setTimeout(() => refresh(id), Math.max(0, openUntil - performance.now()) + 1).unref()
    },
    noteSuccess(id) {
      if (circuits.delete(id)) refresh(id)
    },
    async measure(id) {
      const engine = byId.get(id)
      const now = performance.now()
      if (!engine?.measure || now - (measured.get(id) ?? Number.NEGATIVE_INFINITY) < measureEveryMs) return
      measured.set(id, now)
      await engine.measure()
      refresh(id)
    },
    async forget(id) {
      const engine = byId.get(id)
      if (!engine) return
      byId.delete(id)
      engines.splice(engines.indexOf(engine), 1)
      clearTimeout(timers.get(id))
      for (const known of [lastViews, circuits, measured]) known.delete(id)
      options.onRemoved?.(id)
      await engine
        .close()
        .catch((error: unknown) => options.logger.error({ err: error, engine: id }, 'an engine did not close cleanly'))
    },
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
