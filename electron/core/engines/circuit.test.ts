import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterFault, circuitPhase, circuitSlots, closedCircuit, faultsToOpen } from './circuit'

describe('the circuit of an engine', () => {
  test('opens at the third fault in a row, and rests', () => {
    let circuit = closedCircuit
    for (let n = 1; n < faultsToOpen; n++) {
      circuit = afterFault(circuit, 0)
      expect(circuitPhase(circuit, 0)).toBe('closed')
    }
    circuit = afterFault(circuit, 1_000)
    expect(circuitPhase(circuit, 1_000)).toBe('open')
    expect(circuitSlots(circuit, 1_000, 2)).toBe(0)
    expect(circuitPhase(circuit, 11_000)).toBe('trying')
    expect(circuitSlots(circuit, 11_000, 2)).toBe(1)
  })

  test('a fault while it tries opens it at once and for twice as long; late news from before the rest change nothing', () => {
    let circuit = closedCircuit
    for (let n = 0; n < faultsToOpen; n++) circuit = afterFault(circuit, 0)
    expect(afterFault(circuit, 5_000).openUntil).toBe(10_000)
    const again = afterFault(circuit, 10_000)
    expect(again.openUntil).toBe(30_000)
  })

  test('never rests longer than five minutes, and always tries again', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 60 }), (waits) => {
        let now = 0
        let circuit = closedCircuit
        for (const wait of waits) {
          circuit = afterFault(circuit, (now += wait))
          expect((circuit.openUntil ?? now) - now).toBeLessThanOrEqual(300_000)
        }
        expect(circuitSlots(circuit, now + 300_000, 2)).toBeGreaterThan(0)
      }),
    )
  })
})
