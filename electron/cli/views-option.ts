import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { viewSchema, type View } from '#shared/domain/view'
import { UsageError } from './usage'

/** More views of one photo than this are a mistake. */
const maxViews = 256
/** A file of views is text; more than this (bytes) is another file. */
const maxFileBytes = 1024 * 1024

/** One entry of a perspectives file: a free camera prompt, or the camera's numbers, or both. */
const entrySchema = z
  .looseObject({
    // Lists of views are often numbered.
    id: z.union([z.string(), z.number().transform(String)], 'give it an "id" of letters or digits'),
    name: z.string().optional(),
    prompt: z.string().optional(),
    azimuth: z.number().optional(),
    elevation: z.number().optional(),
    distance: z.number().optional(),
  })
  .refine((entry) => entry.prompt !== undefined || entry.azimuth !== undefined, {
    message: 'it has neither a "prompt" nor an "azimuth"',
  })

/**
 * Reads the text of a perspectives file: an array of {id, name, prompt} or {id, name, azimuth, elevation, distance}.
 * @throws UsageError which names the entry and what is wrong with it.
 */
export function parsePerspectives(text: string, file: string): View[] {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (thrown) {
    throw new UsageError(
      `${file} is no JSON (${(thrown as Error).message}). Write an array of {"id", "name", "prompt"} or {"id", "name", "azimuth", "elevation", "distance"}.`,
    )
  }
  if (!Array.isArray(json) || json.length === 0) {
    throw new UsageError(
      `${file} must hold an array with one view at least: {"id", "name", "prompt"} or {"id", "name", "azimuth", "elevation", "distance"}.`,
    )
  }
  if (json.length > maxViews)
    throw new UsageError(`${file} holds ${json.length} views; at most ${maxViews} are done at a time. Split it.`)
  const views = json.map((item: unknown, i): View => {
    const entry = entrySchema.safeParse(item)
    if (!entry.success) throw wrong(file, i, entry.error)
    const { id, name = id, prompt, azimuth, elevation = 0, distance = 1 } = entry.data
    const view = viewSchema.safeParse({
      id,
      name,
      ...(prompt === undefined ? {} : { prompt }),
      ...(azimuth === undefined ? {} : { pose: { azimuth, elevation, distance } }),
    })
    if (!view.success) throw wrong(file, i, view.error)
    return view.data
  })
  const ids = new Set<string>()
  for (const { id } of views) {
    if (ids.has(id))
      throw new UsageError(`${file} has two views with the id "${id}". Results are named by it: make them different.`)
    ids.add(id)
  }
  return views
}

function wrong(file: string, index: number, error: z.ZodError): UsageError {
  const [issue] = error.issues
  const at = issue && issue.path.length > 0 ? ` (${issue.path.filter((part) => part !== 'pose').join('.')})` : ''
  return new UsageError(`${file}: view ${index + 1}${at}: ${issue?.message ?? 'it is not a view'}.`)
}

/** Reads a perspectives file. */
export function readPerspectives(file: string): View[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    throw new UsageError(
      code === 'ENOENT'
        ? `There is no file ${file}. Check --perspectives.`
        : `${file} can't be read (${code}). Check --perspectives.`,
    )
  }
  if (bytes.length > maxFileBytes) throw new UsageError(`${file} is too large for a list of views. Check --perspectives.`)
  return parsePerspectives(bytes.toString('utf8'), file)
}
