import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QueuedJob } from '../database/tables/jobs'
import { afterFailure, choose, longestWaitMs, maxTries, maxTriesElsewhere, workKey, type Situation, jobsInFlight } from './decide'
import { place, type EngineCapacity } from './place'

const job = (id: string, engine = 'auto', kind = 'style'): QueuedJob => ({
  id,
  engine,
  kind,
  workflowId: null,
  seq: 1,
  priority: 0,
  position: 0,
  inputAssetId: 'photo',
  styleAssetId: null,
})
const engine = (id: string, more: Partial<EngineCapacity> = {}): EngineCapacity => ({
  id,
  ready: true,
  edits: ['style', 'perspective'],
  slots: 1,
  running: 0,
  ...more,
})
const situation = (more: Partial<Situation>): Situation => ({
  paused: false,
  inFlight: 0,
  maxInFlight: 3,
  heads: [],
  enginesFor: () => [],
  ...more,
})

describe('which job next', () => {
  test('none while paused, and none over the limit', () => {
    const ready = { heads: [job('a')], enginesFor: () => [engine('e')] }
    expect(choose(situation(ready))).toEqual({ jobId: 'a', engineId: 'e' })
    expect(choose(situation({ ...ready, paused: true }))).toBeUndefined()
    expect(choose(situation({ ...ready, inFlight: 3 }))).toBeUndefined()
  })

  test('a job whose engine is away lets the next kind of work pass', () => {
    const heads = [job('away', 'gpu'), job('near', 'draft')]
    const enginesFor = (one: QueuedJob): EngineCapacity[] => [
      one.engine === 'gpu' ? engine('gpu', { ready: false }) : engine('draft'),
    ]
    expect(choose(situation({ heads, enginesFor }))).toEqual({ jobId: 'near', engineId: 'draft' })
  })

  test('an engine that cannot do the edit, or has no place, is passed over', () => {
    const heads = [job('a', 'auto', 'perspective')]
    const enginesFor = (): EngineCapacity[] => [
      engine('x', { edits: ['style'] }),
      engine('full', { slots: 2, running: 2 }),
      engine('y'),
    ]
    expect(choose(situation({ heads, enginesFor }))?.engineId).toBe('y')
  })

  test('of equal engines the one with less to do', () => {
    const enginesFor = (): EngineCapacity[] => [engine('a', { slots: 4, running: 2 }), engine('b', { slots: 4, running: 1 })]
    expect(choose(situation({ heads: [job('j')], enginesFor }))?.engineId).toBe('b')
  })

  test('a choice is always one that is allowed, and none is missed', () => {
    const capacity = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      ready: fc.boolean(),
      edits: fc.constantFrom<string[]>(['style'], ['style', 'perspective'], []),
      slots: fc.integer({ min: 0, max: 3 }),
      running: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(
        fc.array(capacity, { maxLength: 4 }),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        (engines, inFlight, paused) => {
          const fits = engines.filter((one) => one.ready && one.running < one.slots && one.edits.includes('style'))
          const choice = choose(situation({ paused, inFlight, heads: [job('j')], enginesFor: () => engines }))
          if (paused || inFlight >= 3 || fits.length === 0) return choice === undefined
          const least = Math.min(...fits.map((one) => one.running))
          return fits.some((one) => one.running === least && one.id === choice?.engineId)
        },
      ),
    )
  })
})

const away = { retry: 'auto', code: 'engine.offline', detail: undefined } as const

describe('another try', () => {
  test('only for what may go away by itself, and only so often', () => {
    expect(afterFailure({ ...away, code: 'engine.execution', retry: 'user' }, 1, 0.5)).toEqual({ again: false })
    expect(afterFailure({ ...away, code: 'input.damaged', retry: 'never' }, 1, 0.5)).toEqual({ again: false })
    expect(afterFailure(away, 1, 0.5)).toEqual({ again: true, waitMs: 1000 })
    expect(afterFailure(away, 2, 0.5)).toEqual({ again: true, waitMs: 4000 })
    expect(afterFailure(away, maxTries, 0.5)).toEqual({ again: false })
  })

  test('waits are spread, and never longer than the longest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxTries - 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
        const next = afterFailure(away, tries, random)
        if (!next.again) throw new Error('no other try')
        expect(next.waitMs).toBeGreaterThanOrEqual(500)
        expect(next.waitMs).toBeLessThanOrEqual(longestWaitMs)
      }),
    )
  })

  test('what is the engine’s fault goes to another one at once, and more often', () => {
    const oom = { retry: 'user', code: 'engine.out_of_memory', detail: undefined } as const
    const wrong = { retry: 'user', code: 'engine.execution', detail: { reason: 'shapes do not match' } } as const
    expect(afterFailure(away, 1, 0.5, true)).toEqual({ again: true, waitMs: 50 })
    expect(afterFailure(away, maxTriesElsewhere - 1, 0.5, true).again).toBe(true)
    expect(afterFailure(away, maxTriesElsewhere, 0.5, true).again).toBe(false)
    expect(afterFailure(oom, 1, 0.5, true).again).toBe(true)
    expect(afterFailure(oom, 1, 0.5, false).again).toBe(false)
    expect(afterFailure(wrong, 1, 0.5, true).again).toBe(false)
  })
})

describe('models that are loaded', () => {
  const a = (n: number) => ({ ...job(`a${n}`), workflowId: 'A', position: n, priority: 1 })
  const b = (n: number) => ({ ...job(`b${n}`), workflowId: 'B', position: n, priority: 1 })
  const warmFor = (work: string) => (one: QueuedJob) => [
    engine('e', { slots: 2, warmth: workKey(one) === work ? 'models' : ('cold' as const) }),
  ]

  test('let a job of the same work go before one that needs others, but not for ever', () => {
    expect(choose(situation({ heads: [a(1), b(1), b(2)], enginesFor: warmFor('B') }))?.jobId).toBe('b1')
    expect(choose(situation({ heads: [a(1), b(9), b(10)], enginesFor: warmFor('B') }))?.jobId).toBe('b9')
    expect(choose(situation({ heads: [a(1), b(10)], enginesFor: warmFor('B') }))?.jobId).toBe('a1')
  })

  test('never let a batch go before what somebody waits for', () => {
    const urgent = { ...a(1), priority: 0 }
    expect(choose(situation({ heads: [urgent, b(1)], enginesFor: warmFor('B') }))?.jobId).toBe('a1')
    const urgentToo = { ...b(4), priority: 0 }
    expect(choose(situation({ heads: [urgent, urgentToo], enginesFor: warmFor('B') }))?.jobId).toBe('a1')
  })
})

describe('a pool of engines, simulated', () => {
  interface SimEngine {
    id: string
    slots: number
    /** Time of a job with the models loaded, and what loading adds. */
    warm: number
    load: number
    /** Dies at this time, never to come back; undefined: stays. */
    dies: number | undefined
  }
  interface Running {
    job: QueuedJob
    engine: string
    ends: number
  }

  /** Runs jobs on engines by `choose` alone; what runs on an engine that dies goes back to its place. Answers who ran when. */
  function simulate(jobs: readonly QueuedJob[], engines: readonly SimEngine[], cap: number) {
    let queue = [...jobs].toSorted((x, y) => x.priority - y.priority || x.position - y.position || x.seq - y.seq)
    let running: Running[] = []
    const loaded = new Map<string, string>()
    const free = new Map(engines.map(({ id }) => [id, 0]))
    const done: string[] = []
    let now = 0
    let turns = 0
    for (;;) {
      if ((turns += 1) > 5_000) throw new Error('it never ends')
      const alive = engines.filter(({ dies }) => dies === undefined || dies > now)
      const lost = running.filter((one) => !alive.some(({ id }) => id === one.engine))
      running = running.filter((one) => !lost.includes(one))
      queue = [...lost.map((one) => one.job), ...queue].toSorted(
        (x, y) => x.priority - y.priority || x.position - y.position || x.seq - y.seq,
      )
      for (;;) {
        const enginesFor = (one: QueuedJob): EngineCapacity[] =>
          engines.map(({ id, slots, warm, load }) => ({
            id,
            ready: alive.some((other) => other.id === id),
            edits: ['style'],
            slots,
            running: running.filter((other) => other.engine === id).length,
            warmth: loaded.get(id) === workKey(one) ? 'models' : 'cold',
            warmMs: warm,
            coldMs: warm + load,
          }))
        const choice = choose(situation({ heads: queue.slice(0, 32), inFlight: running.length, maxInFlight: cap, enginesFor }))
        if (!choice) break
        const chosen = engines.find(({ id }) => id === choice.engineId)
        const next = queue.find(({ id }) => id === choice.jobId)
        if (!chosen || !next) throw new Error('chose what is not there')
        expect(alive).toContain(chosen)
        // A batch never goes before what somebody waits for, unless that waits for loaded models by choice.
        for (const urgent of queue.filter(({ priority }) => priority < next.priority)) {
          const alike = queue.filter((one) => workKey(one) === workKey(urgent)).length
          expect(place('style', enginesFor(urgent), alike)).toBe('wait')
        }
        const cold = loaded.get(chosen.id) !== workKey(next)
        loaded.set(chosen.id, workKey(next))
        const starts = Math.max(now, free.get(chosen.id) ?? 0)
        const ends = starts + chosen.warm + (cold ? chosen.load : 0)
        free.set(chosen.id, ends)
        queue = queue.filter((one) => one !== next)
        running.push({ job: next, engine: chosen.id, ends })
        expect(running.filter((one) => one.engine === chosen.id).length).toBeLessThanOrEqual(chosen.slots)
        expect(running.length).toBeLessThanOrEqual(cap)
      }
      if (running.length === 0) return { done, left: queue.length, end: now }
      const deaths = alive.flatMap(({ dies }) => dies ?? [])
      now = Math.min(...running.map(({ ends }) => ends), ...deaths)
      done.push(...running.filter(({ ends }) => ends <= now).map((one) => one.job.id))
      running = running.filter(({ ends }) => ends > now)
    }
  }

  test('does every job exactly once while one engine lives, whatever the queue, the speeds, the cap and who dies when', () => {
    const engines = fc.array(
      fc.record({
        slots: fc.integer({ min: 1, max: 3 }),
        warm: fc.integer({ min: 1, max: 50 }),
        load: fc.integer({ min: 0, max: 400 }),
        dies: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    const jobs = fc.array(fc.record({ work: fc.constantFrom('A', 'B', 'C'), priority: fc.constantFrom(0, 1) }), { maxLength: 40 })
    fc.assert(
      fc.property(engines, jobs, fc.integer({ min: 1, max: 10 }), (drawn, wanted, cap) => {
        const pool = drawn.map((one, n) => ({ ...one, id: `e${n}`, dies: n === 0 ? undefined : one.dies }))
        const queue = wanted.map(({ work, priority }, n) => ({
          ...job(`j${n}`),
          workflowId: work,
          priority,
          position: n,
          seq: n + 1,
        }))
        const { done, left } = simulate(queue, pool, cap)
        expect(left).toBe(0)
        expect(done.toSorted()).toEqual(queue.map(({ id }) => id).toSorted())
      }),
      { numRuns: 200 },
    )
  })

  test('of three equal engines is nearly three times as quick as one, loading included', () => {
    const queue = Array.from({ length: 60 }, (_, n) => ({ ...job(`j${n}`), position: n, seq: n + 1 }))
    const one = (id: string): SimEngine => ({ id, slots: 2, warm: 100, load: 100, dies: undefined })
    const alone = simulate(queue, [one('a')], 10).end
    const together = simulate(queue, [one('a'), one('b'), one('c')], 10).end
    expect(alone / together).toBeGreaterThan(2.8)
  })

  test('switches models seldom when two batches take turns on one engine', () => {
    const queue = Array.from({ length: 40 }, (_, n) => ({
      ...job(`j${n}`),
      workflowId: n % 2 === 0 ? 'A' : 'B',
      priority: 1,
      position: Math.floor(n / 2),
      seq: n + 1,
    }))
    const { done } = simulate(queue, [{ id: 'a', slots: 2, warm: 10, load: 100, dies: undefined }], 3)
    const works = done.map((id) => queue.find((one) => one.id === id)?.workflowId)
    const switches = works.filter((work, n) => n > 0 && work !== works[n - 1]).length
    expect(switches).toBeLessThanOrEqual(5)
    // And still take turns: the second batch does not wait for the whole first one.
    expect(works.slice(0, 12)).toContain('B')
  })
})

describe('jobs in flight', () => {
  test.each([
    ['nothing is ready', 0, 0, 3],
    ['one server', 0, 2, 3],
    ['three servers', 0, 6, 6],
    ['the user set fewer', 1, 6, 1],
    ['the user set more', 10, 2, 10],
  ])('%s', (_, set, lookAhead, expected) => {
    expect(jobsInFlight(set, lookAhead)).toBe(expected)
  })
})
