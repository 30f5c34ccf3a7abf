import { expect, it } from 'vitest'
import { timeLeft } from './time-left'

it('the time left goes by what was made since it was first seen', () => {
  expect(timeLeft({ at: 1_000, progress: 0.5 }, 11_000, 0.6)).toBe(40_000)
  expect(timeLeft({ at: 0, progress: 0 }, 60_000, 1)).toBe(0)
})

it('nothing is said too early, nor when nothing moves', () => {
  expect(timeLeft({ at: 0, progress: 0 }, 4_999, 0.5)).toBeUndefined()
  expect(timeLeft({ at: 0, progress: 0.3 }, 60_000, 0.31)).toBeUndefined()
})
