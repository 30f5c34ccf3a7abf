import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../domain/error'
import type { Snapshot } from './calls'
import type { AppClient, LinkState } from './client'
import type { AppEvent } from './events'
import { createSync, judgeEvent } from './live-sync'
import type { Timers } from './timers'

/** An owner whose whole state is a counter, `queue.queued`, so that a store that is behind or ahead is seen at once. */
function createWorld() {
  let epoch = 1
  let seq = 0
  let value = 0
  let listeners: ((event: AppEvent) => void)[] = []
  let link: LinkState = 'connecting'
  let linkListeners: ((state: LinkState) => void)[] = []
  const inFlight: AppEvent[] = []
  const asked: { resolve(snapshot: Snapshot): void; reject(error: unknown): void }[] = []
  const planned = new Set<() => void>()
  const timers: Timers = {
    after: (_, run) => {
      planned.add(run)
      return () => void planned.delete(run)
    },
    random: () => 0,
  }
  const snapshot = () => ({ epoch: `e${epoch}`, seq, queue: { queued: value } }) as Snapshot
  const setLink = (state: LinkState): void => {
    link = state
    for (const listener of linkListeners) listener(state)
  }
  const client = {
    call: () => new Promise((resolve, reject) => asked.push({ resolve, reject })),
    onEvent: (listener: (event: AppEvent) => void) => {
      listeners.push(listener)
      return () => void (listeners = listeners.filter((other) => other !== listener))
    },
    onLink: (listener: (state: LinkState) => void) => {
      linkListeners.push(listener)
      listener(link)
      return () => void (linkListeners = linkListeners.filter((other) => other !== listener))
    },
  } as unknown as Pick<AppClient, 'call' | 'onEvent' | 'onLink'>
  return {
    client,
    timers,
    asked,
    setLink,
    value: () => value,
    listenerCount: () => listeners.length + linkListeners.length,
    change() {
      value++
      inFlight.push({ epoch: `e${epoch}`, seq: ++seq, body: { type: 'queue', queue: { queued: value } as never } })
    },
    emit(event: AppEvent) {
      for (const listener of listeners) listener(event)
    },
    deliver() {
      const event = inFlight.shift()
      if (event) this.emit(event)
    },
    loseEvent: () => void inFlight.shift(),
    swapEvents() {
      const [first, second] = inFlight
      if (first && second) inFlight.splice(0, 2, second, first)
    },
    repeatEvent() {
      const [first] = inFlight
      if (first) inFlight.unshift(first)
    },
    restart() {
      setLink('lost')
      inFlight.length = 0
      for (const call of asked.splice(0)) call.reject(new AppError('instance.unreachable', 'gone'))
      epoch++
      seq = 0
      value += 5
      setLink('open')
    },
    answer: () => asked.shift()?.resolve(snapshot()),
    refuse: () => asked.shift()?.reject(new AppError('bug', 'no snapshot')),
    runTimers() {
      for (const run of Array.from(planned)) {
        planned.delete(run)
        run()
      }
    },
  }
}
const settle = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) await Promise.resolve()
}

describe('judgeEvent', () => {
  it.each([
    ['the next one', 'a', 5, 'apply'],
    ['the same one', 'a', 4, 'drop'],
    ['an older one', 'a', 1, 'drop'],
    ['one too far', 'a', 6, 'resync'],
    ['another epoch', 'b', 5, 'resync'],
  ])('%s', (_, epoch, seq, verdict) => {
    expect(judgeEvent({ epoch: 'a', seq: 4 }, { epoch, seq, body: {} as never })).toBe(verdict)
  })
})

describe('createSync', () => {
  it('never shows anything older than it showed, and ends equal to the owner, whatever is lost, doubled, swapped or restarted', async () => {
    const steps = [
      'change',
      'change',
      'deliver',
      'deliver',
      'loseEvent',
      'swapEvents',
      'repeatEvent',
      'restart',
      'answer',
      'refuse',
      'runTimers',
    ] as const
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...steps), { maxLength: 80 }), async (script) => {
        const world = createWorld()
        const shown: number[] = []
        const stop = createSync(
          world.client,
          {
            onSnapshot: (snapshot) => shown.push(snapshot.queue.queued),
            onEvent: (body) => shown.push(body.type === 'queue' ? body.queue.queued : Number.NaN),
          },
          { timers: world.timers },
        )
        world.setLink('open')
        for (const step of script) {
          world[step]()
          await settle()
        }
        // One more change, so that a loss at the very end is noticed; then everything is let through.
        world.change()
        for (let i = 0; i < 200; i++) {
          world.deliver()
          world.answer()
          await settle()
          world.runTimers()
        }
        expect(shown.at(-1)).toBe(world.value())
        expect(shown).toEqual([...shown].sort((a, b) => a - b))
        stop()
        expect(world.listenerCount()).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  it('asks once more, not for ever, when the newest event is of another epoch', async () => {
    const world = createWorld()
    let snapshots = 0
    createSync(world.client, { onSnapshot: () => snapshots++, onEvent: () => {} }, { timers: world.timers })
    world.setLink('open')
    world.change()
    world.emit({ epoch: 'stray', seq: 9, body: { type: 'queue', queue: {} as never } })
    for (let i = 0; i < 20; i++) {
      world.answer()
      await settle()
    }
    expect(snapshots).toBe(2)
  })

  it('asks again after a pause when a snapshot fails, and says so', async () => {
    const world = createWorld()
    const errors: unknown[] = []
    let snapshots = 0
    createSync(
      world.client,
      { onSnapshot: () => snapshots++, onEvent: () => {}, onError: (error) => errors.push(error) },
      { timers: world.timers },
    )
    expect(world.asked.length).toBe(0)
    world.setLink('open')
    world.refuse()
    await settle()
    expect(errors.length).toBe(1)
    expect(world.asked.length).toBe(0)
    world.runTimers()
    world.answer()
    await settle()
    expect(snapshots).toBe(1)
  })
})
