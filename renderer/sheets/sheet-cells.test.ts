import { describe, expect, it } from 'vitest'
import type { Job, JobState } from '#shared/domain/job'
import type { Mark } from '#shared/domain/mark'
import { viewFromId } from '#shared/views/presets'
import { exampleJob, id } from '../state/examples.test-data'
import { cellsOf, jobsOfSheet, turnFrames } from './sheet-cells'

/** A try of a view; its result is marked. */
function take(n: number, view: string, state: JobState = 'done', mark?: Mark): Job {
  const job = exampleJob(n, state, { edit: { kind: 'perspective', view: viewFromId(view) } })
  return mark ? { ...job, outputs: job.outputs.map((output) => ({ ...output, mark })) } : job
}
const byId = (...jobs: Job[]): Record<string, Job> => Object.fromEntries(jobs.map((job) => [job.id, job]))

describe('the jobs of a sheet', () => {
  it('are the views of this picture from this version, oldest first', () => {
    const other = take(4, 'left')
    const jobs = byId(
      take(3, 'back'),
      take(1, 'front'),
      exampleJob(2, 'done'),
      { ...other, inputAssetId: id(5) },
      { ...take(5, 'left'), pictureId: id(9) },
    )
    expect(jobsOfSheet(jobs, id(1), id(1001)).map(({ seq }) => seq)).toEqual([1, 3])
  })
})

describe('a cell', () => {
  const only = (...jobs: Job[]) => cellsOf([viewFromId('front')], jobs)[0]

  it('is shown by the best starred try, else by the newest, never by a rejected one', () => {
    expect(only(take(1, 'front'), take(2, 'front'))?.best?.job.seq).toBe(2)
    expect(only(take(1, 'front', 'done', { star: 1, rejected: false }), take(2, 'front'))?.best?.job.seq).toBe(1)
    const rejected = { star: 0, rejected: true }
    expect(only(take(1, 'front'), take(2, 'front', 'done', rejected))?.best?.job.seq).toBe(1)
    const none = only(take(1, 'front', 'done', rejected))
    expect([none?.best, none?.takes.length]).toEqual([undefined, 1])
  })

  it('keeps its picture while another try waits, and tells of a failure until something comes after it', () => {
    const waiting = only(take(1, 'front'), take(2, 'front', 'queued'))
    expect([waiting?.best?.job.seq, waiting?.open?.seq]).toEqual([1, 2])
    expect(only(take(1, 'front'), take(2, 'front', 'failed'))?.failed?.seq).toBe(2)
    expect(only(take(1, 'front', 'failed'), take(2, 'front'))?.failed).toBeUndefined()
  })
})

describe('the cells', () => {
  it('are the chosen views in their order, made or not; without a choice all that were made, once around', () => {
    const jobs = [take(1, 'left'), take(2, 'front-high'), take(3, 'front')]
    const chosen = cellsOf([viewFromId('back'), viewFromId('front')], jobs)
    expect(chosen.map(({ view, takes }) => [view.id, takes.length])).toEqual([
      ['back', 0],
      ['front', 1],
    ])
    expect(cellsOf([], jobs).map(({ view }) => view.id)).toEqual(['front', 'left', 'front-high'])
  })
})

describe('the turntable', () => {
  it('goes once around at each height through what is made, words last', () => {
    const words = exampleJob(9, 'done', { edit: { kind: 'perspective', view: { id: 'own-words', name: 'w', prompt: 'w' } } })
    const jobs = [take(1, 'left-elevated'), words, take(2, 'left'), take(3, 'front'), take(4, 'back', 'running')]
    expect(turnFrames(cellsOf([], jobs)).map(({ cell }) => cell.view.id)).toEqual(['front', 'left', 'left-elevated', 'own-words'])
  })
})
