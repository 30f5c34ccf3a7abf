import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pageLayout, pageWidth, rowsOf, type Box, type PageWish } from './page-layout'

const wish = (patch: Partial<PageWish>): PageWish => ({
  layout: 'grid',
  captions: 'below',
  hasTitle: false,
  shapes: [1.5, 1.5, 1.5],
  captionHeight: () => 80,
  ...patch,
})
const apart = (a: Box, b: Box): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y

describe('a comic page', () => {
  it.each([
    ['grid', [[0, 1], [2, 3], [4]]],
    ['strip', [[0], [1], [2], [3], [4]]],
    ['lead', [[0], [1, 2], [3, 4]]],
    [
      'rows',
      [
        [0, 1],
        [2, 3, 4],
      ],
    ],
  ] as const)('puts five scenes in rows: %s', (layout, rows) => {
    expect(rowsOf(layout, 5)).toEqual(rows)
  })

  it('keeps every shape, lets nothing lie over anything else, and stays within the paper, whatever the scenes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('grid' as const, 'strip' as const, 'lead' as const, 'rows' as const),
        fc.constantFrom('below' as const, 'over' as const, 'none' as const),
        fc.boolean(),
        fc.array(fc.double({ min: 0.4, max: 2.5, noNaN: true }), { minLength: 1, maxLength: 12 }),
        (layout, captions, hasTitle, shapes) => {
          const page = pageLayout(wish({ layout, captions, hasTitle, shapes }))
          expect(page.panels).toHaveLength(shapes.length)
          const boxes = page.panels.flatMap(({ picture, caption }) => [picture, ...(caption.height > 0 ? [caption] : [])])
          for (const box of boxes) {
            expect(box.x).toBeGreaterThanOrEqual(0)
            expect(box.x + box.width).toBeLessThanOrEqual(pageWidth)
            expect(box.y + box.height).toBeLessThanOrEqual(page.height)
          }
          for (const [index, { picture }] of page.panels.entries())
            expect(picture.width / picture.height).toBeCloseTo(shapes[index] ?? 0, 1)
          for (const [index, box] of boxes.entries())
            for (const other of boxes.slice(index + 1)) expect(apart(box, other)).toBe(true)
        },
      ),
    )
  })

  it('gives a last row that is not full the height of the row above, in the middle', () => {
    const { panels } = pageLayout(wish({ shapes: [1.5, 1.5, 1.5] }))
    expect(panels[2]?.picture.height).toBe(panels[0]?.picture.height)
    expect((panels[2]?.picture.x ?? 0) + (panels[2]?.picture.width ?? 0) / 2).toBeCloseTo(pageWidth / 2, -1)
  })

  it('has room for words only where they are below', () => {
    expect(pageLayout(wish({ captions: 'over' })).height).toBeLessThan(pageLayout(wish({})).height)
    expect(pageLayout(wish({ shapes: [] })).panels).toEqual([])
  })
})
