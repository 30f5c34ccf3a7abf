import { toAppError } from '#shared/domain/error'
import type { ProcessMessage, WorkRequest } from './messages'
import { startWatchdog } from './watchdog'
import { Worker } from './worker'

/** A command that wanted one small picture is over by then. */
const afterFirstMs = 500

/**
 * The draft process: forked by the draft engine, does one piece of work at a time, and may be ended at any moment.
 * Arguments: folder of the networks, threads for them. Its heavy calls block its loop, so a second thread watches the parent.
 */
function main(): void {
  const [modelsDir = '', threads = '1'] = process.argv.slice(2)
  const send = (message: ProcessMessage): void => {
    // The parent may be gone already; the disconnect handler ends this process.
    if (process.connected) process.send?.(message, undefined, {}, () => undefined)
  }
  process.on('disconnect', () => process.exit(0))
  // A terminal's Ctrl-C (or its closing) reaches every process of a command. Recast decides here: it stops the job cleanly and ends this process,
  // which would otherwise seem lost within a job.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)

  // Its start takes 30 ms of a core, which the first small picture is not made to wait for: the process hears of its parent's end right after it.
  const worker = new Worker({ modelsDir, threads: Number(threads), beforeLong: startWatchdog })
  worker.prefetch()
  process.on('message', (message: WorkRequest) => {
    const { id, work } = message
    worker
      .run(work, {
        progress: (progress) => send({ type: 'progress', id, progress }),
        preview: (preview) => send({ type: 'preview', id, ...preview }),
      })
      .then(
        (result) => send({ type: 'done', id, result }),
        (thrown: unknown) => send({ type: 'failed', id, error: toAppError(thrown).toView() }),
      )
      .finally(() => setTimeout(startWatchdog, afterFirstMs).unref())
  })
}

main()
