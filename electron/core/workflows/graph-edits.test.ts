import { describe, expect, test } from 'vitest'
import type { Graph } from './graph'
import { applyEdits, prune } from './graph-edits'

const graph: Graph = {
  '1': { class_type: 'Load', inputs: { name: 'x' } },
  '2': { class_type: 'Lora', inputs: { model: ['1', 0], strength: 1 } },
  '3': { class_type: 'Sample', inputs: { model: ['2', 0], image: ['4', 1], steps: 4 } },
  '4': { class_type: 'Picture', inputs: { image: 'p.png' } },
  '5': { class_type: 'Save', inputs: { images: ['3', 0] } },
}

describe('edits', () => {
  test('set and link', () => {
    const result = applyEdits(graph, [
      { set: ['3', 'steps'], value: 8 },
      { link: ['3', 'model'], from: ['1', 0] },
    ])
    expect(result['3']?.inputs).toEqual({ model: ['1', 0], image: ['4', 1], steps: 8 })
  })
  test('bypass hands the input on, and chains', () => {
    const result = applyEdits(
      {
        ...graph,
        '6': { class_type: 'Lora', inputs: { model: ['2', 0] } },
        '3': { class_type: 'Sample', inputs: { model: ['6', 0] } },
      },
      [
        { bypass: '2', input: 'model' },
        { bypass: '6', input: 'model' },
      ],
    )
    expect(result['3']?.inputs['model']).toEqual(['1', 0])
    expect(Object.keys(result)).not.toContain('2')
  })
  test('bypass refuses a node without that link, and one whose second output is used', () => {
    expect(() => applyEdits(graph, [{ bypass: '2', input: 'strength' }])).toThrow(/no link at "strength"/)
    const linked = { ...graph, '4': { class_type: 'Picture', inputs: { image: ['1', 0] } } }
    expect(() => applyEdits(linked, [{ bypass: '4', input: 'image' }])).toThrow(/output 1 of node 4 is used/)
  })
  test('remove takes the links along', () => {
    expect(applyEdits(graph, [{ remove: '4' }])['3']?.inputs).toEqual({ model: ['2', 0], steps: 4 })
  })
  test('replace keeps the id and its consumers', () => {
    const result = applyEdits(graph, [{ replace: '1', with: { class_type: 'LoadGGUF', inputs: { name: 'y' } } }])
    expect(result['1']).toEqual({ class_type: 'LoadGGUF', inputs: { name: 'y' } })
    expect(result['2']?.inputs['model']).toEqual(['1', 0])
  })
  test('an edit of a node that is not there is a fault', () => {
    for (const edit of [
      { set: ['9', 'a'] as [string, string], value: 1 },
      { remove: '9' },
      { link: ['3', 'model'] as [string, string], from: ['9', 0] as [string, number] },
    ]) {
      expect(() => applyEdits(graph, [edit])).toThrow(/there is no node 9/)
    }
  })
  test('nothing that came in is changed', () => {
    const before = structuredClone(graph)
    applyEdits(graph, [{ set: ['3', 'steps'], value: 8 }, { bypass: '2', input: 'model' }, { remove: '4' }])
    expect(graph).toEqual(before)
  })
})

test('prune keeps what the outputs need, in its order', () => {
  expect(Object.keys(prune({ ...graph, '0': { class_type: 'Unused', inputs: { a: ['1', 0] } } }, ['5']))).toEqual([
    '1',
    '2',
    '3',
    '4',
    '5',
  ])
  expect(Object.keys(prune(graph, ['2']))).toEqual(['1', '2'])
})
