import type { AppLogger } from '../app'
import type { AssetStore } from '../assets/asset-store'
import type { Database } from '../database/database'
import type { Tables } from '../database/tables'
import type { EventSource } from '../event-hub'
import { emptyTrash, type Emptied, type EmptyTrashWish } from './empty-trash'
import { createLooks, keptRetentionStep } from './looks'

/** What is done with the trash. */
export interface Trash {
  /** Results into it; answers those that were not there yet. */
  add(assetIds: readonly string[]): string[]
  restore(assetIds: readonly string[]): string[]
  empty(wish: EmptyTrashWish): Promise<Emptied>
  /** Begins to look, now and every hour, for what has been in it long enough. */
  start(): void
  close(): Promise<void>
}

/** Before the first look, milliseconds: a start has more urgent work. */
const firstLookAfter = 400
/** Where the time that counts is kept, beside the settings. */
const countedKey = 'trash.countedNow'

/** Makes the trash's side of the core: every change of it is told in an event. */
export function createTrash(context: {
  db: Database
  tables: Tables
  store: AssetStore
  events: EventSource
  logger: AppLogger
  /** Days after which it empties itself; 0: never. */
  days: () => number
}): Trash {
  const { db, tables, store, events, logger } = context
  let emptying: Promise<unknown> = Promise.resolve()

  function tell(assetIds: string[], trashedAt: number | undefined): string[] {
    if (assetIds.length === 0) return assetIds
    const stamp = trashedAt === undefined ? {} : { trashedAt }
    events.emit({ type: 'trash', results: assetIds.map((assetId) => ({ assetId, ...stamp })) })
    for (const id of tables.collections.containing(assetIds)) {
      const collection = tables.collections.get(id)
      if (collection) events.emit({ type: 'collection', collection })
    }
    return assetIds
  }

  async function empty(wish: EmptyTrashWish): Promise<Emptied> {
    // One at a time: the second finds what the first has left.
    const turn = emptying.then(() => emptyTrash({ db, store }, wish))
    emptying = turn.catch(() => {})
    const emptied = await turn
    const { assetIds, pictureIds, jobIds } = emptied
    if (assetIds.length + pictureIds.length + jobIds.length > 0) {
      events.emit({ type: 'removed', assetIds, pictureIds, jobIds })
      for (const id of new Set(emptied.changedPictureIds)) {
        const picture = tables.pictures.get(id)
        if (picture) events.emit({ type: 'picture', picture })
      }
      for (const collection of tables.collections.list()) events.emit({ type: 'collection', collection })
    }
    return emptied
  }

  async function look(): Promise<void> {
    try {
      const { before } = keptRetentionStep(db, countedKey, context.days())
      if (before === undefined) return
      const { assetIds, pictureIds } = await empty({ before })
      if (assetIds.length + pictureIds.length > 0)
        logger.info(
          { results: assetIds.length, pictures: pictureIds.length },
          'emptied the trash of what had been in it long enough',
        )
    } catch (error) {
      logger.error({ err: error }, 'the trash could not be looked through')
    }
  }

  const looks = createLooks(look, firstLookAfter)
  return {
    add(assetIds) {
      const now = Date.now()
      return tell(tables.results.trash(assetIds, now), now)
    },
    restore: (assetIds) => tell(tables.results.restore(assetIds), undefined),
    empty,
    start: looks.start,
    async close() {
      await looks.close()
      await emptying
    },
  }
}
