import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FileUrlOptions } from '#shared/contract/client'
import { readFileAddress } from '#shared/contract/file-address'
import { encodePack, packName, readPackQuery } from '#shared/contract/thumbnail-pack'
import { toAppError, type ErrorCode, type ErrorView } from '#shared/domain/error'
import type { AppFiles } from '../files'
import { securityHeaders } from './content-security'

/** An answer to a request for a picture, for any kind of HTTP-like shell. Exactly one of `path`, `bytes`, `error`, or none (304). */
export interface FileResponse {
  status: 200 | 304 | 400 | 404 | 500 | 507
  headers: Record<string, string>
  path?: string
  bytes?: Uint8Array
  error?: ErrorView
}

/** The `Content-Disposition` of a download: a plain ASCII name for old readers, the real one after RFC 8187. */
export function contentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name.replace(/\p{Surrogate}/gu, '_')).replace(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

/** Whether an `If-None-Match` names this tag (weakly compared, as RFC 9110 asks). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => bare(tag) === bare(etag) || tag.trim() === '*')
}

const statusByCode: Partial<Record<ErrorCode, FileResponse['status']>> = {
  'input.not_found': 404,
  'input.invalid': 400,
  'input.unknown_style': 404,
  'io.disk_full': 507,
}

function refusal(status: FileResponse['status'], error?: ErrorView): FileResponse {
  return { status, headers: { ...securityHeaders('data'), 'cache-control': 'no-store' }, ...(error ? { error } : {}) }
}

/**
 * Answers `/files/<assetId>?<query>`, and the pack of many thumbnails beside it. What stands behind an id and a form never changes, so it is cached for ever.
 * Never rejects: a failure is an answer with an error in it.
 */
export async function answerFileRequest(
  files: Pick<AppFiles, 'read' | 'thumbnails'>,
  assetId: string,
  query: Readonly<Record<string, unknown>>,
  ifNoneMatch?: string,
): Promise<FileResponse> {
  const pack = assetId === packName ? readPackQuery(query) : undefined
  const wanted = pack ? undefined : readFileAddress(assetId, query)
  try {
    if (pack) return await answerPack(files, pack.assetIds, pack.width)
    if (wanted) return await answer(files, wanted.assetId, wanted.options, ifNoneMatch)
    return refusal(400, {
      code: 'input.invalid',
      message: 'This is no address of a picture. Take it from the app again.',
      retry: 'never',
    })
  } catch (thrown) {
    const error = toAppError(thrown)
    // A path of this machine has no place in an answer.
    const { detail: _, ...view } = error.toView()
    return refusal(statusByCode[error.code] ?? 500, {
      ...view,
      message: error.code === 'bug' ? 'The picture cannot be read.' : view.message,
    })
  }
}

async function answer(
  files: Pick<AppFiles, 'read'>,
  assetId: string,
  options: FileUrlOptions,
  ifNoneMatch: string | undefined,
): Promise<FileResponse> {
  const file = await files.read(assetId, options)
  const headers: Record<string, string> = {
    ...securityHeaders('data'),
    etag: file.etag,
    'cache-control': 'private, max-age=31536000, immutable',
  }
  if (matchesEtag(ifNoneMatch, file.etag)) return { status: 304, headers }
  headers['content-type'] = file.mime
  if (file.downloadName !== undefined) headers['content-disposition'] = contentDisposition(file.downloadName)
  if (file.bytes)
    return { status: 200, headers: { ...headers, 'content-length': String(file.bytes.byteLength) }, bytes: file.bytes }
  if (file.path === undefined) throw new Error('A stored picture has neither a path nor bytes')
  const { size } = await stat(file.path)
  return { status: 200, headers: { ...headers, 'content-length': String(size) }, path: file.path }
}

/** Each of them has an address of its own, which is cached; the pack is not. */
async function answerPack(
  files: Pick<AppFiles, 'thumbnails'>,
  assetIds: readonly string[],
  width: number,
): Promise<FileResponse> {
  const bytes = encodePack(await files.thumbnails(assetIds, width))
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes.byteLength) }
  return { status: 200, headers: { ...securityHeaders('data'), 'cache-control': 'no-store', ...headers }, bytes }
}

/** The body of an answer as a stream; an error's words as JSON. `undefined` where there is none. */
export function bodyOf(response: FileResponse): Readable | undefined {
  if (response.path !== undefined) return createReadStream(response.path)
  if (response.bytes) return Readable.from([response.bytes], { objectMode: false })
  if (response.error)
    return Readable.from([Buffer.from(JSON.stringify({ ok: false, error: response.error }))], { objectMode: false })
  return undefined
}
