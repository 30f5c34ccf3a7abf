import type { Pose, View } from '#shared/domain/view'
import { currentEngine } from '../i18n/labels'
import { editsOf, viewFor, wantedViews } from '../sheets/wanted-views'
import type { ActionContext } from './actions'
import { viewBase } from './canvas-view'
import { editTargets } from './selection'
import { shownCleared } from './shown'
import { jobsChanged } from './jobs'
import { undoOffersClosed } from './toasts'
import { stepDone } from './undo'

export interface ViewActions {
  /** Makes views of pictures (the selection, else the open one); absent: those that the panel asks for. */
  makeViews(views?: readonly View[], pictureIds?: readonly string[]): Promise<void>
  /** Makes one view of a picture once more, by another seed. */
  redoView(pictureId: string, view: View): Promise<void>
  /** Marks where the photo was taken from, or takes the mark away; can be undone. */
  markPhotoPose(pictureId: string, pose: Pose | undefined): Promise<void>
  /** Loads what was made of a picture, for its sheet. */
  loadTakes(pictureId: string): Promise<void>
}

const longestPage = 500
/** More pictures than this at once are a batch, which lets interactive edits go before it. */
const interactiveLimit = 4

/** What can be done with views and the camera. */
export function createViewActions({ store, client, ask, fail }: ActionContext): ViewActions {
  /** One submission for pictures whose photos were taken from the same pose. Answers whether it was taken. */
  const submit = async (
    pictureIds: readonly string[],
    views: readonly View[],
    photo: Pose | undefined,
    count: number,
    seed: number | undefined,
  ): Promise<boolean> => {
    const state = store.getState()
    const { frame, workflowId } = state.ui.view
    const setting = { frame, photo }
    const edits = editsOf(
      views.flatMap((view) => viewFor(view, setting) ?? []),
      setting,
    )
    if (edits.length === 0) return false
    const isDraft = currentEngine(state.settings.engine, state.engines)?.kind === 'draft'
    const answer = await ask('jobs.submit', {
      // Known again by this, should the answer be lost and the same be asked once more.
      batchId: crypto.randomUUID(),
      pictures: pictureIds.map((pictureId) => {
        const assetId = viewBase(store.getState(), pictureId)
        return assetId === undefined ? { pictureId } : { pictureId, assetId }
      }),
      edits,
      count,
      engine: state.settings.engine,
      priority: pictureIds.length > interactiveLimit ? 'batch' : 'interactive',
      ...(seed === undefined ? {} : { seed }),
      ...(workflowId === undefined || isDraft ? {} : { workflowId }),
    })
    if (answer) store.setState((now) => ({ shown: shownCleared(now.shown, pictureIds) }))
    return answer !== undefined
  }

  return {
    async makeViews(views, pictureIds) {
      const { selection, pictures, ui } = store.getState()
      const isThere = (id: string): boolean => pictures.byId[id] !== undefined && pictures.byId[id].trashedAt === undefined
      const targets = pictureIds ?? editTargets(selection, ui.center, isThere)
      const byPose = new Map<string, string[]>()
      for (const id of targets) {
        const key = JSON.stringify(pictures.byId[id]?.pose ?? null)
        byPose.set(key, [...(byPose.get(key) ?? []), id])
      }
      for (const [key, ids] of byPose) {
        const photo = (JSON.parse(key) as Pose | null) ?? undefined
        const wanted = views ?? wantedViews(ui.view, { frame: ui.view.frame, photo })
        const taken = await submit(ids, wanted, photo, ui.view.count, ui.style.seed)
        const isSheet = wanted.length > 1 && ids.includes(store.getState().selection.openId ?? '')
        // Where many views come, they are looked at side by side.
        if (taken && isSheet && ui.center === 'canvas') store.setState((now) => ({ ui: { ...now.ui, center: 'sheet' } }))
      }
    },
    async redoView(pictureId, view) {
      await submit([pictureId], [view], store.getState().pictures.byId[pictureId]?.pose, 1, undefined)
    },
    async markPhotoPose(pictureId, pose) {
      const answer = await ask('pictures.setPose', pose ? { id: pictureId, pose } : { id: pictureId })
      if (!answer) return
      const { previous } = answer
      store.setState((state) => ({
        undo: stepDone(state.undo, {
          undo: { type: 'photoPose', pictureId, pose: previous },
          redo: { type: 'photoPose', pictureId, pose },
          name: { type: 'photoPose' },
        }),
        toasts: undoOffersClosed(state.toasts),
      }))
    },
    async loadTakes(pictureId) {
      let cursor: number | undefined
      try {
        do {
          const page = await client.call('jobs.list', {
            pictureId,
            limit: longestPage,
            ...(cursor === undefined ? {} : { cursor }),
          })
          store.setState((state) => {
            // Of a job that is known, what is known is newer than a list's answer.
            const fresh = page.items.filter((job) => job.edit.kind === 'perspective' && !state.jobs.byId[job.id])
            if (fresh.length === 0) return state
            const open = fresh.filter((job) => job.finishedAt === undefined)
            const ended = fresh.filter((job) => job.finishedAt !== undefined)
            const byId = { ...state.jobs.byId, ...Object.fromEntries(ended.map((job) => [job.id, job])) }
            return { jobs: jobsChanged({ ...state.jobs, byId }, open) }
          })
          cursor = page.nextCursor
        } while (cursor !== undefined)
      } catch (thrown) {
        // While the link is lost it is asked again with the next snapshot.
        if (store.getState().link === 'open') fail(thrown)
      }
    },
  }
}
