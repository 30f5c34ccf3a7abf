import { expect, it } from 'vitest'
import { retentionStep } from './retention'

const day = 86_400_000

it('only begins to count at the first look', () => {
  expect(retentionStep(100 * day, 30, undefined)).toEqual({ before: undefined, countedNow: 100 * day })
})
it('lets go what is older than the days of grace', () => {
  expect(retentionStep(101 * day, 30, 100 * day)).toEqual({ before: 71 * day, countedNow: 101 * day })
})
it('keeps everything where it is told to', () => {
  expect(retentionStep(101 * day, 0, 100 * day).before).toBeUndefined()
})
it('is not fooled by a clock that leaps years ahead, and goes on when it comes back', () => {
  const leapt = retentionStep(5_000 * day, 30, 100 * day)
  expect(leapt).toEqual({ before: 85 * day, countedNow: 115 * day })
  expect(retentionStep(101 * day, 30, leapt.countedNow)).toEqual({ before: 71 * day, countedNow: 101 * day })
})
