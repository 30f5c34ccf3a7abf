import { styleAmounts } from '#shared/domain/edit'
import type { Job } from '#shared/domain/job'
import { recalledCompose } from '../compose/recall-compose'
import type { StudioState } from './studio-state'

/** Whether the studio's panels have a place for a job's values. */
export function canRecall({ edit }: Job): boolean {
  // Enlarging has no values: there is nothing to bring back.
  return edit.kind !== 'upscale'
}

/** The studio with a job's values in its panels, its seed locked and its picture open: asked again, it gives the same result. */
export function recalled(state: StudioState, job: Job): StudioState {
  const { edit } = job
  const { styleId: _, styleAssetId: __, ...style } = state.ui.style
  const { pictureId } = job
  const known = pictureId !== undefined && state.pictures.byId[pictureId]?.trashedAt === undefined
  const selection = known ? { openId: pictureId, selected: [] } : state.selection
  if (edit.kind === 'style')
    return {
      ...state,
      selection,
      ui: {
        ...state.ui,
        mode: 'style',
        center: 'canvas',
        style: {
          ...style,
          ...(edit.styleId === undefined ? {} : { styleId: edit.styleId }),
          // The picture of an own preset comes with it.
          ...(edit.styleAssetId === undefined || edit.preset ? {} : { styleAssetId: edit.styleAssetId }),
          ...styleAmounts(edit),
          prompt: edit.prompt ?? '',
          count: 1,
          seed: job.seed,
        },
      },
    }
  const compose = recalledCompose(state.ui.compose, job)
  if (compose)
    return {
      ...state,
      selection,
      ui: { ...state.ui, compose, mode: 'compose', center: compose.tab === 'remix' ? 'canvas' : 'board' },
    }
  if (edit.kind !== 'perspective') return { ...state, selection, ui: { ...state.ui, center: 'canvas' } }
  return {
    ...state,
    selection,
    ui: {
      ...state.ui,
      mode: 'view',
      center: 'canvas',
      style: { ...state.ui.style, seed: job.seed },
      view: {
        ...state.ui.view,
        pose: edit.view.pose ?? state.ui.view.pose,
        views: [],
        prompt: edit.view.prompt ?? '',
        count: 1,
      },
    },
  }
}
