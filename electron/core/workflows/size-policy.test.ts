import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kontextSizes, letterbox, planCanvas, planFreeSize, planRestore, type Size } from './size-policy'

const sizes = fc.record({ width: fc.integer({ min: 1, max: 12_000 }), height: fc.integer({ min: 1, max: 12_000 }) })
/** Shapes that photos have; thinner ones lose precision because the picture gets only a few pixels of the canvas. */
const photos = fc
  .record({ width: fc.integer({ min: 64, max: 12_000 }), ratio: fc.double({ min: 0.25, max: 4, noNaN: true }) })
  .map(({ width, ratio }) => ({ width, height: Math.max(16, Math.round(width * ratio)) }))

/** The node's own choice (comfy_extras/nodes_flux.py): nearest aspect ratio, ties to the narrower. */
function nodeChoice({ width, height }: Size): Size | undefined {
  return kontextSizes.toSorted(
    (a, b) => Math.abs(width / height - a.width / a.height) - Math.abs(width / height - b.width / b.height) || a.width - b.width,
  )[0]
}

describe('kontext sizes', () => {
  test('are 17, divisible by 16, and each passes the node uncut', () => {
    expect(kontextSizes).toHaveLength(17)
    for (const size of kontextSizes) {
      expect(size.width % 16).toBe(0)
      expect(size.height % 16).toBe(0)
      expect(nodeChoice(size)).toEqual(size)
      expect(letterbox(size, kontextSizes).content).toEqual({ x: 0, y: 0, ...size })
    }
  })
})

describe('letterbox', () => {
  test('keeps the whole picture inside one of the canvases, touching two of its sides', () => {
    fc.assert(
      fc.property(sizes, (source) => {
        const { canvas, content } = letterbox(source, kontextSizes)
        expect(kontextSizes).toContainEqual(canvas)
        expect(content.x).toBeGreaterThanOrEqual(0)
        expect(content.y).toBeGreaterThanOrEqual(0)
        expect(content.x + content.width).toBeLessThanOrEqual(canvas.width)
        expect(content.y + content.height).toBeLessThanOrEqual(canvas.height)
        expect(content.width === canvas.width || content.height === canvas.height).toBe(true)
        // Centred to the pixel.
        expect(Math.abs(canvas.width - content.width - 2 * content.x)).toBeLessThanOrEqual(1)
        expect(Math.abs(canvas.height - content.height - 2 * content.y)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('no other canvas would waste less', () => {
    fc.assert(
      fc.property(sizes, (source) => {
        const fill = (plan: ReturnType<typeof letterbox>) =>
          (plan.content.width * plan.content.height) / (plan.canvas.width * plan.canvas.height)
        const best = fill(letterbox(source, kontextSizes))
        for (const canvas of kontextSizes) expect(fill(letterbox(source, [canvas]))).toBeLessThanOrEqual(best)
      }),
    )
  })

  test('an empty picture is refused', () => {
    expect(() => letterbox({ width: 0, height: 10 }, kontextSizes)).toThrow(/without pixels/)
  })

  test('is not changed by a tall and a wide canvas of the same shape', () => {
    expect(letterbox({ width: 3000, height: 2000 }, kontextSizes)).toEqual({
      source: { width: 3000, height: 2000 },
      canvas: { width: 1248, height: 832 },
      content: { x: 0, y: 0, width: 1248, height: 832 },
    })
  })
})

describe('restore', () => {
  /** Where a point of the original (0..1 of its sides) is found again after canvas, model and restore, in pixels of the original. */
  function drift(source: Size, result: Size, plan: ReturnType<typeof letterbox>) {
    const { crop, resize } = planRestore(plan, result)
    expect(resize).toEqual(source)
    const sx = result.width / plan.canvas.width
    const sy = result.height / plan.canvas.height
    const errors: { x: number; y: number }[] = []
    for (const part of [0, 0.25, 0.5, 1]) {
      const inResult = {
        x: (plan.content.x + part * plan.content.width) * sx,
        y: (plan.content.y + part * plan.content.height) * sy,
      }
      const back = {
        x: ((inResult.x - crop.x) / crop.width) * resize.width,
        y: ((inResult.y - crop.y) / crop.height) * resize.height,
      }
      errors.push({ x: Math.abs(back.x - part * source.width), y: Math.abs(back.y - part * source.height) })
    }
    return { crop, errors }
  }

  test('a result of the canvas size lies exactly over the original', () => {
    fc.assert(
      fc.property(sizes, (source) => {
        const plan = letterbox(source, kontextSizes)
        const { crop, errors } = drift(source, plan.canvas, plan)
        expect(crop).toEqual(plan.content)
        for (const { x, y } of errors) {
          expect(x).toBeLessThan(1e-6 * source.width + 1e-6)
          expect(y).toBeLessThan(1e-6 * source.height + 1e-6)
        }
      }),
    )
  })

  test('a result of any other size lies over it within half a pixel of the result', () => {
    fc.assert(
      fc.property(photos, fc.double({ min: 0.5, max: 4, noNaN: true }), (source, scale) => {
        const plan = letterbox(source, kontextSizes)
        const result = { width: Math.round(plan.canvas.width * scale), height: Math.round(plan.canvas.height * scale) }
        const { crop, errors } = drift(source, result, plan)
        expect(crop.x + crop.width).toBeLessThanOrEqual(result.width)
        expect(crop.y + crop.height).toBeLessThanOrEqual(result.height)
        for (const { x, y } of errors) {
          expect(x).toBeLessThanOrEqual((0.5 / crop.width) * source.width + 1e-6)
          expect(y).toBeLessThanOrEqual((0.5 / crop.height) * source.height + 1e-6)
        }
      }),
    )
  })
})

describe('area policy', () => {
  const policy = { policy: 'area', pixels: 1_048_576, multiple: 16 } as const
  const canvasOf = (source: Size) => {
    const plan = planCanvas(policy, source)
    if (!plan) throw new Error('no canvas')
    return plan
  }
  test('gives canvases near the wanted pixels, in steps, with little padding', () => {
    fc.assert(
      fc.property(photos, (source) => {
        const plan = canvasOf(source)
        expect(plan.canvas.width % 16).toBe(0)
        expect(plan.canvas.height % 16).toBe(0)
        const pixels = plan.canvas.width * plan.canvas.height
        expect(pixels).toBeGreaterThan(policy.pixels * 0.9)
        expect(pixels).toBeLessThan(policy.pixels * 1.1)
        // At 4 : 1 the short side has 32 steps: half a step is 1.6 % of the canvas, and both sides are rounded.
        expect((plan.content.width * plan.content.height) / pixels).toBeGreaterThan(0.96)
      }),
    )
  })

  test('holds the limits for shapes that no photo has', () => {
    fc.assert(
      fc.property(sizes, (source) => {
        const plan = canvasOf(source)
        expect(Math.max(plan.canvas.width, plan.canvas.height)).toBeLessThanOrEqual(2048 + 16)
        expect(plan.content.width).toBeLessThanOrEqual(plan.canvas.width)
        expect(plan.content.height).toBeLessThanOrEqual(plan.canvas.height)
      }),
    )
  })
})

describe('other policies', () => {
  const free = { policy: 'free', multiple: 16, min: 256, max: 2048, maxPixels: 2_359_296 } as const
  test('a wished size is rounded up and cut back', () => {
    expect(planFreeSize(free, { width: 1000, height: 700 })).toEqual({
      generate: { width: 1008, height: 704 },
      crop: { x: 4, y: 2, width: 1000, height: 700 },
    })
    fc.assert(
      fc.property(fc.integer({ min: 256, max: 1536 }), fc.integer({ min: 256, max: 1520 }), (width, height) => {
        const { generate, crop } = planFreeSize(free, { width, height })
        expect(generate.width % 16 || generate.height % 16).toBe(0)
        expect(crop).toMatchObject({ width, height })
        expect(crop.x + width).toBeLessThanOrEqual(generate.width)
        expect(crop.y + height).toBeLessThanOrEqual(generate.height)
      }),
    )
  })

  test('sizes out of bounds are refused with the bounds', () => {
    expect(() => planFreeSize(free, { width: 100, height: 700 })).toThrow(/width must be a whole number from 256 to 2048/)
    expect(() => planFreeSize(free, { width: 300.5, height: 700 })).toThrow(/width/)
    expect(() => planFreeSize(free, { width: 2048, height: 2048 })).toThrow(/enlarge the result/)
  })

  test('free and scale send no canvas; scale refuses what would burst', () => {
    expect(planCanvas(free, { width: 10, height: 10 })).toBeUndefined()
    expect(planCanvas({ policy: 'scale', maxPixels: 6_000_000 }, { width: 3000, height: 2000 })).toBeUndefined()
    expect(() => planCanvas({ policy: 'scale', maxPixels: 6_000_000 }, { width: 3001, height: 2000 })).toThrow(
      /more than 6000000 pixels/,
    )
  })
})
