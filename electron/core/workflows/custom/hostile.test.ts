import { describe, expect, it } from 'vitest'
import { objectInfoSchema } from '../object-info'
import { bindCustom } from './bind-custom'
import { readWorkflowFile } from './content'
import { expandDynamicPrompt, hasChoice } from './dynamic-prompt'

const image = { IMAGE: ['IMAGE', {}] }
const info = objectInfoSchema.parse({
  EmptyImage: { input: { required: { width: ['INT', { default: 8, min: 1, max: 64 }] } }, output: ['IMAGE'] },
  Pass: { input: { required: { image: image.IMAGE } }, output: ['IMAGE'] },
  Text: { input: { required: { text: ['STRING', { dynamicPrompts: true }] } }, output: ['IMAGE'] },
  SaveImage: {
    input: { required: { images: image.IMAGE, filename_prefix: ['STRING', { default: 'x' }] } },
    output: [],
    output_node: true,
  },
})
const read = (value: unknown) => readWorkflowFile(typeof value === 'string' ? value : JSON.stringify(value), info, 'any')
const api = (more: object = {}) => ({
  '1': { class_type: 'EmptyImage', inputs: { width: 16 } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'a' } },
  ...more,
})
const node = (id: number | string, type: string, link: number | null = null, values: unknown[] = []) => ({
  id,
  type,
  mode: 0,
  inputs: [{ name: type === 'SaveImage' ? 'images' : 'image', type: 'IMAGE', link }],
  outputs: [{ name: 'IMAGE', type: 'IMAGE' }],
  widgets_values: values,
})

describe('a workflow file that means harm or makes no sense', () => {
  it.each([
    ['no JSON', '{"1": '],
    ['a list', '[]'],
    ['a text', '"workflow"'],
    ['nothing', '{}'],
    ['something else', '{"name": "recast", "version": 3}'],
    ['brackets without end', '['.repeat(200_000)],
    ['deep inputs', `{"1": {"class_type": "A", "inputs": {"a": ${'['.repeat(150)}${']'.repeat(150)}}}}`],
    ['a class that every object has', JSON.stringify({ '1': { class_type: 'constructor', inputs: {} } })],
    ['an id that every object has', '{"__proto__": {"class_type": "SaveImage", "inputs": {}}}'],
    ['nodes that are none', JSON.stringify({ nodes: [null, 3, 'x'], links: [] })],
    ['no output', JSON.stringify({ '1': { class_type: 'EmptyImage', inputs: {} } })],
    [
      'a circle',
      JSON.stringify(
        api({
          '1': { class_type: 'Pass', inputs: { image: ['3', 0] } },
          '3': { class_type: 'Pass', inputs: { image: ['1', 0] } },
        }),
      ),
    ],
    [
      'too many nodes',
      JSON.stringify(Object.fromEntries(Array.from({ length: 5_001 }, (_, id) => [id, { class_type: 'SaveImage', inputs: {} }]))),
    ],
  ])('is refused: %s', (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  })

  it('is refused when it is larger than a workflow can be', () => {
    expect(() => read(`{"a": "${'x'.repeat(17 * 2 ** 20)}"}`)).toThrow(expect.objectContaining({ code: 'input.too_large' }))
  })

  it('is refused when subgraphs hold themselves, or unfold without end', () => {
    const holding = (id: string, inner: string, count = 1) => ({
      id,
      name: id,
      nodes: Array.from({ length: count }, (_, n) => node(n + 1, inner)),
      links: [],
      inputs: [],
      outputs: [],
    })
    const whole = (subgraphs: unknown[]) => ({
      nodes: [node(1, 'a'), node(2, 'SaveImage')],
      links: [],
      definitions: { subgraphs },
    })
    expect(() => read(whole([holding('a', 'b'), holding('b', 'a')]))).toThrow(/holds itself/)
    const bomb = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, n, all) => holding(id, all[n + 1] ?? 'EmptyImage', 30))
    expect(() => read(whole(bomb))).toThrow(/unfold to more than 5000/)
  })

  it('tells a circle of reroutes, a link to nothing and a node that only a page has, node by node', () => {
    const reroute = (id: number, link: number) => ({ ...node(id, 'Reroute', link), inputs: [{ name: '', type: '*', link }] })
    const { problems, graph } = read({
      nodes: [reroute(1, 2), reroute(2, 1), node(3, 'SaveImage', 3, ['a']), node(4, 'SaveImage', 99, ['b']), node(5, 'Unknown')],
      links: [
        [1, 1, 0, 2, 0, '*'],
        [2, 2, 0, 1, 0, '*'],
        [3, 2, 0, 3, 0, 'IMAGE'],
      ],
    })
    expect(problems.map(({ node: id, message }) => [id, message])).toEqual([
      ['3', 'its links run in a circle'],
      ['3', 'its input "images" is linked to nothing'],
      ['4', 'its input "images" names a link that is not in the file'],
      ['4', 'its input "images" is linked to nothing'],
      ['5', 'the server has no such node, so its fields are taken as the file names them'],
    ])
    expect(graph['3']?.inputs).toEqual({ filename_prefix: 'a' })
  })

  it('never reaches a prototype by the name of an input', () => {
    const { graph } = read(
      '{"1":{"class_type":"SaveImage","inputs":{"__proto__":{"polluted":1},"constructor":"x","images":["9",0]}}}',
    )
    expect(Object.keys(graph['1']?.inputs ?? {})).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('a chain of thousands of links is followed without an overflow', () => {
    const count = 4_900
    const nodes = Array.from({ length: count }, (_, n) => ({
      ...node(n + 2, 'Reroute', n + 1),
      inputs: [{ name: '', type: '*', link: n + 1 }],
    }))
    const links = Array.from({ length: count + 1 }, (_, n) => [n + 1, n + 1, 0, n + 2, 0, 'IMAGE'])
    const { graph } = read({ nodes: [node(1, 'EmptyImage'), ...nodes, node(count + 2, 'SaveImage', count + 1, ['a'])], links })
    expect(graph[String(count + 2)]?.inputs['images']).toEqual(['1', 0])
  })
})

describe('binding', () => {
  it('draws the same number for the same job, another for the next, within the range', () => {
    const content = read(api())
    const width = (seed: number) =>
      bindCustom(content, { values: { '1.width': { random: true } }, pictures: {}, seed }).values['1.width']
    expect(width(1)).toBe(width(1))
    const drawn = Array.from({ length: 200 }, (_, seed) => Number(width(seed)))
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...drawn)).toBeLessThanOrEqual(64)
    expect(new Set(drawn).size).toBeGreaterThan(30)
  })

  it('refuses a value out of range and a random text, and leaves the workflow as it was', () => {
    const content = read(api())
    const bind = (values: Record<string, number | string | { random: true }>) =>
      bindCustom(content, { values, pictures: {}, seed: 0 })
    expect(() => bind({ '1.width': 65 })).toThrow(/from 1 to 64/)
    expect(() => bind({ '1.width': 1.5 })).toThrow(/whole number/)
    expect(() => bind({ '2.filename_prefix': { random: true } })).toThrow(/takes no whole number/)
    expect(() => bind({ '1.height': 3 })).toThrow(/has no value "1.height"/)
    bind({ '1.width': 32 })
    expect(content.graph['1']?.inputs['width']).toBe(16)
  })

  it('makes choices in texts, another for each job and the same for the same one', () => {
    const file = {
      nodes: [{ ...node(1, 'Text', null, ['a {red|green|blue} chair']), inputs: [] }, node(2, 'SaveImage', 1, ['a'])],
      links: [[1, 1, 0, 2, 0, 'IMAGE']],
    }
    const content = read(file)
    const text = (seed: number) => bindCustom(content, { values: {}, pictures: {}, seed }).values['1.text']
    expect(text(5)).toBe(text(5))
    expect(new Set(Array.from({ length: 40 }, (_, seed) => text(seed)))).toEqual(
      new Set(['a red chair', 'a green chair', 'a blue chair']),
    )
    expect(expandDynamicPrompt('a {b|{c|d}} /* e */ \\{f\\}', () => 1)).toBe('a d  {f}')
    expect([hasChoice('{a|b}'), hasChoice('{a}'), hasChoice('\\{a|b\\}')]).toEqual([true, false, false])
  })
})
