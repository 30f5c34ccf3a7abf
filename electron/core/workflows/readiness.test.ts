import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bindWorkflow } from './bind'
import { checkGraph } from './check-graph'
import { loadWorkflows, type Workflow } from './load'
import { type ObjectInfo, objectInfoSchema } from './object-info'
import { readiness } from './readiness'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const recorded = objectInfoSchema.parse(JSON.parse(readFileSync(`${root}test/fakes/comfyui/object_info.json`, 'utf8')))
const library = await loadWorkflows(`${root}workflows`)
const get = (id: string): Workflow => {
  const workflow = library.workflows.get(id)
  if (!workflow) throw new Error(`no workflow ${id}`)
  return workflow
}
const camera = get('qwen-edit-2511-perspective')

/** The recorded server with a list of one node exchanged. */
function withList(name: string, input: string, change: (list: string[]) => string[]): ObjectInfo {
  const info = structuredClone(recorded)
  const spec = info[name]?.input.required?.[input] as [string[] | string, { options?: string[] }]
  if (Array.isArray(spec[0])) spec[0] = change(spec[0])
  else spec[1].options = change(spec[1].options ?? [])
  return info
}
const ask = (objectInfo: ObjectInfo, request = {}, version: string | undefined = '0.8.0') =>
  readiness(library, camera, { version, objectInfo }, request)

describe('readiness', () => {
  test('answers the names to use', () => {
    expect(ask(recorded)).toEqual({
      ready: true,
      minimumVersion: '0.4.0',
      vramGb: 24,
      models: {
        unet: 'qwen_image_edit_2511_fp8mixed.safetensors',
        text_encoder: 'qwen_2.5_vl_7b_fp8_scaled.safetensors',
        vae: 'qwen_image_vae.safetensors',
        lightning: 'Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16.safetensors',
        camera: 'qwen-image-edit-2511-multiple-angles-lora.safetensors',
      },
    })
  })

  test('a missing model is named with folder, size, licence, hash and address; only what the variant uses counts', () => {
    const info = withList('LoraLoaderModelOnly', 'lora_name', (list) =>
      list.filter((name) => !name.includes('2511-Lightning-4steps')),
    )
    expect(ask(info)).toMatchObject({
      ready: false,
      missing: [
        {
          kind: 'model',
          slot: 'lightning',
          file: 'Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16.safetensors',
          folder: 'loras',
          bytes: 849_608_296,
          sha256: '22226e8d05d354bb356627d428809f5afd7819399b077238a2b70a82883a904f',
          licence: { id: 'Apache-2.0', commercial: true },
          url: 'https://huggingface.co/lightx2v/Qwen-Image-Edit-2511-Lightning/resolve/main/Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16.safetensors',
        },
      ],
    })
    expect(ask(info, { choices: { speed: 'full' } })).toMatchObject({ ready: true })
    expect(ask(info, { choices: { speed: 'lightning-8' } })).toMatchObject({ ready: true })
  })

  test('the brief’s own names with any suffix do, and are bound', () => {
    const lora = withList('LoraLoaderModelOnly', 'lora_name', (list) => [
      ...list.filter((name) => !name.includes('Lightning')),
      'qwen/Qwen-Image-Lightning-4steps-V2.0.safetensors',
    ])
    const answer = ask(lora)
    expect(answer).toMatchObject({ ready: true, models: { lightning: 'qwen/Qwen-Image-Lightning-4steps-V2.0.safetensors' } })
    const { graph } = bindWorkflow(camera, { prompt: 'x' }, { photo: 'p' }, { prefix: 'p', models: answer.models })
    expect(checkGraph(graph, lora, { strict: true })).toEqual([])
  })

  test('plain fp8_e4m3fn weights never stand in: they make grids with the bf16 Lightning LoRA', () => {
    expect(ask(withList('UNETLoader', 'unet_name', () => ['qwen_image_edit_2511_fp8_e4m3fn.safetensors']))).toMatchObject({
      ready: false,
    })
    expect(ask(withList('UNETLoader', 'unet_name', () => ['qwen_image_edit_2511_fp8_e4m3fn_scaled.safetensors']))).toMatchObject({
      ready: true,
    })
  })

  test('a missing node comes with its package, and hides nothing else', () => {
    const info = structuredClone(recorded)
    delete info['UnetLoaderGGUF']
    expect(ask(info)).toMatchObject({ ready: true })
    expect(ask(info, { choices: { weights: 'gguf' } })).toMatchObject({
      ready: false,
      missing: [
        {
          kind: 'node',
          classType: 'UnetLoaderGGUF',
          package: {
            id: 'ComfyUI-GGUF',
            repository: 'https://github.com/city96/ComfyUI-GGUF',
            licence: 'Apache-2.0',
            python: ['gguf'],
          },
        },
      ],
    })
    delete info['CFGNorm']
    expect(ask(info)).toMatchObject({ ready: false, missing: [{ kind: 'node', classType: 'CFGNorm', package: { id: 'core' } }] })
  })

  test('the version counts by variant; a server that does not say is not refused for it', () => {
    expect(ask(recorded, {}, '0.3.76')).toMatchObject({
      ready: false,
      missing: [{ kind: 'version', minimum: '0.4.0', found: '0.3.76' }],
    })
    expect(ask(recorded, { choices: { weights: 'int8' } })).toMatchObject({
      missing: [{ kind: 'version', minimum: '0.23.0', found: '0.8.0' }],
    })
    expect(readiness(library, camera, { version: undefined, objectInfo: recorded })).toMatchObject({ ready: true })
  })

  test('a server without the reference method gets the graph without it', () => {
    const old = withList('FluxKontextMultiReferenceLatentMethod', 'reference_latents_method', (list) =>
      list.filter((name) => name !== 'index_timestep_zero'),
    )
    expect(ask(old)).toMatchObject({ ready: true })
    const without = structuredClone(recorded)
    delete without['FluxKontextMultiReferenceLatentMethod']
    expect(ask(without)).toMatchObject({ ready: true })
    for (const server of [old, without]) {
      const { graph } = bindWorkflow(camera, { prompt: 'x', cfg: 3 }, { photo: 'p' }, { prefix: 'p', server })
      expect(Object.values(graph).map((node) => node.class_type)).not.toContain('FluxKontextMultiReferenceLatentMethod')
      expect(checkGraph(graph, server, { strict: true })).toEqual([])
    }
  })

  test('an option that the server is too old for is reported', () => {
    const info = withList('CLIPLoader', 'type', (list) => list.filter((name) => name !== 'qwen_image'))
    expect(ask(info)).toMatchObject({
      ready: false,
      missing: [{ kind: 'graph', problem: { code: 'value_not_in_list', node: '2', input: 'type' } }],
    })
  })

  test('StoryDiffusion from words needs no PhotoMaker, with pictures it does, and never as a pickle', () => {
    const story = get('story-diffusion')
    const info = withList('StoryDiffusion_Apply', 'photomake_ckpt', () => ['none', 'photomaker-v1.bin'])
    expect(readiness(library, story, { version: '0.8.0', objectInfo: info })).toMatchObject({ ready: true })
    expect(readiness(library, story, { version: '0.8.0', objectInfo: info }, { images: ['first'] })).toMatchObject({
      ready: false,
      missing: [{ kind: 'model', file: 'photomaker-v2.safetensors', folder: 'photomaker', url: undefined }],
    })
  })
})
