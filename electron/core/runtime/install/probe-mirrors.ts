import { AppError } from '#shared/domain/error'
import { withinTime } from '../../within-time'
import type { Mirrors } from './environment'

const probeMs = 15_000

/**
 * Asks each mirror for anything at all, before gigabytes are wanted of it: an answer of any kind but a server error will do, because the
 * roots of mirrors rarely list. Goes through the user's proxies. Rejects with `engine.offline`, naming the mirror.
 */
export async function probeMirrors(mirrors: Mirrors, signal?: AbortSignal): Promise<void> {
  const { EnvHttpProxyAgent, request } = await import('undici')
  const agent = new EnvHttpProxyAgent({
    noProxy: [process.env['NO_PROXY'] ?? process.env['no_proxy'] ?? '', '127.0.0.1', 'localhost'].join(','),
  })
  try {
    await Promise.all(
      Object.entries(mirrors).map(async ([name, url]: [string, string | undefined]) => {
        if (url === undefined) return
        let why: string
        try {
          const status = await withinTime(probeMs, signal, async (limited) => {
            const answer = await request(url, { dispatcher: agent, signal: limited })
            await answer.body.dump({ limit: 64 * 1024, signal: limited })
            return answer.statusCode
          })
          if (status < 500) return
          why = `HTTP ${status}`
        } catch (cause) {
          signal?.throwIfAborted()
          why = cause instanceof Error ? cause.message : String(cause)
        }
        throw new AppError(
          'engine.offline',
          `The mirror for ${name} (${new URL(url).host}) does not answer: ${why}. Choose another one; nothing was downloaded.`,
          {
            retry: 'user',
            detail: { mirror: name, host: new URL(url).host },
          },
        )
      }),
    )
  } finally {
    await agent.close()
  }
}
