/** Puts an id into a list that is in order of its rank (smallest first), by binary search; answers a new list. */
export function insertByRank(ids: readonly string[], id: string, rank: (id: string) => number): string[] {
  const wanted = rank(id)
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rank(ids[middle] as string) <= wanted) low = middle + 1
    else high = middle
  }
  return [...ids.slice(0, low), id, ...ids.slice(low)]
}

/** The list without one id; the same list when it isn't in it. */
export function without(ids: readonly string[], id: string): readonly string[] {
  const at = ids.indexOf(id)
  return at < 0 ? ids : [...ids.slice(0, at), ...ids.slice(at + 1)]
}
