/**
 * Does work whose signal ends with `signal`, or after `ms` milliseconds with a `TimeoutError` as its reason; what fails then rejects with
 * that reason.
 *
 * In place of `AbortSignal.any([signal, AbortSignal.timeout(ms)])`: such a time-out is referred to by weak references alone, so that
 * Node 20's garbage collector may take it, and then it never comes.
 */
export async function withinTime<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const both = new AbortController()
  const follow = (): void => both.abort(signal?.reason)
  const timer = setTimeout(() => both.abort(new DOMException(`Nothing came within ${ms} ms`, 'TimeoutError')), ms)
  if (signal?.aborted) follow()
  else signal?.addEventListener('abort', follow, { once: true })
  try {
    return await work(both.signal)
  } catch (thrown) {
    // Those who are stopped tell it in words of their own.
    throw both.signal.aborted ? both.signal.reason : thrown
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', follow)
  }
}
