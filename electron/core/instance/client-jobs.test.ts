import { expect, it } from 'vitest'
import type { Job, JobState } from '#shared/domain/job'
import { createClientJobs } from './client-jobs'

const job = (id: string, state: JobState): Job => ({ id, state }) as Job
const event = (id: string, state: JobState) => ({ epoch: 'e', seq: 1, body: { type: 'job' as const, job: job(id, state) } })

it('counts what a client asked for until it has ended', () => {
  const jobs = createClientJobs()
  jobs.onAnswer('jobs.list', { jobs: [job('x', 'queued')] })
  expect(jobs.size).toBe(0)
  jobs.onAnswer('jobs.submit', { jobs: [job('a', 'queued'), job('b', 'queued'), job('c', 'done')] })
  jobs.onAnswer('jobs.retry', { jobs: [job('d', 'queued')] })
  expect(jobs.size).toBe(3)
  jobs.onEvent(event('a', 'running'))
  jobs.onEvent(event('somebody else’s', 'done'))
  expect(jobs.size).toBe(3)
  jobs.onEvent(event('a', 'done'))
  jobs.onEvent(event('b', 'failed'))
  jobs.onEvent(event('d', 'canceled'))
  expect(jobs.size).toBe(0)
})
