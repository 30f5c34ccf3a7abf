import type { ConversionProblem } from '#shared/domain/custom-workflow'
import type { Graph, GraphNode } from '../graph'
import { classOf, type ObjectInfo } from '../object-info'
import { classInputs, dynamicInputs, isWidget, needsBrowser } from './class-widgets'
import { expandDynamicPrompt, hasChoice } from './dynamic-prompt'
import { type EditorFile, type EditorNode } from './editor-file'
import { allScopes, executionId, FieldValues, isOff, openScopes, type Scope } from './scopes'
import { BrokenTrail, isEditorNode, Tracer } from './trace'
import { isSafeName } from './workflow-text'

/** A workflow file in the API format, with all that could not be carried over. */
export interface Conversion {
  graph: Graph
  problems: ConversionProblem[]
}

/**
 * Turns a workflow as ComfyUI's editor saves it into the API format, as the editor itself does when it sends one: the server's
 * `/object_info` says which fields a node has and in which order. Texts with a choice (`{a|b}`) stay as they are: each job makes its own.
 * Throws `input.invalid` for subgraphs that hold themselves or are too many.
 */
export function convertEditorFile(file: EditorFile, info: ObjectInfo): Conversion {
  const root = openScopes(file)
  const fields = new FieldValues(info, root)
  const tracer = new Tracer(info, fields)
  const problems: ConversionProblem[] = []
  const entries: [string, GraphNode][] = []
  for (const scope of allScopes(root)) {
    if (hostIsOff(scope)) continue
    for (const node of scope.graph.nodes.values()) {
      if (isOff(node) || isEditorNode(node.type) || scope.inner.has(node.id)) continue
      const { inputs, messages } = convertNode(scope, node, info, fields, tracer)
      const title = titleOf(node, info)
      const id = executionId(scope, node)
      entries.push([id, { class_type: node.type, inputs, _meta: { title } }])
      problems.push(...messages.map((message) => ({ node: id, title, classType: node.type, message })))
    }
  }
  const graph: Graph = Object.fromEntries(entries)
  return { graph: withoutLooseLinks(graph), problems }
}

/** Titles that the user gave, else the class's own. */
function titleOf(node: EditorNode, info: ObjectInfo): string {
  const shown = classOf(info, node.type)?.['display_name']
  return node.title ?? (typeof shown === 'string' && shown !== '' ? shown : node.type)
}

function hostIsOff(scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.host && isOff(at.host)) return true
  return false
}

function convertNode(scope: Scope, node: EditorNode, info: ObjectInfo, fields: FieldValues, tracer: Tracer) {
  const messages: string[] = []
  const inputs = new Map<string, unknown>()
  const cls = classOf(info, node.type)
  if (!cls) messages.push('the server has no such node, so its fields are taken as the file names them')
  const values = fields.of(scope, node)
  const own = cls ? classInputs(cls).flatMap((input) => [input, ...dynamicInputs(input, values.get(input.name))]) : []
  const byName = new Map(own.map((input) => [input.name, input]))
  for (const [name, value] of values) {
    if (!isSafeName(name)) continue
    const dynamic = byName.get(name)?.options['dynamicPrompts'] === true
    inputs.set(name, dynamic && typeof value === 'string' && !hasChoice(value) ? expandDynamicPrompt(value, () => 0) : value)
  }
  // An array would be taken for a link.
  for (const [name, value] of inputs) if (Array.isArray(value)) inputs.set(name, { __value__: value })
  tracer.inputsOf(scope, node).forEach((slot, at) => {
    if (!isSafeName(slot.name)) return
    try {
      const source = tracer.sourceOf(scope, node, at)
      if (!source) return
      if ('link' in source) inputs.set(slot.name, source.link)
      else inputs.set(slot.name, Array.isArray(source.value) ? { __value__: source.value } : source.value)
    } catch (thrown) {
      if (!(thrown instanceof BrokenTrail)) throw thrown
      messages.push(thrown.message)
    }
  })
  for (const input of own) {
    if (needsBrowser(input))
      messages.push(
        `its "${input.name}" is made in ComfyUI's own page (camera, microphone or 3D view), which Recast does not have`,
      )
    else if (input.required && !isWidget(input) && !inputs.has(input.name) && !isDynamic(input.type)) {
      messages.push(`its input "${input.name}" is linked to nothing`)
    }
  }
  return { inputs: Object.fromEntries(inputs), messages }
}

function isDynamic(type: string): boolean {
  return type.startsWith('COMFY_')
}

/** Links to nodes that are not sent are left out, as the editor does it: the server then says what is missing, or takes its default. */
function withoutLooseLinks(graph: Graph): Graph {
  for (const node of Object.values(graph)) {
    for (const [name, value] of Object.entries(node.inputs)) {
      if (Array.isArray(value) && value.length === 2 && !Object.hasOwn(graph, String(value[0]))) delete node.inputs[name]
    }
  }
  return graph
}
