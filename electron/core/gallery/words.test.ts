import { describe, expect, it } from 'vitest'
import { indexedText, wordsOfResult, wordsQuery } from './words'

describe('indexedText', () => {
  it('cuts Chinese into pairs, and leaves words of other scripts whole', () => {
    expect(indexedText('红色杯子 on Oak').split(/\s+/u).filter(Boolean)).toEqual(['红色', '色杯', '杯子', '子', 'on', 'oak'])
    expect(indexedText('ＡＢＣ').trim()).toBe('abc')
    expect(indexedText('灯').trim()).toBe('灯')
  })
})

describe('wordsQuery', () => {
  it.each([
    ['red mug', 'words : ("red"* AND "mug"*)'],
    ['杯子', 'words : ("杯子")'],
    ['红色杯', 'words : ("红色 色杯")'],
    ['杯', 'words : ("杯"*)'],
    ['3D模型', 'words : ("3d"* AND "模型")'],
    ['"a" OR b*', 'words : ("a"* AND "or"* AND "b"*)'],
  ])('%s', (typed, query) => expect(wordsQuery(typed)).toBe(query))

  it('is none where nothing is a word', () => expect(wordsQuery(' "-*() ')).toBeUndefined())
})

describe('wordsOfResult', () => {
  it('has the prompt at whatever depth, style and view in both languages, name and seed', () => {
    const styled = wordsOfResult({
      edit: { kind: 'style', styleId: 'watercolour', prompt: 'With Birds', strength: 1, structure: 0.5, keepColours: false },
      name: 'IMG 7',
      seed: 4711,
    })
    for (const word of ['watercolour', '水彩', 'with birds', 'img 7', '4711']) expect(styled).toContain(word)
    const seen = wordsOfResult({
      edit: { kind: 'perspective', view: { id: 'front-right', name: 'Front right', prompt: 'from a ladder' } },
      name: 'cup',
      seed: 1,
    })
    for (const word of ['front right', '右前', 'from a ladder']) expect(seen).toContain(word)
  })
})
