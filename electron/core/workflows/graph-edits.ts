import { AppError } from '#shared/domain/error'
import { ancestorsOf, type Graph, type GraphNode, isLink, linksOf, type Pointer } from './graph'
import type { GraphEdit } from './workflow-schema'

/** Applies edits in their order to a copy; the graph that came in stays as it was. Throws `bug` when one does not fit. */
export function applyEdits(graph: Graph, edits: readonly GraphEdit[]): Graph {
  let result = graph
  for (const edit of edits) result = applyEdit(result, edit)
  return result
}

function applyEdit(graph: Graph, edit: GraphEdit): Graph {
  if ('set' in edit) return withInput(graph, edit.set, edit.value)
  if ('link' in edit) {
    need(graph, edit.from[0])
    return withInput(graph, edit.link, [...edit.from])
  }
  if ('bypass' in edit) return bypass(graph, edit.bypass, edit.input)
  if ('remove' in edit) return remove(graph, edit.remove)
  need(graph, edit.replace)
  return { ...graph, [edit.replace]: structuredClone(edit.with) }
}

/** A copy of the graph with one input of one node set. */
export function withInput(graph: Graph, [id, input]: Pointer, value: unknown): Graph {
  const node = need(graph, id)
  return { ...graph, [id]: { ...node, inputs: { ...node.inputs, [input]: value } } }
}

/** Consumers of the node's first output get what its input gets; further outputs must not be used. */
function bypass(graph: Graph, id: string, input: string): Graph {
  const source = need(graph, id).inputs[input]
  if (!isLink(source)) throw misfit(`node ${id} has no link at "${input}" to pass on`)
  return mapLinks(without(graph, id), (link) => {
    if (link[0] !== id) return link
    if (link[1] !== 0) throw misfit(`output ${link[1]} of node ${id} is used, so the node can't be bypassed`)
    return [...source]
  })
}

/** Inputs that were linked to the node lose the link. */
function remove(graph: Graph, id: string): Graph {
  need(graph, id)
  return mapLinks(without(graph, id), (link) => (link[0] === id ? undefined : link))
}

/** Only what the outputs depend on: the server would validate and list nodes that no output needs. */
export function prune(graph: Graph, outputs: readonly string[]): Graph {
  const kept = ancestorsOf(graph, outputs)
  return Object.fromEntries(Object.entries(graph).filter(([id]) => kept.has(id)))
}

function without(graph: Graph, id: string): Graph {
  return Object.fromEntries(Object.entries(graph).filter(([other]) => other !== id))
}

function mapLinks(graph: Graph, change: (link: [string, number]) => [string, number] | undefined): Graph {
  const mapNode = (node: GraphNode): GraphNode => {
    if (linksOf(node).length === 0) return node
    const inputs = Object.entries(node.inputs).flatMap(([name, value]) => {
      if (!isLink(value)) return [[name, value] as const]
      const link = change(value)
      return link === undefined ? [] : [[name, link] as const]
    })
    return { ...node, inputs: Object.fromEntries(inputs) }
  }
  return Object.fromEntries(Object.entries(graph).map(([id, node]) => [id, mapNode(node)]))
}

function need(graph: Graph, id: string): GraphNode {
  const node = Object.hasOwn(graph, id) ? graph[id] : undefined
  if (!node) throw misfit(`there is no node ${id}`)
  return node
}

function misfit(what: string): AppError {
  return new AppError(
    'bug',
    `A workflow's edit does not fit its graph: ${what}. Report it, and choose another variant meanwhile.`,
  )
}
