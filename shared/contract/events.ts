import { z } from 'zod'
import { engineViewSchema } from '../domain/engine'
import { idSchema, timestampSchema } from '../domain/id'
import { jobSchema } from '../domain/job'
import { assetMarkSchema } from '../domain/mark'
import { modelDownloadSchema, modelViewSchema } from '../domain/model'
import { pictureSchema } from '../domain/picture'
import { collectionSchema } from '../domain/result'
import { runtimeViewSchema } from '../domain/runtime'
import { settingsSchema } from '../domain/settings'
import { styleMarksSchema, styleSchema } from '../domain/style'
import { queueViewSchema } from './calls'

/** What can happen. Each carries the whole new value, so that applying one twice changes nothing. */
export const eventBodySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job'), job: jobSchema }),
  /** Progress alone, so that a running job costs little; at most 10 a second per job. */
  z.object({
    type: z.literal('job.progress'),
    id: idSchema,
    progress: z.number().min(0).max(1),
    etaMs: z.int().min(0).optional(),
    pending: z.literal(true).optional(),
  }),
  z.object({ type: z.literal('jobs.cleared'), ids: z.array(idSchema) }),
  z.object({ type: z.literal('queue'), queue: queueViewSchema }),
  z.object({ type: z.literal('picture'), picture: pictureSchema }),
  /** How results are marked now. */
  z.object({ type: z.literal('marks'), marks: z.array(assetMarkSchema) }),
  z.object({ type: z.literal('collection'), collection: collectionSchema() }),
  z.object({ type: z.literal('collection.removed'), id: idSchema }),
  /** Results that went into the trash, or (without a time) came out of it. */
  z.object({
    type: z.literal('trash'),
    results: z.array(z.object({ assetId: idSchema, trashedAt: timestampSchema.optional() })),
  }),
  /** Deleted for good. */
  z.object({
    type: z.literal('removed'),
    assetIds: z.array(idSchema),
    pictureIds: z.array(idSchema),
    jobIds: z.array(idSchema),
  }),
  z.object({ type: z.literal('engine'), engine: engineViewSchema }),
  z.object({ type: z.literal('model'), model: modelViewSchema() }),
  /** How far a model's download is; four times a second at most. */
  z.object({ type: z.literal('model.progress'), file: z.string(), download: modelDownloadSchema }),
  z.object({ type: z.literal('engine.removed'), id: z.string() }),
  /** The local runtime as it is; four times a second at most while it is installed. */
  z.object({ type: z.literal('runtime'), runtime: runtimeViewSchema }),
  /** An own preset, new or changed. */
  z.object({ type: z.literal('style'), style: styleSchema }),
  z.object({ type: z.literal('style.removed'), id: z.string() }),
  z.object({ type: z.literal('style.marks'), marks: styleMarksSchema }),
  z.object({ type: z.literal('settings'), settings: settingsSchema }),
])
export type EventBody = z.infer<typeof eventBodySchema>

/** A numbered event: `epoch` changes with each start of the owner; `seq` grows by one. A gap means: take a new snapshot. */
export const appEventSchema = z.object({ epoch: z.string(), seq: z.int().positive(), body: eventBodySchema })
export type AppEvent = z.infer<typeof appEventSchema>
