import type { QueueView, Snapshot } from '#shared/contract/calls'
import type { LinkState } from '#shared/contract/client'
import type { EventBody } from '#shared/contract/events'
import type { EngineView } from '#shared/domain/engine'
import { assertNever, type ErrorView } from '#shared/domain/error'
import type { BatchCounts, Job } from '#shared/domain/job'
import type { Picture } from '#shared/domain/picture'
import { settingsSchema, type Settings } from '#shared/domain/settings'
import type { Style, StyleMarks } from '#shared/domain/style'
import { galleryChanged, galleryMarked, galleryStale, galleryWithout, noGallery, type GalleryState } from './gallery'
import {
  historyChanged,
  jobProgressed,
  jobsChanged,
  jobsCleared,
  jobsFromSnapshot,
  noHistory,
  noJobs,
  type HistoryState,
  type JobsState,
} from './jobs'
import { modelChanged, modelProgressed, type ModelsState } from './models'
import { marksTaken, removedTaken, trashTaken } from './marks'
import { noPictures, picturesChanged, picturesFromPage, type PicturesState } from './pictures'
import { noSelection, selectionAfter, type SelectionState } from './selection'
import { noShown, shownAfterJobs, type ShownState } from './shown'
import { noToasts, type ToastsState } from './toasts'
import type { UiState } from './ui'
import { noUndo, type UndoState } from './undo'
import type { EditTarget } from '#shared/domain/edit-targets'

/** A search in the library; its results are apart from the library's own order. */
export interface SearchState {
  text: string
  order: readonly string[]
  total: number
  nextCursor: number | undefined
}

/** Sections of the settings, in their order. */
export const settingsSections = ['general', 'engines', 'models', 'runtime', 'queue', 'shortcuts', 'privacy', 'about'] as const
export type SettingsSection = (typeof settingsSections)[number]

/** What a dialog is about; one at a time. */
export type DialogState =
  | { type: 'settings'; section?: SettingsSection }
  | { type: 'firstRun' }
  | { type: 'engines' }
  | { type: 'shortcuts' }
  | { type: 'models' }
  | { type: 'export'; pictureIds: readonly string[]; assetId?: string }
  | { type: 'cancelAll' }
  /** `plain`: the name is the picture's own and stands for `{name}` in every pattern; else it is made of everything. */
  | { type: 'exportResults'; items: readonly { assetId: string; name: string; plain?: boolean }[] }
  | { type: 'emptyTrash' }
  | { type: 'versions'; pictureId: string }
  | { type: 'viewSets' }
  | { type: 'sheetExport'; pictureId: string }
  /** An own preset that is changed (`id`), or a new one that begins as a style of the catalogue (`from`) or empty. */
  | { type: 'preset'; id?: string; from?: string }
  /** A style on many pictures, said before it is done. */
  | { type: 'scope'; pictures: readonly (string | EditTarget)[] }

/** Everything that the studio shows. Only reducers make new values of it. */
export interface StudioState {
  link: LinkState
  /** The first snapshot has come. */
  ready: boolean
  /** Why the first snapshot has not come yet. */
  loadError: ErrorView | undefined
  version: string
  dataDir: string
  settings: Settings
  /** Own presets first, then the catalogue. */
  styles: readonly Style[]
  styleMarks: StyleMarks
  engines: readonly EngineView[]
  queue: QueueView
  jobs: JobsState
  /** How far the batches are that the queue shows as one; asked for anew whenever one of their jobs goes on. */
  batches: Readonly<Record<string, BatchCounts>>
  history: HistoryState
  pictures: PicturesState
  search: SearchState | undefined
  selection: SelectionState
  shown: ShownState
  undo: UndoState
  gallery: GalleryState
  toasts: ToastsState
  /** Files on their way into the library. */
  importing: number
  models: ModelsState
  dialog: DialogState | undefined
  ui: UiState
}

/** The studio before it has heard anything. */
export function emptyStudio(ui: UiState): StudioState {
  return {
    link: 'connecting',
    ready: false,
    loadError: undefined,
    version: '',
    dataDir: '',
    settings: settingsSchema.parse({}),
    styles: [],
    styleMarks: { favourites: [], recent: [] },
    engines: [],
    queue: { paused: false, queued: 0, active: 0, done: 0, failed: 0, canceled: 0 },
    jobs: noJobs,
    batches: {},
    history: noHistory,
    pictures: noPictures,
    search: undefined,
    selection: noSelection,
    shown: noShown,
    undo: noUndo,
    gallery: noGallery,
    toasts: noToasts,
    importing: 0,
    models: undefined,
    dialog: undefined,
    ui,
  }
}

/** Takes a snapshot: the app's truth replaces what was known; what belongs to this window stays. */
export function snapshotTaken(state: StudioState, snapshot: Snapshot): StudioState {
  const pictures = picturesFromPage(state.pictures, snapshot.pictures)
  // What finished while the link was lost is shown as if it had been heard.
  const shown = state.ready ? shownAfterJobs(state.shown, state.jobs.byId, snapshot.jobs) : state.shown
  const openId = state.selection.openId ?? pictures.order[0]
  return {
    ...state,
    ready: true,
    loadError: undefined,
    version: snapshot.version,
    dataDir: snapshot.dataDir,
    settings: snapshot.settings,
    styles: snapshot.styles,
    styleMarks: snapshot.styleMarks,
    engines: snapshot.engines,
    queue: snapshot.queue,
    jobs: jobsFromSnapshot(snapshot.jobs),
    batches: {},
    history: noHistory,
    // Whatever was missed, the gallery asks again.
    gallery: galleryStale({ ...state.gallery, collections: undefined }),
    pictures,
    shown,
    selection: { ...state.selection, openId },
  }
}

/** Takes events in their order. Runs of the same kind are applied at once, so that an import of a thousand files stays cheap. */
export function eventsTaken(state: StudioState, bodies: readonly EventBody[]): StudioState {
  let next = state
  let jobs: Job[] = []
  let pictures: Picture[] = []
  const settle = (): void => {
    if (jobs.length > 0) next = withJobs(next, jobs)
    if (pictures.length > 0) next = withPictures(next, pictures)
    jobs = []
    pictures = []
  }
  for (const body of bodies) {
    if (body.type === 'job') jobs.push(body.job)
    else if (body.type === 'picture') pictures.push(body.picture)
    else {
      settle()
      next = withOther(next, body)
    }
  }
  settle()
  return next
}

function withJobs(state: StudioState, changed: readonly Job[]): StudioState {
  const jobs = jobsChanged(state.jobs, changed)
  const made = changed.some((job) => job.outputs.length > 0 && state.jobs.byId[job.id]?.outputs.length !== job.outputs.length)
  return {
    ...state,
    jobs,
    gallery: made ? galleryStale(state.gallery) : state.gallery,
    history: historyChanged(state.history, jobs.byId, changed),
    shown: shownAfterJobs(state.shown, state.jobs.byId, changed),
  }
}

/** Takes changed pictures, and moves the canvas and the selection off those that went to the trash. */
export function withPictures(state: StudioState, changed: readonly Picture[]): StudioState {
  const pictures = picturesChanged(state.pictures, changed)
  const isGone = (id: string): boolean => pictures.byId[id]?.trashedAt !== undefined
  const search = state.search && { ...state.search, order: state.search.order.filter((id) => !isGone(id)) }
  // With a picture its results go into the trash and come back.
  const moved = changed.some((picture) => state.pictures.byId[picture.id]?.trashedAt !== picture.trashedAt)
  return {
    ...state,
    pictures,
    gallery: moved ? galleryStale(state.gallery) : state.gallery,
    search,
    selection: selectionAfter(state.selection, state.pictures.order, pictures.order, isGone),
  }
}

/** Takes an engine as it is now. */
export function withEngine(state: StudioState, engine: EngineView): StudioState {
  const known = state.engines.some(({ id }) => id === engine.id)
  return {
    ...state,
    engines: known ? state.engines.map((other) => (other.id === engine.id ? engine : other)) : [...state.engines, engine],
  }
}

/** Styles with a new or changed own preset; new ones come first. */
function styleChanged(styles: readonly Style[], style: Style): readonly Style[] {
  if (styles.some(({ id }) => id === style.id)) return styles.map((other) => (other.id === style.id ? style : other))
  const at = styles.findIndex((other) => (other.createdAt ?? 0) <= (style.createdAt ?? 0))
  return styles.toSpliced(Math.max(0, at), 0, style)
}

function withOther(state: StudioState, body: Exclude<EventBody, { type: 'job' | 'picture' }>): StudioState {
  switch (body.type) {
    case 'job.progress':
      return {
        ...state,
        jobs: jobProgressed(state.jobs, body.id, { progress: body.progress, etaMs: body.etaMs, pending: body.pending }),
      }
    case 'jobs.cleared':
      return { ...state, jobs: jobsCleared(state.jobs, body.ids) }
    case 'queue':
      return { ...state, queue: body.queue }
    case 'marks':
      return { ...marksTaken(state, body.marks), gallery: galleryMarked(state.gallery, body.marks) }
    case 'trash':
      return {
        ...trashTaken(state, body.results),
        // Out of what is shown: what went is not in the gallery any more, what came back is not in the trash.
        gallery: galleryWithout(
          state.gallery,
          body.results.map(({ assetId }) => assetId),
        ),
      }
    case 'removed':
      return { ...removedTaken(state, body), gallery: galleryWithout(state.gallery, body.assetIds) }
    case 'collection':
    case 'collection.removed':
      return { ...state, gallery: galleryChanged(state.gallery, body) }
    case 'engine':
      return withEngine(state, body.engine)
    case 'model':
      return { ...state, models: modelChanged(state.models, body.model) }
    case 'model.progress':
      return { ...state, models: modelProgressed(state.models, body.file, body.download) }
    case 'engine.removed':
      return { ...state, engines: state.engines.filter((engine) => engine.id !== body.id) }
    // Its state reaches the studio as the engine's; the runtime's own panel asks for it.
    case 'runtime':
      return state
    case 'style':
      return { ...state, styles: styleChanged(state.styles, body.style) }
    case 'style.removed':
      return { ...state, styles: state.styles.filter((style) => style.id !== body.id) }
    case 'style.marks':
      return { ...state, styleMarks: body.marks }
    case 'settings':
      return { ...state, settings: body.settings }
    default:
      return assertNever(body, 'event')
  }
}
