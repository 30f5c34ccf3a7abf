import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bindWorkflow } from '#core/workflows/bind'
import { checkGraph, type ProblemCode } from '#core/workflows/check-graph'
import { type Graph, graphSchema } from '#core/workflows/graph'
import { loadWorkflows } from '#core/workflows/load'
import { objectInfoSchema } from '#core/workflows/object-info'

const fakes = fileURLToPath(new URL('../../fakes/comfyui/', import.meta.url))
const info = objectInfoSchema.parse(JSON.parse(readFileSync(`${fakes}object_info.json`, 'utf8')))

interface Line {
  case?: string
  dir?: string
  via?: string
  method?: string
  path?: string
  status?: number
  body?: { prompt?: unknown }
  json?: { error?: { type: string }; node_errors?: Record<string, { errors: { type: string }[] }> }
}

/** Every graph that was posted to the real server in a recording, with what the server answered. */
function posted(file: string): { name: string; prompt: unknown; status: number; errors: string[] }[] {
  const lines = readFileSync(`${fakes}recordings/${file}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  let name = file
  const result: ReturnType<typeof posted> = []
  lines.forEach((line, i) => {
    if (line.case) name = line.case
    if (line.dir !== 'send' || line.path !== '/prompt' || line.method !== 'POST' || line.body?.prompt === undefined) return
    const answer = lines.slice(i + 1).find((other) => other.dir === 'recv' && other.via === 'http' && other.path === '/prompt')
    if (answer?.status === undefined) return
    const errors = Object.values(answer.json?.node_errors ?? {}).flatMap((node) => node.errors.map((error) => error.type))
    if (answer.json?.error) errors.push(answer.json.error.type)
    result.push({ name, prompt: line.body.prompt, status: answer.status, errors })
  })
  return result
}

const all = readdirSync(`${fakes}recordings`)
  .filter((file) => file.endsWith('.jsonl'))
  .flatMap(posted)
const accepted = all.filter((one) => one.status === 200 && one.errors.length === 0)
const refused = all.filter((one) => !accepted.includes(one))

test('what the real server accepted has no problem', () => {
  expect(accepted.length).toBeGreaterThanOrEqual(10)
  for (const { name, prompt } of accepted)
    expect({ name, problems: checkGraph(graphSchema.parse(prompt), info) }).toEqual({ name, problems: [] })
})

describe('what the real server refused', () => {
  /** The server's word for it → ours. */
  const codes: Record<string, ProblemCode> = {
    required_input_missing: 'required_input_missing',
    value_not_in_list: 'value_not_in_list',
    value_smaller_than_min: 'value_smaller_than_min',
    value_bigger_than_max: 'value_bigger_than_max',
    invalid_input_type: 'invalid_input_type',
    return_type_mismatch: 'return_type_mismatch',
    prompt_no_outputs: 'no_output',
    exception_during_validation: 'dangling_link',
    exception_during_inner_validation: 'dangling_link',
  }
  // What only the schema or only the server can see; tested apart.
  const apart = new Set(['missing_class_type', 'missing_input_image', 'unknown_class'])
  const named = refused.filter((one) => !apart.has(one.name))

  test('is in the recordings', () => {
    expect(named.length).toBeGreaterThanOrEqual(9)
    expect(refused.map((one) => one.name)).toEqual(expect.arrayContaining([...apart]))
  })

  test.each(named.map((one) => [one.name, one] as const))('%s is found under the same name', (_name, one) => {
    const expected = one.errors.flatMap((error) => codes[error] ?? [])
    expect(expected.length).toBeGreaterThan(0)
    expect(checkGraph(graphSchema.parse(one.prompt), info).map((problem) => problem.code)).toEqual(
      expect.arrayContaining(expected),
    )
  })

  test('an unknown class is found, a node without class is no graph, and a file that is gone is the server’s to say', () => {
    const prompt = (name: string) => refused.find((one) => one.name === name)?.prompt
    expect(checkGraph(graphSchema.parse(prompt('unknown_class')), info)).toMatchObject([{ code: 'unknown_class', node: '3' }])
    expect(graphSchema.safeParse(prompt('missing_class_type')).success).toBe(false)
    expect(checkGraph(graphSchema.parse(prompt('missing_input_image')), info)).toEqual([])
  })
})

test('the 2511 camera graph is the one that was run for real, but for the photo’s encoding and node names', async () => {
  const library = await loadWorkflows(fileURLToPath(new URL('../../../workflows', import.meta.url)))
  const recorded = graphSchema.parse(posted('qwen_edit_2511.jsonl')[0]?.prompt)
  const camera = library.workflows.get('qwen-edit-2511-perspective')
  if (!camera) throw new Error('the workflow is gone')
  const bound = bindWorkflow(
    camera,
    { prompt: '<sks> front-right quarter view eye-level shot medium shot', seed: 0, cfg: 1 },
    { photo: 'rec-q.png' },
    { prefix: 'out', choices: { reference: 'encoder' } },
  ).graph
  const plain = (graph: Graph) =>
    Object.fromEntries(Object.entries(graph).map(([id, { class_type, inputs }]) => [id, { class_type, inputs }]))
  const ours = plain(bound)
  const theirs = plain(recorded)
  // At cfg 1 the sampler never looks at the negative: one run of the text encoder less.
  expect(ours['31']).toEqual({ class_type: 'ConditioningZeroOut', inputs: { conditioning: ['30', 0] } })
  delete ours['31']
  delete theirs['31']
  expect(ours).toEqual(theirs)
})
