/** The value, or a failed test where there is none. */
export function must<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error('expected a value, got none')
  return value
}
