import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gridGap, layoutGrid } from './grid-layout'

describe('layoutGrid', () => {
  it.each([
    [252, 120, 2],
    [240, 120, 1],
    [1000, 160, 6],
    [50, 160, 1],
  ])('%i px wide with items of at least %i px has %i columns', (width, min, columns) => {
    expect(layoutGrid(width, min).columns).toBe(columns)
  })

  it('never overflows and never makes items smaller than asked where one fits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 60, max: 400 }), (width, min) => {
        const { columns, itemWidth } = layoutGrid(width, min)
        expect(columns * itemWidth + (columns - 1) * gridGap).toBeLessThanOrEqual(Math.max(width, 1))
        expect(itemWidth).toBeGreaterThanOrEqual(Math.min(min, width))
      }),
    )
  })
})
