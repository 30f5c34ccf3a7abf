import type { CallInput } from '#shared/contract/calls'
import type { Edit } from '#shared/domain/edit'
import type { Job } from '#shared/domain/job'
import type { MarkChange } from '#shared/domain/mark'
import type { EditTarget } from '#shared/domain/edit-targets'
import type { ActionContext } from './actions'
import { editBase } from './canvas-view'
import { draftsWanted } from './drafts-meanwhile'
import { finishedJobsReturned } from './jobs'
import { openPicture } from './open-picture'
import { editTargets } from './selection'
import { recalled } from './recall'
import { shownCleared } from './shown'
import { undoOffersClosed } from './toasts'
import { stepDone, takeRedo, takeUndo, type Command, type UndoStep } from './undo'

export interface EditActions {
  /** Restyles pictures (the selection, else the open one) with the panel's values; `style` may name another style than the panel's. */
  restyle(style?: { styleId?: string; styleAssetId?: string }, pictures?: readonly (string | EditTarget)[]): Promise<void>
  /** Makes a version the current one; can be undone. */
  apply(pictureId: string, assetId: string, label: string): Promise<void>
  /** Puts a preview aside; it stays among the versions. */
  discard(pictureId: string): void
  /** Puts a job's values into the panels and opens its picture: "use all settings". */
  recall(job: Job): void
  trash(ids: readonly string[]): Promise<void>
  /** Stars or rejects results; can be undone. */
  mark(marks: readonly MarkChange[]): Promise<void>
  /** Results into the trash; can be undone. */
  trashResults(assetIds: readonly string[]): Promise<void>
  /** Puts what is beyond the limit of the history into the trash now; can be undone. */
  trimHistory(): Promise<void>
  clearFinished(): Promise<void>
  /** Has drafts made of what waits in the queue; it goes on waiting. Can be taken back. */
  draftMeanwhile(): Promise<void>
  /** Puts a step that was just done on the stack. */
  remember(step: UndoStep): void
  /** Along the versions that were applied to a picture, whichever window applied them. */
  walkPicture(id: string, direction: 'undo' | 'redo'): Promise<void>
  undo(): Promise<void>
  redo(): Promise<void>
}

/** More pictures than this at once are a batch, which lets interactive edits go before it. */
const interactiveLimit = 4

/** What changes pictures, and its undo. */
export function createEditActions({ store, ask, toast }: ActionContext): EditActions {
  const targets = (): string[] => {
    const { selection, pictures, ui } = store.getState()
    return editTargets(selection, ui.center, (id) => pictures.byId[id] !== undefined && pictures.byId[id].trashedAt === undefined)
  }

  const remember = (step: UndoStep): void =>
    store.setState((state) => ({ undo: stepDone(state.undo, step), toasts: undoOffersClosed(state.toasts) }))

  const submit = async (
    pictures: readonly (string | EditTarget)[],
    edits: CallInput<'jobs.submit'>['edits'],
    count: number,
    seed: number | undefined,
  ): Promise<void> => {
    const { settings } = store.getState()
    const wanted = pictures.map((picture): EditTarget => (typeof picture === 'string' ? { pictureId: picture } : picture))
    const pictureIds = [...new Set(wanted.map(({ pictureId }) => pictureId))]
    const answer = await ask('jobs.submit', {
      // Known again by this, should the answer be lost and the same be asked once more.
      batchId: crypto.randomUUID(),
      pictures: wanted.map((target) => {
        const assetId = editBase(store.getState(), target.pictureId)
        return assetId === undefined ? target : { ...target, assetId }
      }),
      edits,
      count,
      engine: settings.engine,
      priority: wanted.length > interactiveLimit ? 'batch' : 'interactive',
      ...(seed === undefined ? {} : { seed }),
    })
    // The canvas goes back to what is being edited, to make room for the live preview.
    if (!answer) return
    store.setState((state) => ({ shown: shownCleared(state.shown, pictureIds) }))
    // One picture is seen at work on the canvas; of many it is said, and taken back together.
    if (wanted.length > 1) tellQueued(answer.jobs.map((job) => job.id))
  }

  const tellQueued = (ids: readonly string[]): void => {
    if (ids.length === 0) return
    remember({ undo: { type: 'cancelJobs', ids }, redo: { type: 'retryJobs', ids }, name: { type: 'queue', count: ids.length } })
    toast({ tone: 'info', text: { key: 'scope.queued', values: { count: ids.length } }, action: 'undo' })
  }

  const tellTrashed = (assetIds: readonly string[]): void => {
    if (assetIds.length === 0) return
    remember({
      undo: { type: 'restoreResults', assetIds },
      redo: { type: 'trashResults', assetIds },
      name: { type: 'trashResults', count: assetIds.length },
    })
    toast({ tone: 'info', text: { key: 'gallery.trashed', values: { count: assetIds.length } }, action: 'undo' })
  }

  const restoreCleared = async (): Promise<boolean> => {
    if (!(await ask('jobs.restoreCleared', {}))) return false
    // A snapshot knows which ones are in the panel again; the history alone does not tell.
    const snapshot = await ask('app.snapshot', {})
    if (snapshot) store.setState((state) => ({ jobs: finishedJobsReturned(state.jobs, snapshot.jobs) }))
    return snapshot !== undefined
  }

  /** Along the picture's own way where that leads there, so that its way does not grow by being walked; else by applying. */
  const applyAgain = async ({ pictureId: id, assetId, along }: Extract<Command, { type: 'apply' }>): Promise<boolean> => {
    if (along !== undefined) {
      const picture = store.getState().pictures.byId[id]
      const walked = (along === 'undo' ? picture?.canUndo : picture?.canRedo)
        ? await ask(along === 'undo' ? 'pictures.undo' : 'pictures.redo', { id })
        : undefined
      if (walked?.picture.currentAssetId === assetId) return true
    }
    return (await ask('pictures.apply', { id, assetId })) !== undefined
  }

  const run = async (command: Command): Promise<boolean> => {
    switch (command.type) {
      case 'apply':
        return applyAgain(command)
      case 'trash':
        return (await ask('pictures.trash', { ids: [...command.ids] })) !== undefined
      case 'restore':
        return (await ask('pictures.restore', { ids: [...command.ids] })) !== undefined
      case 'mark':
        return (await ask('results.mark', { marks: [...command.marks] })) !== undefined
      case 'trashResults':
        return (await ask('results.trash', { assetIds: [...command.assetIds] })) !== undefined
      case 'restoreResults':
        return (await ask('results.restore', { assetIds: [...command.assetIds] })) !== undefined
      case 'photoPose':
        return (
          (await ask(
            'pictures.setPose',
            command.pose ? { id: command.pictureId, pose: command.pose } : { id: command.pictureId },
          )) !== undefined
        )
      case 'cancelJobs':
        return (await ask('jobs.cancel', { ids: [...command.ids] })) !== undefined
      case 'retryJobs':
        return (await ask('jobs.retry', { ids: [...command.ids] })) !== undefined
      case 'removeStyles':
        return (await ask('styles.remove', { ids: [...command.ids] })) !== undefined
      case 'restoreStyles':
        return (await ask('styles.restore', { ids: [...command.ids] })) !== undefined
      case 'clear':
        return (await ask('jobs.clear', {})) !== undefined
      case 'restoreCleared':
        return restoreCleared()
    }
  }

  /** Nothing was done in this window: the open picture's own way through its versions goes on, from before the last start as well. */
  const walkVersions = async (direction: 'undo' | 'redo'): Promise<void> => {
    const picture = openPicture(store.getState())
    if (!picture || !(direction === 'undo' ? picture.canUndo : picture.canRedo)) return
    await walkPicture(picture.id, direction)
  }
  const walkPicture = async (id: string, direction: 'undo' | 'redo'): Promise<void> => {
    const answer = await ask(direction === 'undo' ? 'pictures.undo' : 'pictures.redo', { id })
    if (answer) store.setState((state) => ({ shown: shownCleared(state.shown, [id]) }))
  }

  /** Runs one side of a step; a step that failed stays where it was on the stack, so that it can be tried again. */
  const walk = async (direction: 'undo' | 'redo'): Promise<void> => {
    const before = store.getState().undo
    const taken = direction === 'undo' ? takeUndo(before) : takeRedo(before)
    if (!taken) return walkVersions(direction)
    store.setState({ undo: taken.state })
    const command = direction === 'undo' ? taken.step.undo : taken.step.redo
    if (!(await run(command))) {
      store.setState((state) => (state.undo === taken.state ? { undo: before } : {}))
      return
    }
    store.setState((state) => ({ toasts: undoOffersClosed(state.toasts) }))
    if (command.type === 'apply') store.setState((state) => ({ shown: shownCleared(state.shown, [command.pictureId]) }))
  }

  return {
    async restyle(style, pictures: readonly (string | EditTarget)[] = targets()) {
      const { style: values } = store.getState().ui
      const wanted: { styleId?: string | undefined; styleAssetId?: string | undefined } =
        style ?? (values.styleAssetId === undefined ? { styleId: values.styleId } : { styleAssetId: values.styleAssetId })
      if (pictures.length === 0 || (wanted.styleId === undefined && wanted.styleAssetId === undefined)) return
      const isOther =
        wanted.styleId !== undefined &&
        wanted.styleId !== values.styleId &&
        store.getState().styles.some(({ id, own }) => id === wanted.styleId && own !== undefined)
      const edit: Edit = {
        kind: 'style',
        ...(wanted.styleAssetId !== undefined ? { styleAssetId: wanted.styleAssetId } : {}),
        ...(wanted.styleId !== undefined && wanted.styleAssetId === undefined ? { styleId: wanted.styleId } : {}),
        ...(values.prompt.trim() === '' ? {} : { prompt: values.prompt.trim() }),
        // A preset that is applied without being chosen brings its own values.
        ...(isOther ? {} : { strength: values.strength, structure: values.structure, keepColours: values.keepColours }),
      }
      await submit(pictures, [edit], values.count, values.seed)
    },
    async apply(pictureId, assetId, label) {
      const answer = await ask('pictures.apply', { id: pictureId, assetId })
      if (!answer) return
      store.setState((state) => ({ shown: shownCleared(state.shown, [pictureId]) }))
      remember({
        undo: { type: 'apply', pictureId, assetId: answer.previousAssetId, along: 'undo' },
        redo: { type: 'apply', pictureId, assetId, along: 'redo' },
        name: { type: 'apply', label },
      })
    },
    discard(pictureId) {
      store.setState((state) => ({ shown: shownCleared(state.shown, [pictureId]) }))
    },
    recall(job) {
      store.setState((state) => recalled(state, job))
    },
    async trash(ids) {
      const name = store.getState().pictures.byId[ids[0] ?? '']?.name ?? ''
      if (ids.length === 0 || !(await run({ type: 'trash', ids }))) return
      remember({ undo: { type: 'restore', ids }, redo: { type: 'trash', ids }, name: { type: 'trash', count: ids.length, name } })
      toast({ tone: 'info', text: { key: 'library.trashed', values: { count: ids.length } }, action: 'undo' })
    },
    async mark(marks) {
      if (marks.length === 0) return
      const answer = await ask('results.mark', { marks: [...marks] })
      if (!answer) return
      remember({
        undo: { type: 'mark', marks: answer.before },
        redo: { type: 'mark', marks: answer.marks },
        name: { type: 'mark', count: answer.marks.length },
      })
    },
    async trashResults(wanted) {
      if (wanted.length > 0) tellTrashed((await ask('results.trash', { assetIds: [...wanted] }))?.assetIds ?? [])
    },
    async trimHistory() {
      tellTrashed((await ask('history.trim', {}))?.assetIds ?? [])
    },
    async clearFinished() {
      if (!(await run({ type: 'clear' }))) return
      remember({ undo: { type: 'restoreCleared' }, redo: { type: 'clear' }, name: { type: 'clear' } })
      toast({ tone: 'info', text: { key: 'queue.cleared' }, action: 'undo' })
    },
    async draftMeanwhile() {
      const ids: string[] = []
      for (const wish of draftsWanted(store.getState().jobs)) {
        const answer = await ask('jobs.submit', { ...wish, batchId: crypto.randomUUID(), engine: 'draft', priority: 'batch' })
        if (!answer) break
        ids.push(...answer.jobs.map((job) => job.id))
      }
      tellQueued(ids)
    },
    remember,
    walkPicture,
    undo: () => walk('undo'),
    redo: () => walk('redo'),
  }
}
