import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Job } from '#shared/domain/job'
import type { Terminal } from '../terminal'
import { bar, barLines, barReporter, timeLeft } from './bar-reporter'
import { jsonReporter } from './json-reporter'
import { plainReporter } from './plain-reporter'
import { importNotes, resultNotes } from './note-words'
import { problemText } from './reporter'
import { count, duration, fit, interruptedText, textWidth } from './words'

function job(n: number, change: Partial<Job> = {}): Job {
  return {
    id: `job-${n}`,
    pictureId: `p${n}`,
    pictureName: `mug ${n}`,
    edit: { kind: 'style', styleId: 'clay', strength: 1, structure: 0, keepColours: false },
    seed: 7,
    state: 'queued',
    progress: 0,
    outputs: [],
    notes: [],
    engine: 'auto',
    ...change,
  } as Job
}

function screen() {
  const out: string[] = []
  const err: string[] = []
  const terminal: Terminal = {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    outIsTty: true,
    errIsTty: true,
    columns: 80,
    rows: 24,
    flush: () => Promise.resolve(),
  }
  return { terminal, out, err }
}

describe('words', () => {
  it.each([
    [0, '0.0 s'],
    [420, '0.4 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_499, '59 s'],
    [59_600, '1:00'],
    [185_000, '3:05'],
    [3_723_000, '1:02:03'],
  ])('tells %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text))

  it('counts', () => {
    expect(count(1, 'job')).toBe('1 job')
    expect(count(0, 'job')).toBe('0 jobs')
  })

  it('measures and cuts by columns, not characters', () => {
    expect(textWidth('杯子.png')).toBe(8)
    expect(textWidth('é')).toBe(1)
    expect(fit('杯子杯子', 5)).toBe('杯子…')
    expect(fit('杯子', 6)).toBe('杯子  ')
    for (const text of ['杯子照片', 'a long name', '👩‍🚀 x']) for (let n = 1; n < 14; n++) expect(textWidth(fit(text, n))).toBe(n)
  })

  it('says what an interruption left, and who goes on', () => {
    const left = { done: 12, failed: 0, canceled: 0, left: 18, durationMs: 200_000 }
    expect(interruptedText(left, false)).toContain('Stopped after 3:20: 12 of 30 jobs done, 18 left.')
    expect(interruptedText(left, false)).toContain('next start')
    expect(interruptedText(left, true)).toContain('goes on')
  })
})

it('names the file of a problem once', () => {
  const error = { code: 'io.permission', message: 'No access to /a/b. Allow it.', retry: 'user' } as const
  expect(problemText(error, '/a/b')).toBe(error.message)
  expect(problemText(error, '/c')).toBe(`/c: ${error.message}`)
  expect(problemText(error)).toBe(error.message)
})

describe('progress bars', () => {
  it('fill from empty to full', () => {
    expect(bar(0, 10)).toBe('░'.repeat(10))
    expect(bar(0.5, 10)).toBe('█████░░░░░')
    expect(bar(2, 10)).toBe('█'.repeat(10))
  })

  it('guess the time left only when enough is done', () => {
    expect(timeLeft(0.01, 10_000)).toBeUndefined()
    expect(timeLeft(0.25, 10_000)).toBe(30_000)
    expect(timeLeft(1, 10_000)).toBe(0)
  })

  it('show what is at work and a total, and never wrap or fill the screen', () => {
    const jobs = Array.from({ length: 40 }, (_, i) =>
      job(i, i < 20 ? { state: 'running', progress: 0.5, etaMs: 2_000 } : i < 30 ? { state: 'done', progress: 1 } : {}),
    )
    for (const columns of [40, 80, 200]) {
      const lines = barLines(jobs, { elapsedMs: 10_000, columns, rows: 12, withSeed: false })
      expect(lines.length).toBeLessThanOrEqual(11)
      for (const line of lines) expect(textWidth(line)).toBeLessThan(columns)
      expect(lines.at(-1)).toContain('10 of 40')
    }
    const [first] = barLines(jobs, { elapsedMs: 1, columns: 80, rows: 24, withSeed: false })
    expect(first).toContain('mug 0 · clay')
    expect(first).toContain('50 %')
    expect(first).toContain('2.0 s left')
    const [waits] = barLines([job(1, { state: 'running', pending: true })], {
      elapsedMs: 1,
      columns: 80,
      rows: 24,
      withSeed: false,
    })
    expect(waits).toContain('in queue')
  })

  describe('on a terminal', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    it('are taken away before a path is written, and at the end', () => {
      const { terminal, out, err } = screen()
      const reporter = barReporter(terminal, () => Date.now())
      reporter.begin([job(1), job(2)])
      reporter.job(job(1, { state: 'running', progress: 0.4 }), job(1))
      vi.advanceTimersByTime(200)
      expect(err.join('')).toContain('40 %')
      err.length = 0
      const done = job(1, {
        state: 'done',
        progress: 1,
        outputs: [{ index: 0, assetId: 'a', width: 1, height: 1, exportedPath: '/o/mug.png' }],
      })
      reporter.job(done, job(1, { state: 'running' }))
      for (const output of done.outputs) reporter.output(done, output)
      expect(err[0]).toBe('\r\u001b[2A\u001b[J')
      expect(out).toEqual(['/o/mug.png\n'])
      vi.advanceTimersByTime(200)
      reporter.summary({ done: 1, failed: 0, canceled: 1, left: 0, durationMs: 1_500 })
      expect(err.at(-1)).toBe('1 done, 1 canceled in 1.5 s.\n')
      const before = err.length
      vi.advanceTimersByTime(1_000)
      expect(err).toHaveLength(before)
    })
  })
})

describe('JSON lines', () => {
  it('are the objects that are promised', () => {
    const { terminal, out } = screen()
    const reporter = jsonReporter(terminal)
    reporter.begin([job(1)])
    reporter.job(job(1), undefined)
    reporter.job(job(1, { state: 'running', pending: true }), job(1))
    reporter.job(job(1, { state: 'running', progress: 0.123456 }), job(1, { state: 'running', pending: true }))
    reporter.job(job(1, { state: 'running', progress: 0.123456, etaMs: 5 }), job(1, { state: 'running', progress: 0.123456 }))
    const done = job(1, { state: 'done', progress: 1, engineId: 'draft', durationMs: 812 })
    reporter.output(done, { index: 0, assetId: 'a', width: 600, height: 400, exportedPath: '/out/mug_clay_7.png' })
    const view = job(2, { edit: { kind: 'perspective', view: { id: 'back', name: 'Back', prompt: 'x' } }, durationMs: 1 })
    reporter.output(view, { index: 0, assetId: 'a', width: 1, height: 1, exportedPath: '/b' })
    reporter.problem({ code: 'input.empty_file', message: 'It is empty.', retry: 'never' }, 'x.png')
    reporter.summary({ done: 1, failed: 1, canceled: 0, left: 0, durationMs: 900 })
    expect(out.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true)
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'job', id: 'job-1', state: 'queued', progress: 0 },
      { event: 'job', id: 'job-1', state: 'running', progress: 0, pending: true },
      { event: 'job', id: 'job-1', state: 'running', progress: 0.1235 },
      {
        event: 'output',
        job: 'job-1',
        index: 0,
        path: '/out/mug_clay_7.png',
        width: 600,
        height: 400,
        seed: 7,
        engine: 'draft',
        duration_ms: 812,
        style: 'clay',
      },
      {
        event: 'output',
        job: 'job-2',
        index: 0,
        path: '/b',
        width: 1,
        height: 1,
        seed: 7,
        engine: 'auto',
        duration_ms: 1,
        view: 'back',
      },
      { event: 'error', file: 'x.png', code: 'input.empty_file', message: 'It is empty.' },
      { event: 'summary', done: 1, failed: 1, canceled: 0, duration_ms: 900 },
    ])
  })
})

describe('notes', () => {
  it('say what became of a photo, and what results are, once', () => {
    expect(importNotes(['rotated', 'first_frame'])).toEqual(['is animated; its first frame is used'])
    expect(resultNotes([{ notes: ['draft'] }, { notes: ['draft', 'x'] }])).toHaveLength(1)
    expect(resultNotes([{ notes: [] }])).toEqual([])
  })
})

describe('plain lines', () => {
  it('keep paths apart from what happens', () => {
    const { terminal, out, err } = screen()
    const reporter = plainReporter(terminal)
    reporter.begin([job(1), job(2)])
    reporter.job(job(1, { state: 'done', durationMs: 1_200 }), job(1, { state: 'running' }))
    reporter.output(job(1), { index: 0, assetId: 'a', width: 1, height: 1, exportedPath: '/o.png' })
    reporter.job(
      job(2, { state: 'failed', error: { code: 'bug', message: 'Broke. Retry.', retry: 'user' } }),
      job(2, { state: 'running' }),
    )
    expect(out).toEqual(['/o.png\n'])
    expect(err).toEqual(['[1/2] mug 1 · clay: done in 1.2 s\n', '[2/2] mug 2 · clay: failed. Broke. Retry.\n'])
  })

  it('say where a job goes before it is said to have started, which a server that is busy does later', () => {
    const { terminal, err } = screen()
    const reporter = plainReporter(terminal)
    reporter.begin([job(1), job(2), job(3)])
    const sent = job(1, { state: 'running', engineId: 'http://gpu:8188' })
    const inQueue: Job = { ...sent, pending: true }
    reporter.job(sent, job(1))
    reporter.job(inQueue, sent)
    expect(err.splice(0)).toEqual(['mug 1 · clay: goes to gpu:8188\n'])
    reporter.job(sent, inQueue)
    reporter.job({ ...sent, progress: 0.5 }, sent)
    expect(err.splice(0)).toEqual(['mug 1 · clay: started\n'])
    // So quick that nobody saw it wait.
    const quick = job(2, { state: 'running', engineId: 'local' })
    reporter.job(quick, job(2))
    reporter.job({ ...quick, progress: 0.1 }, quick)
    expect(err.splice(0)).toEqual(['mug 2 · clay: goes to the local ComfyUI\n', 'mug 2 · clay: started\n'])
    reporter.job(job(3, { state: 'running', engineId: 'draft' }), job(3))
    expect(err).toEqual(['mug 3 · clay: started\n'])
  })
})
