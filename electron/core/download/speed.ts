/** How fast something comes in, from what was counted over the last seconds. */
export interface SpeedMeter {
  /** Notes that `bytes` have come in all, at `now` (monotonic milliseconds). */
  note(bytes: number, now: number): void
  /** Bytes a second over the window; undefined until there is half a second to judge by. */
  speed(now: number): number | undefined
}

const windowMs = 5_000
const stepMs = 250

/** Makes a meter over the last five seconds: short enough to show a stall, long enough not to flicker. */
export function createSpeedMeter(): SpeedMeter {
  const points: { at: number; bytes: number }[] = []
  return {
    note(bytes, now) {
      const last = points.at(-1)
      if (last && bytes < last.bytes) points.length = 0 // begun again
      if (last && points.length > 1 && now - last.at < stepMs) last.bytes = bytes
      else points.push({ at: now, bytes })
      while (points.length > 2 && now - (points[1]?.at ?? now) > windowMs) points.shift()
    },
    speed(now) {
      const [first] = points
      const last = points.at(-1)
      if (!first || !last || now - first.at < 500) return undefined
      return ((last.bytes - first.bytes) * 1000) / (now - first.at)
    },
  }
}

/** Seconds until `total` bytes have come; undefined where that can't be said. */
export function secondsLeft(bytes: number, total: number | undefined, speed: number | undefined): number | undefined {
  if (total === undefined || speed === undefined || speed <= 0) return undefined
  return Math.max(0, Math.ceil((total - bytes) / speed))
}
