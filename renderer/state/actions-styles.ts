import type { OwnStyle, Style } from '#shared/domain/style'
import { startDownloads } from '../export/downloads'
import type { ActionContext } from './actions'
import type { EditActions } from './actions-edit'

export interface StyleActions {
  /** Chooses a style for the panel; an own preset brings its values along. */
  chooseStyle(styleId: string): void
  /** Takes the style of a picture from now on, e.g. of one of the library. */
  takeStyleOf(assetId: string): void
  /** Keeps an own preset; answers it, or `undefined` when it was refused (which is shown). */
  saveStyle(style: OwnStyle, id?: string): Promise<Style | undefined>
  /** Deletes own presets; can be undone. */
  removeStyle(style: Style): Promise<void>
  favourStyle(styleId: string): Promise<void>
  exportStyles(ids: readonly string[]): Promise<void>
  importStyles(text: string): Promise<void>
  /** Every picture of the library, or (with a search) that was found. */
  allPictureIds(): Promise<string[]>
}

const pageSize = 500
/** Most jobs at once; see the contract. */
const mostPictures = 10_000

/** What can be done with styles and own presets. */
export function createStyleActions(
  { store, client, ask, toast }: ActionContext,
  {
    setStyle,
    rememberStylePicture,
    remember,
  }: {
    setStyle: (patch: Record<string, unknown>) => void
    rememberStylePicture: (assetId: string) => void
    remember: EditActions['remember']
  },
): StyleActions {
  return {
    chooseStyle(styleId) {
      const own = store.getState().styles.find(({ id }) => id === styleId)?.own
      setStyle({ styleId, styleAssetId: undefined, ...own?.values })
    },
    takeStyleOf(assetId) {
      rememberStylePicture(assetId)
      setStyle({ styleAssetId: assetId })
    },
    async saveStyle(style, id) {
      const saved = await ask('styles.save', { style, ...(id === undefined ? {} : { id }) })
      if (saved) toast({ tone: 'good', text: { key: 'presets.saved', values: { name: saved.title.en } } })
      return saved
    },
    async removeStyle({ id, title }) {
      const answer = await ask('styles.remove', { ids: [id] })
      if (!answer || answer.ids.length === 0) return
      if (store.getState().ui.style.styleId === id) setStyle({ styleId: undefined })
      const name = title.en
      remember({
        undo: { type: 'restoreStyles', ids: [id] },
        redo: { type: 'removeStyles', ids: [id] },
        name: { type: 'preset', name },
      })
      toast({ tone: 'info', text: { key: 'presets.deleted', values: { name } }, action: 'undo' })
    },
    async favourStyle(styleId) {
      const { styleMarks } = store.getState()
      const marks = await ask('styles.favour', { id: styleId, favourite: !styleMarks.favourites.includes(styleId) })
      if (marks) store.setState({ styleMarks: marks })
    },
    async exportStyles(ids) {
      const answer = await ask('styles.export', { ids: [...ids] })
      if (answer?.fileId !== undefined) startDownloads([client.fileUrl(answer.fileId)])
    },
    async importStyles(text) {
      const answer = await ask('styles.import', { text })
      if (!answer) return
      const failed = answer.results.flatMap(({ name, error }) => (error ? [{ label: name, error }] : []))
      const taken = answer.results.filter(({ style, duplicate }) => style !== undefined && !duplicate).length
      if (taken > 0) toast({ tone: 'good', text: { key: 'presets.imported', values: { count: taken } } })
      else if (failed.length === 0) toast({ tone: 'info', text: { key: 'presets.imported.none' } })
      if (failed.length > 0)
        toast({ tone: 'bad', text: { key: 'presets.imported.failed', values: { count: failed.length } }, lines: failed })
    },
    async allPictureIds() {
      const search = store.getState().search?.text
      const ids: string[] = []
      let cursor: number | undefined
      do {
        const page = await ask('pictures.list', {
          limit: pageSize,
          ...(search === undefined ? {} : { search }),
          ...(cursor === undefined ? {} : { cursor }),
        })
        if (!page) return []
        ids.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor
      } while (cursor !== undefined && ids.length < mostPictures)
      return ids.slice(0, mostPictures)
    },
  }
}
