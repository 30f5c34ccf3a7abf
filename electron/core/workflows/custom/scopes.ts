import { classOf, type ObjectInfo } from '../object-info'
import { classInputs, dynamicInputs, isWidget, readWidgetValues } from './class-widgets'
import { type EditorFile, type EditorGraph, type EditorNode, type EditorSlot, ioNodes, modes } from './editor-file'
import { fileLimits, listOf, refusedFile } from './workflow-text'

/** One canvas as it runs: the workflow, or a subgraph at one place; the same subgraph at two places is two of them. */
export interface Scope {
  graph: EditorGraph
  /** Ids of the hosts down to here, joined by colons; empty at the top. */
  path: string
  parent: Scope | undefined
  /** The node in the parent that stands for this canvas. */
  host: EditorNode | undefined
  inner: Map<string, Scope>
  /** Values that a host gives fields inside that no input of the subgraph leads to, by `node\0field`. */
  overrides: Map<string, unknown>
}

/** The place of a node in the graph that is sent: `12`, or `5:12` inside of node 5. */
export function executionId(scope: Scope, node: EditorNode): string {
  return scope.path === '' ? node.id : `${scope.path}:${node.id}`
}

/** How deep subgraphs may stand in each other. */
const maxNesting = 20

/** Unfolds all subgraphs, muted and bypassed ones too. Throws `input.invalid` where they hold themselves, or are far too many. */
export function openScopes(file: EditorFile): Scope {
  const counted = { nodes: 0 }
  const open = (graph: EditorGraph, parent: Scope | undefined, host: EditorNode | undefined, above: readonly string[]): Scope => {
    counted.nodes += graph.nodes.size
    if (counted.nodes > fileLimits.nodes) {
      throw refusedFile(`its subgraphs unfold to more than ${fileLimits.nodes} nodes. Split it into smaller workflows.`)
    }
    const path = parent && host ? executionId(parent, host) : ''
    const scope: Scope = { graph, path, parent, host, inner: new Map(), overrides: new Map() }
    for (const node of graph.nodes.values()) {
      const definition = file.subgraphs.get(node.type)
      if (!definition) continue
      if (above.includes(node.type) || above.length >= maxNesting) {
        throw refusedFile(
          `the subgraph "${definition.name}" holds itself, or subgraphs stand too deep in each other. Take it apart in ComfyUI.`,
        )
      }
      scope.inner.set(node.id, open(definition, scope, node, [...above, node.type]))
    }
    return scope
  }
  return open(file.root, undefined, undefined, [])
}

/** All canvases, outer ones first. */
export function allScopes(root: Scope): Scope[] {
  return [root, ...[...root.inner.values()].flatMap(allScopes)]
}

/** A node's inputs in the editor's order: the class's own, then those that only the file knows. */
export function nodeInputs(node: EditorNode, info: ObjectInfo, values: ReadonlyMap<string, unknown>): EditorSlot[] {
  const cls = classOf(info, node.type)
  if (!cls) return node.inputs
  const own = classInputs(cls).flatMap((input) => [input, ...dynamicInputs(input, values.get(input.name))])
  const sockets = [...own.filter((input) => !isWidget(input)), ...own.filter(isWidget)]
  const saved = new Map(node.inputs.map((slot) => [slot.name, slot]))
  const known = sockets
    .filter(({ type }) => type !== 'COMFY_AUTOGROW_V3')
    .map((input): EditorSlot => {
      const slot = saved.get(input.name)
      const type = input.type === 'COMFY_MATCHTYPE_V3' ? (slot?.type ?? '*') : input.type
      const widget = isWidget(input) ? input.name : undefined
      return { name: input.name, type, label: slot?.label, link: slot?.link, widget }
    })
  const names = new Set(known.map(({ name }) => name))
  return [...known, ...node.inputs.filter(({ name }) => !names.has(name))]
}

/** The fields of nodes and of hosts, with the values that they hold at each place. */
export class FieldValues {
  readonly #values = new Map<Scope, Map<string, Map<string, unknown>>>()
  readonly #promoted = new Map<Scope, Map<string, unknown>>()

  constructor(
    private readonly info: ObjectInfo,
    root: Scope,
  ) {
    // Inner hosts first: an outer host may say the value of a field that an inner one shows.
    for (const scope of allScopes(root)) this.#giveProxies(scope)
  }

  /** The values of a node's own fields, by input name. */
  of(scope: Scope, node: EditorNode): Map<string, unknown> {
    const known = this.#values.get(scope)?.get(node.id)
    if (known) return known
    const cls = classOf(this.info, node.type)
    const values = cls ? readWidgetValues(cls, node.values) : namedValues(node)
    for (const [key, value] of scope.overrides) {
      const [id, name] = key.split('\0') as [string, string]
      if (id === node.id && values.has(name)) values.set(name, value)
    }
    const perScope = this.#values.get(scope) ?? new Map<string, Map<string, unknown>>()
    this.#values.set(scope, perScope.set(node.id, values))
    return values
  }

  /** What a host holds for inputs of its subgraph that show a field, by the input's name. */
  ofHost(inner: Scope): Map<string, unknown> {
    const known = this.#promoted.get(inner)
    if (known) return known
    const values = new Map<string, unknown>()
    this.#promoted.set(inner, values)
    const { host } = inner
    if (!host) return values
    const given = Array.isArray(host.values) ? host.values : []
    const quarantined = quarantinedValues(host)
    let place = 0
    for (const slot of hostInputs(inner)) {
      const field = this.#fieldBehind(inner, slot.name)
      if (!field) continue
      const own = quarantined.has(slot.name) ? quarantined.get(slot.name) : given[place]
      values.set(slot.name, own === undefined ? field.value : own)
      place++
    }
    for (const [key, value] of inner.overrides) {
      const [id, name] = key.split('\0') as [string, string]
      if (id === ioNodes.inputs && values.has(name)) values.set(name, value)
    }
    return values
  }

  /** The first field inside that an input of the subgraph leads to. */
  #fieldBehind(inner: Scope, input: string): { value: unknown } | undefined {
    const slot = inner.graph.inputs.findIndex(({ name }) => name === input)
    for (const link of inner.graph.links.values()) {
      if (link.from !== ioNodes.inputs || link.fromSlot !== slot) continue
      const node = inner.graph.nodes.get(link.to)
      if (!node) continue
      const name = targetName(node, link.id)
      if (name === undefined) continue
      const deeper = inner.inner.get(node.id)
      const values = deeper ? this.ofHost(deeper) : this.of(inner, node)
      if (values.has(name)) return { value: values.get(name) }
    }
    return undefined
  }

  /**
   * Hosts of editors before 1.50 name the fields that they show in `proxyWidgets`, [node inside, field], with a value for each. The value
   * goes to the subgraph's input that shows the field where there is one, else to the field itself, at this place alone.
   */
  #giveProxies(scope: Scope): void {
    const { host, parent } = scope
    if (!host || !parent) return
    const given = Array.isArray(host.values) ? host.values : []
    listOf(host.properties['proxyWidgets']).forEach((entry, place) => {
      const [id, name] = listOf(entry).map(String)
      const value = given[place]
      if (id === undefined || name === undefined || value === undefined) return
      if (id === '-1') {
        scope.overrides.set(`${ioNodes.inputs}\0${name}`, value)
        return
      }
      const node = scope.graph.nodes.get(id)
      if (!node) return
      const shown = inputOver(scope, node, name)
      const deeper = scope.inner.get(id)
      if (shown !== undefined) scope.overrides.set(`${ioNodes.inputs}\0${shown}`, value)
      else if (deeper) deeper.overrides.set(`${ioNodes.inputs}\0${name}`, value)
      else scope.overrides.set(`${id}\0${name}`, value)
    })
  }
}

/** The subgraph's input that is linked to a field of a node inside. */
function inputOver(scope: Scope, node: EditorNode, field: string): string | undefined {
  const slot = node.inputs.find(({ name, widget }) => (widget ?? name) === field)
  const link = slot?.link === undefined ? undefined : scope.graph.links.get(slot.link)
  return link?.from === ioNodes.inputs ? scope.graph.inputs[link.fromSlot]?.name : undefined
}

function targetName(node: EditorNode, linkId: string): string | undefined {
  const slot = node.inputs.find(({ link }) => link === linkId)
  return slot && (slot.widget ?? slot.name)
}

/** A host's inputs: its subgraph's, in the subgraph's order, with the host's links. Files may name only some of them. */
export function hostInputs(inner: Scope): EditorSlot[] {
  const saved = new Map(inner.host?.inputs.map((slot) => [slot.name, slot]))
  return inner.graph.inputs.map((slot) => ({ ...slot, link: saved.get(slot.name)?.link }))
}

/** Values that the editor put aside when it could not place them, by the input's name; the first of a name counts. */
function quarantinedValues(host: EditorNode): Map<string, unknown> {
  const values = new Map<string, unknown>()
  for (const raw of listOf(host.properties['proxyWidgetErrorQuarantine'])) {
    const { originalEntry, hostValue } = raw as { originalEntry?: unknown; hostValue?: unknown }
    const [id, name] = listOf(originalEntry).map(String)
    if (id === '-1' && name !== undefined && hostValue !== undefined && !values.has(name)) values.set(name, hostValue)
  }
  return values
}

/** Of a class that the server does not have: what the file says by name. */
function namedValues(node: EditorNode): Map<string, unknown> {
  const named = Array.isArray(node.values) ? node.named : node.values
  const values = new Map(Object.entries(named))
  const widgets = node.inputs.filter(({ widget }) => widget !== undefined)
  if (values.size === 0 && Array.isArray(node.values) && widgets.length === node.values.length) {
    widgets.forEach(({ name }, i) => values.set(name, (node.values as unknown[])[i]))
  }
  return values
}

/** True when nothing of this node reaches the server. */
export function isOff(node: EditorNode): boolean {
  return node.mode === modes.never || node.mode === modes.bypass
}
