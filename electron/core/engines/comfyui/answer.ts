import type { Dispatcher } from 'undici'
import { AppError } from '#shared/domain/error'

/** An answer that came whole. */
export interface WholeAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** What {@link receive} is told beside the request itself. */
export interface ReceiveOptions {
  signal?: AbortSignal | undefined
  /** Milliseconds from the request to the answer's last byte; whoever drips it is cut off then. */
  totalMs: number
  /** The most bytes that are read of an answer with this head; throws to read nothing of it. */
  limitOf: (status: number, headers: WholeAnswer['headers']) => number
}

/** The answer was not whole in time. `code` has the form of undici's own. */
export class TotalTimeout extends Error {
  readonly code = 'RECAST_TOTAL_TIMEOUT'

  constructor(totalMs: number) {
    super(`no whole answer within ${Math.round(totalMs / 1000)} s`)
  }
}

/**
 * Sends a request and takes its answer into memory as fast as it comes, up to a limit. Its reader never makes the parser wait: undici 7
 * ends the process by an assertion that nobody can catch when a server closes its connection while the parser waits (nodejs/undici#5360).
 * Rejects with what undici says, {@link TotalTimeout}, `engine.rejected` for too long an answer, or the signal's reason.
 */
export function receive(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  options: ReceiveOptions,
): Promise<WholeAnswer> {
  const { signal, totalMs, limitOf } = options
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    /** Where an answer goes whose length is known: each piece finds its place while the next one is on its way. */
    let whole: Buffer | undefined
    let controller: Dispatcher.DispatchController | undefined
    let failure: Error | undefined
    let head: Omit<WholeAnswer, 'body'> = { status: 0, headers: {} }
    let limit = 0
    let bytes = 0
    const settled = (act: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    const stop = (why: unknown): void => {
      failure ??= why instanceof Error ? why : new DOMException('Canceled', 'AbortError')
      chunks.length = 0
      whole = undefined
      controller?.abort(failure)
      const error = failure
      settled(() => reject(error))
    }
    const onAbort = (): void => stop(signal?.reason)
    const timer = setTimeout(() => stop(new TotalTimeout(totalMs)), totalMs)
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    dispatcher.dispatch(request, {
      onRequestStart(own) {
        controller = own
        // It waited for a connection until nobody wanted it any more.
        if (failure) own.abort(failure)
      },
      onResponseStart(_controller, status, headers) {
        if (status < 200 || failure) return
        head = { status, headers }
        try {
          limit = limitOf(status, headers)
          if (Number(headers['content-length']) === limit) whole = Buffer.allocUnsafeSlow(limit)
        } catch (thrown) {
          stop(thrown)
        }
      },
      onResponseData(_controller, chunk) {
        if (failure) return
        const at = bytes
        bytes += chunk.length
        if (bytes > limit) return stop(tooLong(limit))
        if (whole) chunk.copy(whole, at)
        else chunks.push(chunk)
      },
      onResponseEnd() {
        settled(() => resolve({ ...head, body: whole ? whole.subarray(0, bytes) : Buffer.concat(chunks) }))
      },
      onResponseError(_controller, error) {
        settled(() => reject(failure ?? error))
      },
    })
  })
}

function tooLong(limit: number): AppError {
  return new AppError(
    'engine.rejected',
    `The server's answer is longer than ${Math.round(limit / 1e6)} MB. Check that the address is ComfyUI's own.`,
  )
}
