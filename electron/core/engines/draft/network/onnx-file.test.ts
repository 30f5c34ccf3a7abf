/* oxlint-disable typescript/no-non-null-assertion -- a test fails on what is missing, with or without a check */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { affinesOf, layers, wholeGraph } from './multistyle-graph'
import { OnnxWriter, readWeights } from './onnx-file'
import { mirrored } from './planar'
import { MessageWriter, readFields } from './protobuf'

const file = readFileSync(join(import.meta.dirname, '../../../../../resources/models/multistyle26.onnx'))

describe('protocol buffers', () => {
  it('read back what was written', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 1, max: 500 }), fc.oneof(fc.maxSafeNat(), fc.uint8Array({ minLength: 1, maxLength: 300 }))),
        ),
        (fields) => {
          const writer = new MessageWriter()
          for (const [number, value] of fields) {
            if (typeof value === 'number') writer.integer(number, value)
            else writer.bytes(number, value)
          }
          const read = [...readFields(writer.finish())].map(({ number, value, bytes }) => [
            number,
            bytes.length > 0 ? Uint8Array.from(bytes) : value,
          ])
          expect(read).toEqual(fields)
        },
      ),
    )
  })

  it('refuse bytes that break off', () => {
    const whole = new MessageWriter().bytes(1, new Uint8Array(50)).finish()
    for (let length = 1; length < whole.length; length += 1)
      expect(() => [...readFields(whole.subarray(0, length))]).toThrow(RangeError)
  })
})

describe('the network of 26 styles', () => {
  const weights = readWeights(file)

  it('has the weights of every layer', () => {
    for (const { name } of layers)
      for (const part of ['w', 'norm.gamma', 'norm.beta']) expect(weights.get(`${name}.${part}`)?.data.length).toBeGreaterThan(0)
    expect(readWeights(wholeGraph(weights)).get('contract.0.w')?.data).toEqual(weights.get('contract.0.w')?.data)
  })

  it('mixes styles by weight, whatever the weights add up to', () => {
    const [one] = affinesOf(weights, new Map([[3, 1]]))
    const [other] = affinesOf(weights, new Map([[9, 7]]))
    const [mix] = affinesOf(
      weights,
      new Map([
        [3, 2],
        [9, 6],
      ]),
    )
    for (const [c, value] of mix!.scale.entries()) expect(value).toBeCloseTo(0.25 * one!.scale[c]! + 0.75 * other!.scale[c]!, 5)
  })

  it('fails with words when a weight is missing', () => {
    expect(() => wholeGraph(new Map())).toThrowError(/contract\.0/u)
    expect(new OnnxWriter('empty').finish().length).toBeGreaterThan(0)
  })
})

describe('reflection', () => {
  it('goes back and forth within a row without doubling its ends', () => {
    expect([-2, -1, 0, 1, 2, 3, 4, 5, 6].map((i) => mirrored(i, 4))).toEqual([2, 1, 0, 1, 2, 3, 2, 1, 0])
    expect(mirrored(17, 1)).toBe(0)
    fc.assert(
      fc.property(
        fc.integer({ min: -5000, max: 5000 }),
        fc.integer({ min: 1, max: 60 }),
        (i, n) => mirrored(i, n) >= 0 && mirrored(i, n) < n,
      ),
    )
  })
})
