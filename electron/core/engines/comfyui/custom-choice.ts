import type { CustomEdit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import { bindCustom } from '../../workflows/custom/bind-custom'
import { missingForCustom, withServerNames } from '../../workflows/custom/check-custom'
import { absentPictures, pictureNodes, workflowOf } from '../../workflows/custom/custom-job'
import type { CustomWorkflow } from '../../workflows/custom/custom-store'
import type { Workflow, WorkflowLibrary } from '../../workflows/load'
import type { Missing, ServerFacts } from '../../workflows/readiness'

/** A user's own workflow with what a job asks of it. */
export interface CustomChoice {
  workflow: CustomWorkflow
  edit: CustomEdit
}

/**
 * The user's own workflow of an edit, and what a server lacks for it. Throws `input.unknown_workflow` where there is none of that id,
 * `input.invalid` for values and pictures that it does not take.
 */
export function customChoice(
  library: WorkflowLibrary,
  server: ServerFacts | undefined,
  edit: CustomEdit,
  seed: number,
): { custom: CustomChoice; workflow: Workflow; missing: Missing[] } {
  const workflow = library.custom?.(edit.workflowId)
  if (!workflow) {
    throw new AppError('input.unknown_workflow', `There is no imported workflow "${edit.workflowId}". Import it first.`, {
      detail: { workflow: edit.workflowId },
    })
  }
  const nodes = pictureNodes(workflow, edit)
  const pictures = Object.fromEntries(nodes.map((node) => [node, node]))
  const { graph } = bindCustom(workflow.content, { values: edit.values, pictures, seed })
  const choice = { custom: { workflow, edit }, workflow: workflowOf(workflow, nodes) }
  if (!server) return { ...choice, missing: [] }
  const absent = absentPictures(workflow, nodes, edit, server.objectInfo)
  if (absent.length > 0) {
    throw new AppError(
      'input.invalid',
      `"${workflow.name}" needs a picture: ${absent.join('; ')}, which the server does not have. Give it one of yours and submit again.`,
      { detail: { workflow: workflow.id, pictures: absent } },
    )
  }
  const { packages } = library
  const missing = missingForCustom(workflow.content, withServerNames(graph, server.objectInfo), { ...server, packages })
  return { ...choice, missing }
}
