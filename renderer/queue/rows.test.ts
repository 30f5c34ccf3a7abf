import { describe, expect, it } from 'vitest'
import { dropBefore, queueRows } from './rows'

describe('the lines of the queue', () => {
  it('say how much more waits than is loaded', () => {
    const rows = queueRows({ active: ['a'], waiting: ['b', 'c'], recent: ['d'] }, 500)
    expect(rows.map((row) => (row.kind === 'job' ? row.id : `+${row.count}`))).toEqual(['a', 'b', 'c', '+498', 'd'])
    expect(queueRows({ active: [], waiting: ['b'], recent: [] }, 1)).toHaveLength(1)
    // The counts may be heard a moment before the jobs.
    expect(queueRows({ active: [], waiting: ['b'], recent: [] }, 0)).toHaveLength(1)
  })
})

describe('a dragged job', () => {
  const rows = ['a', 'b', 'c'].map((id, index) => ({ id, top: 100 + index * 50, height: 50 }))
  it.each([
    { id: 'c', y: 90, before: 'a' },
    { id: 'c', y: 130, before: 'b' },
    { id: 'a', y: 190, before: 'c' },
    { id: 'a', y: 999, before: null },
    { id: 'a', y: 110, before: undefined },
    { id: 'b', y: 150, before: undefined },
    { id: 'b', y: 180, before: undefined },
    { id: 'x', y: 110, before: undefined },
  ])('$id let go at $y lands before $before', ({ id, y, before }) => {
    expect(dropBefore(rows, id, y)).toBe(before)
  })
})
