import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  centred,
  fitPadding,
  fitViewport,
  frameOf,
  keepInSight,
  minVisible,
  panBy,
  recentre,
  scaleLimits,
  toPicture,
  visibleFrame,
  wheelFactor,
  zoomAt,
} from './viewport'

const size = fc.record({ width: fc.integer({ min: 1, max: 20_000 }), height: fc.integer({ min: 1, max: 20_000 }) })
const pane = fc.record({ width: fc.integer({ min: 60, max: 4000 }), height: fc.integer({ min: 60, max: 3000 }) })
const point = fc.record({
  x: fc.double({ min: -500, max: 4500, noNaN: true }),
  y: fc.double({ min: -500, max: 4500, noNaN: true }),
})
const factor = fc.double({ min: 0.01, max: 100, noNaN: true })
const viewport = fc.record({
  scale: fc.double({ min: 0.01, max: 32, noNaN: true }),
  x: fc.double({ min: -50_000, max: 50_000, noNaN: true }),
  y: fc.double({ min: -50_000, max: 50_000, noNaN: true }),
})

describe('zooming', () => {
  it('keeps the picture point under the pointer where it is, at every factor and limit', () => {
    fc.assert(
      fc.property(viewport, point, factor, size, (from, at, by, picture) => {
        const limits = scaleLimits(picture)
        fc.pre(from.scale >= limits.min && from.scale <= limits.max)
        const to = zoomAt(from, at, by, limits)
        const fixed = toPicture(from, at)
        // Compared on the screen, where an error would be seen: a thousandth of a pixel.
        expect(Math.abs(fixed.x * to.scale + to.x - at.x)).toBeLessThan(1e-3)
        expect(Math.abs(fixed.y * to.scale + to.y - at.y)).toBeLessThan(1e-3)
      }),
    )
  })

  it('stays within the limits', () => {
    fc.assert(
      fc.property(viewport, point, factor, size, (from, at, by, picture) => {
        const limits = scaleLimits(picture)
        const { scale } = zoomAt(from, at, by, limits)
        expect(scale).toBeGreaterThanOrEqual(limits.min)
        expect(scale).toBeLessThanOrEqual(limits.max)
      }),
    )
  })

  it('there and back again is where it was', () => {
    fc.assert(
      fc.property(viewport, point, fc.double({ min: 0.5, max: 2, noNaN: true }), (from, at, by) => {
        const wide = { min: 1e-9, max: 1e9 }
        const back = zoomAt(zoomAt(from, at, by, wide), at, 1 / by, wide)
        expect(back.scale).toBeCloseTo(from.scale, 6)
        expect(back.x).toBeCloseTo(from.x, 4)
        expect(back.y).toBeCloseTo(from.y, 4)
      }),
    )
  })

  it.each([
    ['a mouse notch up enlarges', { deltaY: -100, deltaMode: 0, ctrlKey: false }, 1.2214],
    ['a mouse notch down shrinks', { deltaY: 100, deltaMode: 0, ctrlKey: false }, 0.8187],
    ['three lines count as 48 pixels', { deltaY: 3, deltaMode: 1, ctrlKey: false }, 0.9085],
    ['a pinch is quicker per unit', { deltaY: -10, deltaMode: 0, ctrlKey: true }, 1.1052],
    ['a page is held at one half', { deltaY: 10, deltaMode: 2, ctrlKey: true }, 0.5],
    ['nothing for nothing', { deltaY: 0, deltaMode: 0, ctrlKey: false }, 1],
  ])('%s', (_name, event, expected) => {
    expect(wheelFactor(event)).toBeCloseTo(expected, 4)
  })
})

describe('fitting', () => {
  it('shows the whole picture in the middle with room around it', () => {
    fc.assert(
      fc.property(size, pane, (picture, room) => {
        const frame = frameOf(fitViewport(picture, room), picture)
        expect(frame.width).toBeLessThanOrEqual(Math.max(room.width - 2 * fitPadding, 1) + 1e-6)
        expect(frame.height).toBeLessThanOrEqual(Math.max(room.height - 2 * fitPadding, 1) + 1e-6)
        expect(frame.x + frame.width / 2).toBeCloseTo(room.width / 2, 6)
        expect(frame.y + frame.height / 2).toBeCloseTo(room.height / 2, 6)
        expect(frame.width / frame.height).toBeCloseTo(picture.width / picture.height, 6)
      }),
    )
  })

  it('enlarges a small picture to twice its size and no more', () => {
    expect(fitViewport({ width: 100, height: 50 }, { width: 1000, height: 1000 }).scale).toBe(2)
  })
})

describe('panning', () => {
  it('never loses the picture, and does so once', () => {
    fc.assert(
      fc.property(viewport, size, pane, (from, picture, room) => {
        const kept = keepInSight(from, picture, room)
        const seen = visibleFrame(frameOf(kept, picture), room)
        const extent = frameOf(kept, picture)
        expect(seen.width).toBeGreaterThanOrEqual(Math.min(minVisible, extent.width, room.width) - 1e-6)
        expect(seen.height).toBeGreaterThanOrEqual(Math.min(minVisible, extent.height, room.height) - 1e-6)
        expect(keepInSight(kept, picture, room)).toEqual(kept)
      }),
    )
  })

  it('leaves alone a picture that is in sight', () => {
    const at = centred({ width: 600, height: 400 }, { width: 800, height: 600 }, 1)
    expect(keepInSight(at, { width: 600, height: 400 }, { width: 800, height: 600 })).toEqual(at)
    expect(panBy(at, 5, -5)).toEqual({ scale: 1, x: at.x + 5, y: at.y - 5 })
  })

  it('keeps the middle in the middle when the pane changes', () => {
    fc.assert(
      fc.property(viewport, pane, pane, (from, before, after) => {
        const middle = toPicture(from, { x: before.width / 2, y: before.height / 2 })
        const now = toPicture(recentre(from, before, after), { x: after.width / 2, y: after.height / 2 })
        expect(now.x).toBeCloseTo(middle.x, 3)
        expect(now.y).toBeCloseTo(middle.y, 3)
      }),
    )
  })
})

describe('the visible part', () => {
  it.each([
    ['inside', { x: 10, y: 10, width: 50, height: 40 }, { x: 10, y: 10, width: 50, height: 40 }],
    ['larger than the pane', { x: -10, y: -20, width: 500, height: 400 }, { x: 0, y: 0, width: 100, height: 80 }],
    ['over the right edge', { x: 80, y: 10, width: 50, height: 40 }, { x: 80, y: 10, width: 20, height: 40 }],
    ['outside', { x: 300, y: 10, width: 50, height: 40 }, { x: 100, y: 10, width: 0, height: 40 }],
  ])('%s', (_name, frame, expected) => {
    expect(visibleFrame(frame, { width: 100, height: 80 })).toEqual(expected)
  })
})
