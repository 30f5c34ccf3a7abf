import { describe, expect, it } from 'vitest'
import { editTargets, neighbour, selectionAfter } from './selection'

describe('what an edit goes to', () => {
  it('is the selection, else the open picture, and never something that is gone', () => {
    const exists = (id: string): boolean => id !== 'gone'
    expect(editTargets({ openId: 'a', selected: ['b', 'gone'] }, 'library', exists)).toEqual(['b'])
    // What is not seen is not changed: on the canvas a selection in the library has no say.
    expect(editTargets({ openId: 'a', selected: ['b'] }, 'canvas', exists)).toEqual(['a'])
    expect(editTargets({ openId: 'a', selected: ['gone'] }, 'library', exists)).toEqual(['a'])
    expect(editTargets({ openId: 'gone', selected: [] }, 'canvas', exists)).toEqual([])
  })
})

describe('the neighbour', () => {
  it('stays within the ends', () => {
    expect(neighbour(['a', 'b'], 'a', 1)).toBe('b')
    expect(neighbour(['a', 'b'], 'b', 1)).toBeUndefined()
    expect(neighbour(['a', 'b'], 'elsewhere', 1)).toBe('a')
    expect(neighbour([], undefined, 1)).toBeUndefined()
  })
})

describe('after pictures went to the trash', () => {
  it('the next picture is open in their place, and they are not selected any more', () => {
    const gone = (id: string): boolean => id === 'b'
    const state = { openId: 'b', selected: ['a', 'b'] }
    expect(selectionAfter(state, ['a', 'b', 'c'], ['a', 'c'], gone)).toEqual({ openId: 'c', selected: ['a'] })
    expect(selectionAfter({ openId: 'b', selected: [] }, ['b'], [], gone)).toEqual({ openId: undefined, selected: [] })
  })

  it('nothing changes when none of it was theirs', () => {
    const state = { openId: 'a', selected: ['c'] }
    expect(selectionAfter(state, ['a', 'b', 'c'], ['a', 'c'], (id) => id === 'b')).toBe(state)
  })
})
