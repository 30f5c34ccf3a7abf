import type { Snapshot } from './calls'
import type { AppClient } from './client'
import type { AppEvent, EventBody } from './events'
import { defaultTimers, type Timers } from './timers'

/** What the sync does to a store. Both are called in the one right order, never for something older than what was shown. */
export interface SyncTarget {
  /** Replaces everything. Called at the start and after each loss, gap or new epoch. */
  onSnapshot(snapshot: Snapshot): void
  onEvent(body: EventBody): void
  /** A snapshot could not be had; another is asked for by itself. */
  onError?(error: unknown): void
}

/** Choices of {@link createSync}; milliseconds. */
export interface SyncOptions {
  /** Pause before a failed snapshot is asked for again, while the link is open. */
  retryMs?: number
  timers?: Timers
}

/** What an event means to someone who has seen everything up to `seen`. */
export type EventVerdict = 'apply' | 'drop' | 'resync'

/** Decides about one event: the next number is applied, an older one dropped, a later one or another epoch calls for a snapshot. */
export function judgeEvent(seen: { epoch: string; seq: number }, event: AppEvent): EventVerdict {
  if (event.epoch !== seen.epoch) return 'resync'
  if (event.seq <= seen.seq) return 'drop'
  return event.seq === seen.seq + 1 ? 'apply' : 'resync'
}

/**
 * Keeps a store equal to the app: subscribes, buffers, takes a snapshot, drops what is older, applies the rest in order, and starts
 * again on a gap, a new epoch or a reconnection. Begins at once; answers how to stop.
 */
export function createSync(
  client: Pick<AppClient, 'call' | 'onEvent' | 'onLink'>,
  target: SyncTarget,
  options: SyncOptions = {},
): () => void {
  const { retryMs = 1_000, timers = defaultTimers() } = options
  /** Up to where the store is; `undefined` while a snapshot is on its way, and events are buffered. */
  let seen: { epoch: string; seq: number } | undefined
  let buffer: AppEvent[] = []
  /** Grows with each request, so that an answer which is no longer wanted is known as such. */
  let request = 0
  let stopped = false
  let stopRetry = (): void => {}

  const take = (event: AppEvent): void => {
    if (stopped) return
    if (!seen) {
      buffer.push(event)
      return
    }
    const verdict = judgeEvent(seen, event)
    if (verdict === 'drop') return
    if (verdict === 'resync') {
      buffer = [event]
      resync()
      return
    }
    seen = { epoch: event.epoch, seq: event.seq }
    target.onEvent(event.body)
  }

  const accept = (snapshot: Snapshot): void => {
    const waiting = buffer
    buffer = []
    seen = { epoch: snapshot.epoch, seq: snapshot.seq }
    target.onSnapshot(snapshot)
    // What was buffered of another epoch is older than the snapshot, unless the owner changed after answering: then the newest event
    // is of the next epoch. Asking once more settles it, with an empty buffer, so that a stray old event cannot make this go round.
    for (const event of waiting) if (event.epoch === snapshot.epoch) take(event)
    if (seen && (waiting.at(-1)?.epoch ?? snapshot.epoch) !== snapshot.epoch) resync()
  }

  const resync = (): void => {
    const mine = ++request
    seen = undefined
    stopRetry()
    client.call('app.snapshot', {}).then(
      (snapshot) => {
        if (!stopped && mine === request) accept(snapshot)
      },
      (error: unknown) => {
        if (stopped || mine !== request) return
        target.onError?.(error)
        stopRetry = timers.after(retryMs, resync)
      },
    )
  }

  const stopEvents = client.onEvent(take)
  const stopLink = client.onLink((state) => {
    if (stopped) return
    stopRetry()
    // Whatever is on its way belongs to a connection that is over.
    request++
    seen = undefined
    buffer = []
    if (state === 'open') resync()
  })

  return () => {
    stopped = true
    stopRetry()
    stopEvents()
    stopLink()
  }
}
