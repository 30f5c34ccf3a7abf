/**
 * Whether a path is one of ours to begin with: letters, digits, `. _ - /`, no dot segments, nothing encoded. All our addresses are, so
 * `..`, `%2e`, `%00`, backslashes and whole URLs need no decoding to be refused.
 */
export function isPlainPath(path: string): boolean {
  return path.length <= 512 && /^\/(?:[\w.-]+\/)*[\w.-]*$/.test(path) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path)
}
