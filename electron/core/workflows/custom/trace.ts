import { classOf, type ObjectInfo } from '../object-info'
import { type EditorNode, ioNodes, modes } from './editor-file'
import { executionId, type FieldValues, hostInputs, nodeInputs, type Scope } from './scopes'

/** Where an input gets what it gets: another node's output, or a value that the editor holds outside of the node. */
export type Source = { link: [string, number] } | { value: unknown }

/** Nodes that only the editor knows: they pass on what comes in, hold a value, or say something to people. */
export const editorNodes = {
  passing: new Set(['Reroute', 'Reroute (rgthree)']),
  value: new Set(['PrimitiveNode']),
  notes: new Set(['Note', 'MarkdownNote', 'Label (rgthree)', 'Fast Groups Bypasser (rgthree)', 'Fast Groups Muter (rgthree)']),
  setter: 'SetNode',
  getter: 'GetNode',
}

/** True for a node that never reaches the server, whatever the server has. */
export function isEditorNode(type: string): boolean {
  const { passing, value, notes, setter, getter } = editorNodes
  return passing.has(type) || value.has(type) || notes.has(type) || type === setter || type === getter
}

type Place =
  | { side: 'input'; scope: Scope; node: EditorNode; slot: number; type: string | undefined }
  | { side: 'output'; scope: Scope; node: EditorNode; slot: number; type: string }

/** What stopped the search for a source. */
export class BrokenTrail extends Error {}

/** Finds what feeds an input, through subgraphs, reroutes and bypassed nodes. Throws {@link BrokenTrail}. */
export class Tracer {
  constructor(
    private readonly info: ObjectInfo,
    private readonly fields: FieldValues,
  ) {}

  /** The inputs of a node as the editor shows them; their place is the slot's number. */
  inputsOf(scope: Scope, node: EditorNode) {
    return nodeInputs(node, this.info, this.fields.of(scope, node))
  }

  /** Undefined where nothing does: then the input keeps its own value, if it has one. */
  sourceOf(scope: Scope, node: EditorNode, slot: number): Source | undefined {
    const seen = new Set<string>()
    let place: Place | Source | undefined = { side: 'input', scope, node, slot, type: undefined }
    while (place && 'side' in place) {
      const key: string = `${place.scope.path}/${place.node.id}/${place.side}/${place.slot}`
      if (seen.has(key)) throw new BrokenTrail('its links run in a circle')
      seen.add(key)
      place = place.side === 'input' ? this.#before(place) : this.#behind(place)
    }
    return place
  }

  /** From an input to what it is linked to. */
  #before({ scope, node, slot, type }: Extract<Place, { side: 'input' }>): Place | Source | undefined {
    const inner = scope.inner.get(node.id)
    const input = (inner ? hostInputs(inner) : this.inputsOf(scope, node))[slot]
    if (!input || input.link === undefined) return undefined
    const link = scope.graph.links.get(input.link)
    if (!link) throw new BrokenTrail(`its input "${input.name}" names a link that is not in the file`)
    if (link.from === ioNodes.inputs) return this.#outside(scope, link.fromSlot)
    const from = scope.graph.nodes.get(link.from)
    if (!from) throw new BrokenTrail(`its input "${input.name}" is linked to node ${link.from}, which is not in the file`)
    return { side: 'output', scope, node: from, slot: link.fromSlot, type: type ?? input.type }
  }

  /** From an input of a subgraph, seen from inside, to its host's. */
  #outside(scope: Scope, slot: number): Place | Source | undefined {
    const { host, parent } = scope
    const name = scope.graph.inputs[slot]?.name
    if (!host || !parent || name === undefined) throw new BrokenTrail('it is linked to an input that its subgraph does not have')
    const at = hostInputs(scope).findIndex((input) => input.name === name)
    if (at !== -1 && hostInputs(scope)[at]?.link !== undefined)
      return { side: 'input', scope: parent, node: host, slot: at, type: undefined }
    const values = this.fields.ofHost(scope)
    return values.has(name) ? { value: values.get(name) } : undefined
  }

  /** From an output to the node that makes it. */
  #behind({ scope, node, slot, type }: Extract<Place, { side: 'output' }>): Place | Source | undefined {
    if (node.mode === modes.never) return undefined
    if (node.mode === modes.bypass) {
      const past = this.#bypassed(scope, node, slot, type)
      return past === -1 ? undefined : { side: 'input', scope, node, slot: past, type: undefined }
    }
    const inner = scope.inner.get(node.id)
    if (inner) return intoSubgraph(inner, slot, type)
    const { passing, value, setter, getter } = editorNodes
    if (passing.has(node.type) || node.type === setter) return { side: 'input', scope, node, slot: 0, type }
    if (value.has(node.type)) return primitiveValue(node)
    if (node.type === getter) {
      const from = setterOf(scope, node)
      return from && { side: 'input', scope: from.scope, node: from.node, slot: 0, type }
    }
    return { link: [executionId(scope, node), slot] }
  }

  /**
   * The input of a bypassed node whose value takes the place of an output: the one in the same place where its type fits, else the first
   * of the same type, else the first that fits.
   */
  #bypassed(scope: Scope, node: EditorNode, slot: number, type: string): number {
    const inner = scope.inner.get(node.id)
    const inputs = inner ? hostInputs(inner) : this.inputsOf(scope, node)
    const cls = classOf(this.info, node.type)
    const told = cls?.output[slot]
    const own = Array.isArray(told) ? 'COMBO' : typeof told === 'string' ? told : undefined
    const output = own === undefined || own === 'COMFY_MATCHTYPE_V3' ? (node.outputs[slot]?.type ?? '*') : own
    if (type === '*' || type === '') return inputs.length > slot ? slot : 0
    const fits = (input: { type: string }): boolean => connects(input.type, output) && connects(input.type, type)
    const same = inputs[slot]
    if (same && fits(same)) return slot
    const exact = inputs.findIndex((input) => input.type === type)
    return exact === -1 ? inputs.findIndex(fits) : exact
  }
}

/** From an output of a host to what makes it inside. */
function intoSubgraph(inner: Scope, slot: number, type: string): Place | undefined {
  for (const link of inner.graph.links.values()) {
    if (link.to !== ioNodes.outputs || link.toSlot !== slot) continue
    const from = inner.graph.nodes.get(link.from)
    if (!from) throw new BrokenTrail(`an output of the subgraph "${inner.graph.name}" is linked to a node that is not in it`)
    return { side: 'output', scope: inner, node: from, slot: link.fromSlot, type }
  }
  return undefined
}

function primitiveValue(node: EditorNode): Source | undefined {
  const first: unknown = Array.isArray(node.values) ? node.values[0] : node.values['value']
  return first === undefined || first === null ? undefined : { value: first }
}

/** The node that sets what a getter gets: the same name, here or on a canvas around it. */
function setterOf(scope: Scope, getter: EditorNode): { scope: Scope; node: EditorNode } | undefined {
  const nameOf = (node: EditorNode): unknown => (Array.isArray(node.values) ? node.values[0] : undefined)
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    for (const node of at.graph.nodes.values()) {
      if (node.type === editorNodes.setter && nameOf(node) === nameOf(getter)) return { scope: at, node }
    }
  }
  throw new BrokenTrail(`it gets "${String(nameOf(getter))}", which nothing sets`)
}

/** Whether the editor lets an output of one type go to an input of the other. */
function connects(one: string, other: string): boolean {
  const any = (type: string): boolean => type === '' || type === '*' || type === '0'
  if (any(one) || any(other) || one === other) return true
  const lists = [one, other].map((type) => type.toLowerCase().split(','))
  return lists[0]?.some((type) => any(type) || lists[1]?.some((second) => any(second) || type === second)) === true
}
