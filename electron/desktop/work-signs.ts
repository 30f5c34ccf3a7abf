import type { EventHub } from '#core/event-hub'
import type { QueueView } from '#shared/contract/calls'

/** What the system shows and does while there is work. */
export interface WorkSigns {
  /** Share of the work that has ended, 0..1, for the taskbar or the Dock; −1 shows nothing. */
  progress: number
  mode: 'normal' | 'paused'
  /** The machine must not fall asleep. What only waits (for a server, or to be gone on with) does not keep it awake. */
  awake: boolean
}

/** Jobs that had ended before the work that is shown began; undefined while there is none. */
export type WorkBegin = number | undefined

/** The signs of a queue, and where its present work began: when it was last empty. */
export function workSigns(begin: WorkBegin, queue: QueueView): { begin: WorkBegin; signs: WorkSigns } {
  const ended = queue.done + queue.failed + queue.canceled
  const left = queue.queued + queue.active
  if (left === 0) return { begin: undefined, signs: { progress: -1, mode: 'normal', awake: false } }
  // What is cleared from the list has not become undone: the share then begins anew.
  const from = Math.min(begin ?? ended, ended)
  const mode = queue.paused && queue.active === 0 ? 'paused' : 'normal'
  return { begin: from, signs: { progress: (ended - from) / (ended - from + left), mode, awake: queue.active > 0 } }
}

/** Follows the app's queue from how it is now, and tells its signs; answers a function that ends that and takes them away. */
export function followWork(events: Pick<EventHub, 'onEvent'>, now: QueueView, show: (signs: WorkSigns) => void): () => void {
  let begin: WorkBegin
  const look = (queue: QueueView): void => {
    const next = workSigns(begin, queue)
    begin = next.begin
    show(next.signs)
  }
  const stop = events.onEvent(({ body }) => {
    if (body.type === 'queue') look(body.queue)
  })
  look(now)
  return () => {
    stop()
    show({ progress: -1, mode: 'normal', awake: false })
  }
}

/** Keeps the machine awake, and lets it sleep again; each once, however often it is said. */
export function createWakeLock(system: { start(): number; stop(id: number): void }): (awake: boolean) => void {
  let held: number | undefined
  return (awake) => {
    if (awake === (held !== undefined)) return
    if (held === undefined) held = system.start()
    else {
      system.stop(held)
      held = undefined
    }
  }
}
