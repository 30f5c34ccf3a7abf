import { describe, expect, it } from 'vitest'
import type { QueueView } from '#shared/contract/calls'
import { workStep } from './long-batch'

const queue = (values: Partial<QueueView>): QueueView => ({
  paused: false,
  queued: 0,
  active: 0,
  done: 10,
  failed: 1,
  canceled: 0,
  ...values,
})

describe('the end of a batch', () => {
  const { work } = workStep(undefined, queue({ queued: 3 }), 1_000)

  it('is told when it took long, with what came of it', () => {
    expect(workStep(work, queue({ active: 1, done: 12 }), 20_000)).toEqual({ work })
    expect(workStep(work, queue({ done: 12, failed: 2 }), 31_000)).toEqual({ work: undefined, ended: { done: 2, failed: 1 } })
  })

  it('is not told when it was short, when everything was cancelled, or when nothing ran', () => {
    expect(workStep(work, queue({ done: 13 }), 30_999)).toEqual({ work: undefined })
    expect(workStep(work, queue({ canceled: 3 }), 90_000)).toEqual({ work: undefined })
    expect(workStep(undefined, queue({}), 90_000)).toEqual({ work: undefined })
  })

  it('is not there while jobs wait in a paused queue', () => {
    expect(workStep(work, queue({ paused: true, queued: 1, done: 12 }), 90_000)).toEqual({ work })
  })
})
