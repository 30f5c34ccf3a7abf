import { describe, expect, test } from 'vitest'
import { checkGraph, type ProblemCode } from './check-graph'
import type { Graph } from './graph'
import { inputSpecs, type ObjectInfo, typesMeet } from './object-info'

const cls = (required: Record<string, unknown>, output: unknown[], more: Record<string, unknown> = {}) => ({
  input: { required, optional: (more['optional'] ?? {}) as Record<string, unknown> },
  output,
  output_node: more['output_node'] === true,
})

/** A little server, in the forms that real answers have. */
const dynamic = cls(
  {
    input: ['COMFY_MATCHTYPE_V3', { template: { allowed_types: 'IMAGE,MASK', template_id: 't' } }],
    resize: [
      'COMFY_DYNAMICCOMBO_V3',
      {
        options: [
          { key: 'by factor', inputs: { required: { factor: ['FLOAT', { min: 0.1, max: 8 }] } } },
          { key: 'to size', inputs: { required: { width: ['INT', { min: 1, max: 99 }] } } },
        ],
      },
    ],
  },
  ['COMFY_MATCHTYPE_V3'],
)
const info: ObjectInfo = {
  Load: cls({ name: [['a.safetensors', 'b.safetensors'], { tooltip: 'old form' }], kind: ['COMBO', { options: ['x', 'y'] }] }, [
    'MODEL',
    'VAE',
  ]),
  Picture: cls({ image: [['there.png'], { image_upload: true }] }, ['IMAGE', 'MASK']),
  Sample: cls(
    {
      model: ['MODEL'],
      seed: ['INT', { min: 0, max: 2 ** 64 }],
      steps: ['INT', { min: 1, max: 100 }],
      cfg: ['FLOAT', { min: 0, max: 10, step: 0.1 }],
      width: ['INT', { min: 16, max: 4096, step: 16 }],
      note: ['STRING', { multiline: true }],
      tiled: ['BOOLEAN', { default: false }],
    },
    ['LATENT'],
    { optional: { reference: ['IMAGE,MASK', {}] } },
  ),
  Save: cls({ images: ['LATENT,IMAGE'] }, [], { output_node: true }),
  Any: cls({ source: ['*', {}] }, ['*']),
  Grow: cls(
    {
      images: [
        'COMFY_AUTOGROW_V3',
        { template: { input: { required: { image: ['IMAGE', {}] } }, prefix: 'image', min: 2, max: 4 } },
      ],
    },
    ['IMAGE'],
  ),
  Dynamic: dynamic,
  OldList: cls({ choice: [['1', '2'], {}] }, [['1', '2']]),
}

const load = { class_type: 'Load', inputs: { name: 'a.safetensors', kind: 'y' } }
const good: Graph = {
  '1': load,
  '2': { class_type: 'Picture', inputs: { image: 'uploaded a moment ago.png' } },
  '3': {
    class_type: 'Sample',
    inputs: { model: ['1', 0], seed: 7, steps: 20, cfg: 7.5, width: 512, note: 'words', tiled: true, reference: ['2', 1] },
  },
  '4': { class_type: 'Save', inputs: { images: ['3', 0] } },
}

/** The good graph with inputs of one node changed; undefined takes one away. */
function changed(id: string, inputs: Record<string, unknown>): Graph {
  const graph = structuredClone(good)
  for (const [name, value] of Object.entries(inputs)) {
    const node = graph[id]
    if (!node) throw new Error(`no node ${id}`)
    if (value === undefined) delete node.inputs[name]
    else node.inputs[name] = value
  }
  return graph
}

const codes = (graph: Graph, strict = false) => checkGraph(graph, info, { strict }).map((problem) => problem.code)

test('a good graph has no problems, also strictly; lists come in two forms (hazard 11)', () => {
  expect(checkGraph(good, info, { strict: true })).toEqual([])
})

describe('each mistake is found, and only it', () => {
  const cases: [string, Graph, ProblemCode][] = [
    ['a class that is not there', { ...good, '1': { ...load, class_type: 'Nope' } }, 'unknown_class'],
    ['a class named like a property of objects', { ...good, '1': { ...load, class_type: 'constructor' } }, 'unknown_class'],
    ['a required value left out', changed('3', { steps: undefined }), 'required_input_missing'],
    ['a required link left out', changed('3', { model: undefined }), 'required_input_missing'],
    ['a list of one', changed('3', { model: ['1'] }), 'bad_link'],
    ['a list of numbers', changed('3', { model: [1, 0] }), 'bad_link'],
    ['a link to nowhere', changed('3', { model: ['99', 0] }), 'dangling_link'],
    ['a link to toString', changed('3', { model: ['toString', 0] }), 'dangling_link'],
    ['an output too many', changed('3', { model: ['1', 2] }), 'no_such_output'],
    ['a negative output', changed('3', { model: ['1', -1] }), 'no_such_output'],
    ['a link of another type', changed('3', { model: ['1', 1] }), 'return_type_mismatch'],
    ['none of several types', changed('3', { reference: ['1', 0] }), 'return_type_mismatch'],
    ['text for a number', changed('3', { steps: 'many' }), 'invalid_input_type'],
    ['a number in the form of text', changed('3', { steps: '20' }), 'invalid_input_type'],
    ['a fraction for a whole number', changed('3', { steps: 1.5 }), 'invalid_input_type'],
    ['no number at all', changed('3', { cfg: Number.NaN }), 'invalid_input_type'],
    ['a number for text', changed('3', { note: 1 }), 'invalid_input_type'],
    ['text for a switch', changed('3', { tiled: 'true' }), 'invalid_input_type'],
    ['a value for a link', changed('3', { model: 'a.safetensors' }), 'invalid_input_type'],
    ['null', changed('3', { cfg: null }), 'invalid_input_type'],
    ['a number below', changed('3', { steps: 0 }), 'value_smaller_than_min'],
    ['a number above', changed('3', { cfg: 10.01 }), 'value_bigger_than_max'],
    ['a file that is not there', changed('1', { name: 'c.safetensors' }), 'value_not_in_list'],
    ['an option of the newer form', changed('1', { kind: 'z' }), 'value_not_in_list'],
    ['no output', { '1': load }, 'no_output'],
    ['an empty graph', {}, 'no_output'],
    [
      'a circle',
      {
        ...changed('3', {}),
        '5': { class_type: 'Any', inputs: { source: ['6', 0] } },
        '6': { class_type: 'Any', inputs: { source: ['5', 0] } },
      },
      'cycle',
    ],
    ['a node linked to itself', { ...good, '5': { class_type: 'Any', inputs: { source: ['5', 0] } } }, 'cycle'],
  ]
  test.each(cases)('%s', (_name, graph, code) => {
    expect(codes(graph)).toEqual([code])
  })

  test('strictly: an input that the class does not have, and a whole number between two steps', () => {
    expect(codes(changed('3', { cfgg: 1 }), true)).toEqual(['unknown_input'])
    expect(codes(changed('3', { width: 520 }), true)).toEqual(['off_step'])
    expect(codes(changed('3', { cfgg: 1, width: 520 }))).toEqual([])
  })

  test('messages name node, class and input', () => {
    expect(checkGraph(changed('3', { steps: 0 }), info)[0]).toEqual({
      code: 'value_smaller_than_min',
      node: '3',
      classType: 'Sample',
      input: 'steps',
      value: 0,
      message: 'Node 3 (Sample): input "steps" is 0, below 1.',
    })
  })
})

describe('types', () => {
  test('meet when equal, any, or with one in common', () => {
    expect(typesMeet('IMAGE', 'IMAGE,MASK')).toBe(true)
    expect(typesMeet('IMAGE, LATENT', 'MASK,LATENT')).toBe(true)
    expect(typesMeet('*', 'MODEL') && typesMeet('MODEL', '*')).toBe(true)
    expect(typesMeet('MODEL', 'MODEL_PATCH')).toBe(false)
  })
  test('any, matched and listed types pass', () => {
    const graph: Graph = {
      ...good,
      '5': { class_type: 'Any', inputs: { source: ['1', 0] } },
      '6': { class_type: 'Dynamic', inputs: { input: ['2', 0], resize: 'by factor', 'resize.factor': 2 } },
      '7': { class_type: 'Save', inputs: { images: ['6', 0] } },
      '8': { class_type: 'OldList', inputs: { choice: '1' } },
      '9': { class_type: 'OldList', inputs: { choice: ['8', 0] } },
    }
    expect(codes(graph, true)).toEqual([])
  })
  test('a list as a value is wrapped', () => {
    expect(codes(changed('3', { note: { __value__: 'x' } }))).toEqual([])
    expect(codes(changed('3', { note: { __value__: ['x'] } }))).toEqual(['invalid_input_type'])
  })
})

describe('inputs that depend on others', () => {
  test('growing inputs: those that are there, and the first ones always', () => {
    const grow = (inputs: Record<string, unknown>): Graph => ({ ...good, '5': { class_type: 'Grow', inputs } })
    expect(codes(grow({ 'images.image0': ['2', 0], 'images.image1': ['2', 0], 'images.image3': ['2', 0] }), true)).toEqual([])
    expect(codes(grow({ 'images.image0': ['2', 0] }))).toEqual(['required_input_missing'])
    expect(codes(grow({ 'images.image0': ['2', 0], 'images.image1': ['1', 0] }))).toEqual(['return_type_mismatch'])
    expect(codes(grow({ 'images.image0': ['2', 0], 'images.image1': ['2', 0], 'images.image4': ['2', 0] }), true)).toEqual([
      'unknown_input',
    ])
  })
  test('inputs of an option: only those of the chosen one', () => {
    const resize = (inputs: Record<string, unknown>): Graph => ({
      ...good,
      '5': { class_type: 'Dynamic', inputs: { input: ['2', 0], ...inputs } },
    })
    expect(codes(resize({ resize: 'to size', 'resize.width': 50 }), true)).toEqual([])
    expect(codes(resize({ resize: 'to size', 'resize.width': 100 }))).toEqual(['value_bigger_than_max'])
    expect(codes(resize({ resize: 'to size' }))).toEqual(['required_input_missing'])
    expect(codes(resize({ resize: 'to size', 'resize.width': 5, 'resize.factor': 2 }), true)).toEqual(['unknown_input'])
    expect(codes(resize({ resize: 'otherwise' }))).toEqual(['value_not_in_list'])
    expect(inputSpecs(dynamic, { resize: 'by factor' }).get('resize.factor')).toMatchObject({
      type: 'FLOAT',
      min: 0.1,
      max: 8,
    })
  })
})
