import { describe, expect, it } from 'vitest'
import { fillName, restoredSize, unknownTokens, type NameFacts } from './export'

const facts: NameFacts = {
  name: 'cup',
  style: 'oil_painting',
  view: '',
  seed: '42',
  date: '2026-03-01',
  index: '007',
  engine: 'draft',
  width: '600',
  height: '400',
  kind: 'style',
  folder: 'red',
}

describe('a name pattern', () => {
  it.each([
    ['{name}', 'cup'],
    ['{name}_{style}_{view}_{seed}', 'cup_oil_painting_42'],
    ['{view}_{name}', 'cup'],
    ['{view} - {view} - {seed}', '42'],
    ['{index} {name}', '007 cup'],
    ['{n}-{NAME}', '007-cup'],
    ['shop-{name}-{w}x{h}', 'shop-cup-600x400'],
    ['{folder}_{name}', 'red_cup'],
    ['{view}', 'cup'],
    ['', 'cup'],
    ['{colour}_{name}', '{colour}_cup'],
    ['产品_{name}', '产品_cup'],
    ['{name}_{view}_end', 'cup_end'],
  ])('%s is %s', (pattern, name) => expect(fillName(pattern, facts)).toBe(name))

  it('names what it does not know', () => {
    expect(unknownTokens('{name}_{colour}_{}_{n}')).toEqual(['colour', ''])
  })

  it('does not read a value as a pattern', () => {
    expect(fillName('{name}_{seed}', { ...facts, name: '{seed}' })).toBe('{seed}_42')
  })
})

describe('a restored size', () => {
  it.each([
    [
      { width: 1024, height: 683 },
      { width: 6000, height: 4000 },
      { width: 6000, height: 4000 },
    ],
    [
      { width: 1024, height: 1024 },
      { width: 6000, height: 4000 },
      { width: 6000, height: 6000 },
    ],
    [
      { width: 2000, height: 1000 },
      { width: 500, height: 1000 },
      { width: 1000, height: 500 },
    ],
    [
      { width: 4000, height: 1 },
      { width: 100, height: 100 },
      { width: 100, height: 1 },
    ],
  ])('of %o for %o is %o', (result, original, size) => expect(restoredSize(result, original)).toEqual(size))
})
