import { z } from 'zod'
import { AppError } from '../domain/error'
import { ownStyleLimits, ownStyleSchema } from '../domain/style'

/** Limits of a file of presets: characters of all of it, characters of one picture (a third more than its bytes), presets. */
export const styleFileLimits = { text: 64 * 1024 * 1024, picture: 1_800_000, styles: ownStyleLimits.styles } as const

const format = 'recast-styles'
const version = 1

const pictureSchema = z
  .string()
  .max(styleFileLimits.picture, 'its picture is too large')
  .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'its picture is no base64')

const { name, wording, wordings, draftStyleId, values, sampling } = ownStyleSchema.shape
const fileStyleSchema = z.strictObject({
  name,
  wording,
  wordings,
  draftStyleId,
  values,
  sampling,
  /** A PNG, JPEG or WebP, base64. */
  sample: pictureSchema.optional(),
  /** The style picture, the same. */
  picture: pictureSchema.optional(),
})
/** A preset as it stands in a file, its pictures inside. */
export type FileStyle = z.infer<typeof fileStyleSchema>

const refused = (message: string, detail: Record<string, unknown> = {}): AppError =>
  new AppError('input.invalid', message, { detail: { field: 'file', ...detail } })

/**
 * Reads a file of presets, which may be anything. One bad preset is an error in its place. Throws `input.invalid` for what is no such file,
 * `input.too_large` for what is larger than any honest one.
 */
export function readStyleFile(text: string): ({ name: string; style: FileStyle } | { name: string; error: AppError })[] {
  if (text.length > styleFileLimits.text) {
    throw new AppError(
      'input.too_large',
      'The file of presets is larger than 64 MB. Export fewer presets at once, and import again.',
      {
        detail: { limit: styleFileLimits.text },
      },
    )
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw refused('This is no file of presets: it is not JSON. Choose a .recast-styles.json file that Recast exported.')
  }
  const head = z.object({ format: z.literal(format), version: z.int().min(1), styles: z.array(z.unknown()) }).safeParse(content)
  if (!head.success) throw refused('This JSON file holds no presets. Choose a .recast-styles.json file that Recast exported.')
  if (head.data.version > version) {
    throw refused('The file comes from a newer Recast. Update Recast, then import it again.', { version: head.data.version })
  }
  const { styles } = head.data
  if (styles.length === 0) throw refused('The file holds no presets. Export some into it first.')
  if (styles.length > styleFileLimits.styles) {
    throw refused(`The file holds ${styles.length} presets; at most ${styleFileLimits.styles} go at once. Split it.`)
  }
  return styles.map((item, n) => {
    const parsed = fileStyleSchema.safeParse(item)
    const said = z.object({ name: z.string() }).safeParse(item)
    const called = parsed.data?.name ?? (said.success && said.data.name.trim() !== '' ? said.data.name.slice(0, 60) : `#${n + 1}`)
    if (parsed.success) return { name: called, style: parsed.data }
    const [issue] = parsed.error.issues
    const where = issue && issue.path.length > 0 ? ` (${issue.path.join('.')})` : ''
    return {
      name: called,
      error: refused(`The preset “${called}” is damaged: ${issue?.message ?? 'it cannot be read'}${where}. Export it again.`, {
        preset: called,
      }),
    }
  })
}

/** Presets as the text of a file. */
export function writeStyleFile(styles: readonly FileStyle[]): string {
  return `${JSON.stringify({ format, version, styles }, undefined, 2)}\n`
}
