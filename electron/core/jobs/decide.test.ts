import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QueuedJob } from '../database/tables/jobs'
import { afterFailure, choose, longestWaitMs, maxTries, type EngineCapacity, type Situation } from './decide'

const job = (id: string, engine = 'auto', kind = 'style'): QueuedJob => ({
  id,
  engine,
  kind,
  workflowId: null,
  seq: 1,
  priority: 0,
  position: 0,
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

describe('another try', () => {
  test('only for what may go away by itself, and only so often', () => {
    expect(afterFailure({ retry: 'user' }, 1, 0.5)).toEqual({ again: false })
    expect(afterFailure({ retry: 'never' }, 1, 0.5)).toEqual({ again: false })
    expect(afterFailure({ retry: 'auto' }, 1, 0.5)).toEqual({ again: true, waitMs: 1000 })
    expect(afterFailure({ retry: 'auto' }, 2, 0.5)).toEqual({ again: true, waitMs: 4000 })
    expect(afterFailure({ retry: 'auto' }, maxTries, 0.5)).toEqual({ again: false })
  })

  test('waits are spread, and never longer than the longest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxTries - 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
        const next = afterFailure({ retry: 'auto' }, tries, random)
        if (!next.again) throw new Error('no other try')
        expect(next.waitMs).toBeGreaterThanOrEqual(500)
        expect(next.waitMs).toBeLessThanOrEqual(longestWaitMs)
      }),
    )
  })
})
