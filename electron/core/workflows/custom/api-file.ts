import type { ConversionProblem } from '#shared/domain/custom-workflow'
import { type Graph, type GraphNode, isLink } from '../graph'
import { fileLimits, isSafeName, recordOf, refusedFile } from './workflow-text'

/**
 * Reads a workflow in ComfyUI's API format: `{id: {class_type, inputs}}`, also inside of `prompt`, as it is posted and as PNG files hold
 * it. Links to nodes that are not there are left out and told. Throws `input.invalid` for what is none, or can't be run.
 */
export function readApiFile(file: Record<string, unknown>): { graph: Graph; problems: ConversionProblem[] } {
  const nodes = isApiGraph(file['prompt']) ? recordOf(file['prompt']) : file
  const ids = Object.keys(nodes).filter((id) => hasClass(nodes[id]))
  if (!isApiGraph(nodes)) {
    throw refusedFile(
      "it is neither a workflow as ComfyUI's editor saves it nor one in its API format. In ComfyUI choose Workflow → Save, or Export (API).",
    )
  }
  if (ids.length > fileLimits.nodes)
    throw refusedFile(`it has ${ids.length} nodes; at most ${fileLimits.nodes} can be run. Split it.`)
  const graph: Graph = Object.fromEntries(ids.map((id) => [id, readNode(id, recordOf(nodes[id]))]))
  const problems: ConversionProblem[] = []
  for (const [id, node] of Object.entries(graph)) {
    for (const [name, value] of Object.entries(node.inputs)) {
      if (!isLink(value) || Object.hasOwn(graph, value[0])) continue
      delete node.inputs[name]
      const message = `its input "${name}" is linked to node ${value[0].slice(0, 60)}, which is not in the file`
      problems.push({ node: id, title: node._meta?.title ?? node.class_type, classType: node.class_type, message })
    }
  }
  return { graph, problems }
}

/** Beside nodes other tools write words about the file (`extra`, `version`, `_meta`), which have no inputs: they are passed over. */
function isApiGraph(value: unknown): boolean {
  const entries = Object.values(recordOf(value))
  return entries.some(hasClass) && entries.every((entry) => hasClass(entry) || !Object.hasOwn(recordOf(entry), 'inputs'))
}

function hasClass(node: unknown): boolean {
  return typeof recordOf(node)['class_type'] === 'string'
}

function readNode(id: string, raw: Record<string, unknown>): GraphNode {
  const classType = raw['class_type'] as string
  if (!isSafeName(id) || !isSafeName(classType)) {
    throw refusedFile(
      `the node "${id.slice(0, 60)}" has no usable id or class. Save the workflow again in ComfyUI and import that.`,
      {
        node: id.slice(0, 60),
      },
    )
  }
  const inputs = Object.entries(recordOf(raw['inputs'])).filter(([name]) => isSafeName(name))
  const title = recordOf(raw['_meta'])['title']
  return {
    class_type: classType,
    inputs: Object.fromEntries(inputs),
    ...(typeof title === 'string' && title !== '' ? { _meta: { title: title.slice(0, fileLimits.nameLength) } } : {}),
  }
}
