import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { AppFiles } from '#core/files'
import { securityHeaders } from '#core/wire/content-security'
import { answerFileRequest, bodyOf } from '#core/wire/file-response'
import { isPlainPath } from '#core/wire/plain-path'
import { importUpload } from '#core/wire/upload'
import type { Envelope } from '#shared/contract/envelope'
import { filesPath } from '#shared/contract/file-address'
import { AppError, type ErrorCode } from '#shared/domain/error'
import { isOwnAddress } from './security/origin'

const mimeByExtension: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

function refusal(status: number, code: ErrorCode, message: string): Response {
  const envelope: Envelope<never> = { ok: false, error: new AppError(code, message).toView() }
  return new Response(JSON.stringify(envelope), {
    status,
    headers: { ...securityHeaders('data'), 'content-type': 'application/json', 'cache-control': 'no-store' },
  })
}

async function page(rendererDir: string, path: string): Promise<Response> {
  const file = path === '/' || path === '' ? '/index.html' : path
  const mime = mimeByExtension[extname(file)]
  // Only kinds of file that the build makes; source maps and what else may lie there stay there.
  if (!mime || file.includes('/.')) return refusal(404, 'input.not_found', 'There is nothing at this address.')
  try {
    return new Response(await readFile(join(rendererDir, file)), {
      headers: { ...securityHeaders('page'), 'content-type': mime, 'cache-control': 'no-cache' },
    })
  } catch {
    return refusal(404, 'input.not_found', 'There is nothing at this address.')
  }
}

async function picture(files: AppFiles, url: URL, request: Request): Promise<Response> {
  const assetId = url.pathname.slice(filesPath.length + 1)
  const ifNoneMatch = request.headers.get('if-none-match') ?? undefined
  const answer = await answerFileRequest(files, assetId, Object.fromEntries(url.searchParams), ifNoneMatch)
  const body = request.method === 'HEAD' ? undefined : bodyOf(answer)
  return new Response(body ? (Readable.toWeb(body) as ReadableStream) : null, { status: answer.status, headers: answer.headers })
}

async function upload(files: AppFiles, url: URL, request: Request): Promise<Response> {
  const as = url.searchParams.get('as') ?? 'picture'
  if (as !== 'picture' && as !== 'style') return refusal(400, 'input.invalid', 'Say as=picture or as=style.')
  if (!request.body) return refusal(400, 'input.empty_file', 'The file is empty. Choose another one.')
  const stream = Readable.fromWeb(request.body as NodeReadableStream)
  const [name, folder] = ['name', 'folder'].map((key) => url.searchParams.get(key) ?? undefined)
  const result = await importUpload(files, { name, stream, as, folder })
  return new Response(JSON.stringify({ ok: true, value: { results: [result] } }), {
    headers: { ...securityHeaders('data'), 'content-type': 'application/json', 'cache-control': 'no-store' },
  })
}

/**
 * Answers everything under `app://recast/`: the page's files, pictures and pasted pictures, by the same functions as the server shell.
 * @param files the app's files, once it is open.
 */
export function createSchemeHandler(
  rendererDir: string,
  files: () => AppFiles | undefined,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!isOwnAddress(request.url)) return refusal(403, 'auth.denied', 'This address is not of Recast.')
    const url = new URL(request.url)
    // `new URL` has resolved dot segments already; what was encoded has not been decoded, and is refused.
    if (!isPlainPath(url.pathname === '' ? '/' : url.pathname))
      return refusal(400, 'input.invalid', 'This is no address of Recast.')
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const isUpload = url.pathname === '/upload'
    if (isUpload ? request.method !== 'POST' : !isRead)
      return refusal(405, 'input.invalid', 'This address is not used like that.')
    if (!isUpload && !url.pathname.startsWith(`${filesPath}/`)) return await page(rendererDir, url.pathname)
    const open = files()
    if (!open) return refusal(503, 'instance.unreachable', 'Recast is starting or ending. Try again in a moment.')
    return isUpload ? await upload(open, url, request) : await picture(open, url, request)
  }
}
