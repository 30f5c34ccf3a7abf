import type { ImportResult } from '#shared/contract/calls'
import type { ErrorView } from '#shared/domain/error'
import { toAppError } from '#shared/domain/error'
import type { ActionContext, IncomingFile } from './actions'
import { picturesWithPage, versionsLoaded } from './pictures'
import { neighbour } from './selection'
import { shownCleared } from './shown'
import { withPictures } from './studio-state'

export interface PictureActions {
  openPicture(id: string): void
  /** Opens the picture so many places further in the library. */
  stepPicture(step: number): void
  select(ids: readonly string[]): void
  loadVersions(id: string): Promise<void>
  loadMorePictures(): Promise<void>
  searchLibrary(text: string): Promise<void>
  /** Adds files to the library and opens the first; each bad one is told by name. */
  importFiles(files: readonly IncomingFile[]): Promise<ImportResult[]>
  /** For shells that see the same disk. */
  importPaths(paths: readonly string[]): Promise<ImportResult[]>
  importSample(): Promise<void>
  /** Takes a picture as a style; answers its asset id. */
  importStylePicture(file: IncomingFile): Promise<string | undefined>
  /** Puts a picture among the style pictures that the panel offers. */
  rememberStylePicture(assetId: string): void
  /** Looks at a version without applying it; its current one when it is that. */
  showVersion(pictureId: string, assetId: string): void
}

/** Files of one upload; a folder of thousands goes in steps, so that pictures appear meanwhile. */
const filesPerUpload = 16
const pageSize = 200

/** What can be done with the library. */
export function createPictureActions({ client, store, ask, toast, fail }: ActionContext): PictureActions {
  let paging: Promise<void> | undefined
  let searches = 0

  const openPicture = (id: string): void =>
    store.setState((state) => ({
      selection: { openId: id, selected: state.selection.selected.length > 1 ? state.selection.selected : [] },
      ui: { ...state.ui, center: 'canvas' },
    }))

  /** Tells what became of an import, and opens its first picture. */
  const tell = (results: readonly ImportResult[]): void => {
    const added = results.filter((result) => result.picture && !result.duplicate)
    const duplicates = results.filter((result) => result.duplicate)
    const failed = results.filter((result) => result.error !== undefined)
    const first = added[0]?.picture ?? duplicates[0]?.picture
    if (first) {
      store.setState((state) => ({
        ...withPictures(
          state,
          results.flatMap((result) => (result.picture ? [result.picture] : [])),
        ),
        selection: { openId: first.id, selected: added.length > 1 ? added.flatMap((result) => result.picture?.id ?? []) : [] },
        ui: { ...state.ui, center: added.length > 1 ? 'library' : 'canvas' },
      }))
    }
    if (failed.length > 0)
      toast({
        tone: 'bad',
        text: { key: 'import.failed', values: { count: failed.length } },
        lines: failed.map((result) => ({ label: result.file, error: result.error as ErrorView })),
      })
    else if (added.length > 1) toast({ tone: 'good', text: { key: 'import.done', values: { count: added.length } } })
    else if (added.length === 0 && duplicates.length > 0)
      toast({ tone: 'info', text: { key: 'import.duplicates', values: { count: duplicates.length } } })
  }

  const rememberStylePicture = (assetId: string): void =>
    store.setState(({ ui }) => ({
      ui: { ...ui, stylePictures: [assetId, ...ui.stylePictures.filter((id) => id !== assetId)].slice(0, 12) },
    }))

  const counted = async <T>(count: number, run: () => Promise<T>): Promise<T> => {
    store.setState((state) => ({ importing: state.importing + count }))
    try {
      return await run()
    } finally {
      store.setState((state) => ({ importing: Math.max(0, state.importing - count) }))
    }
  }

  return {
    openPicture,
    stepPicture(step) {
      const { pictures, selection } = store.getState()
      const next = neighbour(pictures.order, selection.openId, step)
      if (next !== undefined) openPicture(next)
    },
    select: (ids) => store.setState((state) => ({ selection: { ...state.selection, selected: [...ids] } })),
    async loadVersions(id) {
      try {
        const { picture, versions } = await client.call('pictures.get', { id })
        store.setState((state) => ({ pictures: versionsLoaded(state.pictures, picture, versions) }))
      } catch (thrown) {
        // While the link is lost this is asked again after the next snapshot; anything else is worth a word.
        if (store.getState().link === 'open') fail(thrown)
      }
    },
    loadMorePictures() {
      paging ??= (async () => {
        const { search, pictures } = store.getState()
        const cursor = search ? search.nextCursor : pictures.nextCursor
        if (cursor === undefined) return
        const page = await ask('pictures.list', { cursor, limit: pageSize, ...(search ? { search: search.text } : {}) })
        if (!page) return
        store.setState((state) => {
          if (state.search?.text !== search?.text) return state
          if (!state.search) return { pictures: picturesWithPage(state.pictures, page) }
          return {
            pictures: withKnown(state.pictures, page.items),
            search: {
              ...state.search,
              order: [...state.search.order, ...page.items.map((picture) => picture.id)],
              total: page.total,
              nextCursor: page.nextCursor,
            },
          }
        })
      })().finally(() => {
        paging = undefined
      })
      return paging
    },
    async searchLibrary(text) {
      const mine = ++searches
      const wanted = text.trim()
      if (wanted === '') {
        store.setState({ search: undefined })
        return
      }
      const page = await ask('pictures.list', { search: wanted, limit: pageSize })
      if (!page || mine !== searches) return
      store.setState((state) => ({
        pictures: withKnown(state.pictures, page.items),
        search: {
          text: wanted,
          order: page.items.map((picture) => picture.id),
          total: page.total,
          nextCursor: page.nextCursor,
        },
      }))
    },
    importFiles: (files) =>
      counted(files.length, async () => {
        const results: ImportResult[] = []
        for (let start = 0; start < files.length; start += filesPerUpload) {
          const part = files.slice(start, start + filesPerUpload)
          try {
            results.push(...(await client.upload([...part], 'picture')))
          } catch (thrown) {
            const error = toAppError(thrown).toView()
            results.push(...part.map((file) => ({ file: file.name, duplicate: false, error })))
          }
        }
        tell(results)
        return results
      }),
    importPaths: (paths) =>
      counted(paths.length, async () => {
        const results = (await ask('assets.import', { paths: [...paths] }))?.results ?? []
        tell(results)
        return results
      }),
    importSample: () =>
      counted(1, async () => {
        const answer = await ask('assets.importSample', {})
        if (answer) tell(answer.results)
      }),
    async importStylePicture(file) {
      try {
        const [result] = await client.upload([file], 'style')
        if (result?.error)
          toast({
            tone: 'bad',
            text: { key: 'import.failed', values: { count: 1 } },
            lines: [{ label: result.file, error: result.error }],
          })
        const assetId = result?.asset?.id
        if (assetId !== undefined) rememberStylePicture(assetId)
        return assetId
      } catch (thrown) {
        fail(thrown)
        return undefined
      }
    },
    rememberStylePicture,
    showVersion: (pictureId, assetId) =>
      store.setState((state) => ({
        shown:
          state.pictures.byId[pictureId]?.currentAssetId === assetId
            ? shownCleared(state.shown, [pictureId])
            : { ...state.shown, [pictureId]: { assetId } },
      })),
  }
}

/** Remembers pictures without listing them: search results come from beyond the loaded pages. */
function withKnown<T extends { byId: Readonly<Record<string, P>> }, P extends { id: string }>(state: T, items: readonly P[]): T {
  return { ...state, byId: { ...state.byId, ...Object.fromEntries(items.map((item) => [item.id, item])) } }
}
