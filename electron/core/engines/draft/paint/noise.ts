/* oxlint-disable typescript/no-non-null-assertion -- pixels are read within bounds; a check for each would cost as much as the work */
/** Numbers of 0..1 from a seed (mulberry32): the same on every machine. */
export function randomFrom(seed: number): () => number {
  let state = (seed ^ Math.floor(seed / 2 ** 32)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Uncorrelated noise of 0..1. */
export function grain(width: number, height: number, seed: number): Float32Array {
  const random = randomFrom(seed)
  return Float32Array.from({ length: width * height }, random)
}

/** Soft noise of 0..1 whose lumps are about `size` pixels, with `octaves` of finer ones in it. */
export function clouds(width: number, height: number, size: number, seed: number, octaves = 3): Float32Array {
  const out = new Float32Array(width * height)
  let weight = 1
  let total = 0
  for (let octave = 0; octave < octaves; octave += 1) {
    addLattice(out, width, height, Math.max(1, size / 2 ** octave), seed + octave * 7919, weight)
    total += weight
    weight /= 2
  }
  for (let i = 0; i < out.length; i += 1) out[i] = out[i]! / total
  return out
}

function addLattice(out: Float32Array, width: number, height: number, size: number, seed: number, weight: number): void {
  const random = randomFrom(seed)
  const columns = Math.ceil(width / size) + 2
  const rows = Math.ceil(height / size) + 2
  const lattice = Float32Array.from({ length: columns * rows }, random)
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(y / size)
    const fy = ease(y / size - row)
    for (let x = 0; x < width; x += 1) {
      const column = Math.floor(x / size)
      const fx = ease(x / size - column)
      const at = row * columns + column
      const top = lattice[at]! * (1 - fx) + lattice[at + 1]! * fx
      const bottom = lattice[at + columns]! * (1 - fx) + lattice[at + columns + 1]! * fx
      out[y * width + x]! += weight * (top * (1 - fy) + bottom * fy)
    }
  }
}

function ease(t: number): number {
  return t * t * (3 - 2 * t)
}
