import type { CallInput, CallOutput } from '#shared/contract/calls'
import type { CustomWorkflowDetail, CustomWorkflowSummary } from '#shared/domain/custom-workflow'
import type { Job } from '#shared/domain/job'
import { workflowInPng } from '#shared/domain/png-workflow'
import { composeEngine } from '../compose/compose-engine'
import { mostReferences, storyLimits, withBatch, type ComposeValues } from '../compose/compose-values'
import { customWanted } from '../compose/custom-form'
import { referenceWanted, refineWanted, remixWanted, storyWanted, wordsWanted, type Wanted } from '../compose/submissions'
import { withTakes, withTakesOf } from '../compose/story-takes'
import type { ActionContext, IncomingFile } from './actions'
import { editBase } from './canvas-view'
import { jobsChanged } from './jobs'
import { editTargets } from './selection'
import { shownCleared } from './shown'
import { withPictures, type StudioState } from './studio-state'

type Section = 'words' | 'remix' | 'reference' | 'story' | 'own'

/** A place of the compose panel that holds a picture. */
export type PictureSlotId =
  | { of: 'reference'; index: number }
  | { of: 'role'; roleId: string; index: number }
  | { of: 'field'; workflowId: string; node: string }

export interface ComposeActions {
  /** Changes values of a part of the compose panel; `undefined` takes an optional one away. */
  setCompose<S extends Section>(section: S, patch: { [K in keyof ComposeValues[S]]?: ComposeValues[S][K] | undefined }): void
  /** Shows a part of the panel, and where its results come. */
  showCompose(tab?: ComposeValues['tab']): void
  /** Opens the panel of a mode; out of the gallery, and off the board of another mode. */
  showMode(mode: StudioState['ui']['mode']): void
  setComposeEngine(engine: string): void
  makeFromWords(): Promise<void>
  /** Takes a picture of the way one level further, with its seed. */
  refine(from: Job, level: 'mid' | 'final'): Promise<void>
  remixPictures(): Promise<void>
  editByReference(): Promise<void>
  /** Draws all scenes, or one of them anew. */
  drawStory(scene?: number): Promise<void>
  runOwnWorkflow(workflow: CustomWorkflowDetail): Promise<void>
  /** Enlarges pictures: the selection, else the open one. */
  enlarge(factor: 2 | 3 | 4): Promise<void>
  /** Puts a picture into a place of the panel. */
  fillSlot(slot: PictureSlotId, assetId: string | undefined): void
  /** Brings a file in, into the library and a place of the panel. */
  fillSlotByFile(slot: PictureSlotId, file: IncomingFile): Promise<void>
  /** Fetches the jobs of these batches that no list has. */
  knowBatches(batchIds: readonly string[]): Promise<void>
  ownWorkflows(): Promise<CustomWorkflowSummary[] | undefined>
  ownWorkflow(id: string): Promise<CustomWorkflowDetail | undefined>
  /** Keeps a workflow file; answers it. What is wrong with it is shown. */
  importWorkflow(file: File): Promise<CallOutput<'workflows.import'> | undefined>
  renameWorkflow(id: string, name: string): Promise<boolean>
  removeWorkflow(id: string): Promise<boolean>
}

/** More pictures than this at once are a batch, which lets interactive edits go before it. */
const interactiveLimit = 4
/** A workflow file is text of at most so many bytes; the app refuses what it can't read itself. */
const maxWorkflowBytes = 16 * 1024 * 1024
/** And a picture that carries one. */
const maxPictureBytes = 128 * 1024 * 1024

/** The text of a workflow file, or of the workflow that a PNG carries; undefined where it is too large, or a picture without one. */
async function workflowTextOf(file: File): Promise<string | undefined> {
  if (!file.type.startsWith('image/')) return file.size > maxWorkflowBytes ? undefined : await file.text()
  const found = file.size > maxPictureBytes ? undefined : workflowInPng(new Uint8Array(await file.arrayBuffer()))
  return found && new TextDecoder(found.encoding).decode(found.bytes)
}

/** What can be done in the compose panel. */
export function createComposeActions({ client, store, ask, toast, fail }: ActionContext): ComposeActions {
  const engineOf = (state: StudioState): ReturnType<typeof composeEngine> =>
    composeEngine(state.ui.compose.engine, state.settings.engine, state.engines)

  const setCompose: ComposeActions['setCompose'] = (section, patch) =>
    store.setState(({ ui }) => {
      const values = Object.entries({ ...ui.compose[section], ...patch }).filter(([, value]) => value !== undefined)
      return { ui: { ...ui, compose: { ...ui.compose, [section]: Object.fromEntries(values) } } }
    })
  const showBoard = (): void => store.setState(({ ui }) => ({ ui: { ...ui, center: 'board' } }))

  /** Asks once, under an id that is known before, so that a lost answer loses no job and doubles none. */
  const submit = async (
    wanted: Wanted,
    batchId: string = crypto.randomUUID(),
  ): Promise<CallOutput<'jobs.submit'> | undefined> => {
    const pictures = wanted.pictures ?? []
    const answer = await ask('jobs.submit', {
      ...wanted,
      batchId,
      engine: engineOf(store.getState()).wish,
      priority: pictures.length > interactiveLimit ? 'batch' : 'interactive',
    } satisfies CallInput<'jobs.submit'>)
    if (!answer) return undefined
    store.setState((state) => ({
      // Events may have told more of these already.
      jobs: jobsChanged(
        state.jobs,
        answer.jobs.filter((job) => !state.jobs.byId[job.id]),
      ),
      shown: shownCleared(
        state.shown,
        pictures.map(({ pictureId }) => pictureId),
      ),
    }))
    return answer
  }

  const targets = (): { pictureId: string; assetId?: string }[] => {
    const state = store.getState()
    const isThere = (id: string): boolean => state.pictures.byId[id] !== undefined && !state.pictures.byId[id]?.trashedAt
    return editTargets(state.selection, state.ui.center, isThere).map((pictureId) => {
      const assetId = editBase(state, pictureId)
      return assetId === undefined ? { pictureId } : { pictureId, assetId }
    })
  }

  const fillSlot: ComposeActions['fillSlot'] = (slot, assetId) => {
    const { compose } = store.getState().ui
    const placed = (held: readonly string[], index: number, most: number): string[] => {
      const next = [...held]
      if (assetId === undefined) next.splice(index, 1)
      else next[Math.min(index, next.length)] = assetId
      return next.slice(0, most)
    }
    if (slot.of === 'reference')
      setCompose('reference', { assetIds: placed(compose.reference.assetIds, slot.index, mostReferences) })
    else if (slot.of === 'role')
      setCompose('story', {
        roles: compose.story.roles.map((role) =>
          role.id === slot.roleId ? { ...role, assetIds: placed(role.assetIds, slot.index, storyLimits.rolePictures) } : role,
        ),
      })
    else {
      const { [slot.node]: _, ...others } = compose.own.pictures[slot.workflowId] ?? {}
      const pictures = assetId === undefined ? others : { ...others, [slot.node]: assetId }
      setCompose('own', { pictures: { ...compose.own.pictures, [slot.workflowId]: pictures } })
    }
  }

  const showCompose: ComposeActions['showCompose'] = (tab) => {
    store.setState(({ ui }) => {
      const next = tab ?? ui.compose.tab
      return {
        ui: {
          ...ui,
          mode: 'compose',
          left: { ...ui.left, open: true },
          compose: { ...ui.compose, tab: next },
          // A remix is a version of the open picture and is looked at beside it.
          center: next === 'remix' ? (ui.center === 'library' ? 'library' : 'canvas') : 'board',
        },
      }
    })
  }

  return {
    setCompose,
    showCompose,
    showMode(mode) {
      if (mode === 'compose') return showCompose()
      store.setState(({ ui }) => ({
        ui: {
          ...ui,
          mode,
          left: { ...ui.left, open: true },
          center: ui.center === 'gallery' || ui.center === 'board' ? 'canvas' : ui.center,
        },
      }))
    },
    setComposeEngine: (engine) => store.setState(({ ui }) => ({ ui: { ...ui, compose: { ...ui.compose, engine } } })),
    async makeFromWords() {
      const { words } = store.getState().ui.compose
      const answer = await submit(wordsWanted(words))
      if (!answer) return
      setCompose('words', { path: [answer.batchId], chosen: undefined })
      showBoard()
    },
    async refine(from, level) {
      const answer = await submit(refineWanted(store.getState().ui.compose.words, from, level))
      if (!answer) return
      const { path } = store.getState().ui.compose.words
      setCompose('words', { path: [...path, answer.batchId].slice(-64), chosen: answer.jobs[0]?.id })
    },
    async remixPictures() {
      const pictures = targets()
      if (pictures.length > 0) await submit(remixWanted(store.getState().ui.compose.remix, pictures))
    },
    async editByReference() {
      const answer = await submit(referenceWanted(store.getState().ui.compose.reference))
      if (!answer) return
      setCompose('reference', { batches: withBatch(store.getState().ui.compose.reference.batches, answer.batchId) })
      showBoard()
    },
    async drawStory(scene) {
      const asked = store.getState().ui.compose.story
      const answer = await submit(storyWanted(asked, scene))
      if (!answer) return
      // The jobs name scenes by their places when they were asked for; since then they may have been moved.
      const drawn = new Map(withTakes(asked.scenes, answer.jobs).map((each) => [each.id, each]))
      setCompose('story', {
        scenes: store.getState().ui.compose.story.scenes.map((now) => withTakesOf(now, drawn.get(now.id))),
      })
      showBoard()
    },
    async runOwnWorkflow(workflow) {
      const [picture] = targets()
      const answer = await submit(customWanted(workflow, store.getState().ui.compose.own, picture))
      if (!answer) return
      setCompose('own', { batches: withBatch(store.getState().ui.compose.own.batches, answer.batchId) })
      showBoard()
    },
    async enlarge(factor) {
      const pictures = targets()
      if (pictures.length > 0) await submit({ pictures, edits: [{ kind: 'upscale', factor }] })
    },
    fillSlot,
    async fillSlotByFile(slot, file) {
      try {
        const [result] = await client.upload([file], 'picture')
        if (result?.error)
          toast({
            tone: 'bad',
            text: { key: 'import.failed', values: { count: 1 } },
            lines: [{ label: result.file, error: result.error }],
          })
        const { picture } = result ?? {}
        if (!picture) return
        store.setState((state) => withPictures(state, [picture]))
        fillSlot(slot, picture.currentAssetId)
      } catch (thrown) {
        fail(thrown)
      }
    },
    async knowBatches(batchIds) {
      const known = new Set(Object.values(store.getState().jobs.byId).map((job) => job.batchId))
      for (const batchId of batchIds.filter((id) => !known.has(id))) {
        try {
          const page = await client.call('jobs.list', { batchId, limit: 500 })
          store.setState(({ jobs }) => {
            const fresh = page.items.filter((job) => !jobs.byId[job.id])
            const open = fresh.filter((job) => job.finishedAt === undefined)
            const byId = { ...jobs.byId, ...Object.fromEntries(fresh.map((job) => [job.id, job])) }
            return { jobs: jobsChanged({ ...jobs, byId }, open) }
          })
        } catch (thrown) {
          // While the link is lost it is asked again with the next snapshot.
          if (store.getState().link === 'open') fail(thrown)
        }
      }
    },
    async ownWorkflows() {
      return (await ask('workflows.custom', {}))?.workflows
    },
    async ownWorkflow(id) {
      const { engine } = engineOf(store.getState())
      return ask('workflows.get', engine?.state === 'ready' ? { id, engine: engine.id } : { id })
    },
    async importWorkflow(file) {
      const { engine } = engineOf(store.getState())
      try {
        const text = await workflowTextOf(file)
        if (text === undefined) {
          const { name } = file
          const key = file.type.startsWith('image/') ? 'compose.own.noWorkflow' : 'compose.own.tooLarge'
          toast({ tone: 'bad', text: { key, values: { name } } })
          return undefined
        }
        const answer = await client.call('workflows.import', {
          text,
          name: file.name.replace(/\.(?:json|png)$/iu, '').slice(0, 200) || file.name,
          ...(engine?.state === 'ready' ? { engine: engine.id } : {}),
        })
        toast({
          tone: answer.duplicate ? 'info' : 'good',
          text: { key: answer.duplicate ? 'compose.own.known' : 'compose.own.imported', values: { name: answer.workflow.name } },
        })
        setCompose('own', { workflowId: answer.workflow.id })
        return answer
      } catch (thrown) {
        fail(thrown)
        return undefined
      }
    },
    async renameWorkflow(id, name) {
      return (await ask('workflows.rename', { id, name })) !== undefined
    },
    async removeWorkflow(id) {
      return (await ask('workflows.remove', { id })) !== undefined
    },
  }
}
