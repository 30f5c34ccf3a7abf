import { z } from 'zod'
import { AppError } from '#shared/domain/error'
import { viewSetLimits, viewSetSchema, type View, type ViewSet } from '#shared/domain/view'
import { presetSizes, viewPresets, type PresetSize } from '#shared/views/presets'

/** What makes two views the same one: the words where there are some, else the pose's id. */
export function viewKey(view: View): string {
  return view.prompt ?? view.id
}

/** Whether two lists hold the same views, whatever their order. */
export function sameViews(a: readonly View[], b: readonly View[]): boolean {
  const keys = new Set(b.map(viewKey))
  return a.length === b.length && new Set(a.map(viewKey)).size === a.length && a.every((view) => keys.has(viewKey(view)))
}

/** The views with one put in at the end, or taken out if it was there; a full list stays as it is. */
export function toggleView(views: readonly View[], view: View): View[] {
  const key = viewKey(view)
  if (views.some((other) => viewKey(other) === key)) return views.filter((other) => viewKey(other) !== key)
  return views.length < viewSetLimits.views ? [...views, view] : [...views]
}

/** The views of a sheet that comes with Recast. */
export function viewsOfSheet(size: PresetSize): View[] {
  return [...viewPresets[`preset:${size}`]]
}

/** Which sheet the chosen views are; `undefined` for a choice of one's own. */
export function sheetOf(views: readonly View[]): PresetSize | undefined {
  return presetSizes.find((size) => sameViews(views, viewsOfSheet(size)))
}

/** Which of the user's sets the chosen views are. */
export function setOf(views: readonly View[], sets: readonly ViewSet[]): ViewSet | undefined {
  return sets.find((set) => sameViews(views, set.views))
}

/** A set as a file that others can import. */
export function viewSetFile({ name, views }: ViewSet): string {
  return `${JSON.stringify({ recast: 'view-set', version: 1, name, views }, undefined, 2)}\n`
}

const fileSchema = viewSetSchema.omit({ id: true }).extend({ recast: z.literal('view-set'), version: z.literal(1) })
/** A set of 96 views takes some 15 KB. */
const maxFileLength = 400_000

/** Reads a set from a file's text. Throws `input.invalid` that says what is wrong with it. */
export function readViewSetFile(text: string): Omit<ViewSet, 'id'> {
  let content: unknown
  try {
    content = text.length > maxFileLength ? undefined : JSON.parse(text)
  } catch {
    // Said below.
  }
  const parsed = fileSchema.safeParse(content)
  if (parsed.success) return { name: parsed.data.name, views: parsed.data.views }
  const [issue] = parsed.error.issues
  const version = (content as { version?: unknown } | undefined)?.version
  const isNewer = typeof version === 'number' && version > 1
  throw new AppError(
    'input.invalid',
    isNewer
      ? 'This set was made by a newer Recast. Update Recast, then import it again.'
      : 'This file is no set of views. Choose a file that Recast exported, then import it again.',
    { detail: { field: issue?.path.join('.') ?? '', reason: issue?.message ?? '' } },
  )
}
