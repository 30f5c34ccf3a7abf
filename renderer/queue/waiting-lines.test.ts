import { describe, expect, it } from 'vitest'
import { queueRows } from './rows'
import { linesAround, nudged, waitingLines } from './waiting-lines'

// Two batches that take turns, a lone job in between, and a batch too small for a line.
const waiting = ['a1', 'b1', 'x', 'a2', 'b2', 'c1', 'a3', 'c2']
const batchOf = (id: string): string | undefined => ({ a: 'A', b: 'B', c: 'C', x: 'X' })[id.charAt(0)]
const sizeOf = (batchId: string): number | undefined => ({ A: 20, B: 30, C: 2 })[batchId]

function lines(open: string[] = []) {
  const rows = queueRows({ active: [], waiting, recent: [] }, waiting.length, { batchOf, sizeOf, open: new Set(open) })
  return waitingLines(rows, waiting, batchOf)
}

describe('what waits', () => {
  it('is moved line by line: a large batch as one, whether it is open or not', () => {
    expect(lines().map(({ key, first }) => [key, first])).toEqual([
      ['A', 'a1'],
      ['B', 'b1'],
      ['x', 'x'],
      ['c1', 'c1'],
      ['c2', 'c2'],
    ])
    expect(lines(['A', 'B'])).toEqual(lines())
  })

  it('changes places with its neighbour: up goes before it, down lets it pass', () => {
    expect(nudged(lines(), 'B', -1)).toEqual({
      line: { key: 'B', isBatch: true, first: 'b1' },
      before: 'a1',
      place: 1,
      count: 5,
    })
    expect(nudged(lines(), 'B', 1)).toMatchObject({ line: { key: 'x', isBatch: false }, before: 'b1', place: 3 })
    expect(nudged(lines(), 'x', -1)).toMatchObject({ line: { key: 'x' }, before: 'b1', place: 2 })
    expect(nudged(lines(), 'A', 1)).toMatchObject({ line: { key: 'B', isBatch: true }, before: 'a1', place: 2 })
  })

  it('stays where there is nothing beyond it', () => {
    expect(nudged(lines(), 'A', -1)).toBeUndefined()
    expect(nudged(lines(), 'c2', 1)).toBeUndefined()
    expect(nudged(lines(), 'gone', 1)).toBeUndefined()
  })

  it('of an open batch is moved among its own', () => {
    const own = linesAround('a2', lines(['A']), waiting, batchOf)
    expect(own.map(({ key }) => key)).toEqual(['a1', 'a2', 'a3'])
    expect(nudged(own, 'a2', 1)).toMatchObject({ line: { key: 'a3', isBatch: false }, before: 'a2', place: 3, count: 3 })
    expect(linesAround('x', lines(), waiting, batchOf)).toEqual(lines())
    expect(linesAround('gone', lines(), waiting, batchOf)).toEqual([])
  })
})
