/** How much of a job's work an engine has done already: the photo is encoded there, its models are loaded, or neither. */
export type Warmth = 'photo' | 'models' | 'cold'

/** What the choice needs to know of an engine, for one job. */
export interface EngineCapacity {
  id: string
  ready: boolean
  /** Kinds of edits that it can do now. */
  edits: readonly string[]
  slots: number
  /** Recast's jobs on it now, the look-ahead included. */
  running: number
  /** Prompts of others that wait there before ours. */
  others?: number
  /** Share of the work that it should get; 1 unless told otherwise. */
  weight?: number
  /** What it has of this job's work. */
  warmth?: Warmth
  /** Expected milliseconds of this job there with the models loaded, and without; undefined: never seen. */
  warmMs?: number | undefined
  coldMs?: number | undefined
  /** Whether the workflow fits its memory; undefined: not known. */
  fits?: boolean | undefined
  /** Free memory, bytes, where it is known. */
  freeBytes?: number | undefined
  /** Share of the time (0..1) in which its card works now; undefined: not known. */
  use?: number | undefined
  /** Another try on it is the last resort: this job has failed there. */
  avoid?: boolean
}

/** Where a job goes: to an engine now, or (`wait`) to none, though one is free, because a warm one will be quicker. */
export type Placement = { to: EngineCapacity } | 'wait' | 'none'

/** Loading models costs at least this share of a job, also where it was never measured: a cold start is never better. */
const leastColdShare = 0.5
/** Encoding a photo anew, as a share of a job. */
const photoShare = 0.05

/** Even a card that others use fully gives some of its time. */
const leastShare = 0.25
/** Below this a card only draws the screen. */
const idleUse = 0.2

/** What is left of a card whose work is not ComfyUI's: a game, a renderer. While jobs run there, its use is theirs. */
function shareLeft({ running, others = 0, use = 0 }: EngineCapacity): number {
  return running + others > 0 || use < idleUse ? 1 : Math.max(leastShare, 1 - use)
}

const hasRoom = (engine: EngineCapacity): boolean => engine.ready && engine.running < engine.slots

/**
 * Chooses the engine on which a job is expected to end first: what waits there, plus the job itself, cold or warm, over its weight.
 * An engine on which the job has failed counts only when nothing else is ready. A warm engine without room is waited for when all of
 * the same work that is waiting would be through there sooner than another engine had loaded the models.
 * @param kind the job's kind of edit. @param waiting jobs of the same work in the queue, this one included
 */
export function place(kind: string, engines: readonly EngineCapacity[], waiting: number): Placement {
  const able = engines.filter((engine) => engine.ready && engine.edits.includes(kind))
  const fresh = able.filter((engine) => engine.avoid !== true)
  const untried = fresh.length > 0 ? fresh : able
  // Where it does not fit it is slow at best: a larger card that is busy is waited for.
  const roomy = untried.filter((engine) => engine.fits !== false)
  const usable = roomy.length > 0 ? roomy : untried
  const measured = usable.flatMap((engine) => engine.warmMs ?? [])
  const usual = measured.length > 0 ? measured.reduce((sum, ms) => sum + ms, 0) / measured.length : 1
  const unit = (engine: EngineCapacity): number => Math.max(engine.warmMs ?? usual, Number.EPSILON)
  const own = (engine: EngineCapacity): number => {
    const warm = unit(engine)
    if (engine.warmth === 'photo') return warm
    if (engine.warmth === 'models') return warm * (1 + photoShare)
    return Math.max(engine.coldMs ?? 0, warm * (1 + leastColdShare))
  }
  const endsIn = (engine: EngineCapacity): number =>
    ((engine.running + (engine.others ?? 0)) * unit(engine) + own(engine)) / (engine.weight ?? 1) / shareLeft(engine)
  const better = (a: EngineCapacity, b: EngineCapacity): boolean => {
    const [endA, endB] = [endsIn(a), endsIn(b)]
    // Within a percent the times say nothing; then the one with more free memory.
    if (Math.abs(endA - endB) > 0.01 * Math.max(endA, endB)) return endA < endB
    return (a.freeBytes ?? 0) > (b.freeBytes ?? 0)
  }
  let best: EngineCapacity | undefined
  for (const engine of usable) if (hasRoom(engine) && (!best || better(engine, best))) best = engine
  if (!best) return 'none'
  if ((best.warmth ?? 'cold') !== 'cold') return { to: best }
  const warm = usable.filter((engine) => !hasRoom(engine) && (engine.warmth ?? 'cold') !== 'cold')
  // They share what waits.
  const rate = warm.reduce((sum, engine) => sum + (engine.weight ?? 1) / unit(engine), 0)
  const backlog = warm.reduce((sum, engine) => sum + engine.running + (engine.others ?? 0), 0)
  return rate > 0 && (backlog + waiting) / rate < endsIn(best) ? 'wait' : { to: best }
}
