import { z } from 'zod'
import { editSchema, samplingSchema } from './edit'
import { errorViewSchema } from './error-schema'
import { idSchema, seedSchema, timestampSchema } from './id'
import { markSchema } from './mark'

/** queued → staging → running → collecting → done; any of the first four → canceled | failed; see core/jobs/machine. */
export const jobStates = ['queued', 'staging', 'running', 'collecting', 'done', 'failed', 'canceled'] as const
export const jobStateSchema = z.enum(jobStates)
export type JobState = z.infer<typeof jobStateSchema>

/** States in which an engine holds the job. */
export const activeStates = ['staging', 'running', 'collecting'] as const satisfies readonly JobState[]
/** States that end a job until the user retries it. */
export const finalStates = ['done', 'failed', 'canceled'] as const satisfies readonly JobState[]

/** One produced picture of a job. */
export const outputSchema = z.object({
  index: z.int().min(0),
  assetId: idSchema,
  width: z.int().positive(),
  height: z.int().positive(),
  /** Where the job's export folder got its copy, once it has. */
  exportedPath: z.string().optional(),
  mark: markSchema.optional(),
})
export type Output = z.infer<typeof outputSchema>

/** How results were made, kept with them. */
export const madeSchema = z.object({
  workflowId: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  choices: z.record(z.string(), z.string()),
})
export type Made = z.infer<typeof madeSchema>

/** A job as every shell sees it. */
export const jobSchema = z.object({
  id: idSchema,
  /** Creation order; larger is newer. */
  seq: z.int().positive(),
  batchId: idSchema,
  /** The picture that its results are versions of; absent until the first result of a job without one has become a picture. */
  pictureId: idSchema.optional(),
  /** What results are named by. */
  pictureName: z.string(),
  /** The version that is edited, or the first picture that the edit looks at; absent where there is none. */
  inputAssetId: idSchema.optional(),
  edit: editSchema,
  sampling: samplingSchema,
  seed: seedSchema,
  /** What was asked for: `auto`, `draft`, `local` or a server's address. */
  engine: z.string(),
  /** Which engine took it; absent until one did. */
  engineId: z.string().optional(),
  workflowId: z.string().optional(),
  state: jobStateSchema,
  /** Place in the queue among queued jobs; smaller runs earlier. */
  position: z.number(),
  /** 0..1 over the whole job. Live while it runs; 1 when done. */
  progress: z.number().min(0).max(1),
  /** Milliseconds left as learned from like jobs; absent when not known yet. */
  etaMs: z.int().min(0).optional(),
  /** Its engine has it, but its turn there has not come: it stands in the server's own queue (ComfyUI's `queue_pending`). Live. */
  pending: z.literal(true).optional(),
  attempt: z.int().min(0),
  error: errorViewSchema.optional(),
  outputs: z.array(outputSchema),
  /** Things worth saying about the result, e.g. "first frame of an animation". */
  notes: z.array(z.string()),
  /** What made the results: the workflow, and every value and variant as it ran with them. Absent for drafts and before the end. */
  made: madeSchema.optional(),
  createdAt: timestampSchema,
  startedAt: timestampSchema.optional(),
  finishedAt: timestampSchema.optional(),
  /** Time on the engine, milliseconds, of the attempt that ended it. */
  durationMs: z.int().min(0).optional(),
})
export type Job = z.infer<typeof jobSchema>

/** How many jobs are in which state. */
export const jobCountsSchema = z.object({
  queued: z.int().min(0),
  active: z.int().min(0),
  done: z.int().min(0),
  failed: z.int().min(0),
  canceled: z.int().min(0),
})

export type JobCounts = z.infer<typeof jobCountsSchema>

/** How far a batch is. */
export const batchCountsSchema = jobCountsSchema.extend({ batchId: idSchema })
export type BatchCounts = z.infer<typeof batchCountsSchema>

/** What is asked for in one go: these edits of these pictures, `count` seeds each. Rows = pictures × edits × count.
 * Edits that make pictures from words, or that name their own, take none here (see `takesPictures`). */
export const submissionSchema = z.object({
  /**
   * The batch's id, chosen by whoever asks, so that asking again does nothing twice: the same id answers the same jobs. Absent: the core
   * chooses one, and a submission whose answer was lost must not be repeated.
   */
  batchId: idSchema.optional(),
  /**
   * Each names a picture and, where not its current version, the version to edit. `name` is what these jobs and their results' files
   * call it: the same photo may come again under another file name. Absent: the name that it has in the library.
   */
  pictures: z
    .array(z.object({ pictureId: idSchema, assetId: idSchema.optional(), name: z.string().min(1).max(200).optional() }))
    .max(10_000)
    .default([]),
  /** What results are called where no picture gives them a name; absent: a name made of the edit's words. */
  name: z.string().min(1).max(200).optional(),
  edits: z.array(editSchema).min(1).max(256),
  sampling: samplingSchema.default({}),
  /** First seed; random when absent. Result n of a picture and edit has seed + n. */
  seed: seedSchema.optional(),
  count: z.int().min(1).max(64).default(1),
  engine: z.string().max(400).default('auto'),
  workflowId: z.string().max(128).optional(),
  /** An absolute folder that gets a copy of each result, named `{name}_{style|view}_{seed}.png`, never overwriting. */
  exportDir: z.string().max(4096).optional(),
  /** `interactive` jobs run before `batch` jobs. */
  priority: z.enum(['interactive', 'batch']).default('interactive'),
})
export type Submission = z.infer<typeof submissionSchema>
/** A submission as callers write it, defaults left out. */
export type SubmissionInput = z.input<typeof submissionSchema>
