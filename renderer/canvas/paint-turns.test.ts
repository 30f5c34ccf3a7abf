import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { chooseTurn, freshMs, PaintTurns, silentMs, starvingMs } from './paint-turns'

describe('chooseTurn', () => {
  const now = 1_000
  it('takes, of fresh frames, the one whose job has waited longest', () => {
    const wishes = [
      { arrivedAt: now, lastTurnAt: 990 },
      { arrivedAt: now - freshMs, lastTurnAt: 900 },
      { arrivedAt: now - freshMs - 1, lastTurnAt: 1 },
    ]
    expect(chooseTurn(wishes, now)).toBe(wishes[1])
  })

  it('keeps the last free turn for who is starving', () => {
    const [starving, again] = [
      { arrivedAt: now - 30, lastTurnAt: now - starvingMs - 1 },
      { arrivedAt: now, lastTurnAt: now - 40 },
    ]
    expect(chooseTurn([starving, again], now, 1)).toBeUndefined()
    expect(chooseTurn([starving, again], now, 2)).toBe(again)
    expect(chooseTurn([{ ...starving, arrivedAt: now }, again], now, 1)).toMatchObject({ lastTurnAt: starving.lastTurnAt })
  })

  it('leaves an old frame to the next one of its stream, and paints it once the stream is silent', () => {
    const wish = { arrivedAt: now, lastTurnAt: 0 }
    expect(chooseTurn([wish], now + freshMs + 1)).toBeUndefined()
    expect(chooseTurn([wish], now + silentMs)).toBe(wish)
  })
})

describe('PaintTurns', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('gives no more turns than there are, lets nobody starve, and paints the last frame of each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 40 }), (streams, decodeMs) => {
        const turns = new PaintTurns(2, () => Date.now())
        let taken = 0
        let most = 0
        const newest = Array.from({ length: streams }, () => -1)
        const painted = Array.from({ length: streams }, () => -1)
        const often = Array.from({ length: streams }, () => 0)
        const seats = newest.map((_, stream) =>
          turns.seat((done) => {
            const frame = newest[stream] ?? -1
            most = Math.max(most, ++taken)
            setTimeout(() => {
              taken--
              painted[stream] = frame
              often[stream] = (often[stream] ?? 0) + 1
              done()
            }, decodeMs)
          }),
        )
        const rounds = 60
        for (let round = 0; round < rounds; round++) {
          seats.forEach((seat, stream) => {
            newest[stream] = round
            seat.wish(Date.now())
          })
          vi.advanceTimersByTime(33)
        }
        // While frames come, each has its turn: after the starving before it, one of whom is served in each burst.
        const turnsEach = (rounds * 33) / (starvingMs + streams * Math.max(33, 2 * decodeMs + 33))
        expect(Math.min(...often)).toBeGreaterThanOrEqual(Math.floor(turnsEach / 2))
        vi.advanceTimersByTime(silentMs + streams * decodeMs * 4)
        expect(most).toBeLessThanOrEqual(2)
        expect(painted).toEqual(newest)
      }),
      { numRuns: 40 },
    )
  })

  it('gives no turn to who has left', () => {
    const turns = new PaintTurns(1, () => Date.now())
    const took: string[] = []
    let end = (): void => {}
    turns
      .seat((done) => {
        took.push('first')
        end = done
      })
      .wish(Date.now())
    const seat = turns.seat(() => took.push('second'))
    seat.wish(Date.now())
    seat.leave()
    end()
    end()
    vi.advanceTimersByTime(silentMs * 2)
    expect(took).toEqual(['first'])
  })
})
