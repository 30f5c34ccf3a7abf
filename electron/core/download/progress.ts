import type { AppError } from '#shared/domain/error'
import type { PartFile } from './part-file'
import { createSpeedMeter, secondsLeft } from './speed'

/** How far a download is. */
export interface DownloadProgress {
  /** `waiting`: the source failed and is asked again at the end of a pause; `checking`: what is on the disk is read. */
  phase: 'queued' | 'checking' | 'connecting' | 'receiving' | 'waiting'
  bytes: number
  total: number | undefined
  bytesPerSecond: number | undefined
  secondsLeft: number | undefined
  /** Host that is asked. */
  source: string | undefined
  /** Why it waits. */
  problem: AppError | undefined
}

/** Who is told. */
export interface ProgressListener {
  onProgress?: ((progress: DownloadProgress) => void) | undefined
  /** Bytes, where they are known. */
  size?: number | undefined
}

const progressEveryMs = 250

/** Progress with nothing to tell but the phase. */
export const quiet = <Phase extends string>(phase: Phase): Omit<DownloadProgress, 'phase'> & { phase: Phase } => ({
  phase,
  bytes: 0,
  total: undefined,
  bytesPerSecond: undefined,
  secondsLeft: undefined,
  source: undefined,
  problem: undefined,
})

/** Tells how far it is. */
export type Reporter = (phase: DownloadProgress['phase'], about?: { url?: string; problem?: AppError }) => void

/** Tells the caller how far it is: each change of phase at once, bytes four times a second. */
export function createReporter({ onProgress, size }: ProgressListener, part: Pick<PartFile, 'bytes' | 'origin'>): Reporter {
  if (!onProgress) return () => undefined
  const meter = createSpeedMeter()
  let source: string | undefined
  let last: DownloadProgress['phase'] | undefined
  let toldAt = 0
  return (phase, about) => {
    const now = performance.now()
    if (phase === last && now - toldAt < progressEveryMs) return
    last = phase
    toldAt = now
    if (about?.url) source = new URL(about.url).host
    meter.note(part.bytes, now)
    const total = size ?? part.origin?.total
    const bytesPerSecond = phase === 'receiving' ? meter.speed(now) : undefined
    onProgress({
      phase,
      bytes: part.bytes,
      total,
      bytesPerSecond,
      secondsLeft: secondsLeft(part.bytes, total, bytesPerSecond),
      source,
      problem: about?.problem,
    })
  }
}
