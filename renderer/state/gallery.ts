import type { EventBody } from '#shared/contract/events'
import type { AssetMark } from '#shared/domain/mark'
import type { Collection, Result, ResultFilter } from '#shared/domain/result'

/** Which part of the gallery is shown. */
export type GalleryScope =
  { type: 'all' } | { type: 'starred' } | { type: 'rejected' } | { type: 'trash' } | { type: 'collection'; id: string }

/** Where in its search the gallery is; kept while another place is shown, so that coming back is coming back there. */
export interface GalleryAt {
  /** Place of the result that the keys go on from, and of the one that a range begins at. */
  active: number
  anchor: number
  /** The first result on the screen when the gallery was left. */
  top: number
}

/** At the beginning. */
export const galleryTop: GalleryAt = { active: 0, anchor: 0, top: 0 }

/** What this window knows and shows of the gallery; its pages are the grid's own. */
export interface GalleryState {
  /** In their order; undefined until they are asked for. */
  collections: readonly Collection[] | undefined
  /** Grows whenever results come, go, or are marked: what a page shows may be another then. */
  revision: number
  scope: GalleryScope
  /** Search and filters, beside the scope. */
  filter: ResultFilter
  at: GalleryAt
  /** The result with the keyboard's focus, whose facts are shown. */
  active: Result | undefined
  selected: readonly Result[]
  /** These are compared in place of the grid. */
  comparing: readonly Result[] | undefined
}

export const noGallery: GalleryState = {
  collections: undefined,
  revision: 0,
  scope: { type: 'all' },
  filter: {},
  at: galleryTop,
  active: undefined,
  selected: [],
  comparing: undefined,
}

/** Takes what has happened to collections. */
export function galleryChanged(
  state: GalleryState,
  body: Extract<EventBody, { type: 'collection' | 'collection.removed' }>,
): GalleryState {
  const revision = state.revision + 1
  const id = body.type === 'collection' ? body.collection.id : body.id
  const lost = body.type === 'collection.removed' && state.scope.type === 'collection' && state.scope.id === id
  const scope: GalleryScope = lost ? { type: 'all' } : state.scope
  const at = lost ? galleryTop : state.at
  if (!state.collections) return { ...state, revision, scope, at }
  const others = state.collections.filter((each) => each.id !== id)
  const collections = body.type === 'collection' ? [...others, body.collection].sort((a, b) => a.position - b.position) : others
  return { ...state, collections, revision, scope, at }
}

/** Says that the set of results has changed. */
export function galleryStale(state: GalleryState): GalleryState {
  return { ...state, revision: state.revision + 1 }
}

/** As {@link galleryStale}; what is selected and compared is kept true by `change`, which answers `undefined` for what is gone. */
function galleryKept(state: GalleryState, change: (result: Result) => Result | undefined): GalleryState {
  const comparing = state.comparing?.flatMap((result) => change(result) ?? [])
  return {
    ...galleryStale(state),
    active: state.active && change(state.active),
    selected: state.selected.flatMap((result) => change(result) ?? []),
    comparing: comparing && comparing.length > 0 ? comparing : undefined,
  }
}

/** Takes new marks. Ten thousand selected can all be marked at once: each is looked up, not looked for. */
export function galleryMarked(state: GalleryState, marks: readonly AssetMark[]): GalleryState {
  const byAsset = new Map(marks.map((mark) => [mark.assetId, mark]))
  return galleryKept(state, (result) => {
    const mark = byAsset.get(result.assetId)
    return mark ? { ...result, star: mark.star, rejected: mark.rejected } : result
  })
}

/** Takes these results out of what is selected and compared. */
export function galleryWithout(state: GalleryState, assetIds: readonly string[]): GalleryState {
  const gone = new Set(assetIds)
  return galleryKept(state, (result) => (gone.has(result.assetId) ? undefined : result))
}

/** Scope and filter together, as the app is asked. */
export function searchOf({ scope, filter }: Pick<GalleryState, 'scope' | 'filter'>): ResultFilter {
  switch (scope.type) {
    case 'all':
      return filter
    case 'starred':
      return { minStar: 1, ...filter }
    case 'rejected':
      return { ...filter, rejected: true }
    case 'trash':
      return { ...filter, trashed: true }
    case 'collection':
      return { ...filter, collectionId: scope.id }
  }
}
