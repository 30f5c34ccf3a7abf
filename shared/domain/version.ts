/** Orders versions such as "0.3.64", "v0.8.0" or "0.8.0-1-gabc" by their numbers; what is no number counts as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)]
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbers(version: string): number[] {
  const [core = ''] = version.trim().replace(/^v/i, '').split(/[-+ ]/)
  return core.split('.').map((part) => Number.parseInt(part, 10) || 0)
}
