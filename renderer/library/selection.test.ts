import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptySelection, focusOn, indexAfterKey, retain, select, selectAll, type Selection } from './selection'

const order = ['a', 'b', 'c', 'd', 'e', 'f']
const plain = { toggle: false, range: false }
const toggle = { toggle: true, range: false }
const range = { toggle: false, range: true }
const ids = (selection: Selection): string => [...selection.ids].sort().join('')

describe('select', () => {
  it('takes one, adds with Ctrl, takes it away with Ctrl', () => {
    const one = select(emptySelection, order, 'b', plain)
    expect(ids(one)).toBe('b')
    const two = select(one, order, 'e', toggle)
    expect(ids(two)).toBe('be')
    expect(ids(select(two, order, 'b', toggle))).toBe('e')
    expect(ids(select(two, order, 'c', plain))).toBe('c')
  })

  it('takes ranges from the same start in both directions', () => {
    const start = select(emptySelection, order, 'c', plain)
    const down = select(start, order, 'e', range)
    expect(ids(down)).toBe('cde')
    expect(ids(select(down, order, 'a', range))).toBe('abc')
  })

  it('adds a range with Ctrl and Shift', () => {
    const some = select(select(emptySelection, order, 'a', plain), order, 'd', toggle)
    expect(ids(select(some, order, 'f', { toggle: true, range: true }))).toBe('adef')
  })

  it('starts a range at the item itself when its start is gone', () => {
    const gone: Selection = { ids: new Set(['z']), active: 'z', anchor: 'z' }
    expect(ids(select(gone, order, 'd', range))).toBe('d')
  })

  it('selects all, moves the focus alone, and forgets what is gone', () => {
    const all = selectAll(select(emptySelection, order, 'c', plain), order)
    expect(ids(all)).toBe('abcdef')
    expect(focusOn(all, 'a')).toEqual({ ...all, active: 'a' })
    const kept = retain(all, ['a', 'b'])
    expect(ids(kept)).toBe('ab')
    expect(kept.active).toBeUndefined()
    expect(retain(kept, ['a', 'b', 'q'])).toBe(kept)
  })

  it('any walk: the active item is in the list, a plain click leaves one, a range is without holes', () => {
    const step = fc.record({ id: fc.constantFrom(...order), toggle: fc.boolean(), range: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1 }), (steps) => {
        let selection = emptySelection
        for (const { id, ...reach } of steps) {
          selection = select(selection, order, id, reach)
          expect(selection.active).toBe(id)
        }
        const last = steps.at(-1)
        const picked = order.flatMap((id, index) => (selection.ids.has(id) ? [index] : []))
        const holes = picked.some((index, place) => place > 0 && index !== (picked[place - 1] ?? -2) + 1)
        expect(last?.toggle === false && last.range === false ? picked.length : 1).toBe(1)
        expect(last?.toggle === false && holes).toBe(false)
      }),
    )
  })
})

describe('indexAfterKey', () => {
  // 0 1 2 3 / 4 5 6 7 / 8 9
  const shape = { count: 10, columns: 4, pageRows: 2 }
  it.each([
    ['ArrowRight', 3, 4],
    ['ArrowRight', 9, 9],
    ['ArrowLeft', 4, 3],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 1, 5],
    ['ArrowDown', 7, 9],
    ['ArrowDown', 8, 8],
    ['ArrowUp', 2, 2],
    ['ArrowUp', 6, 2],
    ['PageDown', 1, 9],
    ['PageDown', 2, 9],
    ['PageUp', 9, 1],
    ['PageUp', 6, 2],
    ['Home', 6, 4],
    ['End', 5, 7],
    ['End', 8, 9],
    ['ArrowDown', -1, 0],
    ['x', 3, undefined],
  ])('%s from %i goes to %s', (key, from, to) => {
    expect(indexAfterKey(from, key, shape, false)).toBe(to)
  })

  it('goes to the ends with Ctrl, and nowhere in an empty grid', () => {
    expect(indexAfterKey(5, 'Home', shape, true)).toBe(0)
    expect(indexAfterKey(5, 'End', shape, true)).toBe(9)
    expect(indexAfterKey(0, 'End', { count: 0, columns: 4, pageRows: 2 }, true)).toBeUndefined()
  })

  it('never leaves the grid', () => {
    const key = fc.constantFrom('ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End')
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(key),
        fc.boolean(),
        (count, columns, keys, ctrl) => {
          let index = 0
          for (const each of keys) {
            index = indexAfterKey(index, each, { count, columns, pageRows: 3 }, ctrl) ?? -1
            expect(index).toBeGreaterThanOrEqual(0)
            expect(index).toBeLessThan(count)
          }
        },
      ),
    )
  })
})
