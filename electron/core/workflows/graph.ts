import { z } from 'zod'

/** ComfyUI node ids are numbers as text; nodes out of subgraphs are `12:3`. */
export const nodeIdSchema = z.string().regex(/^\d+(:\d+)*$/)
/** [node id, input name] */
export const pointerSchema = z.tuple([nodeIdSchema, z.string().min(1)])
export type Pointer = z.infer<typeof pointerSchema>
/** [node id, number of its output] */
export type Link = [string, number]

export const scalarSchema = z.union([z.string(), z.number(), z.boolean()])
export type Scalar = z.infer<typeof scalarSchema>

/** One node in ComfyUI's API format. Values of inputs stay unchecked here: checkGraph knows what a server takes. */
export const graphNodeSchema = z.strictObject({
  class_type: z.string().min(1),
  inputs: z.record(z.string(), z.unknown()),
  _meta: z.object({ title: z.string() }).optional(),
})
export type GraphNode = z.infer<typeof graphNodeSchema>

/** A graph in ComfyUI's API format: what `POST /prompt` takes as `prompt`. */
export const graphSchema = z.record(nodeIdSchema, graphNodeSchema)
export type Graph = z.infer<typeof graphSchema>

/** True for `[node id, output]`. ComfyUI takes every list of two for a link; a list as a value is wrapped in `__value__`. */
export function isLink(value: unknown): value is Link {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'number'
}

/** Every link of a node: [input name, [node, output]]. */
export function linksOf(node: GraphNode): [string, Link][] {
  return Object.entries(node.inputs).filter((entry): entry is [string, Link] => isLink(entry[1]))
}

/** The ids of these nodes and of all that they depend on. Links to nodes that are not there are passed over. */
export function ancestorsOf(graph: Graph, ids: Iterable<string>): Set<string> {
  const found = new Set<string>()
  const open = [...ids]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = Object.hasOwn(graph, id) ? graph[id] : undefined
    if (!node || found.has(id)) continue
    found.add(id)
    for (const [, [from]] of linksOf(node)) open.push(from)
  }
  return found
}
