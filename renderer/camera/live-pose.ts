import type { Pose } from '#shared/domain/view'
import { shortTurn } from '#shared/views/relative-pose'

/** When the next picture is drawn, and what time it is; a browser's by default, turned by hand in tests. */
export interface FrameClock {
  request(run: (now: number) => void): number
  cancel(id: number): void
}

const browserClock: FrameClock = {
  request: (run) => requestAnimationFrame(run),
  cancel: (id) => cancelAnimationFrame(id),
}

/**
 * The pose as it is seen at this moment: it follows the hand and glides to where it snaps, sixty times a second, past React and the store,
 * which only hear where it comes to rest. Nothing runs while it rests.
 */
export class LivePose {
  #pose: Pose
  #frame: number | undefined
  readonly #listeners = new Set<(pose: Pose) => void>()

  constructor(
    pose: Pose,
    private readonly clock: FrameClock = browserClock,
  ) {
    this.#pose = pose
  }

  readonly get = (): Pose => this.#pose

  readonly subscribe = (listener: (pose: Pose) => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Shows a pose now. */
  set(pose: Pose): void {
    this.#stop()
    this.#show(pose)
  }

  /** Moves to a pose within so many milliseconds, around the short way; 0 for people who want no motion. */
  glide(to: Pose, ms: number): void {
    this.#stop()
    const from = this.#pose
    const turn = shortTurn(to.azimuth - from.azimuth)
    if (ms <= 0 || (turn === 0 && from.elevation === to.elevation && from.distance === to.distance)) {
      if (from !== to) this.#show(to)
      return
    }
    let began: number | undefined
    const step = (now: number): void => {
      began ??= now
      const part = Math.min(1, (now - began) / ms)
      const eased = 1 - (1 - part) ** 3
      this.#frame = part < 1 ? this.clock.request(step) : undefined
      this.#show(
        part < 1
          ? {
              azimuth: from.azimuth + turn * eased,
              elevation: from.elevation + (to.elevation - from.elevation) * eased,
              distance: from.distance * (to.distance / from.distance) ** eased,
            }
          : to,
      )
    }
    this.#frame = this.clock.request(step)
  }

  #stop(): void {
    if (this.#frame !== undefined) this.clock.cancel(this.#frame)
    this.#frame = undefined
  }

  #show(pose: Pose): void {
    this.#pose = pose
    for (const listener of this.#listeners) listener(pose)
  }
}
