import type { NvidiaUse } from '../runtime/hardware/nvidia-smi'

/** How busy this computer's card is, as far as that is known. */
export interface GpuUse {
  /** Share of the time in which the card worked (0..1), as of a few seconds ago; undefined where it is not known. Never waits. */
  latest(): number | undefined
}

/** A reading is used this long, milliseconds: nvidia-smi itself takes up to a second. */
const freshMs = 5_000
/** A reading older than this says nothing any more. */
const staleMs = 20_000
/** Where there is no card, or no tool to ask it, that is looked at again this rarely. */
const absentMs = 300_000

/** Asks in the background and remembers the answer. `ask` resolves with the cards, none where there is nothing to ask. */
export function createGpuUse(ask: () => Promise<readonly NvidiaUse[]>, now: () => number = () => performance.now()): GpuUse {
  let reading: { at: number; use: number | undefined } | undefined
  let asking = false
  let askAt = Number.NEGATIVE_INFINITY

  async function refresh(): Promise<void> {
    asking = true
    const cards = await ask().catch(() => [])
    // With several cards nobody says which of them a server uses.
    const use = cards.length === 1 ? cards[0]?.use : undefined
    reading = { at: now(), use }
    askAt = now() + (use === undefined ? absentMs : freshMs)
    asking = false
  }

  return {
    latest() {
      if (!asking && now() >= askAt) void refresh()
      return reading && now() - reading.at < staleMs ? reading.use : undefined
    },
  }
}
