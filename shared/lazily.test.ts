import { expect, it } from 'vitest'
import { lazily } from './lazily'

it('makes a value at the first call, once, also when there is none', () => {
  let made = 0
  const nothing = lazily(() => {
    made += 1
    return undefined
  })
  expect(made).toBe(0)
  expect([nothing(), nothing(), made]).toEqual([undefined, undefined, 1])
})
