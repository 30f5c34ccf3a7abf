import type { Terminal } from '../terminal'
import { jobTitle, needsSeed, problemText, type Reporter, serverOf } from './reporter'
import { duration, summaryText } from './words'

/** Lines for a log or a pipe: the results' paths on standard output, what happens on standard error. */
export function plainReporter(terminal: Terminal): Reporter {
  let total = 0
  let ended = 0
  let withSeed = false
  /** Jobs that a server has been given, but that were not seen at work yet: most stand in its queue. */
  const given = new Set<string>()
  const err = (text: string): void => terminal.err(`${text}\n`)
  return {
    begin(jobs) {
      total += jobs.length
      withSeed = needsSeed(jobs)
    },
    job(job, before) {
      const title = jobTitle(job, withSeed)
      const begins = job.state === 'running' && (job.progress > 0 || (before?.pending === true && !job.pending))
      if (begins && given.delete(job.id)) err(`${title}: started`)
      if (before?.state === job.state) return
      const place = (): string => `[${++ended}/${total}]`
      if (job.state !== 'running') given.delete(job.id)
      if (job.state === 'running') {
        const server = serverOf(job)
        if (server === undefined || begins) return err(`${title}: started`)
        given.add(job.id)
        err(`${title}: goes to ${server}`)
      } else if (job.state === 'done')
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
