import { describe, expect, it } from 'vitest'
import type { Pose } from '#shared/domain/view'
import { LivePose, type FrameClock } from './live-pose'

const front: Pose = { azimuth: 0, elevation: 0, distance: 1 }

/** A clock that shows the next picture when it is told to. */
function handClock(): FrameClock & { tick(ms: number): boolean } {
  let waiting: ((now: number) => void) | undefined
  let now = 0
  return {
    request(run) {
      waiting = run
      return 1
    },
    cancel: () => (waiting = undefined),
    tick(ms) {
      now += ms
      const run = waiting
      waiting = undefined
      run?.(now)
      return waiting !== undefined
    },
  }
}

describe('the live pose', () => {
  it('glides the short way round, comes to rest exactly, and then nothing runs', () => {
    const clock = handClock()
    const live = new LivePose({ ...front, azimuth: 315 }, clock)
    const seen: number[] = []
    live.subscribe(({ azimuth }) => seen.push(azimuth))
    live.glide({ ...front, azimuth: 45 }, 100)
    while (clock.tick(16));
    expect(live.get()).toEqual({ ...front, azimuth: 45 })
    expect(seen.length).toBeGreaterThan(5)
    expect(seen.slice(0, -1).every((azimuth) => azimuth >= 315 && azimuth < 405)).toBe(true)
    expect(clock.tick(1000)).toBe(false)
    expect(seen.length).toBeLessThan(10)
  })

  it('follows the hand at once, whatever it was doing', () => {
    const clock = handClock()
    const live = new LivePose(front, clock)
    live.glide({ ...front, azimuth: 90 }, 100)
    clock.tick(16)
    live.set({ ...front, elevation: 12 })
    expect(clock.tick(16)).toBe(false)
    expect(live.get().elevation).toBe(12)
  })

  it('jumps where no motion is wanted, and tells nobody of a way to where it is', () => {
    const live = new LivePose(front, handClock())
    let told = 0
    const stop = live.subscribe(() => told++)
    live.glide({ ...front, distance: 1.8 }, 0)
    expect([live.get().distance, told]).toEqual([1.8, 1])
    live.glide(live.get(), 100)
    expect(told).toBe(1)
    stop()
    live.set(front)
    expect(told).toBe(1)
  })
})
