import { describe, expect, it } from 'vitest'
import type { Job } from '#shared/domain/job'
import { exampleJob } from '../state/examples.test-data'
import { nextLevels, pathSteps, sketchOf } from './level-path'

const made = (id: string, seq: number, level: 'sketch' | 'mid' | 'final', fromJob?: string, batchId = 'way'): Job =>
  exampleJob(seq, 'done', {
    id,
    batchId,
    edit: {
      kind: 'generate',
      prompt: 'a mug',
      level,
      ...(fromJob === undefined ? {} : { from: { jobId: fromJob, assetId: `${fromJob}-picture` } }),
    },
    outputs: [{ index: 0, assetId: `${id}-picture`, width: 768, height: 480 }],
  })

const sketches = [made('a', 1, 'sketch'), made('b', 2, 'sketch')]
const mid = made('c', 3, 'mid', 'b')
const final = made('d', 4, 'final', 'c')

describe('the way from a sketch to the final picture', () => {
  it('has a step for each level that was reached, in the order of levels, and leaves other batches out', () => {
    const other = made('e', 5, 'sketch', undefined, 'another')
    const steps = pathSteps([final, other, mid, ...sketches.toReversed()], ['way'])
    expect(steps.map(({ level, jobs }) => [level, jobs.map(({ id }) => id)])).toEqual([
      ['sketch', ['a', 'b']],
      ['mid', ['c']],
      ['final', ['d']],
    ])
  })

  it('goes from a sketch to the middle or the end, from the middle to the end, and no further; not from what is not done', () => {
    expect(nextLevels(made('a', 1, 'sketch'))).toEqual(['mid', 'final'])
    expect(nextLevels(mid)).toEqual(['final'])
    expect(nextLevels(final)).toEqual([])
    expect(nextLevels({ ...mid, state: 'running', outputs: [] })).toEqual([])
  })

  it('knows which sketch a picture goes back to, also over the middle, and does not run in circles', () => {
    const steps = pathSteps([...sketches, mid, final], ['way'])
    expect(sketchOf(final, steps)).toBe(2)
    expect(sketchOf(mid, steps)).toBe(2)
    const [x, y] = [made('x', 6, 'mid', 'y'), made('y', 7, 'mid', 'x')]
    expect(sketchOf(x, pathSteps([x, y], ['way']))).toBeUndefined()
  })
})
