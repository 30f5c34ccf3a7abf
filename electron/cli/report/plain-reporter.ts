import type { Terminal } from '../terminal'
import { jobTitle, needsSeed, problemText, type Reporter } from './reporter'
import { duration, summaryText } from './words'

/** Lines for a log or a pipe: the results' paths on standard output, what happens on standard error. */
export function plainReporter(terminal: Terminal): Reporter {
  let total = 0
  let ended = 0
  let withSeed = false
  const err = (text: string): void => terminal.err(`${text}\n`)
  return {
    begin(jobs) {
      total += jobs.length
      withSeed = needsSeed(jobs)
    },
    job(job, before) {
      if (before?.state === job.state) return
      const title = jobTitle(job, withSeed)
      const place = (): string => `[${++ended}/${total}]`
      if (job.state === 'running') err(`${title}: started`)
      else if (job.state === 'done')
        err(`${place()} ${title}: done${job.durationMs === undefined ? '' : ` in ${duration(job.durationMs)}`}`)
      else if (job.state === 'failed') err(`${place()} ${title}: failed. ${job.error?.message ?? ''}`.trimEnd())
      else if (job.state === 'canceled') err(`${place()} ${title}: canceled`)
      else if (before && job.state === 'queued') err(`${title}: back in the queue${job.error ? `. ${job.error.message}` : ''}`)
    },
    output(_job, output) {
      if (output.exportedPath !== undefined) terminal.out(`${output.exportedPath}\n`)
    },
    problem: (error, file) => err(problemText(error, file)),
    note: err,
    summary: (summary) => err(summaryText(summary)),
    interrupted: err,
    close() {},
  }
}
