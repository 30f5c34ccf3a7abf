import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadWorkflows } from './load'

const shipped = fileURLToPath(new URL('../../../workflows', import.meta.url))
const id = 'qwen-edit-2511-perspective'
let dir: string

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'recast-workflows-'))
  for (const name of ['models.json', 'node-packages.json', id])
    await cp(path.join(shipped, name), path.join(dir, name), { recursive: true })
})
afterEach(() => rm(dir, { recursive: true, force: true }))

// oxlint-disable-next-line no-explicit-any -- the point is to write what the schema forbids
async function change(file: string, how: (json: any) => void) {
  const full = path.join(dir, file)
  const json: unknown = JSON.parse(await readFile(full, 'utf8'))
  how(json)
  await writeFile(full, JSON.stringify(json))
}

test('what is loaded is frozen to the bottom', async () => {
  const { workflows, models } = await loadWorkflows(dir)
  const workflow = workflows.get(id)
  expect(() => Object.assign(workflow?.graph['41']?.inputs ?? {}, { steps: 1 })).toThrow(TypeError)
  expect(() => workflow?.inputs['steps']?.to.pop()).toThrow(TypeError)
  expect([...models.values()].every((model) => Object.isFrozen(model.licence))).toBe(true)
})

describe('a file that does not fit is refused with its name and the reason', () => {
  const wf = `${id}/workflow.json`
  const graph = `${id}/graph.json`
  // oxlint-disable-next-line no-explicit-any -- see above
  test.each<[string, string, (json: any) => void, RegExp]>([
    ['an id that is not the folder', wf, (w) => (w.id = 'other'), /not its folder's name/],
    ['an unknown key', wf, (w) => (w.inputz = {}), /inputz/],
    ['a pointer to no node', wf, (w) => (w.inputs.steps.to = [['99', 'steps']]), /input steps points to 99\.steps/],
    ['a pointer to no input', wf, (w) => (w.inputs.steps.to = [['41', 'stepz']]), /41\.stepz/],
    ['an image to nowhere', wf, (w) => (w.images.photo.to = [['4', 'file']]), /image photo points to 4\.file/],
    ['an output to nowhere', wf, (w) => (w.outputs[0].prefix = ['43', 'name']), /output points to 43\.name/],
    ['a default out of range', wf, (w) => (w.inputs.steps.default = 900), /steps to 900, outside 1 … 200/],
    [
      'a variant’s value out of range',
      wf,
      (w) => (w.choices.speed.options.full.values.cfg = 99),
      /choice speed=full sets cfg to 99/,
    ],
    ['a variant’s value that is no input', wf, (w) => (w.choices.speed.options.full.values.cgf = 4), /"cgf", which is no input/],
    ['a default option that there is not', wf, (w) => (w.choices.speed.default = 'fast'), /no option "fast"/],
    [
      'a model that is not catalogued',
      wf,
      (w) => (w.choices.weights.options.int8.models.unet = 'x.gguf'),
      /x\.gguf, which is not in models\.json/,
    ],
    ['a slot that is not required', wf, (w) => (w.choices.weights.options.int8.models.unett = 'x'), /slot "unett"/],
    [
      'a model that the graph does not name',
      graph,
      (g) => (g['1'].inputs.unet_name = 'other.safetensors'),
      /1\.unet_name says other/,
    ],
    [
      'a class that is not required',
      graph,
      (g) => (g['50'] = { class_type: 'KSamplerSelect', inputs: {} }),
      /KSamplerSelect is used but not/,
    ],
    ['a class that is not used', wf, (w) => w.requires.nodes.core.push('Canny'), /Canny is required but not used/],
    ['a package that is not catalogued', wf, (w) => (w.requires.nodes.Pack = ['KSampler']), /package "Pack"/],
    ['a link to nowhere', graph, (g) => (g['41'].inputs.model = ['77', 0]), /linked to node 77/],
    ['two inputs of one name', wf, (w) => (w.inputs.steps.aliases = ['cfg_scale']), /two inputs answer to "cfg_scale"/],
    ['a rule about no input', wf, (w) => (w.rules[1].when = [{ value: 'cgf', equals: 1 }]), /value "cgf"/],
    ['a level of a variant that there is not', wf, (w) => (w.levels = { mid: { choices: { speed: 'slow' } } }), /speed=slow/],
    ['a level that needs no picture', wf, (w) => (w.levels = { mid: { needs: 'sketch' } }), /needs image "sketch"/],
  ])('%s', async (_name, file, how, message) => {
    await change(file, how)
    const loading = loadWorkflows(dir)
    await expect(loading).rejects.toThrow(message)
    await expect(loading).rejects.toMatchObject({ code: 'bug', message: expect.stringContaining(id) })
  })

  test('no JSON, and no file', async () => {
    await writeFile(path.join(dir, graph), '{"1": ')
    await expect(loadWorkflows(dir)).rejects.toThrow(/graph\.json is damaged: it is no JSON/)
    await rm(path.join(dir, graph))
    await expect(loadWorkflows(dir)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
