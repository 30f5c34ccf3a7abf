import type { CustomEdit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { BoundWorkflow } from '../bind'
import { classOf, inputSpecs, type ObjectInfo } from '../object-info'
import type { Workflow } from '../load'
import { bindCustom, type CustomRequest, pictureField } from './bind-custom'
import { withServerNames } from './check-custom'
import type { CustomStore, CustomWorkflow } from './custom-store'

/** A user's own workflow in the form in which engines take workflows: pictures go in and come out as they are. */
export function workflowOf({ id, name, content }: CustomWorkflow, pictureNodes: readonly string[]): Workflow {
  const words = { en: name, zh: name }
  return {
    schema: 1,
    id,
    title: words,
    summary: words,
    edit: 'custom',
    // What models its files are made with nobody has told.
    licence: { id: 'unknown', commercial: null },
    minimumVersion: '0.0.0',
    vramGb: 1,
    size: { policy: 'free', multiple: 1, min: 1, max: 16_384, maxPixels: 16_384 ** 2 },
    count: { min: 1, max: 64 },
    controls: { strength: 'none', structure: 'none' },
    inputs: {},
    images: Object.fromEntries(
      pictureNodes.map((node) => [
        node,
        { title: words, required: false, to: [[node, pictureField(content, node).input]], role: 'edited' as const },
      ]),
    ),
    outputs: resultNodes({ content }).map((node) => ({ node, prefix: [node, 'filename_prefix'] })),
    requires: { nodes: {}, models: {} },
    choices: {},
    rules: [],
    levels: {},
    notes: [],
    graph: content.graph,
  }
}

/** The nodes whose pictures are kept. */
function resultNodes({ content }: Pick<CustomWorkflow, 'content'>): string[] {
  return content.outputs.filter(({ gives }) => gives === 'pictures' || gives === 'other').map(({ node }) => node)
}

/** The nodes that a job gives a picture. Throws `input.invalid` where a node takes none. */
export function pictureNodes({ content }: CustomWorkflow, edit: CustomEdit): string[] {
  const nodes = [...new Set([...Object.keys(edit.assetIds), ...(edit.pictureNode === undefined ? [] : [edit.pictureNode])])]
  for (const node of nodes) pictureField(content, node)
  return nodes
}

/** The node for the submission's picture: the named one, else the first that nothing else is given to. Throws `input.invalid`. */
function nodeForPicture({ name, content }: CustomWorkflow, edit: CustomEdit): string {
  if (edit.pictureNode !== undefined) return pictureField(content, edit.pictureNode).node
  const free = content.fields.find(
    ({ kind, node, key }) => kind === 'picture' && !Object.hasOwn(edit.assetIds, node) && !Object.hasOwn(edit.values, key),
  )
  if (free) return free.node
  const further = Object.keys(edit.assetIds).length > 0 ? ' further' : ''
  throw new AppError(
    'input.invalid',
    `"${name}" takes no${further} picture. Submit it without one, or add a LoadImage node in ComfyUI and import it again.`,
    { detail: { field: 'pictures' } },
  )
}

/** The graph of a job, ready to be sent. Throws `input.invalid` for a value that a field does not take. */
export function bindCustomJob(
  workflow: CustomWorkflow,
  request: CustomRequest,
  objectInfo: ObjectInfo | undefined,
): BoundWorkflow {
  const { graph, values } = bindCustom(workflow.content, request)
  return {
    workflowId: workflow.id,
    graph: objectInfo ? withServerNames(graph, objectInfo) : graph,
    outputs: resultNodes(workflow).map((node) => ({ node })),
    values,
    choices: {},
    ignored: [],
    models: [],
    minimumVersion: '0.0.0',
    vramGb: 1,
  }
}

/**
 * Checks an edit before it is queued and completes it with the workflow's name. Throws `input.unknown_workflow`, `input.invalid`, and
 * `input.unsupported_edit` where a workflow gives nothing that Recast keeps.
 */
export function resolveCustomEdit(store: CustomStore, edit: CustomEdit, hasPicture: boolean): CustomEdit {
  const workflow = store.need(edit.workflowId)
  const { outputs } = workflow.content
  if (resultNodes(workflow).length === 0) {
    const gives = [...new Set(outputs.map((output) => output.gives))].join(' and ')
    throw new AppError(
      'input.unsupported_edit',
      `"${workflow.name}" gives ${gives}, and Recast keeps pictures only. Add a SaveImage node in ComfyUI and import it again.`,
      { detail: { workflow: workflow.id } },
    )
  }
  const { pictureNode: wished, ...rest } = edit
  const pictureNode = hasPicture ? nodeForPicture(workflow, edit) : wished === undefined ? undefined : noPicture(wished)
  const whole: CustomEdit = { ...rest, title: workflow.name, ...(pictureNode === undefined ? {} : { pictureNode }) }
  const nodes = pictureNodes(workflow, whole)
  bindCustom(workflow.content, { values: edit.values, pictures: Object.fromEntries(nodes.map((node) => [node, node])), seed: 0 })
  return whole
}

function noPicture(node: string): never {
  throw new AppError('input.invalid', `No picture was named for node ${node}. Choose one, and submit again.`, {
    detail: { field: 'pictures' },
  })
}

/** Pictures that the workflow names itself, that no one gives, and that the server does not have, in words. */
export function absentPictures(workflow: CustomWorkflow, given: readonly string[], edit: CustomEdit, info: ObjectInfo): string[] {
  return workflow.content.fields.flatMap((field) => {
    if (field.kind !== 'picture' || given.includes(field.node)) return []
    const node = workflow.content.graph[field.node]
    const cls = node && classOf(info, node.class_type)
    const options = cls && inputSpecs(cls, node.inputs).get(field.input)?.options
    const value = edit.values[field.key] ?? field.default
    // Folders are not listed, and neither are files marked as outputs.
    if (!options || options.includes(value) || (typeof value === 'string' && /[\\/[]/.test(value))) return []
    return [`node ${field.node} (${field.group}) loads "${String(value)}"`]
  })
}
