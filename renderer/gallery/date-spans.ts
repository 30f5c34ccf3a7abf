const dayMs = 86_400_000

/** A stretch of time, Unix milliseconds: `from` is in it, `before` is not. */
export interface DateSpan {
  from: number
  before: number
}

/** A year of the gallery and the months of it in which something can have been made. */
export interface GalleryYear extends DateSpan {
  year: number
  /** The latest first. */
  months: readonly DateSpan[]
}

/** The first moment of the day so many days back, counting today as one. */
export function startOf(days: number, now = new Date()): number {
  const today = new Date(now)
  today.setHours(0, 0, 0, 0)
  return today.getTime() - (days - 1) * dayMs
}

/** The years from the first result to the last one, the latest first, by the clock of this machine. */
export function yearsBetween({ first, last }: { first: number; last: number }): GalleryYear[] {
  const month = (year: number, n: number): DateSpan => ({
    from: new Date(year, n).getTime(),
    before: new Date(year, n + 1).getTime(),
  })
  const [oldest, newest] = [new Date(first).getFullYear(), new Date(last).getFullYear()]
  return Array.from({ length: Math.max(0, newest - oldest + 1) }, (_unused, n) => {
    const year = newest - n
    const months = Array.from({ length: 12 }, (_none, back) => month(year, 11 - back))
    return {
      year,
      from: new Date(year, 0).getTime(),
      before: new Date(year + 1, 0).getTime(),
      months: months.filter(({ from, before }) => before > first && from <= last),
    }
  })
}
