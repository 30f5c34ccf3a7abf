import { isMainThread } from 'node:worker_threads'
import { toAppError } from '#shared/domain/error'
import type { ProcessMessage, WorkRequest } from './messages'
import { startWatchdog, watchParent } from './watchdog'
import { Worker } from './worker'

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
  startWatchdog()

  const worker = new Worker({ modelsDir, threads: Number(threads) })
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
  })
}

if (isMainThread) main()
else watchParent()
