import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxSeed } from '#shared/domain/id'
import { bindWorkflow } from './bind'
import { loadWorkflows, type Workflow } from './load'

const { workflows } = await loadWorkflows(fileURLToPath(new URL('../../../workflows', import.meta.url)))
const get = (id: string): Workflow => {
  const workflow = workflows.get(id)
  if (!workflow) throw new Error(`no workflow ${id}`)
  return workflow
}
const camera = get('qwen-edit-2511-perspective')
const kontext = get('flux-kontext-reference')
const sdxl = get('sdxl-text-to-image')
const prefix = 'recast/1'
const photo = { photo: 'p.png' }
const words = { prompt: 'x' }

describe('values', () => {
  test('defaults, variant, level and explicit values are merged in this order', () => {
    expect(bindWorkflow(camera, words, photo, { prefix }).values).toMatchObject({ steps: 4, cfg: 1 })
    expect(bindWorkflow(camera, words, photo, { prefix, choices: { speed: 'full' } }).values).toMatchObject({ steps: 40, cfg: 4 })
    expect(bindWorkflow(camera, { ...words, steps: 12 }, photo, { prefix, choices: { speed: 'full' } }).values).toMatchObject({
      steps: 12,
      cfg: 4,
    })
    const sketch = bindWorkflow(sdxl, words, {}, { prefix, level: 'sketch' })
    expect(sketch.graph['41']?.inputs).toMatchObject({ steps: 12, sampler_name: 'euler_ancestral', scheduler: 'normal' })
    expect(sketch.graph['40']?.inputs).toMatchObject({ width: 1024, height: 640 })
    const own = bindWorkflow(sdxl, { ...words, steps: 9, width: 512 }, {}, { prefix, level: 'sketch' })
    expect(own.graph['41']?.inputs).toMatchObject({ steps: 9, sampler_name: 'euler_ancestral' })
    expect(own.graph['40']?.inputs).toMatchObject({ width: 512, height: 640 })
  })

  test('the brief’s steps 8 and cfg_scale 3.0 are accepted as they are', () => {
    const bound = bindWorkflow(camera, { ...words, steps: 8, cfg_scale: 3 }, photo, { prefix })
    expect(bound.graph['41']?.inputs).toMatchObject({ steps: 8, cfg: 3 })
    expect(bound.values).toMatchObject({ steps: 8, cfg: 3 })
    expect(bound.ignored).toEqual([])
  })

  test('an alias and the name itself may agree but not differ', () => {
    expect(bindWorkflow(camera, { ...words, cfg: 3, cfg_scale: 3 }, photo, { prefix }).values['cfg']).toBe(3)
    expect(() => bindWorkflow(camera, { ...words, cfg: 2, cfg_scale: 3 }, photo, { prefix })).toThrow(/given twice/)
  })

  test.each([
    [{ steps: 0 }, /"steps" is 0; it must be a whole number from 1 to 200/],
    [{ steps: 201 }, /steps/],
    [{ steps: 1.5 }, /whole number/],
    [{ steps: '8' }, /whole number/],
    [{ cfg: -0.1 }, /"cfg" is -0.1; it must be a number from 0 to 30/],
    [{ cfg: Number.NaN }, /cfg/],
    [{ cfg: Number.POSITIVE_INFINITY }, /cfg/],
    [{ seed: -1 }, /seed/],
    [{ seed: maxSeed + 1 }, /seed/],
    [{ prompt: '' }, /"prompt" is empty/],
    [{ prompt: '  ' }, /"prompt" is empty/],
    [{ prompt: 5 }, /must be text/],
    [{ prompt: 'x'.repeat(4001) }, /at most 4000 characters/],
    [{ prompt: undefined }, /needs "prompt"/],
    [{ sampler: '' }, /sampler/],
    [{ denoise: 0.5 }, /no value "denoise"/],
    [{ constructor: 1 }, /no value "constructor"/],
  ])('refuses %o', (values, message) => {
    expect(() => bindWorkflow(camera, { ...words, ...values }, photo, { prefix })).toThrow(message)
  })

  test('refuses sizes between two steps, unknown choices, options and levels, saying what there is', () => {
    expect(() => bindWorkflow(kontext, { ...words, width: 1000, height: 1024 }, photo, { prefix })).toThrow(/a multiple of 16/)
    expect(() => bindWorkflow(camera, words, photo, { prefix, choices: { pace: 'full' } })).toThrow(
      /camera, speed, weights, reference/,
    )
    expect(() => bindWorkflow(camera, words, photo, { prefix, choices: { speed: 'toString' } })).toThrow(
      /lightning-4, lightning-8, full/,
    )
    expect(() => bindWorkflow(camera, words, photo, { prefix, level: 'sketch' })).toThrow(/leave the level out/)
  })

  test('seeds in a row stay different where a node takes less, and are kept whole elsewhere', () => {
    const story = get('story-diffusion')
    const seedOf = (seed: number) =>
      bindWorkflow(story, { roles: 'r', scenes: 's', seed }, {}, { prefix }).graph['41']?.inputs['seed'] as number
    fc.assert(
      fc.property(fc.integer({ min: 0, max: maxSeed - 4 }), (seed) => {
        const four = [0, 1, 2, 3].map((n) => seedOf(seed + n))
        expect(new Set(four).size).toBe(4)
        for (const one of four) expect(one >= 0 && one <= 2_147_483_647).toBe(true)
      }),
      { numRuns: 30 },
    )
    expect(bindWorkflow(camera, { ...words, seed: maxSeed }, photo, { prefix }).graph['41']?.inputs['seed']).toBe(maxSeed)
  })
})

describe('the negative', () => {
  const negativeOf = (values: Record<string, unknown>) => bindWorkflow(camera, { ...words, ...values }, photo, { prefix })
  test('at cfg 1 it is the positive zeroed: no second run of the text encoder, and a given negative is told to be ignored', () => {
    const bound = negativeOf({ negative: 'blurry' })
    expect(bound.graph['31']).toMatchObject({ class_type: 'ConditioningZeroOut', inputs: { conditioning: ['30', 0] } })
    expect(Object.values(bound.graph).filter((node) => node.class_type === 'TextEncodeQwenImageEditPlus')).toHaveLength(1)
    expect(bound.ignored).toEqual(['negative'])
  })
  test.each([3, 1.5, 0.5])('at cfg %d it is empty words with the same picture', (cfg) => {
    const bound = negativeOf({ cfg })
    expect(bound.graph['31']).toMatchObject({
      class_type: 'TextEncodeQwenImageEditPlus',
      inputs: { prompt: '', image1: ['5', 0] },
    })
    expect(bound.graph['36']?.inputs).toEqual({ conditioning: ['31', 0], latent: ['40', 0] })
    expect(negativeOf({ cfg, negative: 'blurry' }).ignored).toEqual([])
  })
})

describe('variants and rules', () => {
  test('Lightning is there or gone, and its strength with it', () => {
    expect(
      bindWorkflow(camera, words, photo, { prefix, choices: { speed: 'lightning-8' } }).graph['22']?.inputs['lora_name'],
    ).toContain('8steps')
    const full = bindWorkflow(camera, { ...words, lightning_strength: 0.8 }, photo, { prefix, choices: { speed: 'full' } })
    expect(full.graph['22']).toBeUndefined()
    expect(full.graph['41']?.inputs['model']).toEqual(['21', 0])
    expect(full.ignored).toEqual(['lightning_strength'])
    expect(full.models.map((use) => use.slot)).not.toContain('lightning')
  })

  test('weights choose loader, file, version and memory', () => {
    const gguf = bindWorkflow(camera, words, photo, { prefix, choices: { weights: 'gguf' } })
    expect(gguf.graph['1']).toMatchObject({
      class_type: 'UnetLoaderGGUF',
      inputs: { unet_name: 'qwen-image-edit-2511-Q4_K_M.gguf' },
    })
    expect(gguf).toMatchObject({ vramGb: 16, minimumVersion: '0.4.0' })
    expect(bindWorkflow(camera, words, photo, { prefix, choices: { weights: 'int8' } }).minimumVersion).toBe('0.23.0')
  })

  test('by default the photo is encoded once: the text encoder gets no VAE', () => {
    const shared = bindWorkflow(camera, words, photo, { prefix })
    expect(shared.graph['30']?.inputs['vae']).toBeUndefined()
    expect(shared.graph['35']?.inputs['latent']).toEqual(['40', 0])
    const encoder = bindWorkflow(camera, words, photo, { prefix, choices: { reference: 'encoder' } })
    expect(encoder.graph['30']?.inputs['vae']).toEqual(['3', 0])
    expect(encoder.graph['35']).toBeUndefined()
  })

  test('Kontext chains one, two or three pictures, and takes an own size only when it is whole', () => {
    const chain = (images: Record<string, string>) => {
      const { graph } = bindWorkflow(kontext, words, images, { prefix })
      return Object.values(graph).filter((node) => node.class_type === 'LoadImage').length
    }
    expect([
      chain(photo),
      chain({ ...photo, second: 's' }),
      chain({ ...photo, third: 't' }),
      chain({ ...photo, second: 's', third: 't' }),
    ]).toEqual([1, 2, 2, 3])
    const sized = bindWorkflow(kontext, { ...words, width: 1280, height: 720 }, photo, { prefix })
    expect(sized.graph['41']?.inputs['latent_image']).toEqual(['44', 0])
    expect(sized.graph['44']?.inputs).toMatchObject({ width: 1280, height: 720 })
    const half = bindWorkflow(kontext, { ...words, width: 1280 }, photo, { prefix })
    expect(half.graph['41']?.inputs['latent_image']).toEqual(['40', 0])
    expect(half.ignored).toEqual(['width'])
  })

  test('“final” refines the chosen sketch and is refused without one; without a sketch everything is drawn', () => {
    const final = bindWorkflow(sdxl, words, { sketch: 's.png' }, { prefix, level: 'final' })
    expect(final.graph['41']?.inputs).toMatchObject({ latent_image: ['44', 0], denoise: 0.45 })
    expect(final.graph['5']?.inputs).toMatchObject({ width: 1536, height: 960, image: ['4', 0] })
    expect(sdxl.levels.final?.seed).toBe('keep')
    expect(() => bindWorkflow(sdxl, words, {}, { prefix, level: 'final' })).toThrow(/"sketch" at the level "final"/)
    const drawn = bindWorkflow(sdxl, { ...words, denoise: 0.3 }, {}, { prefix })
    expect(drawn.graph['41']?.inputs).toMatchObject({ latent_image: ['40', 0], denoise: 1 })
    expect(drawn.ignored).toEqual(['denoise'])
  })

  test('pictures: the required must be there, unknown slots are refused', () => {
    expect(() => bindWorkflow(camera, words, {}, { prefix })).toThrow(/needs a picture for "photo"/)
    expect(() => bindWorkflow(camera, words, { ...photo, style: 's' }, { prefix })).toThrow(/no picture "style"/)
    const story = get('story-diffusion')
    const bound = bindWorkflow(story, { roles: 'r', scenes: 's' }, { second: 's.png' }, { prefix })
    expect(bound.ignored).toEqual(['second'])
    expect(bound.graph['81']?.inputs['photomake_ckpt']).toBe('none')
    expect(bound.models.map((use) => use.slot)).toEqual(['checkpoint'])
  })

  test('the server’s own file names are put in, the prefix of each attempt goes to SaveImage alone (hazard 7)', () => {
    const bound = bindWorkflow(camera, words, photo, {
      prefix,
      models: { unet: 'sub\\Qwen-Image-Edit-2511.safetensors', lightning: 'L4.safetensors' },
    })
    expect(bound.graph['1']?.inputs['unet_name']).toBe('sub\\Qwen-Image-Edit-2511.safetensors')
    expect(bound.graph['22']?.inputs['lora_name']).toBe('L4.safetensors')
    expect(bound.models.find((use) => use.slot === 'unet')?.file).toBe('qwen_image_edit_2511_fp8mixed.safetensors')
    expect(
      Object.entries(bound.graph)
        .filter(([, node]) => Object.values(node.inputs).includes(prefix))
        .map(([id]) => id),
    ).toEqual(['43'])
  })
})
