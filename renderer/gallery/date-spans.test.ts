import { expect, it } from 'vitest'
import { startOf, yearsBetween } from './date-spans'

it('names the months in which something was made, by this clock, without a gap or an overlap', () => {
  const years = yearsBetween({
    first: new Date(2023, 10, 30, 23, 59).getTime(),
    last: new Date(2025, 1, 1).getTime(),
  })
  expect(years.map(({ year, months }) => [year, months.length])).toEqual([
    [2025, 2],
    [2024, 12],
    [2023, 2],
  ])
  const all = years.flatMap(({ months }) => months).reverse()
  expect(all[0]?.from).toBe(new Date(2023, 10, 1).getTime())
  all.slice(1).forEach(({ from }, n) => expect(from).toBe(all[n]?.before))
  expect(yearsBetween({ first: 5, last: 5 })).toHaveLength(1)
})

it('counts today as the first day', () => {
  const now = new Date(2026, 2, 10, 15, 30)
  expect(startOf(1, now)).toBe(new Date(2026, 2, 10).getTime())
})
