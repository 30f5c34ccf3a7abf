import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Edit } from '#shared/domain/edit'
import { loadWorkflows, type Workflow } from './load'
import { wishedSize } from './wished-size'

const library = await loadWorkflows(fileURLToPath(new URL('../../../workflows', import.meta.url)))
function workflow(id: string): Workflow {
  const found = library.workflows.get(id)
  if (!found) throw new Error(id)
  return found
}
const generate = (more: object): Edit => ({ kind: 'generate', prompt: 'x', level: 'mid', ...more }) as Edit
const from = { assetId: '00000000-0000-4000-8000-000000000001' }

describe('the size of a job', () => {
  test('is the wish, made larger where the model must, and the rest cut off around it', () => {
    const size = { width: 300, height: 261 }
    expect(wishedSize(workflow('sd15-text-to-image'), generate({ size }), undefined)).toEqual({
      generate: { width: 304, height: 264 },
      crop: { x: 2, y: 1, ...size },
    })
  })

  test('is the workflow’s own without a wish or a sketch', () => {
    expect(wishedSize(workflow('sd15-text-to-image'), generate({}), undefined)).toBeUndefined()
    expect(wishedSize(workflow('upscale'), { kind: 'upscale', factor: 2 }, { width: 9, height: 9 })).toBeUndefined()
  })

  test('can not be wished where only the picture gives it', () => {
    const edit = { kind: 'story', roles: [], scenes: [], seeds: 'same', size: { width: 512, height: 512 } } as Edit
    expect(() => wishedSize(workflow('qwen-story'), edit, undefined)).toThrow(/Leave the size out/)
  })

  test.each(['sd15-text-to-image', 'sdxl-text-to-image', 'qwen-image-2512-text-to-image', 'z-image-turbo-text-to-image'])(
    'of a refined sketch has its shape and the level’s pixels, within what %s takes',
    (id) => {
      const one = workflow(id)
      if (one.size.policy !== 'free') throw new Error('not free')
      const { multiple, min, max, maxPixels } = one.size
      const side = fc.integer({ min: 64, max: 4096 })
      fc.assert(
        fc.property(side, side, fc.constantFrom('sketch', 'mid', 'final'), (width, height, level) => {
          const plan = wishedSize(one, generate({ level, from }), { width, height })
          if (!plan) throw new Error('no plan')
          const { generate: made, crop } = plan
          expect(crop).toEqual({ x: 0, y: 0, ...made })
          for (const length of [made.width, made.height]) {
            expect(length % multiple).toBe(0)
            expect(length).toBeGreaterThanOrEqual(min)
            expect(length).toBeLessThanOrEqual(max)
          }
          // Rounding to the next multiple may give a little more than the level's pixels, never half as much again.
          expect(made.width * made.height).toBeLessThan(maxPixels * 1.5)
          const shape = width / height
          // Beyond what fits between the smallest and the largest side the shape can't be kept.
          const near = Math.abs(Math.log(made.width / made.height / shape)) < 0.2
          expect(near || shape < 0.5 || shape > 2).toBe(true)
        }),
      )
    },
  )
})
