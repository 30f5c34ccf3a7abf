import { z } from 'zod'
import { customPurposes, customWorkflowDetailSchema, customWorkflowSchema } from '../domain/custom-workflow'
import { engineViewSchema } from '../domain/engine'
import { errorViewSchema } from '../domain/error-schema'
import { idSchema } from '../domain/id'
import { batchCountsSchema, jobCountsSchema, jobSchema, jobStateSchema, submissionSchema } from '../domain/job'
import { modelViewSchema, unusedModelSchema, verificationSchema, workflowNeedsSchema } from '../domain/model'
import { assetSchema, pictureSchema, versionSchema } from '../domain/picture'
import { installRequestSchema, runtimeReportSchema, runtimeViewSchema } from '../domain/runtime'
import { settingsPatchSchema, settingsSchema } from '../domain/settings'
import { styleMarksSchema, styleSchema } from '../domain/style'
import { poseSchema } from '../domain/view'
import { workflowViewSchema } from '../domain/workflow'
import { galleryCalls } from './gallery-calls'
import { engineCalls } from './engine-calls'
import { exportCalls } from './export-calls'
import { styleCalls } from './style-calls'
import { call, type CallSchemas } from './call'

const nothing = z.object({})
const modelFiles = z.array(z.string().min(1).max(255)).min(1).max(500)
const ids = z.array(idSchema).min(1).max(10_000)

/** A page of a list, newest first. `nextCursor` is the `seq` to go on below; absent on the last page. */
const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: z.int().min(0), nextCursor: z.int().optional() })
const pageRequest = { cursor: z.int().optional(), limit: z.int().min(1).max(500).default(100) }

export const queueViewSchema = jobCountsSchema.extend({ paused: z.boolean() })
export type QueueView = z.infer<typeof queueViewSchema>

/** What became of one file of an import. One bad file never stops the others. */
export const importResultSchema = z.object({
  file: z.string(),
  picture: pictureSchema.optional(),
  asset: assetSchema.optional(),
  /** The same content was there already; the picture is that one. */
  duplicate: z.boolean().default(false),
  error: errorViewSchema.optional(),
})
export type ImportResult = z.infer<typeof importResultSchema>

export const doctorReportSchema = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({ name: z.string(), ok: z.boolean(), found: z.int().min(0), repaired: z.int().min(0), note: z.string() }),
  ),
})
export type DoctorReport = z.infer<typeof doctorReportSchema>

/**
 * Every call of the app: input and output schema. From this map come the handlers' type, the preload's allow-list,
 * the HTTP routes (`POST /api/<name>`), the typed clients and the checks at run time.
 */
export const calls = {
  /** All that the first screen needs, with the place in the event stream from which to go on. */
  'app.snapshot': call(() => ({
    input: nothing,
    output: z.object({
      epoch: z.string(),
      seq: z.int().min(0),
      version: z.string(),
      dataDir: z.string(),
      settings: settingsSchema,
      /** Own presets first. */
      styles: z.array(styleSchema),
      styleMarks: styleMarksSchema,
      engines: z.array(engineViewSchema),
      queue: queueViewSchema,
      /** Active and queued jobs first (at most 200), then the newest finished ones that were not cleared (at most 100). */
      jobs: z.array(jobSchema),
      pictures: page(pictureSchema),
    }),
  })),
  'pictures.list': call(() => ({
    input: z.object({ ...pageRequest, search: z.string().max(200).optional(), trashed: z.boolean().optional() }),
    output: page(pictureSchema),
  })),
  'pictures.get': call(() => ({
    input: z.object({ id: idSchema }),
    output: z.object({ picture: pictureSchema, versions: z.array(versionSchema) }),
  })),
  /** Makes a version the current one; answers the one that was, so that it can be undone. */
  'pictures.apply': call(() => ({
    input: z.object({ id: idSchema, assetId: idSchema }),
    output: z.object({ picture: pictureSchema, previousAssetId: idSchema }),
  })),
  /** Marks where the photo was taken from; without a pose the mark is taken away. Answers the one before, so that it can be undone. */
  'pictures.setPose': call(() => ({
    input: z.object({ id: idSchema, pose: poseSchema.optional() }),
    output: z.object({ picture: pictureSchema, previous: poseSchema.optional() }),
  })),
  /** To the trash (nothing is deleted) and back. */
  'pictures.trash': call(() => ({ input: z.object({ ids }), output: z.object({ count: z.int() }) })),
  'pictures.restore': call(() => ({ input: z.object({ ids }), output: z.object({ count: z.int() }) })),
  /** Imports files and folders (recursively) by path; for shells that see the same disk. Browsers upload instead. */
  'assets.import': call(() => ({
    input: z.object({
      paths: z.array(z.string().min(1).max(4096)).min(1).max(10_000),
      as: z.enum(['picture', 'style']).default('picture'),
    }),
    output: z.object({ results: z.array(importResultSchema) }),
  })),
  /** The sample photo that comes with Recast, as an import. */
  'assets.importSample': call(() => ({ input: nothing, output: z.object({ results: z.array(importResultSchema) }) })),
  ...exportCalls,
  /**
   * Makes files of a contact sheet: each picture by itself, all on one, or a turntable that plays for ever. With `dir` they are written
   * there, never over another file; without it (a browser) one file is made, to be loaded from the address of `fileId` until Recast ends.
   */
  'sheets.export': call(() => ({
    input: z.object({
      cells: z
        .array(z.object({ assetId: idSchema, label: z.string().min(1).max(120) }))
        .min(1)
        .max(256),
      format: z.enum(['folder', 'sheet', 'webp', 'gif']),
      name: z.string().min(1).max(120),
      dir: z.string().min(1).max(4096).optional(),
      /** What shows through and around the pictures. */
      ground: z.enum(['white', 'black', 'transparent']).default('white'),
      /** Of the sheet: pictures side by side, width of each in pixels, words below. */
      columns: z.int().min(1).max(24).default(4),
      cellWidth: z.int().min(64).max(2048).default(512),
      labels: z.boolean().default(true),
      /** Of the animation: longer side in pixels, milliseconds a picture. */
      size: z.int().min(64).max(2048).default(768),
      frameMs: z.int().min(20).max(5_000).default(120),
    }),
    output: z.object({ paths: z.array(z.string()), fileId: idSchema.optional() }),
  })),
  'jobs.submit': call(() => ({
    input: submissionSchema,
    output: z.object({ batchId: idSchema, jobs: z.array(jobSchema) }),
  })),
  'jobs.list': call(() => ({
    input: z.object({
      ...pageRequest,
      states: z.array(jobStateSchema).optional(),
      batchId: idSchema.optional(),
      pictureId: idSchema.optional(),
    }),
    output: page(jobSchema),
  })),
  /** How far batches are, the cleared and the long finished of their jobs as well. One that is not known has no jobs. */
  'jobs.batches': call(() => ({
    input: z.object({ ids: z.array(idSchema).min(1).max(100) }),
    output: z.object({ batches: z.array(batchCountsSchema) }),
  })),
  'jobs.get': call(() => ({ input: z.object({ id: idSchema }), output: jobSchema })),
  /**
   * Cancels these, or all that are not final when `ids` is absent. Answers those that it stopped; `goesOn`: what a former start began on
   * servers that could not be asked now to stop it; the next start does.
   */
  'jobs.cancel': call(() => ({
    input: z.object({ ids: ids.optional() }),
    output: z.object({
      canceled: z.array(idSchema),
      goesOn: z.array(z.object({ id: idSchema, engineId: z.string() })).optional(),
    }),
  })),
  'jobs.retry': call(() => ({ input: z.object({ ids }), output: z.object({ jobs: z.array(jobSchema) }) })),
  /** Puts a queued job before another one; at the end when `beforeId` is absent. */
  'jobs.move': call(() => ({ input: z.object({ id: idSchema, beforeId: idSchema.optional() }), output: jobSchema })),
  /**
   * Puts all waiting jobs of a batch, in their order and with nothing between them, before a queued job of another batch; at the end
   * when `beforeId` is absent. Answers how many these were.
   */
  'jobs.moveBatch': call(() => ({
    input: z.object({ batchId: idSchema, beforeId: idSchema.optional() }),
    output: z.object({ count: z.int().min(1) }),
  })),
  /** Takes finished jobs out of the queue panel (the history keeps them). */
  'jobs.clear': call(() => ({ input: nothing, output: z.object({ count: z.int() }) })),
  'jobs.restoreCleared': call(() => ({ input: nothing, output: z.object({ count: z.int() }) })),
  'queue.pause': call(() => ({ input: z.object({ paused: z.boolean() }), output: queueViewSchema })),
  ...engineCalls,
  /** The workflows; with `engine` (an address) that server is asked what it has for each. */
  'workflows.list': call(() => ({
    input: z.object({ engine: z.string().max(400).optional() }),
    output: z.object({ workflows: z.array(workflowViewSchema), engine: engineViewSchema.optional() }),
  })),
  /**
   * Keeps a workflow file of the user's own, by its path (shells that see the same disk) or its text. A file of ComfyUI's editor needs a
   * server that tells its nodes: `engine`, else the one that is set up. The same file twice is one.
   */
  'workflows.import': call(() => ({
    input: z
      .object({
        path: z.string().min(1).max(4096).optional(),
        text: z.string().optional(),
        /** What it is called; absent: the file's name. */
        name: z.string().min(1).max(200).optional(),
        purpose: z.enum(customPurposes).default('any'),
        engine: z.string().max(400).optional(),
      })
      .refine((input) => (input.path === undefined) !== (input.text === undefined), { message: 'name either a path or a text' }),
    output: z.object({ workflow: customWorkflowDetailSchema(), duplicate: z.boolean() }),
  })),
  /** The user's own workflows, in the order of their import. */
  'workflows.custom': call(() => ({ input: nothing, output: z.object({ workflows: z.array(customWorkflowSchema()) }) })),
  /** One of them with all that its form needs; with `engine` that server is asked whether it can run it. */
  'workflows.get': call(() => ({
    input: z.object({ id: z.string().max(128), engine: z.string().max(400).optional() }),
    output: customWorkflowDetailSchema(),
  })),
  'workflows.rename': call(() => ({
    input: z.object({ id: z.string().max(128), name: z.string().trim().min(1).max(120) }),
    output: customWorkflowSchema(),
  })),
  /** Takes it out of the list; jobs that were asked for run to their end. */
  'workflows.remove': call(() => ({ input: z.object({ id: z.string().max(128) }), output: nothing })),
  /** Every catalogued model file and how it stands on this machine; what each workflow needs; where they come from and go to. */
  'models.list': call(() => ({
    input: nothing,
    output: z.object({
      folder: z.string(),
      folders: z.array(z.string()),
      endpoint: z.string(),
      /** Origins for which there is an access token. */
      tokenFor: z.array(z.string()),
      freeBytes: z.number(),
      models: z.array(modelViewSchema()),
      workflows: z.array(workflowNeedsSchema()),
    }),
  })),
  /** Gets files: linked from another folder if they are there, else downloaded. `accept` names the licences that the user accepted. */
  'models.pull': call(() => ({
    input: z.object({
      files: modelFiles,
      accept: z.array(z.string().max(200)).max(100).default([]),
      /** An endpoint that is asked first, this time. */
      mirror: z.string().max(400).optional(),
      ignoreSpace: z.boolean().default(false),
    }),
    output: z.object({ models: z.array(modelViewSchema()) }),
  })),
  /** Stops downloads (all without files) and keeps what came. */
  'models.pause': call(() => ({ input: z.object({ files: modelFiles.optional() }), output: nothing })),
  'models.resume': call(() => ({ input: z.object({ files: modelFiles.optional() }), output: nothing })),
  /** Stops downloads and throws away what came. */
  'models.cancel': call(() => ({ input: z.object({ files: modelFiles }), output: nothing })),
  /** Takes a file that was brought by hand: known by its hash, linked or copied to where it belongs. */
  'models.import': call(() => ({
    input: z.object({
      path: z.string().min(1).max(4096),
      /** Where it goes when the catalogue does not know it. */
      folder: z
        .string()
        .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i)
        .optional(),
    }),
    output: z.object({ path: z.string(), sha256: z.string(), model: modelViewSchema().optional() }),
  })),
  /** Reads files (all that are there without files) and holds them against their hashes. */
  'models.verify': call(() => ({
    input: z.object({ files: modelFiles.optional() }),
    output: z.object({ results: z.array(verificationSchema()) }),
  })),
  'models.unused': call(() => ({ input: nothing, output: z.object({ files: z.array(unusedModelSchema()), bytes: z.number() }) })),
  /** Keeps an access token for the endpoint of now; an empty one is forgotten. */
  'models.setToken': call(() => ({ input: z.object({ token: z.string().max(512) }), output: nothing })),
  /** The local runtime as it is, with the server's last lines. */
  'runtime.status': call(() => ({ input: nothing, output: z.object({ runtime: runtimeViewSchema, log: z.array(z.string()) }) })),
  /** Looks at machine and installation; with `run` starts it and lets the card prove itself. Downloads nothing. */
  'runtime.doctor': call(() => ({ input: z.object({ run: z.boolean().default(false) }), output: runtimeReportSchema })),
  /** Installs, or goes on with an installation that was stopped; answers when it is whole. Progress comes as events. */
  'runtime.install': call(() => ({ input: installRequestSchema, output: runtimeViewSchema })),
  /** Stops what is being installed; what came is kept. */
  'runtime.cancel': call(() => ({ input: nothing, output: runtimeViewSchema })),
  'runtime.start': call(() => ({ input: nothing, output: runtimeViewSchema })),
  'runtime.stop': call(() => ({ input: nothing, output: runtimeViewSchema })),
  /** Installs what this version of Recast pins, tries it, and goes back to the former one when it does not start. */
  'runtime.update': call(() => ({ input: nothing, output: runtimeViewSchema })),
  /** Makes the installation what it was when it was installed. */
  'runtime.repair': call(() => ({ input: nothing, output: runtimeViewSchema })),
  /** Copies the installation, to be gone back to; answers when the copy is whole. Progress comes as events. */
  'runtime.snapshot': call(() => ({
    input: z.object({ name: z.string().trim().min(1).max(80).optional() }),
    output: runtimeViewSchema,
  })),
  /** Deletes an earlier installation; never the one that is used. */
  'runtime.discard': call(() => ({ input: z.object({ id: z.string().max(100) }), output: runtimeViewSchema })),
  /** Goes back to an earlier installation; the newest one without an id. */
  'runtime.rollback': call(() => ({ input: z.object({ id: z.string().max(100).optional() }), output: runtimeViewSchema })),
  /** Removes the installation and its snapshots; pictures, models and the user's own folders stay. */
  'runtime.remove': call(() => ({ input: z.object({ cache: z.boolean().default(false) }), output: runtimeViewSchema })),
  'settings.set': call(() => ({ input: settingsPatchSchema, output: settingsSchema })),
  /** Checks and repairs database, files and orphans. */
  'app.doctor': call(() => ({ input: z.object({ repair: z.boolean().default(true) }), output: doctorReportSchema })),
  /** What a report of a fault needs: versions, machine, engines, settings, the last log lines; without secrets, home folder and names. */
  'app.diagnostics': call(() => ({ input: nothing, output: z.object({ text: z.string() }) })),
  ...galleryCalls,
  ...styleCalls,
} as const satisfies Record<string, CallSchemas>

export type Calls = typeof calls
export type CallName = keyof Calls
/** What a caller writes (defaults may be left out). */
export type CallInput<N extends CallName> = z.input<Calls[N]['input']>
/** What a handler gets (defaults filled in). */
export type CallValues<N extends CallName> = z.output<Calls[N]['input']>
export type CallOutput<N extends CallName> = z.output<Calls[N]['output']>
export type Snapshot = CallOutput<'app.snapshot'>

/** One handler per call; handlers get checked values and may throw AppErrors. */
export type CallHandlers = { [N in CallName]: (values: CallValues<N>) => CallOutput<N> | Promise<CallOutput<N>> }

export const callNames = Object.keys(calls) as CallName[]

/** True for a name of the contract; own keys only, so `__proto__` and the like are not. */
export function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name)
}
