import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { objectInfoSchema } from '../object-info'
import { missingForCustom } from './check-custom'
import { readWorkflowFile } from './content'

const info = objectInfoSchema.parse(
  JSON.parse(readFileSync(new URL('../../../../test/fakes/comfyui/object_info.json', import.meta.url), 'utf8')),
)
type Nodes = Record<string, { class_type: string; inputs: Record<string, unknown>; _meta?: { title: string } }>
const read = (nodes: Nodes, purpose: 'any' | 'style' = 'any') => readWorkflowFile(JSON.stringify(nodes), info, purpose)

/** Conditioning goes through a ControlNet node that takes both sides, and the guider's way; a text and a size come from nodes of their own. */
const guided: Nodes = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'random_sd15.safetensors' } },
  '2': { class_type: 'PrimitiveStringMultiline', inputs: { value: 'a red chair' }, _meta: { title: 'What to draw' } },
  '3': { class_type: 'CLIPTextEncode', inputs: { text: ['2', 0], clip: ['1', 1] } },
  '4': { class_type: 'CLIPTextEncode', inputs: { text: 'blurry', clip: ['1', 1] } },
  '5': { class_type: 'LoadImage', inputs: { image: 'edges.png' } },
  '6': { class_type: 'ControlNetLoader', inputs: { control_net_name: 'canny.safetensors' } },
  '7': {
    class_type: 'ControlNetApplyAdvanced',
    inputs: {
      positive: ['3', 0],
      negative: ['4', 0],
      control_net: ['6', 0],
      image: ['5', 0],
      strength: 1,
      start_percent: 0,
      end_percent: 1,
    },
  },
  '8': { class_type: 'PrimitiveInt', inputs: { value: 64 }, _meta: { title: 'Side' } },
  '9': { class_type: 'EmptyLatentImage', inputs: { width: ['8', 0], height: ['8', 0], batch_size: 1 } },
  '10': { class_type: 'CFGGuider', inputs: { model: ['1', 0], positive: ['7', 0], negative: ['7', 1], cfg: 4 } },
  '11': { class_type: 'RandomNoise', inputs: { noise_seed: 3 } },
  '12': { class_type: 'KSamplerSelect', inputs: { sampler_name: 'euler' } },
  '13': { class_type: 'BasicScheduler', inputs: { model: ['1', 0], scheduler: 'simple', steps: 3, denoise: 1 } },
  '14': {
    class_type: 'SamplerCustomAdvanced',
    inputs: { noise: ['11', 0], guider: ['10', 0], sampler: ['12', 0], sigmas: ['13', 0], latent_image: ['9', 0] },
  },
  '15': { class_type: 'VAEDecode', inputs: { samples: ['14', 0], vae: ['1', 2] } },
  '16': { class_type: 'SaveImage', inputs: { images: ['15', 0], filename_prefix: 'x' } },
}

describe('what is found in a workflow', () => {
  it('are prompts by the way of their conditioning, and the meaning of values that come from nodes of their own', () => {
    const { fields, outputs, editLacks } = read(guided)
    const roles = Object.fromEntries(fields.flatMap(({ key, role }) => (role ? [[key, role]] : [])))
    expect(roles).toMatchObject({
      '2.value': 'prompt',
      '4.text': 'negative',
      '5.image': 'picture',
      '8.value': 'width',
      '11.noise_seed': 'seed',
      '10.cfg': 'cfg',
      '12.sampler_name': 'sampler',
      '13.steps': 'steps',
      '6.control_net_name': 'model',
    })
    expect(fields[0]).toMatchObject({
      key: '2.value',
      group: 'What to draw',
      kind: 'text',
      multiline: true,
      default: 'a red chair',
    })
    expect(fields.find(({ key }) => key === '11.noise_seed')).toMatchObject({ kind: 'seed', min: 0 })
    expect(fields.find(({ key }) => key === '12.sampler_name')?.options).toContain('euler')
    expect(outputs).toEqual([{ node: '16', title: 'SaveImage', classType: 'SaveImage', gives: 'pictures' }])
    expect(editLacks).toEqual([])
  })

  it('tells what it lacks as a style', () => {
    const { '5': _photo, '6': _net, '7': _apply, ...rest } = guided
    const plain = {
      ...rest,
      '10': { class_type: 'CFGGuider', inputs: { model: ['1', 0], positive: ['3', 0], negative: ['4', 0], cfg: 4 } },
    }
    expect(read(plain).editLacks).toEqual(['a node that loads a picture (LoadImage)'])
    expect(() => read(plain, 'style')).toThrow(/as a style it lacks a node that loads a picture/)
  })
})

describe('what a server lacks for an editor file', () => {
  it('is told with the package, the version and the address that the file names', () => {
    const file = {
      nodes: [
        {
          id: 1,
          type: 'NodeOfTomorrow',
          mode: 0,
          inputs: [],
          outputs: [{ name: 'IMAGE', type: 'IMAGE' }],
          properties: { cnr_id: 'comfy-core', ver: '0.9.1' },
        },
        {
          id: 2,
          type: 'Sharpen+',
          mode: 0,
          inputs: [{ name: 'image', type: 'IMAGE', link: 1 }],
          outputs: [{ name: 'IMAGE', type: 'IMAGE' }],
          properties: { cnr_id: 'essentials', aux_id: 'someone/essentials' },
        },
        {
          id: 3,
          type: 'SaveImage',
          mode: 0,
          inputs: [{ name: 'images', type: 'IMAGE', link: 2 }],
          outputs: [],
          widgets_values: ['x'],
        },
        {
          id: 4,
          type: 'UpscaleModelLoader',
          mode: 0,
          inputs: [],
          outputs: [{ name: 'UPSCALE_MODEL', type: 'UPSCALE_MODEL' }],
          widgets_values: ['4x.pth'],
          properties: { models: [{ name: '4x.pth', url: 'https://models.example/4x.pth', directory: 'upscale_models' }] },
        },
      ],
      links: [
        [1, 1, 0, 2, 0, 'IMAGE'],
        [2, 2, 0, 3, 0, 'IMAGE'],
      ],
    }
    const content = readWorkflowFile(JSON.stringify(file), info, 'any')
    const missing = missingForCustom(content, content.graph, { objectInfo: info, version: '0.8.0', packages: new Map() })
    expect(missing).toMatchObject([
      { kind: 'version', minimum: '0.9.1', found: '0.8.0' },
      { kind: 'node', classType: 'NodeOfTomorrow', package: { id: 'core' } },
      { kind: 'node', classType: 'Sharpen+', package: { id: 'essentials', repository: 'https://github.com/someone/essentials' } },
      { kind: 'model', file: '4x.pth', folder: 'upscale_models', url: 'https://models.example/4x.pth' },
    ])
  })

  it('reads values as the server does, which takes numbers in the form of text, and leaves what it does not take', () => {
    const words = structuredClone(guided)
    words['13'] = { class_type: 'BasicScheduler', inputs: { model: ['1', 0], scheduler: 'simple', steps: '3', denoise: ' .5 ' } }
    words['16'] = { class_type: 'SaveImage', inputs: { images: ['15', 0], filename_prefix: 2026 } }
    words['11'] = { class_type: 'RandomNoise', inputs: { noise_seed: '7_' } }
    words['8'] = { class_type: 'PrimitiveInt', inputs: { value: 64.9 } }
    words['10'] = { class_type: 'CFGGuider', inputs: { ...guided['10']?.inputs, cfg: 'much' } }
    // What another tool wrote about the file is no node.
    const content = readWorkflowFile(JSON.stringify({ ...words, extra: { ds: {} }, version: 1, _meta: 'x' }), info, 'any')
    expect(Object.keys(content.graph)).toEqual(Object.keys(guided))
    expect(() => readWorkflowFile(JSON.stringify({ ...words, '17': { inputs: {} } }), info, 'any')).toThrow(/neither a workflow/)
    const values = Object.fromEntries(content.fields.map(({ key, kind, default: value }) => [key, [kind, value]]))
    expect(values).toMatchObject({
      '13.steps': ['integer', 3],
      '13.denoise': ['number', 0.5],
      '16.filename_prefix': ['text', '2026'],
      '8.value': ['integer', 64],
      '10.cfg': ['text', 'much'],
    })
    const missing = missingForCustom(content, content.graph, { objectInfo: info, version: '0.8.0', packages: new Map() })
    const wrong = missing.flatMap((one) => (one.kind === 'graph' ? [`${one.problem.node}.${one.problem.input}`] : []))
    expect(wrong).toEqual(['10.cfg', '11.noise_seed'])
  })
})
