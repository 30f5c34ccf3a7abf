import { z } from 'zod'
import { composeSchema } from '../compose/compose-values'
import type { Pose } from '#shared/domain/view'
import { poseSchema, viewSchema, viewSetLimits } from '#shared/domain/view'

/** What this window remembers by itself: layout and the values of the panels. Nothing of it is the app's truth. */
export const uiSchema = z.object({
  mode: z.enum(['style', 'view', 'compose']).catch('style'),
  center: z.enum(['canvas', 'sheet', 'board', 'library', 'gallery']).catch('canvas'),
  left: z.object({ width: z.number(), open: z.boolean() }).catch({ width: 288, open: true }),
  right: z.object({ width: z.number(), open: z.boolean() }).catch({ width: 304, open: true }),
  /** How results are compared. */
  comparison: z.enum(['slider', 'side', 'grid']).catch('side'),
  compare: z.enum(['off', 'slider', 'side']).catch('slider'),
  style: z
    .object({
      styleId: z.string().optional(),
      /** A picture whose style is taken; wins over `styleId`. */
      styleAssetId: z.string().optional(),
      strength: z.number().min(0).max(1),
      structure: z.number().min(0).max(1),
      keepColours: z.boolean(),
      prompt: z.string(),
      count: z.number().int().min(1).max(64),
      /** A locked seed; absent: a new one each time. */
      seed: z.number().int().min(0).optional(),
    })
    .catch({ strength: 0.85, structure: 0.5, keepColours: false, prompt: '', count: 1 }),
  view: z
    .object({
      pose: poseSchema,
      /** The views of the sheet; empty: what the camera sees. */
      views: z.array(viewSchema).max(viewSetLimits.views),
      prompt: z.string(),
      /** Seeds a view. */
      count: z.int().min(1).max(8),
      /** How the camera is told; it belongs to the workflow. */
      frame: z.enum(['absolute', 'relative']),
      /** A workflow that the user chose; absent: the best that the engine has. */
      workflowId: z.string().optional(),
    })
    .catch({ pose: { azimuth: 45, elevation: 0, distance: 1 }, views: [], prompt: '', count: 1, frame: 'absolute' }),
  compose: composeSchema,
  /** Recently used style pictures, newest first. */
  stylePictures: z.array(z.string()).max(12).catch([]),
})
export type UiState = z.infer<typeof uiSchema>
export type StyleValues = UiState['style']
export type ViewValues = UiState['view']
export type { Pose }

/** Widths that a side panel can have (CSS pixels). */
export const panelLimits = { left: { min: 248, max: 480 }, right: { min: 264, max: 520 } } as const

/** A width within the panel's limits. */
export function panelWidth(side: 'left' | 'right', width: number): number {
  const { min, max } = panelLimits[side]
  return Math.round(Math.max(min, Math.min(max, width)))
}

const storageKey = 'recast.ui'

/** Reads what the window remembered; whatever is damaged falls back to its default. */
export function readUi(storage: Pick<Storage, 'getItem'> | undefined): UiState {
  let stored: unknown = {}
  try {
    stored = JSON.parse(storage?.getItem(storageKey) ?? '{}')
  } catch {
    // Damaged or forbidden storage is no reason not to start.
  }
  return uiSchema.parse(typeof stored === 'object' && stored !== null && !Array.isArray(stored) ? stored : {})
}

/** Writes what the window remembers; a full or forbidden storage is ignored. */
export function writeUi(storage: Pick<Storage, 'setItem'> | undefined, ui: UiState): void {
  try {
    storage?.setItem(storageKey, JSON.stringify(ui))
  } catch {
    // It is only comfort.
  }
}
