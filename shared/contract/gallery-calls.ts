import { z } from 'zod'
import { idSchema } from '../domain/id'
import { assetMarkSchema, markChangeSchema } from '../domain/mark'
import { pictureSchema } from '../domain/picture'
import { settingsSchema } from '../domain/settings'
import { collectionSchema, resultFilterSchema, resultSchema } from '../domain/result'
import { call } from './call'

const ids = z.array(idSchema).min(1).max(10_000)
const name = z.string().trim().min(1).max(120)

/** What the trash's call answers: the results whose place changed. */
const trashed = z.object({ assetIds: z.array(idSchema) })

/** The calls of gallery, collections, trash and version history; see `calls`. */
export const galleryCalls = {
  /**
   * A page of the gallery, newest first (a collection in its own order, the trash by when it was filled). Either below a `cursor` (the page
   * before's `nextCursor`) or from an `offset` on, to jump anywhere.
   */
  'results.search': call(() => ({
    input: resultFilterSchema().extend({
      cursor: z.int().optional(),
      offset: z.int().min(0).max(100_000_000).default(0),
      limit: z.int().min(1).max(500).default(100),
    }),
    output: z.object({ items: z.array(resultSchema()), total: z.int().min(0), nextCursor: z.int().optional() }),
  })),
  /** How many results each day has, in the gallery's order, with the place of its first: the index to jump by. Days are those of `zone`. */
  'results.timeline': call(() => ({
    input: resultFilterSchema().extend({
      /** Minutes that local time is ahead of UTC. */
      zone: z
        .int()
        .min(-24 * 60)
        .max(24 * 60)
        .default(0),
    }),
    output: z.object({
      days: z.array(z.object({ day: z.iso.date(), count: z.int().min(1), offset: z.int().min(0) })),
    }),
  })),
  /** What there is to filter by: the values that results have. */
  'results.facets': call(() => ({
    input: z.object({}),
    output: z.object({
      kinds: z.array(z.string()),
      styles: z.array(z.string()),
      engines: z.array(z.string()),
      workflows: z.array(z.string()),
      /** When the first and the last of them was made, Unix milliseconds; absent where there is none. */
      madeAt: z.object({ first: z.int(), last: z.int() }).optional(),
    }),
  })),
  /** Stars and rejects results; answers how they are marked now and how they were, so that it can be undone. */
  'results.mark': call(() => ({
    input: z.object({ marks: z.array(markChangeSchema).min(1).max(10_000) }),
    output: z.object({ marks: z.array(assetMarkSchema), before: z.array(assetMarkSchema) }),
  })),
  /** Results into the trash and out of it; nothing is deleted. Answers those that were not there yet. */
  'results.trash': call(() => ({ input: z.object({ assetIds: ids }), output: trashed })),
  'results.restore': call(() => ({ input: z.object({ assetIds: ids }), output: trashed })),
  /** What a limit of the history would put into the trash if it began now: how many results and bytes, and how much there is. */
  'history.preview': call(() => ({
    input: settingsSchema.pick({ keepResults: true, keepDays: true, keepGigabytes: true }),
    output: z.object({
      results: z.int().min(0),
      bytes: z.int().min(0),
      total: z.int().min(0),
      totalBytes: z.int().min(0),
    }),
  })),
  /** Puts what is beyond the limit of the settings into the trash now, and not only at the next look; answers what went. */
  'history.trim': call(() => ({ input: z.object({}), output: trashed })),
  /**
   * Deletes what is in the trash (all of it, or these), with the files that nothing else needs. `kept` counts what stays because something
   * that is not in the trash was made from it or shows it. There is no way back.
   */
  'trash.empty': call(() => ({
    input: z.object({ assetIds: ids.optional(), pictureIds: ids.optional() }),
    output: z.object({ results: z.int().min(0), pictures: z.int().min(0), kept: z.int().min(0) }),
  })),
  /** One step back, or forth again, in the versions that were applied to a picture; `input.conflict` at the end of the way. */
  'pictures.undo': call(() => ({ input: z.object({ id: idSchema }), output: z.object({ picture: pictureSchema }) })),
  'pictures.redo': call(() => ({ input: z.object({ id: idSchema }), output: z.object({ picture: pictureSchema }) })),
  'collections.list': call(() => ({ input: z.object({}), output: z.object({ collections: z.array(collectionSchema()) }) })),
  /** The id may be chosen by whoever asks, so that asking again makes no second one. */
  'collections.create': call(() => ({
    input: z.object({ id: idSchema.optional(), name, assetIds: ids.optional() }),
    output: z.object({ collection: collectionSchema() }),
  })),
  'collections.rename': call(() => ({
    input: z.object({ id: idSchema, name }),
    output: z.object({ collection: collectionSchema() }),
  })),
  /** Takes the collection away; its results stay in the gallery. */
  'collections.remove': call(() => ({ input: z.object({ id: idSchema }), output: z.object({}) })),
  /** Puts a collection before another one; at the end when `beforeId` is absent. */
  'collections.move': call(() => ({
    input: z.object({ id: idSchema, beforeId: idSchema.optional() }),
    output: z.object({ collections: z.array(collectionSchema()) }),
  })),
  /** Puts results into a collection, or those already in it elsewhere: before one of its results, or at the end. */
  'collections.add': call(() => ({
    input: z.object({ id: idSchema, assetIds: ids, beforeAssetId: idSchema.optional() }),
    output: z.object({ collection: collectionSchema(), added: z.array(idSchema) }),
  })),
  'collections.drop': call(() => ({
    input: z.object({ id: idSchema, assetIds: ids }),
    output: z.object({ collection: collectionSchema(), dropped: z.array(idSchema) }),
  })),
} as const
