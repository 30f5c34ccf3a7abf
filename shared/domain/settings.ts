import { z } from 'zod'
import { viewSetLimits, viewSetSchema } from './view'

/** What the user can set; every key has a default, unknown keys of a newer Recast are kept untouched in the database. */
export const settingsSchema = z.object({
  language: z.enum(['system', 'en', 'zh']).default('system'),
  theme: z.enum(['system', 'dark', 'light']).default('system'),
  engine: z.string().max(400).default('auto'),
  /** Threads for the draft networks; 0 = as many as the machine has cores. */
  draftThreads: z.int().min(0).max(64).default(0),
  /** Jobs in flight over all engines. */
  maxInFlight: z.int().min(1).max(64).default(3),
  /** The user's own contact sheets, in the order in which they are offered. */
  viewSets: z.array(viewSetSchema).max(viewSetLimits.sets).default([]),
})
export type Settings = z.infer<typeof settingsSchema>
export const settingsPatchSchema = z.object({
  language: settingsSchema.shape.language.unwrap().optional(),
  theme: settingsSchema.shape.theme.unwrap().optional(),
  engine: settingsSchema.shape.engine.unwrap().optional(),
  draftThreads: settingsSchema.shape.draftThreads.unwrap().optional(),
  maxInFlight: settingsSchema.shape.maxInFlight.unwrap().optional(),
  viewSets: settingsSchema.shape.viewSets.unwrap().optional(),
})
