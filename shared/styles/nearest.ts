/**
 * The names of a list that come nearest to a mistyped one, nearest first: those that contain it or are contained in it,
 * then those within a third of their length in typing mistakes.
 */
export function nearestNames(typed: string, names: readonly string[], count = 3): string[] {
  const wanted = plain(typed)
  if (wanted === '') return names.slice(0, count)
  const ranked = names
    .map((name) => {
      const other = plain(name)
      const contained = wanted.length >= 3 && (other.includes(wanted) || (other.length >= 3 && wanted.includes(other)))
      const distance = editDistance(wanted, other)
      return {
        name,
        rank: contained ? Math.min(distance, 1) : distance,
        limit: Math.max(2, Math.ceil(Math.max(wanted.length, other.length) / 3)),
      }
    })
    .filter(({ rank, limit }) => rank <= limit)
    .sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name, 'en'))
  return ranked.slice(0, count).map(({ name }) => name)
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/gu, '-')
}

/** Least number of inserted, removed, changed or swapped neighbouring letters between two words (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      row[j] = best
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
