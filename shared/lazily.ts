/**
 * A value that is made when it is first asked for, and kept. For what is dear to make and often not needed at all, such as the schemas of
 * what only a server says: building them at the start would keep every short command waiting.
 */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
