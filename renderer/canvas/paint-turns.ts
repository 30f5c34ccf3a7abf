/** Somebody with a frame to paint. */
export interface TurnWish {
  /** When its newest frame came, milliseconds of the page's clock. */
  arrivedAt: number
  /** When it last had a turn. */
  lastTurnAt: number
}

/** A frame older than this (ms) is no longer worth a turn while newer ones come: with decoding and drawing it would be late. */
export const freshMs = 8
/** A stream is silent when nothing came for this long (ms): then its last frame is painted, late as it is. */
export const silentMs = 150

/** How long a burst of frames takes to come in (ms). */
const burstMs = 2
/** The longest rest between two turns (ms). */
const longestRestMs = 50
/** Who has waited this long (ms) for a turn is starving: the last free turn is kept for such. */
export const starvingMs = 300

/**
 * Whose turn it is: of those with a fresh frame, who has waited longest for a turn; else of those whose stream is silent.
 * Undefined: nobody's now. The last free turn is for the longer starving half, where there are such: else who comes first in each burst would
 * come first for ever. So under load each job is painted less often, but what is painted is new, and the last frame always is.
 */
export function chooseTurn<T extends TurnWish>(wishes: Iterable<T>, now: number, free = Infinity): T | undefined {
  const all = [...wishes].toSorted((a, b) => a.lastTurnAt - b.lastTurnAt)
  const starving = free > 1 ? [] : all.filter(({ lastTurnAt }) => now - lastTurnAt > starvingMs)
  const first = starving.length > 0 ? starving.slice(0, Math.ceil(starving.length / 2)) : all
  return first.find(({ arrivedAt }) => now - arrivedAt <= freshMs) ?? all.find(({ arrivedAt }) => now - arrivedAt >= silentMs)
}

/** What a painter does with its turn; it must call `done` once. */
export type TurnTaken = (done: () => void) => void

/** A painter's place among those who share the page's decoders. */
export interface TurnSeat {
  /** Wishes for a turn for a frame that came then (ms, the page's clock); a wish that is still waiting becomes as new as it. */
  wish(arrivedAt: number): void
  /** Takes the wish back. */
  leave(): void
}

/**
 * Shares the page's decoders among all previews on it: no more are decoded at a time than there are processors for, and
 * half of their time is left to the rest of the page, so that many jobs at once make neither each other nor the page late.
 */
export class PaintTurns {
  readonly #wishes = new Set<TurnWish & { take: TurnTaken }>()
  #taken = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #burst: ReturnType<typeof setTimeout> | undefined

  /** @param limit decodes at a time @param now monotonic clock in milliseconds */
  constructor(
    private readonly limit = 2,
    readonly now: () => number = () => performance.now(),
  ) {}

  /** A seat for somebody who paints. */
  seat(take: TurnTaken): TurnSeat {
    const own = { arrivedAt: 0, lastTurnAt: Number.NEGATIVE_INFINITY, take }
    return {
      wish: (arrivedAt) => {
        own.arrivedAt = arrivedAt
        this.#wishes.add(own)
        if (this.#wishes.size === 1) this.#next()
        // Frames of many jobs come in bursts: the choice waits for the rest of the burst.
        else this.#burst ??= setTimeout(() => this.#next(), burstMs)
      },
      leave: () => void this.#wishes.delete(own),
    }
  }

  #next(): void {
    const now = this.now()
    clearTimeout(this.#burst)
    this.#burst = undefined
    while (this.#taken < this.limit) {
      const chosen = chooseTurn(this.#wishes, now, this.limit - this.#taken)
      if (!chosen) break
      this.#wishes.delete(chosen)
      chosen.lastTurnAt = now
      this.#taken++
      let isDone = false
      chosen.take(() => {
        if (isDone) return
        isDone = true
        // As long a rest as the work took: the page needs the processors for drawing, and the slower they are the longer it does.
        const rest = Math.min(this.now() - now, longestRestMs)
        const end = (): void => {
          this.#taken--
          this.#next()
        }
        if (rest >= 1) setTimeout(end, rest)
        else end()
      })
    }
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#wishes.size === 0 || this.#taken >= this.limit) return
    const oldest = Math.min(...[...this.#wishes].map(({ arrivedAt }) => arrivedAt))
    this.#timer = setTimeout(() => this.#next(), Math.max(1, oldest + silentMs - now))
  }
}

/** The turns of this page. */
export const pageTurns = new PaintTurns()
