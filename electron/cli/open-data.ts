import type { AppLogger } from '#core/app'
import type { Instance } from '#core/instance/instance'
import { AppError } from '#shared/domain/error'
import type { CommandContext } from './context'

/** How long a command that paints keeps the socket library out of its first job's way, milliseconds. */
const listenAfterMs = 400

/** A data folder as a command has it open. */
export interface OpenData {
  readonly instance: Instance
  readonly log: AppLogger
  /** Leaves the folder, then ends the log. */
  close(options?: { waitForClients?: boolean; onWaiting?: (jobs: number) => void }): Promise<void>
}

/**
 * Opens the data folder for a command. The core is loaded here, not before: help and mistakes should cost nothing.
 * @param work false for commands that only look: as the owner they take no jobs.
 */
export async function openData(dataDir: string, context: CommandContext, work: boolean): Promise<OpenData> {
  const { signal, version } = context
  const [{ openInstance }, { openLog }] = await Promise.all([import('#core/instance/instance'), import('#core/diagnostics/log')])
  const log = openLog({ dataDir, version })
  try {
    const instance = await openInstance({
      dataDir,
      version,
      logger: log,
      // A short command is over before anybody could have asked; a longer one is heard of soon enough by those that wait for it.
      listenAfterMs: work ? listenAfterMs : 0,
      async createApp() {
        const { createApp } = await import('#core/app')
        return await createApp({ dataDir, version, logger: log, takeJobs: work })
      },
    })
    return {
      instance,
      log,
      async close(options = {}) {
        await instance.close({ ...options, signal })
        await log.close()
      },
    }
  } catch (thrown) {
    await log.close()
    throw thrown
  }
}

/** Waits for a promise, or rejects with `canceled` as soon as the signal aborts; what was under way goes on unheard. */
export async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  words = 'Stopped. Run it again to start over.',
): Promise<T> {
  const canceled = (): AppError => new AppError('canceled', words)
  if (signal.aborted) throw canceled()
  let stop = (): void => {}
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_resolve, reject) => {
        const onAbort = (): void => reject(canceled())
        signal.addEventListener('abort', onAbort)
        stop = () => signal.removeEventListener('abort', onAbort)
      }),
    ])
  } finally {
    stop()
    // Left behind by the race, it may still fail later; that is no news then.
    promise.catch(() => {})
  }
}
