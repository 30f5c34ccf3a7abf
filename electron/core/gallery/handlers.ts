import { randomUUID } from 'node:crypto'
import type { CallHandlers } from '#shared/contract/calls'
import type { galleryCalls } from '#shared/contract/gallery-calls'
import { AppError } from '#shared/domain/error'
import type { Picture } from '#shared/domain/picture'
import type { Collection } from '#shared/domain/result'
import type { AssetStore } from '../assets/asset-store'
import type { Database } from '../database/database'
import type { Tables } from '../database/tables'
import type { EventSource } from '../event-hub'
import type { HistoryLimit } from './history-limit'
import type { Trash } from './trash'

/** What the gallery's handlers work with. */
export interface GalleryContext {
  db: Database
  tables: Tables
  store: AssetStore
  events: EventSource
  trash: Trash
  historyLimit: HistoryLimit
}

const notFound = (what: string): AppError =>
  new AppError('input.not_found', `There is no such ${what}. Reload, and choose again.`)

/** The handlers of gallery, collections, trash and version history. */
export function galleryHandlers({
  tables,
  events,
  trash,
  historyLimit,
}: GalleryContext): Pick<CallHandlers, keyof typeof galleryCalls> {
  const { collections, results, resultSearch, steps } = tables

  function announceCollection(id: string): Collection {
    const collection = collections.get(id)
    if (!collection) throw notFound('collection')
    events.emit({ type: 'collection', collection })
    return collection
  }

  function walk(id: string, by: 1 | -1): { picture: Picture } {
    if (!tables.pictures.get(id)) throw notFound('picture')
    if (!steps.walk(id, by))
      throw new AppError(
        'input.conflict',
        `There is no version to go ${by < 0 ? 'back' : 'forward'} to. Choose one in the versions.`,
      )
    const picture = tables.pictures.get(id) as Picture
    events.emit({ type: 'picture', picture })
    return { picture }
  }

  return {
    'results.search': ({ cursor, offset, limit, ...filter }) => resultSearch.page(filter, { cursor, offset, limit }),
    'results.timeline': ({ zone, ...filter }) => ({ days: resultSearch.timeline(filter, zone) }),
    'results.facets': () => resultSearch.facets(),
    'results.mark'({ marks: changes }) {
      const answer = results.mark(changes)
      events.emit({ type: 'marks', marks: answer.marks })
      return answer
    },
    'results.trash': ({ assetIds }) => ({ assetIds: trash.add(assetIds) }),
    'results.restore': ({ assetIds }) => ({ assetIds: trash.restore(assetIds) }),
    'history.preview': (limit) => historyLimit.preview(limit),
    'history.trim': async () => ({ assetIds: await historyLimit.trim() }),
    async 'trash.empty'(wish) {
      const { assetIds, pictureIds, kept } = await trash.empty(wish)
      return { results: assetIds.length, pictures: pictureIds.length, kept }
    },
    'pictures.undo': ({ id }) => walk(id, -1),
    'pictures.redo': ({ id }) => walk(id, 1),

    'collections.list': () => ({ collections: collections.list() }),
    'collections.create'({ id = randomUUID(), name, assetIds }) {
      collections.create(id, name, Date.now())
      if (assetIds) collections.add(id, assetIds)
      return { collection: announceCollection(id) }
    },
    'collections.rename'({ id, name }) {
      collections.rename(id, name)
      return { collection: announceCollection(id) }
    },
    'collections.remove'({ id }) {
      if (!collections.remove(id)) throw notFound('collection')
      events.emit({ type: 'collection.removed', id })
      return {}
    },
    'collections.move'({ id, beforeId }) {
      if (!collections.get(id)) throw notFound('collection')
      collections.move(id, beforeId)
      const list = collections.list()
      for (const collection of list) events.emit({ type: 'collection', collection })
      return { collections: list }
    },
    'collections.add'({ id, assetIds, beforeAssetId }) {
      if (!collections.get(id)) throw notFound('collection')
      const added = collections.add(id, assetIds, beforeAssetId)
      return { added, collection: announceCollection(id) }
    },
    'collections.drop'({ id, assetIds }) {
      if (!collections.get(id)) throw notFound('collection')
      const dropped = collections.drop(id, assetIds)
      return { dropped, collection: announceCollection(id) }
    },
  }
}
