import { describe, expect, it } from 'vitest'
import { batchLeft, batchLineFrom, dropBefore, queueRows, type Batching, type QueueRow } from './rows'

const alone: Batching = { batchOf: (id) => id, sizeOf: () => undefined, open: new Set() }
const words = (row: QueueRow): string =>
  row.kind === 'job' ? `${row.inBatch ? '-' : ''}${row.id}` : row.kind === 'batch' ? `[${row.ids.length}]` : `+${row.count}`

describe('the lines of the queue', () => {
  it('say how much more waits than is loaded', () => {
    const rows = queueRows({ active: ['a'], waiting: ['b', 'c'], recent: ['d'] }, 500, alone)
    expect(rows.map(words)).toEqual(['a', 'b', 'c', '+498', 'd'])
    expect(queueRows({ active: [], waiting: ['b'], recent: [] }, 1, alone)).toHaveLength(1)
    // The counts may be heard a moment before the jobs.
    expect(queueRows({ active: [], waiting: ['b'], recent: [] }, 0, alone)).toHaveLength(1)
  })
})

describe('a large batch', () => {
  const ids = Array.from({ length: batchLineFrom }, (_, index) => `b${index}`)
  const jobs = { active: ['x', ids[0] ?? ''], waiting: [...ids.slice(1, 4), 'y'], recent: ids.slice(4) }
  const batching: Batching = { ...alone, batchOf: (id) => (id.startsWith('b') ? 'batch' : id) }

  it('is one line, where the first of its jobs stands', () => {
    expect(queueRows(jobs, 4, batching).map(words)).toEqual(['x', `[${batchLineFrom}]`, 'y'])
  })
  it('shows its jobs below it when it is open', () => {
    const rows = queueRows(jobs, 4, { ...batching, open: new Set(['batch']) })
    expect(rows.map(words)).toEqual(['x', `[${batchLineFrom}]`, ...ids.map((id) => `-${id}`), 'y'])
  })
  it('is large by all of its jobs, those that were cleared as well; a small one stays as it is', () => {
    const few = { active: [], waiting: ['b1'], recent: [] }
    expect(queueRows(few, 1, { ...batching, sizeOf: () => 500 }).map(words)).toEqual(['[1]'])
    expect(queueRows({ ...jobs, recent: jobs.recent.slice(1) }, 4, batching).map(words)).not.toContain(`[${batchLineFrom - 1}]`)
  })
  it('tells when it ends by what its jobs took, once two have told', () => {
    expect(batchLeft([{ durationMs: 1000 }], 10, 2)).toBeUndefined()
    expect(batchLeft([{ durationMs: 1000 }, { durationMs: 3000 }, {}], 10, 2)).toBe(10_000)
    expect(batchLeft([{ durationMs: 1000 }, { durationMs: 3000 }], 10, 0)).toBeUndefined()
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
