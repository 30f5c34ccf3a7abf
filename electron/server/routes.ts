import cookie from '@fastify/cookie'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import type { FastifyError, FastifyInstance } from 'fastify'
import type { AppFiles } from '#core/files'
import { securityHeaders } from '#core/wire/content-security'
import { answerFileRequest, bodyOf } from '#core/wire/file-response'
import type { WireApp } from '#core/wire/serve-socket'
import { importUpload, maxUploadBytes, maxUploadFiles } from '#core/wire/upload'
import { isCallName, type ImportResult } from '#shared/contract/calls'
import { envelop, type Envelope } from '#shared/contract/envelope'
import { AppError, type ErrorCode } from '#shared/domain/error'
import { fileCookieName, type Sessions } from './sessions'

/** What the server shell needs of the app: what every transport needs, and pictures by content. */
export interface ServedApp extends WireApp {
  readonly files: AppFiles
}

/** What the routes work with. */
export interface RouteOptions {
  app: ServedApp
  sessions: Sessions
  /** The port, once it is known. */
  port: () => number
  /** The built renderer, absolute. */
  rendererDir: string
  maxUploadBytes?: number
}

/** A script in a loop must not starve the studio beside it; a person never comes near. */
const callsPerMinute = 6_000

const statusByCode: Partial<Record<ErrorCode, number>> = {
  'input.not_found': 404,
  'input.conflict': 409,
  'input.too_large': 413,
  'input.not_a_picture': 415,
  'input.unsupported_format': 415,
  'auth.denied': 401,
  'instance.unreachable': 503,
  'engine.offline': 503,
  'io.disk_full': 507,
  'io.permission': 500,
  'io.failed': 500,
  'database.future': 500,
  'database.corrupt': 500,
  bug: 500,
}

/** The HTTP status that says roughly what the error says exactly. */
export function statusOf(code: ErrorCode): number {
  return statusByCode[code] ?? (code.startsWith('input.') ? 422 : 500)
}

const refused = (error: AppError): Envelope<never> => ({ ok: false, error: error.toView() })

/** Turns what fastify itself refuses (bad JSON, too long, too often) into the contract's words. */
function fromFramework(error: FastifyError): { status: number; error: AppError } {
  const status = error.statusCode ?? 500
  if (status === 413)
    return { status, error: new AppError('input.too_large', 'This is too much for one request. Split it into several.') }
  if (status === 429) {
    return { status, error: new AppError('input.conflict', 'Too many requests. Wait a little, then go on.', { retry: 'auto' }) }
  }
  if (status >= 400 && status < 500) {
    return {
      status,
      error: new AppError('input.invalid', `The request cannot be read: ${error.message}. Correct it, then try again.`),
    }
  }
  return { status: 500, error: new AppError('bug', 'The request failed inside Recast. Retry, and report it if it comes back.') }
}

/** Adds every route. The guard has passed whatever comes here. */
export async function addRoutes(fastify: FastifyInstance, options: RouteOptions): Promise<void> {
  const { app, sessions, port, rendererDir } = options
  await fastify.register(cookie)
  await fastify.register(rateLimit, { global: false })
  await fastify.register(multipart, {
    // Sizes are limited by importUpload, which can say which file it was.
    limits: { fileSize: Number.POSITIVE_INFINITY, files: maxUploadFiles, fields: 0, headerPairs: 20 },
    throwFileSizeLimit: false,
  })

  fastify.addHook('onRequest', async (request, reply) => {
    const isPage = !/^\/(?:api|files|session|upload)(?:\/|\?|$)/.test(request.url)
    reply.headers({ ...securityHeaders(isPage ? 'page' : 'data'), ...(isPage ? {} : { 'cache-control': 'no-store' }) })
  })
  fastify.setErrorHandler((thrown: FastifyError, _request, reply) => {
    const { status, error } = fromFramework(thrown)
    return reply.code(status).send(refused(error))
  })
  fastify.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(refused(new AppError('input.not_found', 'There is nothing at this address. Open the studio again.'))),
  )

  fastify.post('/session', { config: { rateLimit: { max: 120, timeWindow: '1 minute' } } }, async (request, reply) => {
    const given = request.headers.authorization?.replace(/^Bearer /, '') ?? ''
    // The guard saw that a ticket was good; only using it up decides between two who come at once.
    if (!sessions.isToken(given) && !sessions.redeem(given)) {
      const denied = new AppError('auth.denied', 'This address was used already. Open the one that Recast printed.')
      return reply.code(401).send(refused(denied))
    }
    reply.setCookie(fileCookieName(port()), sessions.fileSecret, { path: '/files', httpOnly: true, sameSite: 'strict' })
    return { ok: true, value: { token: sessions.token } }
  })

  fastify.post<{ Params: { name: string } }>(
    '/api/:name',
    { config: { rateLimit: { max: callsPerMinute, timeWindow: '1 minute' } } },
    async (request, reply) => {
      const { name } = request.params
      const envelope = isCallName(name)
        ? await envelop(() => app.call(name, request.body))
        : refused(
            new AppError('input.not_found', `There is no call "${name}". Use a name of the contract.`, { detail: { name } }),
          )
      return reply.code(envelope.ok ? 200 : statusOf(envelope.error.code)).send(envelope)
    },
  )

  fastify.post<{ Querystring: { as?: string; folder?: string } }>('/upload', async (request, reply) => {
    const as = request.query.as ?? 'picture'
    if (as !== 'picture' && as !== 'style') {
      return reply.code(400).send(refused(new AppError('input.invalid', 'Say as=picture or as=style.')))
    }
    // All files of one request come from one folder.
    const { folder } = request.query
    const results: ImportResult[] = []
    try {
      // One after the other: the order of the answers is the order of the files, and memory holds one.
      for await (const part of request.files()) {
        const given = { name: part.filename, stream: part.file, as, folder } as const
        results.push(await importUpload(app.files, given, options.maxUploadBytes ?? maxUploadBytes))
      }
    } catch (thrown) {
      const broken = new AppError('input.invalid', 'The upload is not whole. Add the pictures that are missing again.', {
        cause: thrown,
      })
      return reply.code(400).send(refused(broken))
    }
    return { ok: true, value: { results } } satisfies Envelope<{ results: ImportResult[] }>
  })

  fastify.get<{ Params: { id: string }; Querystring: Record<string, unknown> }>('/files/:id', async (request, reply) => {
    const response = await answerFileRequest(app.files, request.params.id, request.query, request.headers['if-none-match'])
    reply.code(response.status).headers(response.headers)
    if (response.error) return reply.send({ ok: false, error: response.error } satisfies Envelope<never>)
    // What is in memory goes out with its head in one piece, not as a stream of one part: a gallery asks for forty at a time.
    return reply.send(
      response.bytes
        ? Buffer.from(response.bytes.buffer, response.bytes.byteOffset, response.bytes.byteLength)
        : bodyOf(response),
    )
  })

  await fastify.register(fastifyStatic, {
    root: rendererDir,
    dotfiles: 'deny',
    decorateReply: false,
    cacheControl: false,
    setHeaders(response, path) {
      // Vite puts a content hash into the names under assets/; everything else may change with the next build.
      const isHashed = /[\\/]assets[\\/]/.test(path.slice(rendererDir.length))
      response.setHeader('cache-control', isHashed ? 'private, max-age=31536000, immutable' : 'no-cache')
    },
  })
}
