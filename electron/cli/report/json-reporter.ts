import type { Terminal } from '../terminal'
import { editLabel, type Reporter } from './reporter'

/** One JSON object a line on standard output, for programs; nothing else goes there. */
export function jsonReporter(terminal: Terminal): Reporter {
  const line = (value: object): void => terminal.out(`${JSON.stringify(value)}\n`)
  return {
    begin() {},
    job(job, before) {
      if (before && before.state === job.state && before.progress === job.progress && before.pending === job.pending) return
      line({
        event: 'job',
        id: job.id,
        state: job.state,
        progress: Math.round(job.progress * 1e4) / 1e4,
        ...(job.pending ? { pending: true } : {}),
        ...(job.state === 'failed' && job.error ? { code: job.error.code, message: job.error.message } : {}),
      })
    },
    output(job, output) {
      line({
        event: 'output',
        job: job.id,
        index: output.index,
        path: output.exportedPath,
        width: output.width,
        height: output.height,
        seed: job.seed,
        engine: job.engineId ?? job.engine,
        ...(job.made ? { workflow: job.made.workflowId } : {}),
        duration_ms: job.durationMs,
        ...editLabel(job),
      })
    },
    problem: (error, file) =>
      line({ event: 'error', ...(file === undefined ? {} : { file }), code: error.code, message: error.message }),
    // Notes are for people; they don't disturb the stream.
    note: (text) => terminal.err(`${text}\n`),
    summary({ done, failed, canceled, left, durationMs }) {
      line({ event: 'summary', done, failed, canceled, duration_ms: durationMs, ...(left > 0 ? { left } : {}) })
    },
    interrupted(words, summary) {
      this.note(words)
      this.summary(summary)
    },
    close() {},
  }
}
