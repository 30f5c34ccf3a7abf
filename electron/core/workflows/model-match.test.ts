import { describe, expect, test } from 'vitest'
import { findModel, modelUrl } from './model-match'
import { compareVersions } from '#shared/domain/version'
import type { Model } from './workflow-schema'

const model: Model = {
  file: 'qwen_image_edit_2511_fp8mixed.safetensors',
  folder: 'diffusion_models',
  source: { repo: 'Comfy-Org/Qwen-Image-Edit_ComfyUI', path: 'split_files/镜头 1.safetensors' },
  bytes: 1,
  sha256: null,
  licence: { id: 'Apache-2.0', commercial: true },
  evidence: '',
  alternatives: [
    { file: 'qwen_image_edit_2511_bf16.safetensors' },
    { prefix: 'Qwen-Image-Edit-2511', without: ['fp8_e4m3fn', 'lightning'] },
  ],
}

describe('finding a model on a server', () => {
  test('the catalogued file wins, in any folder and writing, and is answered as the server wrote it', () => {
    expect(findModel(model, ['qwen_image_edit_2511_bf16.safetensors', 'sub\\QWEN_image_edit_2511_fp8mixed.safetensors'])).toBe(
      'sub\\QWEN_image_edit_2511_fp8mixed.safetensors',
    )
  })
  test('then the alternatives in their order, also by the brief’s own name with any suffix', () => {
    expect(findModel(model, ['x.safetensors', 'a/qwen_image_edit_2511_bf16.safetensors'])).toBe(
      'a/qwen_image_edit_2511_bf16.safetensors',
    )
    expect(findModel(model, ['Qwen-Image-Edit-2511.safetensors'])).toBe('Qwen-Image-Edit-2511.safetensors')
    expect(findModel(model, ['qwen image edit 2511 my-copy.sft'])).toBe('qwen image edit 2511 my-copy.sft')
  })
  test('a longer number, an excluded kind and pickles are not taken', () => {
    expect(findModel(model, ['Qwen-Image-Edit-25110.safetensors', 'My-Qwen-Image-Edit-2511.safetensors'])).toBeUndefined()
    expect(
      findModel(model, ['qwen_image_edit_2511_fp8_e4m3fn.safetensors', 'Qwen-Image-Edit-2511-Lightning.safetensors']),
    ).toBeUndefined()
    expect(
      findModel(model, ['Qwen-Image-Edit-2511.ckpt', 'Qwen-Image-Edit-2511.bin', 'Qwen-Image-Edit-2511.pth', 7]),
    ).toBeUndefined()
  })
  test('addresses go through the chosen endpoint', () => {
    expect(modelUrl(model, 'https://mirror.example/')).toBe(
      'https://mirror.example/Comfy-Org/Qwen-Image-Edit_ComfyUI/resolve/main/split_files/%E9%95%9C%E5%A4%B4%201.safetensors',
    )
    expect(modelUrl({ ...model, source: null })).toBeUndefined()
  })
})

test('versions are compared by their numbers', () => {
  expect(['0.23.0', '0.3.64', 'v0.8.0', '0.3.9', '0.8.0-3-gabc'].toSorted(compareVersions)).toEqual([
    '0.3.9',
    '0.3.64',
    'v0.8.0',
    '0.8.0-3-gabc',
    '0.23.0',
  ])
})
