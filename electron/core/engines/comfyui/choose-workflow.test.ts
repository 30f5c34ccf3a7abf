import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Edit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import { loadWorkflows } from '../../workflows/load'
import { type ObjectInfo, objectInfoSchema } from '../../workflows/object-info'
import { chooseWorkflow } from './choose-workflow'

const root = join(import.meta.dirname, '../../../..')
const library = await loadWorkflows(join(root, 'workflows'))
const recorded = objectInfoSchema.parse(JSON.parse(readFileSync(join(root, 'test/fakes/comfyui/object_info.json'), 'utf8')))

/** The recorded server without files whose names hold one of these words. */
function without(...words: string[]): ObjectInfo {
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.filter((item) => typeof item !== 'string' || !words.some((word) => item.includes(word))).map(clean)
    }
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item)]))
  }
  return objectInfoSchema.parse(clean(recorded))
}

const style: Edit = { kind: 'style', styleId: 'clay', strength: 0.85, structure: 0.5, keepColours: false }
const picture: Edit = { ...style, styleId: undefined, styleAssetId: '00000000-0000-4000-8000-000000000001' }
const front: Edit = { kind: 'perspective', view: { id: 'front', name: 'Front', pose: { azimuth: 0, elevation: 0, distance: 1 } } }
const turned: Edit = { kind: 'perspective', view: { id: 'turn', name: 'Turn', prompt: '将镜头向左旋转45度' } }

function choose(edit: Edit, objectInfo = recorded, version = '0.8.0', workflowId?: string): string {
  const server = { label: 'gpu:8188', version, objectInfo }
  return chooseWorkflow(library, server, { edit, workflowId, sampling: {}, seed: 1 }).workflow.id
}

function refusal(work: () => unknown): AppError {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('it was not refused')
}

describe('the workflow of a job that names none', () => {
  it.each([
    ['everything is there', style, recorded, '0.8.0', 'qwen-edit-2511-style'],
    ['the server is too old for the newest', style, recorded, '0.3.64', 'sdxl-style'],
    ['no Qwen model is there, and FLUX.2 needs a newer server', style, without('qwen_image_edit_2511'), '0.8.0', 'sdxl-style'],
    ['only SD 1.5 is there', style, without('qwen_image_edit_2511', 'xl', 'XL', 'flux'), '0.8.0', 'sd15-style'],
    ['a style picture is given', picture, recorded, '0.8.0', 'qwen-edit-2511-style-image'],
    ['a view is wanted', front, recorded, '0.8.0', 'qwen-edit-2511-perspective'],
    ['a command is given and only 2509 is there', turned, without('2511'), '0.8.0', 'qwen-edit-2509-perspective'],
  ])('when %s', (_when, edit, info, version, id) => {
    expect(choose(edit, info, version)).toBe(id)
  })

  it('is the preferred one while nothing is known of the server', () => {
    const choice = chooseWorkflow(library, undefined, { edit: style, workflowId: undefined, sampling: {}, seed: 1 })
    expect(choice).toMatchObject({ workflow: { id: 'qwen-edit-2511-style' }, models: {} })
  })

  it('carries the names under which the server has the files', () => {
    const server = { label: 'gpu', version: '0.8.0', objectInfo: recorded }
    const { models } = chooseWorkflow(library, server, { edit: style, workflowId: undefined, sampling: {}, seed: 1 })
    expect(models['unet']).toBe('qwen_image_edit_2511_fp8mixed.safetensors')
  })
})

describe('a refusal', () => {
  it('names what the preferred one lacks, and the others in its detail', () => {
    const bare = without('.safetensors', '.gguf')
    const error = refusal(() => choose(style, bare))
    expect(error.code).toBe('engine.missing_model')
    expect(error.message).toContain('qwen_image_edit_2511_fp8mixed.safetensors (20.5 GB, folder models/diffusion_models')
    const { missing, others } = error.detail as { missing: { words: string }[]; others: { workflow: string }[] }
    expect(missing.every(({ words }) => words.length > 0)).toBe(true)
    expect(others.map(({ workflow }) => workflow)).toContain('sd15-style')
  })

  it('names a missing node with its package', () => {
    const { TextEncodeQwenImageEditPlus: _gone, ...rest } = recorded
    const error = refusal(() => choose(style, rest, '0.8.0', 'qwen-edit-2511-style'))
    expect(error).toMatchObject({ code: 'engine.missing_node', detail: { workflow: 'qwen-edit-2511-style' } })
    expect(error.message).toContain('TextEncodeQwenImageEditPlus')
  })

  it('says that a server is too old, and what it needs', () => {
    const error = refusal(() => choose(style, recorded, '0.3.0', 'qwen-edit-2511-style'))
    expect(error.message).toContain('ComfyUI 0.4.0 or newer (it is 0.3.0)')
  })

  it('of a value out of range is the value’s own', () => {
    const server = { label: 'gpu', version: '0.8.0', objectInfo: recorded }
    const request = { edit: style, workflowId: 'sd15-style', sampling: { steps: 500 }, seed: 1 }
    expect(refusal(() => chooseWorkflow(library, server, request)).code).toBe('input.invalid')
  })
})
