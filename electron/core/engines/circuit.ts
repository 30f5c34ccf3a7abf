/**
 * Whether an engine on which jobs fail one after the other gets more of them. An engine that fails at once would otherwise take, and spoil,
 * a whole batch while the others still work on one job each.
 */
export interface Circuit {
  /** Faults of the engine in a row. */
  faults: number
  /** How often it was opened since the last success. */
  trips: number
  /** Until then (milliseconds of a clock that never goes back) it gets nothing; absent while closed. */
  openUntil?: number
}

/** Everything is well. */
export const closedCircuit: Circuit = { faults: 0, trips: 0 }
/** Faults in a row that open it: one is chance, two may be one cause. */
export const faultsToOpen = 3
const firstRestMs = 10_000
const longestRestMs = 300_000

/** After a fault of the engine: at the third in a row, or at the first after a rest, it rests, twice as long each time. */
export function afterFault(circuit: Circuit, now: number): Circuit {
  const faults = circuit.faults + 1
  if (circuit.openUntil === undefined ? faults < faultsToOpen : now < circuit.openUntil) return { ...circuit, faults }
  const restMs = Math.min(longestRestMs, firstRestMs * 2 ** circuit.trips)
  return { faults, trips: circuit.trips + 1, openUntil: now + restMs }
}

/** `open`: nothing goes there. `trying`: its rest is over, one job may show whether it works again. */
export function circuitPhase(circuit: Circuit, now: number): 'closed' | 'open' | 'trying' {
  if (circuit.openUntil === undefined) return 'closed'
  return now < circuit.openUntil ? 'open' : 'trying'
}

/** How many jobs it may have at a time. */
export function circuitSlots(circuit: Circuit, now: number, slots: number): number {
  const phase = circuitPhase(circuit, now)
  return phase === 'closed' ? slots : phase === 'trying' ? Math.min(1, slots) : 0
}
