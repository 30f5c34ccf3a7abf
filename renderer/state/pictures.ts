import type { Picture, Version } from '#shared/domain/picture'
import { insertByRank, without } from './sorted'

/** The library as far as it is loaded, newest first, and the versions of the pictures that were opened. */
export interface PicturesState {
  byId: Readonly<Record<string, Picture>>
  /** Newest first, without the trash. */
  order: readonly string[]
  /** How many there are in all, loaded or not. */
  total: number
  /** Where the next page starts; absent when everything is loaded. */
  nextCursor: number | undefined
  versions: Readonly<Record<string, readonly Version[]>>
}

export interface PicturePage {
  items: Picture[]
  total: number
  nextCursor?: number | undefined
}

export const noPictures: PicturesState = { byId: {}, order: [], total: 0, nextCursor: undefined, versions: {} }

/** Starts again from the first page; versions of pictures that are still known stay. */
export function picturesFromPage(before: PicturesState, page: PicturePage): PicturesState {
  const known = new Map(page.items.map((picture) => [picture.id, picture]))
  return {
    byId: { ...before.byId, ...Object.fromEntries(known) },
    order: page.items.filter((picture) => picture.trashedAt === undefined).map((picture) => picture.id),
    total: page.total,
    nextCursor: page.nextCursor,
    versions: before.versions,
  }
}

/** Adds an older page at the end. Pictures that are there already are only refreshed. */
export function picturesWithPage(state: PicturesState, page: PicturePage): PicturesState {
  const present = new Set(state.order)
  return {
    ...state,
    byId: { ...state.byId, ...Object.fromEntries(page.items.map((picture) => [picture.id, picture])) },
    order: [
      ...state.order,
      ...page.items.filter((picture) => !present.has(picture.id) && picture.trashedAt === undefined).map((picture) => picture.id),
    ],
    total: page.total,
    nextCursor: page.nextCursor,
  }
}

/** Takes what an event says of pictures: new, changed, put into the trash, or brought back. Many at once cost one copy. */
export function picturesChanged(state: PicturesState, changed: readonly Picture[]): PicturesState {
  if (changed.length === 0) return state
  const byId = { ...state.byId }
  let { order, total } = state
  for (const picture of changed) {
    const before = byId[picture.id]
    const listed = before !== undefined && before.trashedAt === undefined
    byId[picture.id] = picture
    const oldest = order.length > 0 ? byId[order.at(-1) as string] : undefined
    // A picture that is older than what is loaded comes with its page; only the count may have to change.
    const beyond = state.nextCursor !== undefined && oldest !== undefined && picture.seq < oldest.seq
    if (picture.trashedAt !== undefined) {
      if (listed || beyond) total = Math.max(0, total - 1)
      order = without(order, picture.id)
      continue
    }
    if (beyond) {
      if (before !== undefined && !listed) total++
      continue
    }
    if (!listed) total++
    if (!order.includes(picture.id)) order = insertByRank(order, picture.id, (id) => -(byId[id]?.seq ?? 0))
  }
  return { ...state, byId, order, total }
}

/** Opened pictures whose versions are kept; older ones are asked for again. */
const keptVersions = 40

/** Takes the versions of a picture, and the picture as it was told with them. */
export function versionsLoaded(state: PicturesState, picture: Picture, versions: readonly Version[]): PicturesState {
  const { [picture.id]: _, ...others } = state.versions
  const kept = Object.entries(others).slice(-(keptVersions - 1))
  return { ...picturesChanged(state, [picture]), versions: { ...Object.fromEntries(kept), [picture.id]: versions } }
}
