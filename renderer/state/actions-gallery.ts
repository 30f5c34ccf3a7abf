import type { Result, ResultFilter } from '#shared/domain/result'
import type { ActionContext } from './actions'
import type { EditActions } from './actions-edit'
import type { PictureActions } from './actions-pictures'
import { galleryTop, type GalleryAt, type GalleryScope } from './gallery'

export interface GalleryActions {
  /** Shows the gallery, all of it or a part. */
  showGallery(scope?: GalleryScope): void
  setGalleryFilter(patch: { [K in keyof ResultFilter]?: ResultFilter[K] | undefined }): void
  /** Remembers where in its search the gallery is. */
  setGalleryAt(change: Partial<GalleryAt>): void
  selectResults(active: Result | undefined, selected: readonly Result[]): void
  /** Puts results side by side; `undefined` goes back to the grid. */
  compareResults(results: readonly Result[] | undefined): void
  loadCollections(): Promise<void>
  createCollection(name: string, results?: readonly Result[]): Promise<void>
  renameCollection(id: string, name: string): Promise<void>
  removeCollection(id: string): Promise<void>
  addToCollection(id: string, results: readonly Result[]): Promise<void>
  /** Puts results of a collection before another of it, or at its end. */
  moveInCollection(id: string, results: readonly Result[], beforeAssetId: string | undefined): Promise<void>
  moveToFront(id: string, results: readonly Result[]): Promise<void>
  dropFromCollection(id: string, results: readonly Result[]): Promise<void>
  /** Puts the result on the canvas, as a version of its picture that is looked at; the next edit works on it. */
  openResult(result: Result): Promise<void>
  /** Opens the result as what the next edit works on, with the values that made it at hand and a new seed. */
  remix(result: Result): Promise<void>
  restorePictures(ids: readonly string[]): Promise<void>
  /** Locks the result's seed for what is made next. */
  reuseSeed(result: { seed: number; kind: string }): void
  /** Puts every value that made the result into the panels. */
  reuseAll(result: Result): Promise<void>
  restoreResults(results: readonly Result[]): Promise<void>
  /** Deletes these, or all that is in the trash, for good. */
  emptyTrash(assetIds?: readonly string[]): Promise<void>
}

/** Results of one page of a search at most. */
const mostInPage = 500

/** The parts of the compose panel that keep a seed, by the kind of edit that they ask for. */
const seedSections: Partial<Record<string, 'words' | 'remix' | 'reference'>> = {
  generate: 'words',
  remix: 'remix',
  reference: 'reference',
}

/** What can be done with the gallery. */
export function createGalleryActions(
  { store, ask, toast }: ActionContext,
  pictures: Pick<PictureActions, 'loadVersions' | 'showVersion'>,
  edits: Pick<EditActions, 'recall'>,
): GalleryActions {
  const patch = (change: Partial<ReturnType<typeof store.getState>['gallery']>): void =>
    store.setState((state) => ({ gallery: { ...state.gallery, ...change } }))
  const ids = (results: readonly Result[]): string[] => results.map((result) => result.assetId)

  const openResult = async (result: Result): Promise<void> => {
    await pictures.loadVersions(result.pictureId)
    if (!store.getState().pictures.byId[result.pictureId]) return
    store.setState((state) => ({
      selection: { openId: result.pictureId, selected: [] },
      ui: { ...state.ui, center: 'canvas' },
    }))
    pictures.showVersion(result.pictureId, result.assetId)
  }

  return {
    showGallery(scope) {
      store.setState((state) => ({
        ui: { ...state.ui, center: 'gallery' },
        gallery: scope
          ? { ...state.gallery, scope, at: galleryTop, active: undefined, selected: [], comparing: undefined }
          : { ...state.gallery, comparing: undefined },
      }))
    },
    setGalleryFilter(change) {
      const filter = { ...store.getState().gallery.filter, ...change }
      patch({
        filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
        at: galleryTop,
        active: undefined,
        selected: [],
      })
    },
    setGalleryAt: (change) => patch({ at: { ...store.getState().gallery.at, ...change } }),
    selectResults: (active, selected) => patch({ active, selected }),
    compareResults: (comparing) => patch({ comparing }),
    async loadCollections() {
      const answer = await ask('collections.list', {})
      if (answer) patch({ collections: answer.collections })
    },
    async createCollection(name, results = []) {
      const answer = await ask('collections.create', {
        id: crypto.randomUUID(),
        name,
        ...(results.length > 0 ? { assetIds: ids(results) } : {}),
      })
      if (answer) toast({ tone: 'good', text: { key: 'gallery.collection.made', values: { name: answer.collection.name } } })
    },
    async renameCollection(id, name) {
      await ask('collections.rename', { id, name })
    },
    async removeCollection(id) {
      await ask('collections.remove', { id })
    },
    async addToCollection(id, results) {
      const answer = await ask('collections.add', { id, assetIds: ids(results) })
      if (!answer) return
      const values = { count: answer.added.length, name: answer.collection.name }
      toast({ tone: 'good', text: { key: 'gallery.collection.added', values } })
    },
    async moveInCollection(id, results, beforeAssetId) {
      await ask('collections.add', { id, assetIds: ids(results), ...(beforeAssetId === undefined ? {} : { beforeAssetId }) })
    },
    async moveToFront(id, results) {
      const moving = new Set(ids(results))
      // The first that stays is what they go before; with many selected it can be far down.
      for (let offset = 0; ; offset += mostInPage) {
        const page = await ask('results.search', { collectionId: id, offset, limit: mostInPage })
        if (!page || page.items.length === 0) return
        const first = page.items.find((item) => !moving.has(item.assetId))
        if (!first) continue
        await ask('collections.add', { id, assetIds: [...moving], beforeAssetId: first.assetId })
        return
      }
    },
    async dropFromCollection(id, results) {
      await ask('collections.drop', { id, assetIds: ids(results) })
    },
    openResult,
    reuseSeed({ seed, kind }) {
      store.setState(({ ui }) => {
        // Of what is composed the seed goes to where that is asked for.
        const section = seedSections[kind]
        if (section === undefined) return { ui: { ...ui, style: { ...ui.style, seed } } }
        return { ui: { ...ui, compose: { ...ui.compose, [section]: { ...ui.compose[section], seed } } } }
      })
      toast({ tone: 'good', text: { key: 'gallery.seed.locked', values: { seed } } })
    },
    async reuseAll(result) {
      const job = await ask('jobs.get', { id: result.jobId })
      if (!job) return
      await pictures.loadVersions(result.pictureId)
      edits.recall(job)
    },
    async remix(result) {
      const job = await ask('jobs.get', { id: result.jobId })
      if (!job) return
      await pictures.loadVersions(result.pictureId)
      edits.recall(job)
      store.setState(({ ui }) => {
        const { seed: _, ...style } = ui.style
        return { ui: { ...ui, style } }
      })
      await openResult(result)
    },
    async restorePictures(pictureIds) {
      const answer = await ask('pictures.restore', { ids: [...pictureIds] })
      if (answer) toast({ tone: 'good', text: { key: 'gallery.restored', values: { count: answer.count } } })
    },
    async restoreResults(results) {
      const answer = await ask('results.restore', { assetIds: ids(results) })
      if (answer) toast({ tone: 'good', text: { key: 'gallery.restored', values: { count: answer.assetIds.length } } })
    },
    async emptyTrash(assetIds) {
      const answer = await ask('trash.empty', assetIds ? { assetIds: [...assetIds] } : {})
      if (!answer) return
      const { results, pictures: photos, kept } = answer
      toast({
        tone: kept > 0 ? 'info' : 'good',
        text:
          kept > 0
            ? { key: 'gallery.emptied.kept', values: { kept } }
            : { key: 'gallery.emptied', values: { count: results + photos } },
      })
    },
  }
}
