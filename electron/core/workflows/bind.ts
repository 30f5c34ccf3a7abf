import { AppError } from '#shared/domain/error'
import { type Graph, type Pointer, type Scalar } from './graph'
import { applyEdits, prune, withInput } from './graph-edits'
import type { Workflow } from './load'
import { classOf, inputSpecs, type ObjectInfo } from './object-info'
import { type BindRequest, resolveValues } from './values'
import { compareVersions } from '#shared/domain/version'
import type { Condition } from './workflow-schema'

export interface BindOptions extends BindRequest {
  /** Unique for each attempt, so that a cached run does not answer with an older file's name. Goes to SaveImage alone. */
  prefix: string
  /** Model slot → the name under which the server has the file, as `readiness` answers it. */
  models?: Readonly<Record<string, string>>
  /** The server that will run it: rules that depend on the server follow it. */
  server?: ObjectInfo
}

/** A model that the bound graph loads. */
export interface ModelUse {
  slot: string
  /** As catalogued. */
  file: string
  /** Where the graph names it; of these nodes the first one that is there. */
  at: Pointer
}

/** A graph ready to send, and what is worth keeping with the result. */
export interface BoundWorkflow {
  workflowId: string
  graph: Graph
  /** Nodes whose pictures are the results, in order. */
  outputs: { node: string }[]
  values: Record<string, Scalar>
  choices: Record<string, string>
  /** Values and pictures that the caller gave and that this variant has no use for, e.g. a negative at cfg 1. */
  ignored: string[]
  models: ModelUse[]
  minimumVersion: string
  vramGb: number
}

/**
 * Makes a job's graph: variants, rules, values, pictures and models put into a copy of the workflow's graph, and what no output
 * needs taken out. Pure: nothing that came in is changed, and the same request gives the same node ids, so that the server's cache
 * works across a batch: only prompt, seed and prefix differ. `images` are names as the server's upload answered them, by slot.
 * Throws `input.invalid` for a value out of range, an unknown name or a missing picture.
 */
export function bindWorkflow(
  workflow: Workflow,
  given: Readonly<Record<string, unknown>>,
  images: Readonly<Record<string, string>>,
  options: BindOptions,
): BoundWorkflow {
  const { values, choices, explicit } = resolveValues(workflow, given, options)
  checkImages(workflow, images, options)
  const chosen = Object.entries(choices).flatMap(([choice, id]) => workflow.choices[choice]?.options[id] ?? [])
  let graph: Graph = structuredClone(workflow.graph)
  const at = (pointers: readonly Pointer[]) =>
    pointers.filter(([id, input]) => graph[id] && Object.hasOwn(graph[id].inputs, input))
  const put = (pointers: readonly Pointer[], value: unknown) => {
    for (const pointer of at(pointers)) graph = withInput(graph, pointer, value)
  }
  for (const option of chosen) graph = applyEdits(graph, option.edits)
  for (const [name, value] of Object.entries(values)) put(workflow.inputs[name]?.to ?? [], value)
  for (const [slot, file] of Object.entries(images)) put(workflow.images[slot]?.to ?? [], file)
  // After the values, because a rule may overrule one: without a sketch nothing is there to keep, so denoise is 1.
  const holds = (condition: Condition) => conditionHolds(condition, values, images, options.server)
  for (const rule of workflow.rules) if (rule.when.every(holds)) graph = applyEdits(graph, rule.edits)
  for (const output of workflow.outputs) put([output.prefix], options.prefix)
  graph = prune(
    graph,
    workflow.outputs.map(({ node }) => node),
  )
  // A slot counts where the graph still names its file: a variant or a rule may have put something else there, or taken the node away.
  const files = Object.assign({}, ...chosen.map((option) => option.models)) as Record<string, string>
  const models: ModelUse[] = []
  for (const [slot, model] of Object.entries(workflow.requires.models)) {
    const used = at(model.to).filter(([id, input]) => graph[id]?.inputs[input] === model.file)
    if (!used[0]) continue
    const file = files[slot] ?? model.file
    models.push({ slot, file, at: used[0] })
    put(used, options.models?.[slot] ?? file)
  }
  const unused = (pointers: readonly Pointer[] | undefined) => at(pointers ?? []).length === 0
  return {
    workflowId: workflow.id,
    graph,
    outputs: workflow.outputs.map(({ node }) => ({ node })),
    values,
    choices,
    ignored: [
      ...explicit.filter(
        (name) => !(workflow.inputs[name]?.to ?? []).some(([id, input]) => graph[id]?.inputs[input] === values[name]),
      ),
      ...Object.keys(images).filter((slot) => unused(workflow.images[slot]?.to)),
    ],
    models,
    minimumVersion: chosen.reduce(
      (least, { minimumVersion: own }) => (own !== undefined && compareVersions(own, least) > 0 ? own : least),
      workflow.minimumVersion,
    ),
    vramGb: chosen.reduce((need, option) => option.vramGb ?? need, workflow.vramGb),
  }
}

function checkImages(workflow: Workflow, images: Readonly<Record<string, string>>, request: BindRequest) {
  const missing = (slot: string, why: string) =>
    new AppError('input.invalid', `${workflow.title.en} needs a picture for "${slot}"${why}. Choose one and submit again.`, {
      detail: { image: slot },
    })
  for (const slot of Object.keys(images)) {
    if (!Object.hasOwn(workflow.images, slot)) {
      throw new AppError(
        'input.invalid',
        `${workflow.title.en} takes no picture "${slot}". It takes: ${Object.keys(workflow.images).join(', ') || 'none'}.`,
        { detail: { image: slot } },
      )
    }
  }
  for (const [slot, image] of Object.entries(workflow.images)) if (image.required && !images[slot]) throw missing(slot, '')
  const needs = request.level && workflow.levels[request.level]?.needs
  if (needs && !images[needs]) throw missing(needs, ` at the level "${request.level}", which refines a sketch`)
}

function conditionHolds(
  condition: Condition,
  values: Readonly<Record<string, Scalar>>,
  images: Readonly<Record<string, string>>,
  server: ObjectInfo | undefined,
): boolean {
  if ('image' in condition) return (images[condition.image] !== undefined) === condition.given
  if ('server' in condition) return (server === undefined || offers(server, condition.server)) === condition.has
  if ('equals' in condition) return values[condition.value] === condition.equals
  return (values[condition.value] !== undefined) === condition.given
}

function offers(server: ObjectInfo, [name, input, option]: readonly [string, string, string]): boolean {
  const cls = classOf(server, name)
  return cls !== undefined && (inputSpecs(cls, {}).get(input)?.options?.includes(option) ?? false)
}
