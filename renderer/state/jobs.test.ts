import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jobStates, type Job } from '#shared/domain/job'
import { exampleJob, id } from './examples.test-data'
import {
  finishedJobsReturned,
  historyChanged,
  historyWithPage,
  jobProgressed,
  jobsChanged,
  jobsCleared,
  jobsFromSnapshot,
  noHistory,
  noJobs,
  pendingCount,
  waitingLoaded,
  workingFirst,
} from './jobs'

const seqs = (state: { byId: Readonly<Record<string, Job>> }, ids: readonly string[]): number[] =>
  ids.map((one) => state.byId[one]?.seq ?? -1)

describe('the jobs of the panel', () => {
  const state = jobsFromSnapshot([
    exampleJob(1, 'done'),
    exampleJob(2, 'running'),
    exampleJob(3, 'queued', { position: 9 }),
    exampleJob(4, 'queued', { position: 5 }),
    exampleJob(5, 'failed'),
    exampleJob(6, 'collecting'),
  ])

  it('are listed as they are looked at: running ones by age, waiting ones by their turn, ended ones newest first', () => {
    expect(seqs(state, state.active)).toEqual([2, 6])
    expect(seqs(state, state.waiting)).toEqual([4, 3])
    expect(seqs(state, state.recent)).toEqual([5, 1])
  })

  it('move between the lists as their state changes', () => {
    const next = jobsChanged(state, [
      exampleJob(4, 'staging', { position: 5 }),
      exampleJob(2, 'done'),
      exampleJob(7, 'queued', { position: 7 }),
    ])
    expect(seqs(next, next.active)).toEqual([4, 6])
    expect(seqs(next, next.waiting)).toEqual([7, 3])
    expect(seqs(next, next.recent)).toEqual([5, 2, 1])
  })

  it('are reordered by a new position alone', () => {
    const next = jobsChanged(state, [exampleJob(3, 'queued', { position: 1 })])
    expect(seqs(next, next.waiting)).toEqual([3, 4])
  })

  it('come to the same lists by events as by a snapshot, whatever the order of events', () => {
    const jobs = fc.uniqueArray(
      fc.record({
        seq: fc.integer({ min: 1, max: 40 }),
        state: fc.constantFrom(...jobStates),
        position: fc.integer({ min: 1, max: 99 }),
      }),
      {
        selector: (job) => job.seq,
        maxLength: 25,
      },
    )
    fc.assert(
      fc.property(jobs, fc.array(fc.constantFrom(...jobStates), { maxLength: 5 }), (wanted, past) => {
        const final = wanted.map(({ seq, state: now, position }) => exampleJob(seq, now, { position: position * 100 + seq }))
        // Each job first lived through some other states.
        const lived = final.flatMap((job) => past.map((then) => ({ ...job, state: then, position: job.position + 1 })))
        const byEvents = jobsChanged(jobsChanged(noJobs, lived), final)
        const bySnapshot = jobsFromSnapshot(final)
        expect({ ...byEvents, byId: {}, live: {} }).toEqual({ ...bySnapshot, byId: {}, live: {} })
      }),
    )
  })

  it('keep live progress only while they run', () => {
    const running = jobProgressed(state, id(10_002), { progress: 0.5, etaMs: 900 })
    expect(running.live[id(10_002)]).toEqual({ progress: 0.5, etaMs: 900 })
    const done = jobsChanged(running, [exampleJob(2, 'done')])
    expect(done.live).toEqual({})
    // A late word about a job that has ended, or that nobody knows, changes nothing.
    expect(jobProgressed(done, id(10_002), { progress: 0.9, etaMs: undefined })).toBe(done)
    expect(jobProgressed(done, id(99), { progress: 0.9, etaMs: undefined })).toBe(done)
  })

  it('count as pending while they stand in the queue of their server', () => {
    const now = { progress: 0, etaMs: undefined }
    const waits = jobProgressed(state, id(10_002), { ...now, pending: true })
    expect(pendingCount(waits)).toBe(1)
    expect(seqs(waits, workingFirst(waits))).toEqual([6, 2])
    expect(seqs(waits, workingFirst(state))).toEqual([2, 6])
    expect(pendingCount(jobProgressed(waits, id(10_002), now))).toBe(0)
    // As a snapshot tells it.
    expect(pendingCount(jobsFromSnapshot([exampleJob(2, 'running', { pending: true }), exampleJob(3, 'queued')]))).toBe(1)
  })

  it('leave the panel when they are cleared and come back by undo, but never over something newer', () => {
    const cleared = jobsCleared(state, [id(10_001), id(10_005)])
    expect(cleared.recent).toEqual([])
    expect(seqs(state, finishedJobsReturned(cleared, [exampleJob(1, 'done'), exampleJob(5, 'failed')]).recent)).toEqual([5, 1])
    const retried = jobsChanged(cleared, [exampleJob(5, 'queued')])
    // The list was answered before the retry was heard.
    expect(finishedJobsReturned(retried, [exampleJob(5, 'failed')]).waiting).toContain(id(10_005))
  })
})

describe('waiting jobs beyond the snapshot', () => {
  it('join the others in their order, and say nothing new of what is known', () => {
    const state = jobsFromSnapshot([exampleJob(1, 'running'), exampleJob(2, 'queued'), exampleJob(3, 'queued')])
    const page = [
      exampleJob(5, 'queued'),
      exampleJob(4, 'queued'),
      exampleJob(3, 'queued', { position: 99 }),
      exampleJob(1, 'queued'),
    ]
    const loaded = waitingLoaded(state, page)
    expect(loaded.waiting).toEqual([2, 3, 4, 5].map((n) => id(10_000 + n)))
    expect(loaded.active).toEqual([id(10_001)])
    expect(waitingLoaded(loaded, page)).toBe(loaded)
  })
})

describe('the history', () => {
  const page = { items: [exampleJob(9, 'done'), exampleJob(7, 'failed')], total: 40, nextCursor: 7 }
  const byId = jobsFromSnapshot(page.items).byId
  const history = historyWithPage(noHistory, page)

  it('takes what ends into its place and lets go what is retried', () => {
    const ended = exampleJob(8, 'canceled')
    const next = historyChanged(history, { ...byId, [ended.id]: ended }, [ended])
    expect(next.order).toEqual([id(10_009), id(10_008), id(10_007)])
    expect(next.total).toBe(41)
    const retried = exampleJob(9, 'queued')
    expect(historyChanged(history, byId, [retried])).toMatchObject({ order: [id(10_007)], total: 39 })
  })

  it('leaves what is older than the loaded pages to its page', () => {
    const old = exampleJob(3, 'done')
    expect(historyChanged(history, { ...byId, [old.id]: old }, [old]).order).toEqual(history.order)
  })

  it('never lists a job twice, though pages overlap', () => {
    const next = historyWithPage(history, { items: [exampleJob(7, 'failed'), exampleJob(2, 'done')], total: 40 })
    expect(next.order).toEqual([id(10_009), id(10_007), id(10_002)])
  })
})
