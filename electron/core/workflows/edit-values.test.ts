import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type Edit, editSchema } from '#shared/domain/edit'
import { bindWorkflow } from './bind'
import { valuesForEdit } from './edit-values'
import { loadWorkflows, type Workflow } from './load'

const { workflows } = await loadWorkflows(fileURLToPath(new URL('../../../workflows', import.meta.url)))
const get = (id: string): Workflow => {
  const workflow = workflows.get(id)
  if (!workflow) throw new Error(`no workflow ${id}`)
  return workflow
}
const style = (edit: Record<string, unknown>): Edit => editSchema.parse({ kind: 'style', ...edit })
const facts = { seed: 5, styleWording: 'Clay Style, lovely, 3d, cute' }
const picture = '00000000-0000-4000-8000-000000000000'

describe('style', () => {
  test('by words: instruction on editing models, bare words with denoise on models that draw', () => {
    expect(valuesForEdit(get('qwen-edit-2511-style'), style({ styleId: 'clay', prompt: 'pastel' }), { steps: 6 }, facts)).toEqual(
      {
        choices: {},
        values: {
          prompt:
            'Change the image style into Clay Style, lovely, 3d, cute, pastel, keep the same product, composition and camera angle',
          seed: 5,
          steps: 6,
        },
      },
    )
    expect(valuesForEdit(get('sd15-style'), style({ styleId: 'clay' }), {}, facts).values).toEqual({
      prompt: facts.styleWording,
      seed: 5,
      denoise: 0.5,
    })
    expect(valuesForEdit(get('sdxl-style'), style({ styleId: 'clay' }), {}, facts).values).toMatchObject({
      denoise: 0.55,
      structure: 0.7,
    })
  })

  test('the sliders’ ends stay inside the workflow’s ranges, and more strength is more denoise', () => {
    const sdxl = get('sdxl-style')
    const denoise = [0, 0.3, 0.85, 0.9, 1].map((strength) => {
      const { values } = valuesForEdit(sdxl, style({ styleId: 'clay', strength, structure: strength }), {}, facts)
      bindWorkflow(sdxl, values, { photo: 'p' }, { prefix: 'p' })
      return values['denoise'] as number
    })
    expect(denoise).toEqual(denoise.toSorted((a, b) => a - b))
    expect([denoise[0], denoise.at(-1)]).toEqual([0.15, 0.85])
  })

  test('by picture: on workflows that take one, required or not', () => {
    const edit = style({ styleAssetId: picture })
    for (const id of ['qwen-edit-2511-style-image', 'flux2-klein-4b-style']) {
      expect(valuesForEdit(get(id), edit, {}, { seed: 1 }).values['prompt']).toMatch(/^Restyle image 1 into the style of image 2/)
    }
    expect(() => valuesForEdit(get('qwen-edit-2511-style'), edit, {}, facts)).toThrow(/takes no style picture/)
    expect(() => valuesForEdit(get('qwen-edit-2511-style-image'), style({ styleId: 'clay' }), {}, facts)).toThrow(
      /needs a style picture/,
    )
    expect(() => valuesForEdit(get('sd15-style'), style({ styleId: 'gone' }), {}, { seed: 1 })).toThrow(/needs a style or words/)
  })
})

describe('perspective', () => {
  const pose = { azimuth: 45, elevation: 0, distance: 1 }
  const edit: Edit = { kind: 'perspective', view: { id: 'a', name: 'a', pose } }
  test('poses are words on 2511 and moves from the marked pose on 2509', () => {
    expect(valuesForEdit(get('qwen-edit-2511-perspective'), edit, {}, facts)).toEqual({
      choices: { camera: 'poses' },
      values: { prompt: '<sks> front-right quarter view eye-level shot medium shot', seed: 5 },
    })
    const from = { azimuth: 0, elevation: 0, distance: 1 }
    expect(valuesForEdit(get('qwen-edit-2509-perspective'), { ...edit, from }, {}, facts).values['prompt']).toContain(
      '将镜头向右旋转45度',
    )
    expect(() => valuesForEdit(get('qwen-edit-2509-perspective'), edit, {}, facts)).toThrow(/Mark the pose/)
  })
  test('the brief’s free prompt is sent as given, by Next-Scene at its own strength', () => {
    const free: Edit = { kind: 'perspective', view: { id: 'a', name: 'a', prompt: 'Next Scene：将镜头向左旋转45度' } }
    const { values, choices } = valuesForEdit(get('qwen-edit-2509-perspective'), free, {}, facts)
    const { graph } = bindWorkflow(get('qwen-edit-2509-perspective'), values, { photo: 'p' }, { prefix: 'p', choices })
    expect(graph['30']?.inputs['prompt']).toBe('Next Scene：将镜头向左旋转45度')
    expect(graph['10']?.inputs).toMatchObject({ lora_name: 'next-scene_lora-v2-3000.safetensors', strength_model: 0.75 })
  })
  test('the wrong kind of workflow is refused', () => {
    expect(() => valuesForEdit(get('sd15-style'), edit, {}, facts)).toThrow(/it does style edits/)
  })
})
