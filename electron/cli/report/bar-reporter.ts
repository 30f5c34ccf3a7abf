import { isFinal } from '../job-follower'
import type { Job } from '#shared/domain/job'
import type { Terminal } from '../terminal'
import { jobTitle, needsSeed, problemText, type Reporter } from './reporter'
import { duration, fit, summaryText } from './words'

/** Between two drawings, milliseconds. */
const drawMs = 100
/** Jobs shown at a time; the total stands below them. */
const maxBars = 8
/** Nothing is said about the time left before this much of the work is done (0..1). */
const firstGuess = 0.03

/** A bar of so many columns. */
export function bar(progress: number, columns: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, progress)) * columns)
  return '█'.repeat(filled) + '░'.repeat(columns - filled)
}

/** Milliseconds left when `share` (0..1) of the work took `elapsedMs`; undefined while that says too little. */
export function timeLeft(share: number, elapsedMs: number): number | undefined {
  if (share >= 1) return 0
  if (share < firstGuess || elapsedMs < 500) return undefined
  return (elapsedMs * (1 - share)) / share
}

/** The lines below the results so far: a bar for each active job, and one for all. */
export function barLines(
  jobs: readonly Job[],
  { elapsedMs, columns, rows, withSeed }: { elapsedMs: number; columns: number; rows: number; withSeed: boolean },
): string[] {
  const active = jobs.filter((job) => job.state === 'staging' || job.state === 'running' || job.state === 'collecting')
  const ended = jobs.filter(isFinal).length
  const failed = jobs.filter((job) => job.state === 'failed').length
  const shown = active.slice(0, Math.max(1, Math.min(maxBars, rows - 3)))
  const barColumns = Math.max(8, Math.min(24, Math.floor(columns / 4)))
  // Bar, percentage, time left and the spaces between; one column stays free, or some terminals wrap.
  const titleColumns = Math.max(6, columns - 1 - barColumns - 6 - 13)
  const line = (title: string, progress: number, tail: string): string =>
    `${fit(title, titleColumns)} ${bar(progress, barColumns)} ${String(Math.floor(progress * 100)).padStart(3)} %${tail === '' ? '' : `  ${tail}`}`

  const lines = shown.map((job) =>
    line(
      jobTitle(job, withSeed),
      job.progress,
      job.pending ? 'in queue' : job.etaMs === undefined ? '' : `${duration(job.etaMs)} left`,
    ),
  )
  if (active.length > shown.length) lines.push(`… and ${active.length - shown.length} more at work`)
  if (jobs.length > 1 || active.length === 0) {
    const share = jobs.length === 0 ? 0 : jobs.reduce((sum, job) => sum + (isFinal(job) ? 1 : job.progress), 0) / jobs.length
    const left = timeLeft(share, elapsedMs)
    const title = `${ended} of ${jobs.length} done${failed > 0 ? `, ${failed} failed` : ''}`
    lines.push(line(title, share, left === undefined || ended === jobs.length ? '' : `${duration(left)} left`))
  }
  return lines.map((text) => fit(text, columns - 1).trimEnd())
}

/** Progress bars at the foot of a terminal; results' paths and failures scroll above them. */
export function barReporter(terminal: Terminal, now: () => number = () => performance.now()): Reporter {
  const began = now()
  const jobs = new Map<string, Job>()
  let withSeed = false
  let drawn = 0
  let drawnAt = 0
  let timer: NodeJS.Timeout | undefined

  const erase = (): string => {
    const up = drawn > 0 ? `\r\u001b[${drawn}A\u001b[J` : ''
    drawn = 0
    return up
  }
  const draw = (): void => {
    clearTimeout(timer)
    timer = undefined
    drawnAt = now()
    const lines = barLines([...jobs.values()], {
      elapsedMs: now() - began,
      columns: terminal.columns,
      rows: terminal.rows,
      withSeed,
    })
    // One write, so that the bars don't flicker.
    const text = `${erase()}${lines.join('\n')}\n`
    drawn = lines.length
    terminal.err(text)
  }
  const drawSoon = (): void => {
    timer ??= setTimeout(draw, Math.max(0, drawnAt + drawMs - now())).unref()
  }
  /** Writes above the bars; they come back with the next drawing. */
  const above = (write: () => void): void => {
    const wipe = erase()
    if (wipe !== '') terminal.err(wipe)
    write()
    if (jobs.size > 0) drawSoon()
  }
  const say = (text: string): void => above(() => terminal.err(`${text}\n`))

  return {
    begin(begun) {
      for (const job of begun) jobs.set(job.id, job)
      withSeed = needsSeed([...jobs.values()])
      draw()
    },
    job(job, before) {
      jobs.set(job.id, job)
      if (job.state !== before?.state && job.state === 'failed') {
        say(`${jobTitle(job, withSeed)}: failed. ${job.error?.message ?? ''}`.trimEnd())
      } else drawSoon()
    },
    output(_job, output) {
      const path = output.exportedPath
      if (path !== undefined) above(() => terminal.out(`${path}\n`))
    },
    problem: (error, file) => say(problemText(error, file)),
    note: say,
    summary(summary) {
      this.close()
      terminal.err(`${summaryText(summary)}\n`)
    },
    interrupted(words) {
      this.close()
      terminal.err(`${words}\n`)
    },
    close() {
      clearTimeout(timer)
      timer = undefined
      if (drawn > 0) terminal.err(erase())
      jobs.clear()
    },
  }
}
