import { createWriteStream } from 'node:fs'
import { get as getPlain, type IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '#shared/domain/error'

/** What {@link streamToFile} is told. */
export interface LargeFileOptions {
  url: string
  headers: Record<string, string>
  /** PEM of a private authority that the server's certificate is checked against, too. */
  certificateAuthority: string | undefined
  /** Where the file goes; what is there is overwritten. */
  target: string
  /** The most bytes that are taken. */
  limit: number
  /** Milliseconds without a byte after which the server counts as silent. */
  idleMs: number
  signal: AbortSignal
}

/** The server sent nothing for too long. `code` is undici's for the same. */
class Silence extends Error {
  readonly code = 'UND_ERR_BODY_TIMEOUT'
}

/**
 * Fetches a file that is too large to be held in memory: the disk sets the pace. By Node's own client, because undici's (7.30) can be made
 * to end the process by a server that closes its connection while the disk is waited for (see `receive`). Never redirected.
 * Rejects with `engine.execution` for more than the limit, with system errors for disk and network.
 */
export async function streamToFile(options: LargeFileOptions): Promise<void> {
  const { target, limit, signal } = options
  const response = await head(options)
  const declared = Number(response.headers['content-length'] ?? Number.NaN)
  let bytes = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(bytes > limit ? tooLarge(limit) : null, chunk)
    },
  })
  if (response.statusCode !== 200 || declared > limit) {
    response.destroy()
    if (declared > limit) throw tooLarge(limit)
    throw new Error(`the second answer was ${response.statusCode}`)
  }
  await pipeline(response, count, createWriteStream(target), { signal })
  if (Number.isFinite(declared) && declared !== bytes) throw new Error(`${bytes} of ${declared} bytes came`)
}

function head({ url, headers, certificateAuthority: ca, idleMs, signal }: LargeFileOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getSecure : getPlain
    const request = get(url, { headers, signal, agent: false, ...(ca === undefined ? {} : { ca }) }, resolve)
    request.setTimeout(idleMs, () => request.destroy(new Silence(`nothing came for ${Math.round(idleMs / 1000)} s`)))
    request.on('error', reject)
  })
}

/** The error for a result that is larger than any honest one. */
export function tooLarge(limit: number): AppError {
  return new AppError(
    'engine.execution',
    `The server sends more than ${Math.round(limit / 1e6)} MB for one picture; it was cut off. Check the workflow's output size.`,
    { detail: { limit } },
  )
}
