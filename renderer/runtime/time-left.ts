/** Share of the work after which a guess is worth telling, and the time that must have passed (milliseconds). */
const [leastShare, leastMs] = [0.02, 5_000]

/**
 * Milliseconds that are left, from how far it came since it was first seen; undefined while that says nothing.
 * @param began when it was first seen, and how far it was then (0..1)
 */
export function timeLeft(began: { at: number; progress: number }, now: number, progress: number): number | undefined {
  const [passed, made] = [now - began.at, progress - began.progress]
  if (passed < leastMs || made < leastShare) return undefined
  return Math.round((passed / made) * (1 - progress))
}
