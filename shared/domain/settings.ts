import { z } from 'zod'
import { runtimeMirrorsSchema } from './runtime'
import { exportChoicesSchema } from './export'
import { viewSetLimits, viewSetSchema } from './view'

/** An address that files may be fetched from: https, or plain http on this machine. */
const hubAddress = z
  .string()
  .max(400)
  .regex(/^(https:\/\/[^\s@]+|http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?(\/[^\s@]*)?)$/i)

/** What the user can set; every key has a default, unknown keys of a newer Recast are kept untouched in the database. */
export const settingsSchema = z.object({
  language: z.enum(['system', 'en', 'zh']).default('system'),
  theme: z.enum(['system', 'dark', 'light']).default('system'),
  engine: z.string().max(400).default('auto'),
  /** Threads for the draft networks; 0 = as many as the machine has cores. */
  draftThreads: z.int().min(0).max(64).default(0),
  /** Jobs in flight over all engines; 0 = three, or as many as keep every server busy. */
  maxInFlight: z.int().min(0).max(64).default(0),
  /** Seconds that a server may be away before its jobs go to another one that is here. */
  failoverAfter: z.int().min(5).max(86_400).default(15),
  /** The user's own contact sheets, in the order in which they are offered. */
  viewSets: z.array(viewSetSchema).max(viewSetLimits.sets).default([]),
  /** Absolute folder of the models; empty for the one in the data folder. */
  modelsFolder: z.string().max(4096).default(''),
  /** Other folders with models, a ComfyUI's own among them: what lies there is linked, not fetched. */
  modelFolders: z.array(z.string().min(1).max(4096)).max(32).default([]),
  /** The hub that models are asked from; empty for HF_ENDPOINT, else the official one. */
  modelEndpoint: z.union([z.literal(''), hubAddress]).default(''),
  /** Endpoints that are asked after it, in order, and never get a token. */
  modelMirrors: z.array(hubAddress).max(16).default([]),
  /** KB a second over all downloads; 0 for no limit. */
  downloadRate: z.int().min(0).max(10_000_000).default(0),
  /** Addresses that stand in for the ordinary ones when the local runtime is installed. */
  runtimeMirrors: runtimeMirrorsSchema.default({}),
  /** Seconds without a job after which the local ComfyUI lets go of its models, and after which it is stopped; 0 for never. */
  runtimeFreeAfter: z.int().min(0).max(86_400).default(300),
  runtimeStopAfter: z.int().min(0).max(86_400).default(1_800),
  /** Days that the trash is kept; 0 = until it is emptied. */
  trashDays: z.int().min(0).max(3650).default(30),
  /** Which results stay: all, those of the last days, or the newest that fit. The others go into the trash, but for starred and collected ones. */
  keepResults: z.enum(['all', 'days', 'size']).default('all'),
  keepDays: z.int().min(1).max(3650).default(90),
  keepGigabytes: z.int().min(1).max(100_000).default(50),
  /** `reduce`: nothing moves, whatever the system says. */
  motion: z.enum(['system', 'reduce']).default('system'),
  /** Key combinations by command, where they are not the usual ones; an empty one takes the key away. */
  shortcuts: z.record(z.string().max(64), z.string().max(40)).default({}),
  /** A message of the system when a long batch has ended. */
  notify: z.boolean().default(false),
  /** The first questions were answered or passed over. */
  welcomed: z.boolean().default(false),
  /** How exported files are named and written, as chosen last. */
  exportName: z.string().max(200).default('{name}'),
  exportOptions: exportChoicesSchema.default({ format: 'png', quality: 90, size: 'result', profile: 'srgb', metadata: 'none' }),
})
export type Settings = z.infer<typeof settingsSchema>
export const settingsPatchSchema = z.object({
  language: settingsSchema.shape.language.unwrap().optional(),
  theme: settingsSchema.shape.theme.unwrap().optional(),
  engine: settingsSchema.shape.engine.unwrap().optional(),
  draftThreads: settingsSchema.shape.draftThreads.unwrap().optional(),
  maxInFlight: settingsSchema.shape.maxInFlight.unwrap().optional(),
  failoverAfter: settingsSchema.shape.failoverAfter.unwrap().optional(),
  viewSets: settingsSchema.shape.viewSets.unwrap().optional(),
  modelsFolder: settingsSchema.shape.modelsFolder.unwrap().optional(),
  modelFolders: settingsSchema.shape.modelFolders.unwrap().optional(),
  modelEndpoint: settingsSchema.shape.modelEndpoint.unwrap().optional(),
  modelMirrors: settingsSchema.shape.modelMirrors.unwrap().optional(),
  downloadRate: settingsSchema.shape.downloadRate.unwrap().optional(),
  trashDays: settingsSchema.shape.trashDays.unwrap().optional(),
  keepResults: settingsSchema.shape.keepResults.unwrap().optional(),
  keepDays: settingsSchema.shape.keepDays.unwrap().optional(),
  keepGigabytes: settingsSchema.shape.keepGigabytes.unwrap().optional(),
  runtimeMirrors: settingsSchema.shape.runtimeMirrors.unwrap().optional(),
  runtimeFreeAfter: settingsSchema.shape.runtimeFreeAfter.unwrap().optional(),
  runtimeStopAfter: settingsSchema.shape.runtimeStopAfter.unwrap().optional(),
  motion: settingsSchema.shape.motion.unwrap().optional(),
  shortcuts: settingsSchema.shape.shortcuts.unwrap().optional(),
  notify: settingsSchema.shape.notify.unwrap().optional(),
  welcomed: settingsSchema.shape.welcomed.unwrap().optional(),
  exportName: settingsSchema.shape.exportName.unwrap().optional(),
  exportOptions: settingsSchema.shape.exportOptions.unwrap().optional(),
})
