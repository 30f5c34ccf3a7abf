import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMixed, singleFaults, tryMixture, tryMixtures } from '../../torture/mixtures'

let mixed: Awaited<ReturnType<typeof openMixed>>
beforeAll(async () => void (mixed = await openMixed()), 30_000)
afterAll(() => mixed.close())

describe('faults of the server', () => {
  it.each(singleFaults)(
    'by %s alone the end of each job is true, and the queue goes on',
    async (_name, faults) => {
      expect(await tryMixture(mixed.fake, mixed.recast, { faults, restart: false })).toEqual([])
    },
    90_000,
  )

  it('a restart that forgets the queue, too', async () => {
    expect(await tryMixture(mixed.fake, mixed.recast, { faults: {}, restart: true })).toEqual([])
  }, 90_000)

  // Always the same seeds: a failure here must be found again. The torture goes on from them.
  it('50 random mixtures of them, too, and memory comes back', async () => {
    const { wrong, grownBytes } = await tryMixtures(1, 50)
    expect(wrong).toEqual([])
    expect(grownBytes).toBeLessThan(60e6)
  }, 300_000)
})
