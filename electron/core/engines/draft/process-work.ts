import { toAppError } from '#shared/domain/error'
import type { ProcessMessage, WorkRequest } from './messages'
import { startWatchdog } from './watchdog'
import { Worker } from './worker'

/** A command that wanted one small picture is over by then. */
const afterFirstMs = 500

/**
 * The draft process: forked by the draft engine, does one piece of work at a time, and may be ended at any moment.
 * `modelsDir` is the folder of the networks. Its heavy calls block its loop, so a second thread watches the parent.
 * `onWorked` is called after each piece, before its result is sent.
 */
export function runDraftProcess(modelsDir: string, threads: number, onWorked?: () => void): void {
  const send = (message: ProcessMessage): void => {
    // The parent may be gone already; the disconnect handler ends this process.
    if (process.connected) process.send?.(message, undefined, {}, () => undefined)
  }
  process.on('disconnect', () => process.exit(0))
  // A terminal's Ctrl-C (or its closing) reaches every process of a command. Recast decides here: it stops the job cleanly and ends this process,
  // which would otherwise seem lost within a job.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)

  // Its start takes 30 ms of a core, which the first small picture is not made to wait for: the process hears of its parent's end right after it.
  const worker = new Worker({ modelsDir, threads, beforeLong: startWatchdog })
  worker.prefetch()
  process.on('message', (message: WorkRequest) => {
    const { id, work } = message
    worker
      .run(work, {
        progress: (progress) => send({ type: 'progress', id, progress }),
        preview: (preview) => send({ type: 'preview', id, ...preview }),
      })
      .then(
        (result) => {
          onWorked?.()
          send({ type: 'done', id, result })
        },
        (thrown: unknown) => send({ type: 'failed', id, error: toAppError(thrown).toView() }),
      )
      .finally(() => setTimeout(startWatchdog, afterFirstMs).unref())
  })
}
