import { describe, expect, it } from 'vitest'
import { align, isAligned, type Plane } from './alignment'

const [width, height] = [160, 120]

/** A picture with edges everywhere: seeded blocks of different sizes. `shift` moves what is seen, `tone` changes its colours only. */
function scene(shift = { dx: 0, dy: 0 }, tone: (value: number) => number = (value) => value): Plane {
  const data = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - shift.dx + 1_000, y - shift.dy + 1_000]
      const block = (Math.floor(u / 7) * 73 + Math.floor(v / 11) * 151 + Math.floor(u / 23) * 199) % 256
      data[y * width + x] = tone(block)
    }
  }
  return { width, height, data }
}

function noise(): Plane {
  let state = 7
  const data = new Uint8Array(width * height).map(() => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16)
  return { width, height, data }
}

describe('align', () => {
  it.each([
    [0, 0],
    [1, -1],
    [3, 2],
    [-4, 4],
  ])('finds a shift by %i, %i', (dx, dy) => {
    const found = align(scene(), scene({ dx, dy }))
    expect(found).toMatchObject({ dx, dy })
    expect(found.score).toBeGreaterThan(0.95)
  })

  it('takes other colours over the same outlines for the same picture', () => {
    expect(
      isAligned(
        align(
          scene(),
          scene({ dx: 0, dy: 0 }, (value) => 255 - value / 2),
        ),
      ),
    ).toBe(true)
  })

  it('takes a picture that moved by more than a pixel, one that shows something else, and a flat one for another', () => {
    expect(isAligned(align(scene(), scene({ dx: 2, dy: 0 })))).toBe(false)
    expect(isAligned(align(scene(), noise()))).toBe(false)
    expect(isAligned(align(scene(), { width, height, data: new Uint8Array(width * height).fill(90) }))).toBe(false)
  })
})
