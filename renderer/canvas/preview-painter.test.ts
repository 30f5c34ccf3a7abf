import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PreviewFrame } from '#shared/contract/preview-frame'
import { PaintTurns } from './paint-turns'
import { PreviewPainter, type Decoded, type PaintSurface } from './preview-painter'

const frame = (n: number): PreviewFrame => ({
  header: {
    jobId: '00000000-0000-4000-8000-000000000000',
    attemptId: '00000000-0000-4000-8000-000000000001',
    mime: 'image/jpeg',
    width: n + 1,
    height: 1,
    progress: 0,
  },
  image: new Uint8Array([n]),
})

/** Turns whose clock stands still: no frame grows old. */
const calm = (): PaintTurns => new PaintTurns(2, () => 0)

interface Bitmap extends Decoded {
  n: number
}

/** A surface whose decodes and refreshes end when the test says so. */
function surfaceByHand() {
  const decodes: { n: number; finish(ok?: boolean): Promise<void> }[] = []
  const refreshes: (() => void)[] = []
  const drawn: number[] = []
  let open = 0
  let mostOpen = 0
  const surface: PaintSurface<Bitmap> = {
    decode(of) {
      const n = of.image[0] ?? -1
      return new Promise((resolve, reject) => {
        decodes.push({
          n,
          async finish(ok = true) {
            if (ok) {
              open++
              mostOpen = Math.max(mostOpen, open)
              resolve({ n, width: n + 1, height: 1, close: () => void open-- })
            } else reject(new Error('damaged'))
            await new Promise((done) => setImmediate(done))
          },
        })
      })
    },
    draw: (picture) => void drawn.push(picture.n),
    schedule(run) {
      refreshes.push(run)
      return () => void refreshes.splice(refreshes.indexOf(run), 1)
    },
  }
  const refresh = (): void => refreshes.splice(0).forEach((run) => run())
  return { surface, decodes, drawn, refresh, refreshes, open: () => open, mostOpen: () => mostOpen }
}

describe('PreviewPainter', () => {
  it('paints the first frame at once and, of those that arrive meanwhile, only the newest', async () => {
    const by = surfaceByHand()
    const painter = new PreviewPainter(by.surface, undefined, calm())
    painter.push(frame(0))
    for (let n = 1; n <= 5; n++) painter.push(frame(n))
    expect(by.decodes.map(({ n }) => n)).toEqual([0])
    await by.decodes[0]?.finish()
    expect(by.drawn).toEqual([0])
    expect(by.decodes).toHaveLength(1)
    by.refresh()
    expect(by.decodes.map(({ n }) => n)).toEqual([0, 5])
    await by.decodes[1]?.finish()
    expect(by.drawn).toEqual([0, 5])
    expect(painter.counts).toEqual({ received: 6, painted: 2, dropped: 4, failed: 0, open: 0 })
  })

  it('goes on after a damaged frame', async () => {
    const by = surfaceByHand()
    const painter = new PreviewPainter(by.surface, undefined, calm())
    painter.push(frame(0))
    painter.push(frame(1))
    await by.decodes[0]?.finish(false)
    by.refresh()
    await by.decodes[1]?.finish()
    expect(by.drawn).toEqual([1])
    expect(painter.counts.failed).toBe(1)
  })

  it('closes a bitmap that arrives after the end, and paints no more', async () => {
    const by = surfaceByHand()
    const painter = new PreviewPainter(by.surface, undefined, calm())
    painter.push(frame(0))
    painter.dispose()
    await by.decodes[0]?.finish()
    painter.push(frame(1))
    expect(by.drawn).toEqual([])
    expect(by.open()).toBe(0)
    expect(by.decodes).toHaveLength(1)
    expect(by.refreshes).toHaveLength(0)
  })

  it('closes the bitmap even when drawing fails, and takes the next frame', async () => {
    const by = surfaceByHand()
    const failing: PaintSurface<Bitmap> = {
      ...by.surface,
      draw: () => {
        throw new Error('canvas lost')
      },
    }
    const painter = new PreviewPainter(failing, undefined, calm())
    painter.push(frame(0))
    await by.decodes[0]?.finish()
    expect(by.open()).toBe(0)
    by.refresh()
    painter.push(frame(1))
    await by.decodes[1]?.finish()
    expect(painter.counts).toEqual({ received: 2, painted: 0, dropped: 0, failed: 2, open: 0 })
  })

  it('in any order of arrivals, decodes and refreshes: one bitmap at most, none left, the last frame painted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('push', 'finish', 'fail', 'refresh'), { minLength: 1, maxLength: 60 }),
        async (steps) => {
          const by = surfaceByHand()
          const painter = new PreviewPainter(by.surface, undefined, calm())
          let next = 0
          let begun = 0
          for (const step of steps) {
            if (step === 'push') painter.push(frame(next++ % 200))
            else if (step === 'refresh') by.refresh()
            else if (begun < by.decodes.length) await by.decodes[begun++]?.finish(step === 'finish')
            expect(by.decodes.length - begun).toBeLessThanOrEqual(1)
          }
          painter.push(frame(250))
          for (let i = 0; i < 4; i++) {
            while (begun < by.decodes.length) await by.decodes[begun++]?.finish()
            by.refresh()
          }
          expect(by.drawn.at(-1)).toBe(250)
          expect(by.mostOpen()).toBeLessThanOrEqual(1)
          expect(by.open()).toBe(0)
          const { received, painted, dropped, failed } = painter.counts
          expect(painted + dropped + failed).toBe(received)
        },
      ),
      { numRuns: 60 },
    )
  })
})
