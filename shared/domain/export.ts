import { z } from 'zod'

export const exportFormatSchema = z.enum(['png', 'jpeg', 'webp', 'tiff', 'avif'])
export type ExportFormat = z.infer<typeof exportFormatSchema>

/** How a picture is written when it leaves Recast. */
export const exportChoicesSchema = z.object({
  format: exportFormatSchema,
  /** For the formats that lose something. */
  quality: z.int().min(1).max(100),
  /** `original`: enlarged or reduced to the photo that it was made from. */
  size: z.enum(['result', 'original']),
  /** `srgb`: sRGB with its profile in the file; `source`: the profile of the photo that it was made from; `none`: sRGB, not named. */
  profile: z.enum(['srgb', 'source', 'none']),
  /** `recipe`: what made it (edit, seed, workflow, values) as XMP; never paths, names of people or places. */
  metadata: z.enum(['none', 'recipe']),
})
export type ExportOptions = z.infer<typeof exportChoicesSchema>

const { format, quality, size, profile, metadata } = exportChoicesSchema.shape
/** The same as callers write it: what is left out is the plain way. */
export const exportOptionsSchema = z.object({
  format: format.default('png'),
  quality: quality.default(90),
  size: size.default('result'),
  profile: profile.default('none'),
  metadata: metadata.default('none'),
})

/** How a file of each format ends. */
export const exportExtensions: Readonly<Record<ExportFormat, string>> = {
  png: '.png',
  jpeg: '.jpg',
  webp: '.webp',
  tiff: '.tif',
  avif: '.avif',
}

/** Whether a format loses something, so that a quality can be chosen. */
export function hasQuality(format: ExportFormat): boolean {
  return format === 'jpeg' || format === 'webp' || format === 'avif'
}

/** What names of exported files may be made of. */
export const nameTokens = [
  'name',
  'style',
  'view',
  'seed',
  'date',
  'index',
  'engine',
  'width',
  'height',
  'kind',
  'folder',
] as const
export type NameToken = (typeof nameTokens)[number]

/** What the tokens stand for, for one file; an empty text where it has no such thing. */
export type NameFacts = Readonly<Record<NameToken, string>>

const tokenPattern = /\{([^{}]*)\}/g

/** Other words for a token. */
const aliases: Readonly<Record<string, NameToken>> = { n: 'index', w: 'width', h: 'height' }

function tokenOf(word: string): NameToken | undefined {
  const name = word.trim().toLowerCase()
  return (nameTokens as readonly string[]).includes(name) ? (name as NameToken) : aliases[name]
}

/** The words in braces that are no tokens, so that they can be pointed out; they stay in the name as they are. */
export function unknownTokens(pattern: string): string[] {
  return [...pattern.matchAll(tokenPattern)].flatMap(([, word = '']) => (tokenOf(word) ? [] : [word]))
}

/**
 * Fills a pattern such as `{name}_{style}_{seed}`. A token that stands for nothing goes together with the separators before it, so that
 * no name has holes; a name that would be empty is the picture's own.
 */
export function fillName(pattern: string, facts: NameFacts): string {
  let text = ''
  let from = 0
  // What follows a missing beginning loses its separator too.
  let dropNext = false
  const add = (part: string): void => {
    text += dropNext ? part.replace(/^[\s_.-]+/, '') : part
    if (part !== '') dropNext = false
  }
  for (const match of pattern.matchAll(tokenPattern)) {
    const token = tokenOf(match[1] ?? '')
    add(pattern.slice(from, match.index))
    from = match.index + match[0].length
    if (token === undefined) add(match[0])
    else if (facts[token] !== '') add(facts[token])
    else {
      text = text.replace(/[\s_.-]+$/, '')
      if (text === '') dropNext = true
    }
  }
  add(pattern.slice(from))
  return text.trim() || facts.name
}

/** Takes a result's size back to that of its photo: exactly where the shapes agree (within 2 %), else to the same longer side. */
export function restoredSize(
  result: { width: number; height: number },
  original: { width: number; height: number },
): { width: number; height: number } {
  const drift = (result.width * original.height) / (result.height * original.width)
  if (Math.abs(drift - 1) <= 0.02) return { width: original.width, height: original.height }
  const scale = Math.max(original.width, original.height) / Math.max(result.width, result.height)
  return { width: Math.max(1, Math.round(result.width * scale)), height: Math.max(1, Math.round(result.height * scale)) }
}
