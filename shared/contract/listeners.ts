/** Listeners of one stream. */
export interface Listeners<T> {
  /** Adds a listener and answers how to take it out again; calling that twice does nothing more. */
  add(listener: (value: T) => void): () => void
  /** Tells everyone, in the order of adding. A listener that throws does not keep the others from hearing. */
  emit(value: T): void
  clear(): void
}

/** A stream's listeners. The same function added twice is told twice. */
export function createListeners<T>(): Listeners<T> {
  const entries = new Set<{ listener: (value: T) => void }>()
  return {
    add(listener) {
      const entry = { listener }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    emit(value) {
      let failure: { thrown: unknown } | undefined
      for (const entry of Array.from(entries)) {
        if (!entries.has(entry)) continue
        try {
          entry.listener(value)
        } catch (thrown) {
          failure ??= { thrown }
        }
      }
      // Rejected out of line: the fault is seen (and fails a test) without breaking the stream.
      if (failure) void Promise.reject(failure.thrown)
    },
    clear: () => entries.clear(),
  }
}
