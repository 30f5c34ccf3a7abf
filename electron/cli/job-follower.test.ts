import { describe, expect, it } from 'vitest'
import type { AppEvent } from '#shared/contract/events'
import type { Job, Output } from '#shared/domain/job'
import { createJobFollower, isSettled } from './job-follower'

const output = (path?: string): Output => ({
  index: 0,
  assetId: 'x',
  width: 1,
  height: 1,
  ...(path ? { exportedPath: path } : {}),
})
const job = (id: string, change: Partial<Job> = {}): Job =>
  ({ id, state: 'queued', progress: 0, outputs: [], notes: [], attempt: 0, batchId: 'b', ...change }) as Job
const event = (changed: Job): AppEvent => ({ epoch: 'e', seq: 1, body: { type: 'job', job: changed } })
const progress = (id: string, value: number): AppEvent => ({
  epoch: 'e',
  seq: 1,
  body: { type: 'job.progress', id, progress: value, etaMs: 500 },
})

function follower() {
  const seen: string[] = []
  const own = createJobFollower({
    onChange: (now, before) => seen.push(`${now.id} ${before?.state ?? '-'} → ${now.state} ${now.progress}`),
  })
  return { own, seen }
}

describe('following jobs', () => {
  it('does not lose what happened before the answer to the submission', () => {
    const { own, seen } = follower()
    own.onEvent(event(job('a', { state: 'running' })))
    own.onEvent(event(job('a', { state: 'done', progress: 1 })))
    own.onEvent(event(job('other', { state: 'done' })))
    own.track([job('a'), job('b')])
    expect(seen).toEqual(['a - → queued 0', 'b - → queued 0', 'a queued → done 1'])
  })

  it('tells each change once, and nothing of other jobs', () => {
    const { own, seen } = follower()
    own.track([job('a')])
    own.onEvent(event(job('a', { state: 'running' })))
    own.onEvent(event(job('a', { state: 'running' })))
    own.onEvent(progress('a', 0.5))
    own.onEvent(progress('a', 0.5))
    own.onEvent(progress('other', 0.5))
    own.onLook([job('a', { state: 'done', progress: 1 }), job('other')])
    own.onEvent(progress('a', 0.7))
    expect(seen).toEqual(['a - → queued 0', 'a queued → running 0', 'a running → running 0.5', 'a running → done 1'])
  })

  it('counts a job as ended when its copies are there, or have failed', () => {
    expect(isSettled(job('a', { state: 'running' }), false)).toBe(false)
    expect(isSettled(job('a', { state: 'done', outputs: [output()] }), false)).toBe(true)
    expect(isSettled(job('a', { state: 'done', outputs: [output()] }), true)).toBe(false)
    expect(isSettled(job('a', { state: 'done', outputs: [output('/x.png')] }), true)).toBe(true)
    expect(isSettled(job('a', { state: 'done', outputs: [output()], notes: ['export_failed'] }), true)).toBe(true)
    expect(isSettled(job('a', { state: 'failed' }), true)).toBe(true)
    expect(isSettled(job('a', { state: 'canceled' }), true)).toBe(true)
  })
})
