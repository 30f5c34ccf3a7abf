import type { Edit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { Workflow } from '../../workflows/load'
import { drawsWholeStories, scenePictures } from '../../workflows/story-edit'
import type { EngineInput, EngineTask } from '../engine'

/** Which picture a slot of a workflow gets: an asset that the edit names, the one that is edited, or the style picture. */
export type SlotPicture = { assetId: string } | 'edited' | 'style'

/**
 * The slots of a workflow for which an edit has a picture. Throws `input.unsupported_edit` when the edit has more pictures than the
 * workflow has slots.
 */
export function slotPictures(workflow: Workflow, edit: Edit): Record<string, SlotPicture> {
  const slots = Object.entries(workflow.images)
  switch (edit.kind) {
    case 'reference':
      return inOrder(workflow, edit.assetIds)
    case 'story':
      if (drawsWholeStories(workflow))
        return inOrder(
          workflow,
          edit.roles.flatMap((role) => role.assetIds[0] ?? []),
        )
      return inOrder(workflow, scenePictures(edit).slice(0, slots.length))
    case 'generate': {
      const assetId = edit.from?.assetId
      return assetId === undefined ? {} : inOrder(workflow, [assetId])
    }
    case 'custom':
      return Object.fromEntries(
        slots.map(([node]): [string, SlotPicture] => {
          const assetId = edit.assetIds[node]
          return [node, assetId === undefined ? 'edited' : { assetId }]
        }),
      )
    default: {
      const styled = edit.kind === 'style' && edit.styleAssetId !== undefined
      return Object.fromEntries(
        slots.flatMap(([slot, { role }]): [string, SlotPicture][] =>
          role === 'edited' ? [[slot, 'edited']] : styled && slot === 'style' ? [[slot, 'style']] : [],
        ),
      )
    }
  }
}

/** The file for a slot. Throws `bug` when the job lacks it. */
export function pictureOf(task: EngineTask, slot: SlotPicture): EngineInput {
  const input = slot === 'edited' ? task.input : slot === 'style' ? task.styleInput : task.pictures[slot.assetId]
  if (input) return input
  throw new AppError('bug', 'A picture of the job is not there. Retry, and report it if it comes back.')
}

function inOrder(workflow: Workflow, assetIds: readonly string[]): Record<string, SlotPicture> {
  const slots = Object.keys(workflow.images)
  if (assetIds.length > slots.length) {
    throw new AppError(
      'input.unsupported_edit',
      `${workflow.title.en} takes at most ${slots.length} picture${slots.length === 1 ? '' : 's'}, not ${assetIds.length}. Take some out, or choose another workflow.`,
      { detail: { workflow: workflow.id, limit: slots.length } },
    )
  }
  return Object.fromEntries(assetIds.flatMap((assetId, n) => (slots[n] === undefined ? [] : [[slots[n], { assetId }]])))
}
