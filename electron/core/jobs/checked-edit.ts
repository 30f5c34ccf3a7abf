import type { CustomEdit, Edit, GenerateEdit, StyleEdit } from '#shared/domain/edit'
import { assetsOf, maxReferenceCount, takesPictures } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { Submission } from '#shared/domain/job'
import { resolveStyle } from '#shared/styles/catalogue'
import type { AssetStore } from '../assets/asset-store'
import type { Tables } from '../database/tables'

/** Checks an edit by a workflow of the user's own and completes it (its title); rejects with `input.*`. */
export type ResolveCustom = (edit: CustomEdit, about: { hasPicture: boolean }) => Promise<CustomEdit>

/** What checking works with. */
export interface EditContext {
  tables: Tables
  store: AssetStore
  /** Absent where no workflows can be imported. */
  resolveCustom?: ResolveCustom | undefined
}

/** Refuses a submission whose edits and pictures don't go together. Throws `input.invalid`. */
export function checkShape({ edits, pictures, count }: Submission): void {
  for (const { kind } of edits) {
    const takes = takesPictures(kind)
    if (takes === 'always' && pictures.length === 0) {
      throw new AppError('input.invalid', 'No picture was named. Choose one or several, and submit again.', {
        detail: { field: 'pictures', edit: kind },
      })
    }
    if (takes === 'never' && pictures.length > 0) {
      throw new AppError(
        'input.invalid',
        `A "${kind}" edit names its own pictures: leave "pictures" out of the submission and put them into the edit.`,
        { detail: { field: 'pictures', edit: kind } },
      )
    }
    if (kind === 'reference' && count > maxReferenceCount) {
      throw new AppError('input.invalid', `A reference edit makes 1 to ${maxReferenceCount} results at once, not ${count}.`, {
        detail: { field: 'count', limit: maxReferenceCount },
      })
    }
  }
}

/** The edit with ids of its own (aliases are for typing), every picture that it names found, and what it leaves open filled in. */
export async function checkedEdit(edit: Edit, context: EditContext, hasPicture: boolean): Promise<Edit> {
  const { store } = context
  const whole = edit.kind === 'generate' ? withSketch(edit, context) : edit
  for (const assetId of assetsOf(whole)) {
    if (store.assets.get(assetId)) continue
    throw new AppError('input.not_found', 'A picture that the edit names is not in Recast. Import it again and choose it.', {
      detail: { assetId },
    })
  }
  if (whole.kind === 'custom') {
    if (context.resolveCustom) return await context.resolveCustom(whole, { hasPicture })
    throw new AppError('input.unknown_workflow', `There is no imported workflow "${whole.workflowId}". Import it first.`, {
      detail: { workflow: whole.workflowId },
    })
  }
  if (whole.kind !== 'style') return whole
  const checked: StyleEdit =
    whole.styleId === undefined || whole.preset ? whole : { ...whole, styleId: resolveStyle(whole.styleId).id }
  if (checked.styleAssetId !== undefined && !store.assets.get(checked.styleAssetId)) {
    throw new AppError('input.not_found', 'The style picture is not in Recast. Import it again and choose it as the style.', {
      detail: { assetId: checked.styleAssetId },
    })
  }
  return checked
}

/** Asset, job and seed of the sketch that is refined, whichever of them was named. A picture that no job made has no seed to keep. */
function withSketch(edit: GenerateEdit, { tables }: EditContext): GenerateEdit {
  if (!edit.from) return edit
  const { jobId, seed } = edit.from
  const job = jobId === undefined ? undefined : tables.jobs.get(jobId)
  const assetId = edit.from.assetId ?? (jobId && tables.outputs.ofJobs([jobId]).get(jobId)?.[0]?.assetId)
  if (assetId === undefined) {
    throw new AppError(
      'input.not_found',
      'The job of the sketch has no result. Wait until it is done, or choose another sketch.',
      {
        detail: { jobId },
      },
    )
  }
  const maker = job ? { jobId: job.id, seed: job.seed } : tables.outputs.makerOf(assetId)
  const kept = seed ?? maker?.seed
  return {
    ...edit,
    from: { assetId, ...(maker ? { jobId: maker.jobId } : {}), ...(kept === undefined ? {} : { seed: kept }) },
  }
}

/** One job of each scene, in order; other edits as they are. */
export function expandScenes(edit: Edit, allInOne: boolean): Edit[] {
  if (edit.kind !== 'story' || edit.scene !== undefined || allInOne) return [edit]
  return edit.scenes.map((_, scene) => ({ ...edit, scene }))
}
