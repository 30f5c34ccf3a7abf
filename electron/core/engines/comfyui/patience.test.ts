import { expect, it } from 'vitest'
import { grownPatienceMs, usualSilenceMs } from './patience'

const card = { memory: { total: 24e9, free: 20e9 } }

it('is what the workflow says on a graphics card, ten minutes where it says nothing', () => {
  expect(usualSilenceMs({ silenceSeconds: 300 }, card)).toBe(300_000)
  expect(usualSilenceMs({}, card)).toBe(600_000)
})

it('is an hour and more on a processor, where one step takes minutes', () => {
  expect(usualSilenceMs({ silenceSeconds: 300 }, { memory: undefined })).toBe(3_600_000)
})

it('doubles with each time that it was too short, for as many tries as a job has', () => {
  expect([0, 1, 2, 3, 4, 50].map((silences) => grownPatienceMs(300_000, silences) / 300_000)).toEqual([1, 2, 4, 8, 8, 8])
})
