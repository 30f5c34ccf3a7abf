import type { PartOrigin } from './part-file'

/** What is known beforehand of a file. */
export interface Expected {
  size?: number | undefined
  sha256?: string | undefined
}

/** Where to go on, and the condition under which the source may (RFC 9110, 13.1.5). */
export interface Resume {
  offset: number
  ifRange?: string | undefined
}

/** The value for `If-Range`: a strong entity tag, else the date; undefined where the source gave neither. */
export function validatorOf(origin: Pick<PartOrigin, 'etag' | 'lastModified'>): string | undefined {
  return origin.etag && !/^W\//i.test(origin.etag) ? origin.etag : origin.lastModified
}

/**
 * Whether bytes from `origin` may be gone on with from `url`. From the same address under its validator; from any other, or without one,
 * only when a known hash will prove the whole in the end. Otherwise it begins again.
 */
export function resumeFrom(part: { origin: PartOrigin; bytes: number } | undefined, url: string, expected: Expected): Resume {
  if (!part || part.bytes === 0) return { offset: 0 }
  const { origin, bytes } = part
  const sizeFits = expected.size === undefined || origin.total === undefined || expected.size === origin.total
  const hashFits = expected.sha256 === undefined || origin.sha256 === undefined || expected.sha256 === origin.sha256
  if (!sizeFits || !hashFits || (expected.size !== undefined && bytes > expected.size)) return { offset: 0 }
  const validator = origin.url === url ? validatorOf(origin) : undefined
  if (validator !== undefined) return { offset: bytes, ifRange: validator }
  return expected.sha256 === undefined ? { offset: 0 } : { offset: bytes }
}
