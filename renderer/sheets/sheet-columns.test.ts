import { describe, expect, it } from 'vitest'
import { sheetColumns } from './sheet-columns'

describe('sheetColumns', () => {
  const room = { width: 752, height: 700 }

  it.each([
    [1, 1.5, 1],
    [4, 1.5, 2],
    [8, 1.5, 3],
    [24, 1.5, 5],
    [8, 0.66, 4],
  ])('lays %i pictures of aspect %f out in %i columns', (count, aspect, columns) => {
    expect(sheetColumns(count, room, aspect)).toBe(columns)
  })

  it('never makes cells too narrow, nor more columns than cells', () => {
    expect(sheetColumns(24, { width: 300, height: 200 }, 1)).toBe(2)
    expect(sheetColumns(2, { width: 3000, height: 100 }, 1)).toBe(2)
    expect(sheetColumns(8, { width: 0, height: 0 }, 1)).toBe(1)
  })
})
