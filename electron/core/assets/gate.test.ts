import { describe, expect, it } from 'vitest'
import { gate } from './gate'

describe('gate', () => {
  it('lets so many in at a time, in order, and goes on after a failure', async () => {
    const places = gate(2)
    let inside = 0
    let most = 0
    const started: number[] = []
    const task = (i: number) => async (): Promise<number> => {
      started.push(i)
      most = Math.max(most, ++inside)
      await new Promise((go) => setTimeout(go, 1))
      inside -= 1
      if (i === 1) throw new Error('one')
      return i
    }
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map((i) => places.run(task(i))))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
    expect(most).toBe(2)
    expect(started).toEqual([0, 1, 2, 3, 4])
  })
})
