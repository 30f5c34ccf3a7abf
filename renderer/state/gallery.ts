import type { EventBody } from '#shared/contract/events'
import type { Collection } from '#shared/domain/result'

/** What this window knows of the gallery beside its pages: the collections, and how often the set of results has changed. */
export interface GalleryState {
  /** In their order; undefined until they are asked for. */
  collections: readonly Collection[] | undefined
  /** Grows whenever results come, go, or are marked: what a page shows may be another then. */
  revision: number
}

export const noGallery: GalleryState = { collections: undefined, revision: 0 }

/** Takes what has happened to collections. */
export function galleryChanged(
  state: GalleryState,
  body: Extract<EventBody, { type: 'collection' | 'collection.removed' }>,
): GalleryState {
  const revision = state.revision + 1
  if (!state.collections) return { ...state, revision }
  const id = body.type === 'collection' ? body.collection.id : body.id
  const others = state.collections.filter((each) => each.id !== id)
  const collections = body.type === 'collection' ? [...others, body.collection].sort((a, b) => a.position - b.position) : others
  return { collections, revision }
}

/** Says that the set of results has changed. */
export function galleryStale(state: GalleryState): GalleryState {
  return { ...state, revision: state.revision + 1 }
}
