import { randomUUID } from 'node:crypto'
import type { AppEvent, EventBody } from '#shared/contract/events'
import type { PreviewFrame } from '#shared/contract/preview-frame'

/** What shells listen to. */
export interface EventHub {
  /** Random for each start of the owner; a new epoch means: take a new snapshot. */
  readonly epoch: string
  /** Number of the last event sent; 0 before the first. */
  readonly seq: number
  /** Calls the listener for each event from now on, in order; answers a function that ends that. */
  onEvent(listener: (event: AppEvent) => void): () => void
  /** Calls the listener for previews: latest wins, at most ten a second per job; answers a function that ends that. */
  onPreview(listener: (frame: PreviewFrame) => void): () => void
}

/** The side of the hub that the core writes to. */
export interface EventSource extends EventHub {
  /** Numbers the event and hands it to every listener before returning. */
  emit(body: EventBody): void
  /** Keeps the newest preview of each job and hands it on when that job's turn comes. */
  preview(frame: PreviewFrame): void
  /** Drops what waits for a job that has ended: its result must not be covered by an older preview. */
  dropPreviews(jobId: string): void
  close(): void
}

/** Shortest time between two previews of one job, milliseconds. */
export const previewIntervalMs = 100

interface PreviewSlot {
  lastSentAt: number
  waiting: PreviewFrame | undefined
  timer: NodeJS.Timeout | undefined
}

/**
 * Makes the hub.
 * @param onListenerError told when a listener throws; the other listeners get their event all the same.
 * @param now monotonic clock in milliseconds, for tests.
 */
export function createEventHub(
  onListenerError: (error: unknown) => void,
  now: () => number = () => performance.now(),
): EventSource {
  const epoch = randomUUID()
  const eventListeners = new Set<(event: AppEvent) => void>()
  const previewListeners = new Set<(frame: PreviewFrame) => void>()
  const slots = new Map<string, PreviewSlot>()
  let seq = 0
  let closed = false

  function tell<T>(listeners: Set<(value: T) => void>, value: T): void {
    // A copy, so that a listener may add or remove listeners while it is told.
    for (const listener of Array.from(listeners)) {
      try {
        listener(value)
      } catch (error) {
        try {
          onListenerError(error)
        } catch {
          // A logger that fails must not take the event away from the other listeners.
        }
      }
    }
  }

  function send(slot: PreviewSlot, frame: PreviewFrame): void {
    slot.lastSentAt = now()
    tell(previewListeners, frame)
  }

  return {
    epoch,
    get seq() {
      return seq
    },
    onEvent(listener) {
      // Wrapped, so that one function registered twice is two listeners with an end each.
      const own = (event: AppEvent): void => listener(event)
      eventListeners.add(own)
      return () => void eventListeners.delete(own)
    },
    onPreview(listener) {
      const own = (frame: PreviewFrame): void => listener(frame)
      previewListeners.add(own)
      return () => void previewListeners.delete(own)
    },
    emit(body) {
      if (closed) return
      seq += 1
      tell(eventListeners, { epoch, seq, body })
    },
    preview(frame) {
      if (closed || previewListeners.size === 0) return
      const id = frame.header.jobId
      let slot = slots.get(id)
      if (!slot) {
        slot = { lastSentAt: Number.NEGATIVE_INFINITY, waiting: undefined, timer: undefined }
        slots.set(id, slot)
      }
      const wait = slot.lastSentAt + previewIntervalMs - now()
      if (slot.timer === undefined && wait <= 0) return send(slot, frame)
      slot.waiting = frame
      const waitingSlot = slot
      slot.timer ??= setTimeout(() => {
        waitingSlot.timer = undefined
        const latest = waitingSlot.waiting
        waitingSlot.waiting = undefined
        if (latest) send(waitingSlot, latest)
      }, wait)
    },
    dropPreviews(jobId) {
      const slot = slots.get(jobId)
      if (slot?.timer) clearTimeout(slot.timer)
      slots.delete(jobId)
    },
    close() {
      closed = true
      for (const slot of slots.values()) if (slot.timer) clearTimeout(slot.timer)
      slots.clear()
      eventListeners.clear()
      previewListeners.clear()
    },
  }
}
