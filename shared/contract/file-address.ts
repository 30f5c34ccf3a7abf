import { z } from 'zod'
import { exportOptionsSchema } from '../domain/export'
import { idSchema } from '../domain/id'
import type { FileUrlOptions } from './client'

/** The one path under which pictures are served; the read-only cookie is limited to it. */
export const filesPath = '/files'

/** The query of a file's address. Unknown keys are refused: what is not understood must not be served as something else. */
const fileQuerySchema = z
  .strictObject({
    w: z.coerce.number().int().min(1).max(16_384).optional(),
    style: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/)
      .optional(),
    download: z.string().min(1).max(200).optional(),
    format: exportOptionsSchema.shape.format.unwrap().optional(),
    size: z.literal('original').optional(),
    profile: z.enum(['srgb', 'source']).optional(),
    meta: z.literal('recipe').optional(),
    q: z.coerce.number().int().min(1).max(100).optional(),
  })
  .refine((query) => (query.download === undefined) === (query.format === undefined), 'download and format go together')
  .refine(
    ({ q, size, profile, meta, download }) => download !== undefined || (q ?? size ?? profile ?? meta) === undefined,
    'q, size, profile and meta go with download',
  )

/** Where a picture is served, below a shell's origin: `/files/<id>?w=512`. */
export function fileAddress(assetId: string, options: FileUrlOptions = {}): string {
  const { width, styleId, download } = options
  const query = [
    width === undefined ? '' : `w=${Math.max(1, Math.ceil(width))}`,
    styleId === undefined ? '' : `style=${encodeURIComponent(styleId)}`,
    download ? `download=${encodeURIComponent(download.name.replace(/\p{Surrogate}/gu, '_'))}&format=${download.format}` : '',
    download?.quality === undefined ? '' : `q=${download.quality}`,
    download?.size === 'original' ? 'size=original' : '',
    download?.profile === undefined || download.profile === 'none' ? '' : `profile=${download.profile}`,
    download?.metadata === 'recipe' ? 'meta=recipe' : '',
  ].filter((part) => part !== '')
  return `${filesPath}/${assetId}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

/** Reads what {@link fileAddress} wrote, from decoded parts; `undefined` for anything else. */
export function readFileAddress(
  assetId: string,
  query: Readonly<Record<string, unknown>>,
): { assetId: string; options: FileUrlOptions } | undefined {
  const parsed = fileQuerySchema.safeParse(query)
  if (!parsed.success || !idSchema.safeParse(assetId).success) return undefined
  const { w, style, download, format, q, size, profile, meta } = parsed.data
  return {
    assetId,
    options: {
      ...(w === undefined ? {} : { width: w }),
      ...(style === undefined ? {} : { styleId: style }),
      ...(download !== undefined && format !== undefined
        ? {
            download: {
              format,
              name: download,
              ...(q === undefined ? {} : { quality: q }),
              ...(size ? { size } : {}),
              ...(profile ? { profile } : {}),
              ...(meta ? { metadata: meta } : {}),
            },
          }
        : {}),
    },
  }
}
