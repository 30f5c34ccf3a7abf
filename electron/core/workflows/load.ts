import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { AppError } from '#shared/domain/error'
import type { CustomWorkflow } from './custom/custom-store'
import { type Graph, graphSchema, isLink, type Pointer } from './graph'
import {
  type GraphEdit,
  type Model,
  modelsFileSchema,
  type NodePackage,
  packagesFileSchema,
  type WorkflowFile,
  workflowFileSchema,
} from './workflow-schema'

/** A workflow ready to bind: its file and its graph, frozen. */
export interface Workflow extends WorkflowFile {
  readonly graph: Graph
}

/** All shipped workflows with what they may need, frozen. */
export interface WorkflowLibrary {
  readonly workflows: ReadonlyMap<string, Workflow>
  /** By file name. */
  readonly models: ReadonlyMap<string, Model>
  readonly packages: ReadonlyMap<string, NodePackage>
  /** The user's own ones, by id; absent where none can be imported. */
  readonly custom?: (id: string) => CustomWorkflow | undefined
}

/**
 * Reads `models.json`, `node-packages.json` and every `<id>/workflow.json` with its `graph.json`, and checks that they fit together:
 * pointers resolve, models and packages are catalogued, defaults lie inside their ranges.
 * Throws `bug` naming the file: the folder belongs to the installation. Unreadable folders throw their file-system error.
 */
export async function loadWorkflows(dir: string): Promise<WorkflowLibrary> {
  const models = new Map(
    (await readJson(path.join(dir, 'models.json'), modelsFileSchema)).models.map((model) => [model.file, model]),
  )
  const packages = new Map(Object.entries((await readJson(path.join(dir, 'node-packages.json'), packagesFileSchema)).packages))
  const folders = (await readdir(dir, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const workflows = new Map<string, Workflow>()
  for (const folder of folders.toSorted()) {
    const file = await readJson(path.join(dir, folder, 'workflow.json'), workflowFileSchema)
    const graph = await readJson(path.join(dir, folder, 'graph.json'), graphSchema)
    const problems = checkWorkflow(file, graph, models, packages)
    if (file.id !== folder) problems.unshift(`its id "${file.id}" is not its folder's name`)
    if (problems.length > 0) throw broken(path.join(folder, 'workflow.json'), problems.join('; '))
    workflows.set(file.id, deepFreeze({ ...file, graph }))
  }
  return { workflows, models: frozenValues(models), packages: frozenValues(packages) }
}

/** What does not fit between a workflow file, its graph and the catalogues; one sentence each, empty when all is well. */
export function checkWorkflow(
  file: WorkflowFile,
  graph: Graph,
  models: ReadonlyMap<string, Model>,
  packages: ReadonlyMap<string, NodePackage>,
): string[] {
  const problems: string[] = []
  const options = Object.entries(file.choices).flatMap(([choice, { options: all }]) =>
    Object.entries(all).map(([id, option]) => ({ where: `choice ${choice}=${id}`, ...option })),
  )
  const edits = [...options.flatMap((option) => option.edits), ...file.rules.flatMap((rule) => rule.edits)]
  const resolves = ([id, input]: Pointer) =>
    nodesUnder(graph, edits, id).some((inputs) => Object.hasOwn(inputs, input)) || edits.some((edit) => sets(edit, id, input))
  const needPointers = (what: string, pointers: readonly Pointer[]) => {
    for (const pointer of pointers)
      if (!resolves(pointer)) problems.push(`${what} points to ${pointer.join('.')}, which is not in the graph`)
  }
  const needValues = (what: string, values: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(values)) {
      const input = file.inputs[name]
      if (!input) problems.push(`${what} sets "${name}", which is no input`)
      else if ('min' in input && (typeof value !== 'number' || value < input.min || value > input.max)) {
        problems.push(`${what} sets ${name} to ${String(value)}, outside ${input.min} … ${input.max}`)
      }
    }
  }
  for (const [name, input] of Object.entries(file.inputs)) {
    needPointers(`input ${name}`, input.to)
    if ('default' in input && input.default !== undefined) needValues(`the default of`, { [name]: input.default })
  }
  const names = Object.entries(file.inputs).flatMap(([name, input]) => [name, ...input.aliases])
  for (const name of new Set(names.filter((one, i) => names.indexOf(one) !== i))) problems.push(`two inputs answer to "${name}"`)
  for (const [slot, image] of Object.entries(file.images)) needPointers(`image ${slot}`, image.to)
  for (const output of file.outputs) needPointers('output', [output.prefix])
  for (const [slot, model] of Object.entries(file.requires.models)) {
    needPointers(`model ${slot}`, model.to)
    if (!models.has(model.file)) problems.push(`model ${slot} (${model.file}) is not in models.json`)
    for (const [id, input] of model.to) {
      for (const inputs of nodesUnder(graph, edits, id)) {
        if (inputs[input] !== model.file)
          problems.push(`model ${slot} is ${model.file}, but ${id}.${input} says ${String(inputs[input])}`)
      }
    }
  }
  for (const [name, choice] of Object.entries(file.choices)) {
    if (!Object.hasOwn(choice.options, choice.default)) problems.push(`choice ${name} has no option "${choice.default}"`)
  }
  for (const option of options) {
    needValues(option.where, option.values)
    for (const [slot, model] of Object.entries(option.models)) {
      if (!Object.hasOwn(file.requires.models, slot))
        problems.push(`${option.where} fills model slot "${slot}", which is not required`)
      if (!models.has(model)) problems.push(`${option.where} names ${model}, which is not in models.json`)
    }
  }
  for (const [name, level] of Object.entries(file.levels)) {
    needValues(`level ${name}`, level.values)
    for (const [choice, option] of Object.entries(level.choices)) {
      if (!file.choices[choice]?.options[option]) problems.push(`level ${name} chooses ${choice}=${option}, which there is not`)
    }
    if (level.needs !== undefined && !file.images[level.needs])
      problems.push(`level ${name} needs image "${level.needs}", which there is not`)
  }
  for (const { when } of file.rules) {
    for (const condition of when) {
      if ('value' in condition && !file.inputs[condition.value])
        problems.push(`a rule asks for value "${condition.value}", which is no input`)
      if ('image' in condition && !file.images[condition.image])
        problems.push(`a rule asks for image "${condition.image}", which there is not`)
    }
  }
  for (const [pack, classes] of Object.entries(file.requires.nodes)) {
    if (pack !== 'core' && !packages.has(pack)) problems.push(`package "${pack}" is not in node-packages.json`)
    for (const one of classes) if (!usedClasses(graph, edits).has(one)) problems.push(`class ${one} is required but not used`)
  }
  const listed = new Set(Object.values(file.requires.nodes).flat())
  for (const one of usedClasses(graph, edits)) if (!listed.has(one)) problems.push(`class ${one} is used but not required`)
  for (const [id, node] of Object.entries(graph)) {
    for (const value of Object.values(node.inputs)) {
      if (isLink(value) && !Object.hasOwn(graph, value[0]))
        problems.push(`node ${id} is linked to node ${value[0]}, which is not there`)
    }
  }
  return problems
}

/** The inputs of a node and of all that edits put in its place. */
function nodesUnder(graph: Graph, edits: readonly GraphEdit[], id: string): Record<string, unknown>[] {
  const replaced = edits.flatMap((edit) => ('replace' in edit && edit.replace === id ? [edit.with.inputs] : []))
  return graph[id] ? [graph[id].inputs, ...replaced] : []
}

function sets(edit: GraphEdit, id: string, input: string): boolean {
  const target = 'set' in edit ? edit.set : 'link' in edit ? edit.link : undefined
  return target !== undefined && target[0] === id && target[1] === input
}

function usedClasses(graph: Graph, edits: readonly GraphEdit[]): Set<string> {
  const replaced = edits.flatMap((edit) => ('replace' in edit ? [edit.with.class_type] : []))
  return new Set([...Object.values(graph).map((node) => node.class_type), ...replaced])
}

async function readJson<T extends z.ZodType>(file: string, schema: T): Promise<z.output<T>> {
  const text = await readFile(file, 'utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw broken(file, 'it is no JSON', cause)
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw broken(file, z.prettifyError(parsed.error), parsed.error)
  return parsed.data
}

function broken(file: string, why: string, cause?: unknown): AppError {
  return new AppError('bug', `The workflow file ${file} is damaged: ${why}. Install Recast again.`, { cause, detail: { file } })
}

function frozenValues<K, V>(map: Map<K, V>): ReadonlyMap<K, V> {
  return new Map([...map].map(([key, value]) => [key, deepFreeze(value)]))
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
