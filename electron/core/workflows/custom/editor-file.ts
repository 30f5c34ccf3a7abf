import { fileLimits, isSafeName, listOf, recordOf, refusedFile } from './workflow-text'

/** A slot of a node, in or out, or of a subgraph. */
export interface EditorSlot {
  name: string
  type: string
  label: string | undefined
  /** The link that ends here (inputs only). */
  link: string | undefined
  /** The name of the widget that this input stands for. */
  widget: string | undefined
}

/** A node as ComfyUI's editor saves it. */
export interface EditorNode {
  id: string
  /** Its class, or the id of a subgraph. */
  type: string
  /** 0 runs, 2 is muted, 4 is bypassed. */
  mode: number
  title: string | undefined
  inputs: EditorSlot[]
  outputs: EditorSlot[]
  /** By place, or by name as some custom nodes save them. */
  values: unknown[] | Record<string, unknown>
  named: Record<string, unknown>
  properties: Record<string, unknown>
}

/** A link: from an output of a node to an input of one. */
export interface EditorLink {
  id: string
  from: string
  fromSlot: number
  to: string
  toSlot: number
}

/** One canvas: the workflow itself, or a subgraph. */
export interface EditorGraph {
  name: string
  nodes: Map<string, EditorNode>
  links: Map<string, EditorLink>
  /** A subgraph's own inputs and outputs. */
  inputs: EditorSlot[]
  outputs: EditorSlot[]
}

export interface EditorFile {
  root: EditorGraph
  subgraphs: Map<string, EditorGraph>
}

/** The ids under which links name a subgraph's own inputs and outputs. */
export const ioNodes = { inputs: '-10', outputs: '-20' }

export const modes = { never: 2, bypass: 4 }

/** True for a file as ComfyUI's editor saves it (nodes, links, version), false for the API format. */
export function isEditorFile(file: Record<string, unknown>): boolean {
  return Array.isArray(file['nodes'])
}

/**
 * Reads a workflow as ComfyUI's editor saves it, subgraphs (also those that are kept inside others) in order. Unknown fields are passed
 * over. Throws `input.invalid` for what is no such file, has too many nodes or names that objects answer to by themselves.
 */
export function readEditorFile(file: Record<string, unknown>): EditorFile {
  const root = readGraph(file, 'the workflow')
  const subgraphs = new Map<string, EditorGraph>()
  collectSubgraphs(file, subgraphs)
  const total = [root, ...subgraphs.values()].reduce((sum, graph) => sum + graph.nodes.size, 0)
  if (total > fileLimits.nodes) throw refusedFile(`it has ${total} nodes; at most ${fileLimits.nodes} can be run. Split it.`)
  makeIdsUnique(root, subgraphs, Number(file['last_node_id']) || 0)
  return { root, subgraphs }
}

function collectSubgraphs(holder: Record<string, unknown>, found: Map<string, EditorGraph>): void {
  for (const raw of listOf(recordOf(holder['definitions'])['subgraphs'])) {
    const one = recordOf(raw)
    const id = String(one['id'] ?? '')
    if (!isSafeName(id)) throw refusedFile('one of its subgraphs has no usable id. Save it again in ComfyUI and import that.')
    if (found.has(id)) continue
    found.set(id, readGraph(one, `the subgraph "${String(one['name'] ?? id).slice(0, 60)}"`))
    collectSubgraphs(one, found)
  }
}

function readGraph(raw: Record<string, unknown>, where: string): EditorGraph {
  const nodes = new Map<string, EditorNode>()
  for (const one of listOf(raw['nodes'])) {
    const node = readNode(recordOf(one), where)
    // A second node of the same id can't be linked to: the editor keeps the first.
    if (!nodes.has(node.id)) nodes.set(node.id, node)
  }
  const links = new Map<string, EditorLink>()
  for (const one of listOf(raw['links'])) {
    const link = readLink(one)
    if (link) links.set(link.id, link)
  }
  const slots = (value: unknown): EditorSlot[] => listOf(value).map(readSlot)
  const name = typeof raw['name'] === 'string' ? raw['name'] : ''
  return { name, nodes, links, inputs: slots(raw['inputs']), outputs: slots(raw['outputs']) }
}

function readNode(raw: Record<string, unknown>, where: string): EditorNode {
  const id = String(raw['id'] ?? '')
  const type = String(raw['type'] ?? '')
  if (!isSafeName(id) || !isSafeName(type)) {
    throw refusedFile(`a node of ${where} has no usable id or class. Save it again in ComfyUI and import that.`, {
      node: id.slice(0, 60),
    })
  }
  const values = raw['widgets_values']
  return {
    id,
    type,
    mode: typeof raw['mode'] === 'number' ? raw['mode'] : 0,
    title: typeof raw['title'] === 'string' && raw['title'] !== '' ? raw['title'] : undefined,
    inputs: listOf(raw['inputs']).map(readSlot),
    outputs: listOf(raw['outputs']).map(readSlot),
    values: Array.isArray(values) ? values : recordOf(values),
    named: recordOf(raw['widgets_values_named']),
    properties: recordOf(raw['properties']),
  }
}

function readSlot(value: unknown): EditorSlot {
  const raw = recordOf(value)
  const widget = recordOf(raw['widget'])['name']
  const type = raw['type']
  return {
    name: String(raw['name'] ?? ''),
    // Old files keep the options of a list in place of its type.
    type: Array.isArray(type) ? 'COMBO' : String(type ?? '*'),
    label: typeof raw['label'] === 'string' ? raw['label'] : undefined,
    link: raw['link'] === null || raw['link'] === undefined ? undefined : String(raw['link']),
    widget: typeof widget === 'string' ? widget : undefined,
  }
}

/** Links are lists on the canvas and objects in subgraphs. */
function readLink(value: unknown): EditorLink | undefined {
  const raw = recordOf(value)
  const [id, from, fromSlot, to, toSlot] = Array.isArray(value)
    ? value
    : [raw['id'], raw['origin_id'], raw['origin_slot'], raw['target_id'], raw['target_slot']]
  if (id === undefined || id === null) return undefined
  return { id: String(id), from: String(from), fromSlot: Number(fromSlot), to: String(to), toSlot: Number(toSlot) }
}

/**
 * Gives nodes of subgraphs new ids where another canvas has them already, as the editor does (copies of a subgraph keep its ids).
 * @param lastId the file's own counter
 */
function makeIdsUnique(root: EditorGraph, subgraphs: ReadonlyMap<string, EditorGraph>, lastId: number): void {
  const taken = new Set(root.nodes.keys())
  const renamed = new Map<string, ReadonlyMap<string, string>>()
  let last = Math.max(lastId, ...[...taken].map(Number).filter(Number.isInteger), 0)
  for (const [subgraphId, graph] of subgraphs) {
    const ids = new Map<string, string>()
    for (const node of graph.nodes.values()) {
      if (taken.has(node.id)) {
        do last++
        while (taken.has(String(last)))
        ids.set(node.id, String(last))
        taken.add(String(last))
      } else {
        taken.add(node.id)
        if (Number.isInteger(Number(node.id))) last = Math.max(last, Number(node.id))
      }
    }
    if (ids.size === 0) continue
    renamed.set(subgraphId, ids)
    const now = (id: string): string => ids.get(id) ?? id
    graph.nodes = new Map([...graph.nodes.values()].map((node) => [now(node.id), { ...node, id: now(node.id) }]))
    for (const link of graph.links.values()) {
      link.from = now(link.from)
      link.to = now(link.to)
    }
  }
  // Hosts name nodes inside their subgraph as the source of a widget that they show.
  for (const graph of [root, ...subgraphs.values()]) {
    for (const node of graph.nodes.values()) {
      const ids = renamed.get(node.type)
      const proxies = node.properties['proxyWidgets']
      if (!ids || !Array.isArray(proxies)) continue
      const moved = proxies.map((entry: unknown) =>
        Array.isArray(entry) ? entry.map((part: unknown, i) => (i === 1 ? part : (ids.get(String(part)) ?? part))) : entry,
      )
      node.properties = { ...node.properties, proxyWidgets: moved }
    }
  }
}
