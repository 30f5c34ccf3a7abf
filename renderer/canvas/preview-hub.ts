import type { PreviewFrame } from '#shared/contract/preview-frame'

/** Gives one job's live previews to whoever shows them. */
export interface PreviewSource {
  /** Calls at once with the newest frame that there is, then with each new one; answers how to stop. */
  subscribe(listener: (frame: PreviewFrame) => void): () => void
}

/**
 * Hands previews to the views of their job and keeps the newest of each, so that a view that opens in mid-job has
 * something to show. Memory is bounded: the newest frame of each of the last `limit` jobs.
 */
export class PreviewHub {
  readonly #latest = new Map<string, PreviewFrame>()
  readonly #listeners = new Map<string, Set<(frame: PreviewFrame) => void>>()
  readonly #sources = new Map<string, PreviewSource>()

  constructor(private readonly limit = 32) {}

  /** Takes a frame from the transport (`client.onPreview(hub.push)`). */
  readonly push = (frame: PreviewFrame): void => {
    const { jobId } = frame.header
    this.#latest.delete(jobId)
    this.#latest.set(jobId, frame)
    for (const oldest of this.#latest.keys()) {
      if (this.#latest.size <= this.limit) break
      this.#latest.delete(oldest)
    }
    for (const listener of this.#listeners.get(jobId) ?? []) listener(frame)
  }

  /** The previews of one job; the same object for the same job, so that it can be a React dependency. */
  source(jobId: string): PreviewSource {
    const known = this.#sources.get(jobId)
    if (known) return known
    const source: PreviewSource = {
      subscribe: (listener) => {
        const listeners = this.#listeners.get(jobId) ?? new Set()
        this.#listeners.set(jobId, listeners)
        listeners.add(listener)
        const latest = this.#latest.get(jobId)
        if (latest) listener(latest)
        return () => {
          listeners.delete(listener)
          if (listeners.size === 0 && this.#listeners.get(jobId) === listeners) this.#listeners.delete(jobId)
        }
      },
    }
    this.#sources.set(jobId, source)
    return source
  }

  /** Drops what is kept of a job that ended; its views keep what they painted. */
  forget(jobId: string): void {
    this.#latest.delete(jobId)
    this.#sources.delete(jobId)
  }
}
