import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bindWorkflow } from '#core/workflows/bind'
import { checkGraph } from '#core/workflows/check-graph'
import { loadWorkflows, type Workflow } from '#core/workflows/load'
import { objectInfoSchema, type ObjectInfo } from '#core/workflows/object-info'
import { readiness } from '#core/workflows/readiness'
import type { LevelName, WorkflowInput } from '#core/workflows/workflow-schema'
import { maxSeed } from '#shared/domain/id'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const info: ObjectInfo = objectInfoSchema.parse(JSON.parse(readFileSync(`${root}test/fakes/comfyui/object_info.json`, 'utf8')))
const library = await loadWorkflows(`${root}workflows`)
const workflows = [...library.workflows.values()]

const ids = [
  'flux-kontext-reference',
  'flux2-klein-4b-style',
  'qwen-edit-2509-perspective',
  'qwen-edit-2511-perspective',
  'qwen-edit-2511-style',
  'qwen-edit-2511-style-image',
  'qwen-image-2512-image-to-image',
  'qwen-image-2512-text-to-image',
  'qwen-story',
  'sd15-image-to-image',
  'sd15-style',
  'sd15-text-to-image',
  'sdxl-image-to-image',
  'sdxl-style',
  'sdxl-text-to-image',
  'story-diffusion',
  'upscale',
  'z-image-turbo-image-to-image',
  'z-image-turbo-text-to-image',
]

function product<T>(lists: T[][]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((item) => [...head, item])), [[]])
}

/** Every combination of the workflow's choices. */
function variants(workflow: Workflow): Record<string, string>[] {
  const lists = Object.entries(workflow.choices).map(([name, { options }]) =>
    Object.keys(options).map((option): [string, string] => [name, option]),
  )
  return product(lists).map((pairs) => Object.fromEntries(pairs))
}

/** Every set of pictures that may be given. */
function pictureSets(workflow: Workflow): Record<string, string>[] {
  const lists = Object.entries(workflow.images).map(([slot, image]) =>
    image.required ? [[slot, `${slot}.png`]] : [[slot, `${slot}.png`], []],
  )
  return product(lists).map((pairs) => Object.fromEntries(pairs.filter((pair) => pair.length === 2)))
}

function words(workflow: Workflow): Record<string, string> {
  return Object.fromEntries(
    Object.entries(workflow.inputs).flatMap(([name, input]) =>
      input.type === 'text' && input.required ? [[name, 'a blue chair']] : [],
    ),
  )
}

function extreme(input: WorkflowInput, end: 'least' | 'most'): unknown {
  switch (input.type) {
    case 'text':
      return end === 'least' ? (input.required ? 'x' : '') : '椅'.repeat(input.maxLength)
    case 'integer':
      return end === 'least'
        ? Math.ceil(input.min / input.multiple) * input.multiple
        : Math.floor(input.max / input.multiple) * input.multiple
    case 'number':
      return end === 'least' ? input.min : input.max
    case 'seed':
      return end === 'least' ? 0 : maxSeed
    case 'enum':
      return end === 'least' ? input.options[0] : input.options.at(-1)
    case 'server_option':
      return input.default
  }
}

function valueSets(workflow: Workflow): Record<string, unknown>[] {
  const ends = (['least', 'most'] as const).map((end) =>
    Object.fromEntries(Object.entries(workflow.inputs).map(([name, input]) => [name, extreme(input, end)])),
  )
  const cfg = 'cfg' in workflow.inputs ? [1, 3].map((value) => ({ ...words(workflow), cfg: value })) : []
  return [words(workflow), ...ends, ...cfg]
}

test('the shipped workflows are those of the design', () => {
  expect(workflows.map((workflow) => workflow.id)).toEqual(ids)
})

describe.each(workflows.map((workflow) => [workflow.id, workflow] as const))('%s', (_id, workflow) => {
  test('every variant, level, picture set and extreme value is a graph that the server takes', () => {
    let count = 0
    for (const choices of variants(workflow)) {
      for (const images of pictureSets(workflow)) {
        for (const level of [undefined, ...(Object.keys(workflow.levels) as LevelName[])]) {
          const needs = level && workflow.levels[level]?.needs
          if (needs && !images[needs]) continue
          for (const values of valueSets(workflow)) {
            const bound = bindWorkflow(workflow, values, images, {
              prefix: 'recast/a',
              choices,
              ...(level ? { level } : {}),
              server: info,
            })
            const problems = checkGraph(bound.graph, info, { strict: true })
            expect({ choices, level, images, problems }).toEqual({ choices, level, images, problems: [] })
            // What the graph names is what is required, and known to the catalogue.
            const required = Object.values(workflow.requires.nodes).flat()
            for (const node of Object.values(bound.graph)) expect(required).toContain(node.class_type)
            for (const use of bound.models) {
              expect(bound.graph[use.at[0]]?.inputs[use.at[1]]).toBe(use.file)
              expect(library.models.get(use.file)).toBeDefined()
            }
            expect(modelNames(bound.graph).toSorted()).toEqual(bound.models.map((use) => use.file).toSorted())
            count++
          }
        }
      }
    }
    expect(count).toBeGreaterThan(0)
  })

  test('node ids are stable across a batch: only prompts, seed and prefix differ; results are files (hazard 19)', () => {
    const images = pictureSets(workflow)[0] ?? {}
    const bind = (n: number) => {
      const own: Record<string, unknown> = { ...words(workflow) }
      for (const name of Object.keys(own)) own[name] = `view ${n}`
      if ('seed' in workflow.inputs) own['seed'] = n
      return bindWorkflow(workflow, own, images, { prefix: `recast/job-${n}` }).graph
    }
    const [first, second] = [bind(1), bind(2)]
    expect(Object.keys(second)).toEqual(Object.keys(first))
    const differ = Object.keys(first).filter((id) => JSON.stringify(first[id]) !== JSON.stringify(second[id]))
    const pointers = Object.entries(workflow.inputs).flatMap(([name, input]) =>
      name === 'seed' || name in words(workflow) ? input.to : [],
    )
    const allowed = [...pointers, ...workflow.outputs.map((output) => output.prefix)].map(([id]) => id)
    expect(new Set(differ)).toEqual(new Set(allowed))
    const saves = Object.values(first).filter((node) => JSON.stringify(node.inputs).includes('recast/job-1'))
    expect(saves.map((node) => node.class_type)).toEqual(['SaveImage'])
  })

  test('binding changes nothing that came in, and gives the same twice', () => {
    const before = JSON.stringify(workflow)
    const values = Object.freeze(words(workflow))
    const images = Object.freeze(pictureSets(workflow)[0] ?? {})
    const options = Object.freeze({ prefix: 'p' })
    const first = bindWorkflow(workflow, values, images, options)
    Object.assign(first.graph['43']?.inputs ?? {}, { filename_prefix: 'changed by the caller' })
    expect(bindWorkflow(workflow, values, images, options).graph['43']?.inputs['filename_prefix']).toBe('p')
    expect(JSON.stringify(workflow)).toBe(before)
  })

  test('is ready on the recorded server, unless that is too old for it', () => {
    const tooOld = { ready: false, missing: [{ kind: 'version', minimum: '0.9.2', found: '0.8.0' }] }
    const expected = workflow.id === 'flux2-klein-4b-style' ? tooOld : { ready: true }
    expect(readiness(library, workflow, { version: '0.8.0', objectInfo: info })).toMatchObject(expected)
  })

  test('on a bare ComfyUI every model and custom node is reported, with what is needed to get it', () => {
    const answer = readiness(library, workflow, { version: '99.0.0', objectInfo: withoutModels(info) })
    if (answer.ready) throw new Error('ready without models')
    const models = answer.missing.flatMap((missing) => (missing.kind === 'model' ? [missing] : []))
    const packages = answer.missing.flatMap((missing) => (missing.kind === 'node' ? [missing.package.id] : []))
    expect(answer.missing).toHaveLength(models.length + packages.length)
    expect(models.length).toBeGreaterThan(0)
    for (const model of models) {
      expect(model).toMatchObject({ folder: expect.stringMatching(/^[a-z_]+$/), licence: { id: expect.stringMatching(/./) } })
    }
    expect(packages.every((id) => id === 'ComfyUI_StoryDiffusion')).toBe(true)
    expect(packages.length > 0).toBe(workflow.id === 'story-diffusion')
  })
})

/** File names of weights anywhere in a graph. */
function modelNames(graph: ReturnType<typeof bindWorkflow>['graph']): string[] {
  return Object.values(graph).flatMap((node) =>
    Object.values(node.inputs).filter(
      (value): value is string => typeof value === 'string' && /\.(safetensors|gguf|bin|ckpt|pth)$/.test(value),
    ),
  )
}

/** The recorded server without its custom nodes and without a single model. */
function withoutModels(all: ObjectInfo): ObjectInfo {
  const bare = structuredClone(all)
  for (const [name, cls] of Object.entries(bare)) {
    if (cls.python_module?.startsWith('custom_nodes.')) delete bare[name]
    for (const inputs of [cls.input.required, cls.input.optional]) {
      for (const spec of Object.values(inputs ?? {})) {
        if (!Array.isArray(spec)) continue
        const lists = [spec[0], (spec[1] as { options?: unknown } | undefined)?.options]
        for (const list of lists) {
          if (!Array.isArray(list)) continue
          const kept = list.filter((value) => typeof value !== 'string' || !/\.(safetensors|gguf|bin|ckpt|pth)$/.test(value))
          list.splice(0, list.length, ...kept)
        }
      }
    }
  }
  return bare
}
