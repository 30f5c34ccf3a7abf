import type { ModelDownload } from '#shared/domain/model'
import { AppError, type ErrorView } from '#shared/domain/error'
import { toCoreError } from '../database/errors'
import type { ModelTable, WantedModel } from '../database/tables/models'
import type { DownloadProgress } from '../download/downloader'

/** What the queue works with. */
export interface DownloadQueueContext {
  table: ModelTable
  /** Fetches one model to its end; the signal stops it, and what came stays. */
  fetch(wanted: WantedModel, signal: AbortSignal, onProgress: (progress: QueueProgress) => void): Promise<void>
  /** Throws away what a stopped one left. */
  discard(file: string): Promise<void>
  /** A download began, ended or changed its state. */
  onChange(file: string): void
  onProgress(file: string, download: ModelDownload): void
}

/** Progress of a fetch: the downloader's, or that a file of the disk is being linked. */
export type QueueProgress = Omit<DownloadProgress, 'phase'> & { phase: DownloadProgress['phase'] | 'linking' }

/** Downloads that outlive the process: the table holds what is wanted, this runs it. */
export interface DownloadQueue {
  /** Starts all that is queued, as after a restart. */
  start(): void
  add(files: readonly string[], options: { mirror?: string | undefined; ignoreSpace: boolean }): void
  /** Stops these (all without files) and keeps what came. */
  pause(files?: readonly string[]): Promise<void>
  /** Goes on with these (all that are paused or failed without files). */
  resume(files?: readonly string[]): void
  /** Stops these and throws away what came. */
  cancel(files: readonly string[]): Promise<void>
  view(file: string): ModelDownload | undefined
  /** Stops what runs; it goes on at the next start. */
  close(): Promise<void>
}

interface Running {
  stop: AbortController
  ended: Promise<void>
  progress: ModelDownload
}

/** Makes the queue. How many run side by side is the downloader's to say. */
export function createDownloadQueue(context: DownloadQueueContext): DownloadQueue {
  const { table, onChange } = context
  const running = new Map<string, Running>()
  let closed = false

  function run(wanted: WantedModel): void {
    if (closed || running.has(wanted.file)) return
    const stop = new AbortController()
    const entry: Running = { stop, ended: Promise.resolve(), progress: { state: 'queued', phase: 'queued', bytes: 0 } }
    running.set(wanted.file, entry)
    entry.ended = work(wanted, entry).finally(() => {
      running.delete(wanted.file)
      if (!closed) onChange(wanted.file)
    })
    onChange(wanted.file)
  }

  async function work(wanted: WantedModel, entry: Running): Promise<void> {
    const { file } = wanted
    try {
      await context.fetch(wanted, entry.stop.signal, (progress) => {
        entry.progress = viewOf(progress)
        context.onProgress(file, entry.progress)
      })
      table.drop(file)
    } catch (thrown) {
      // Whoever stopped it has said what is to become of it.
      if (!entry.stop.signal.aborted) table.move(file, 'failed', toCoreError(thrown).toView())
    }
  }

  async function stop(files: readonly string[]): Promise<void> {
    const ending = files.flatMap((file) => running.get(file) ?? [])
    for (const entry of ending)
      entry.stop.abort(new AppError('canceled', 'The download was stopped. Resume goes on where it stopped.'))
    await Promise.all(ending.map((entry) => entry.ended))
  }

  return {
    start() {
      for (const wanted of table.wanted()) if (wanted.state === 'queued') run(wanted)
    },
    add(files, { mirror, ignoreSpace }) {
      for (const file of files) if (!running.has(file)) table.want(file, mirror, ignoreSpace)
      for (const wanted of table.wanted()) if (files.includes(wanted.file)) run(wanted)
    },
    async pause(files) {
      const chosen = table.wanted().filter(({ file, state }) => state === 'queued' && (files?.includes(file) ?? true))
      for (const { file } of chosen) table.move(file, 'paused')
      await stop(chosen.map(({ file }) => file))
      for (const { file } of chosen) onChange(file)
    },
    resume(files) {
      for (const wanted of table.wanted()) {
        if (files !== undefined && !files.includes(wanted.file)) continue
        if (wanted.state !== 'queued') table.move(wanted.file, 'queued')
        run({ ...wanted, state: 'queued' })
      }
    },
    async cancel(files) {
      for (const file of files) table.drop(file)
      await stop(files)
      for (const file of files) {
        await context.discard(file)
        onChange(file)
      }
    },
    view(file) {
      const live = running.get(file)
      if (live) return live.progress
      const wanted = table.wanted().find((one) => one.file === file)
      return wanted && { state: wanted.state, phase: 'queued', bytes: 0, ...(wanted.error ? { error: wanted.error } : {}) }
    },
    async close() {
      closed = true
      await stop([...running.keys()])
    },
  }
}

function viewOf(progress: QueueProgress): ModelDownload {
  const { phase, bytes, total, bytesPerSecond, secondsLeft, source, problem } = progress
  const error: ErrorView | undefined = problem?.toView()
  return {
    state: phase === 'queued' ? 'queued' : 'running',
    phase,
    bytes,
    ...(total === undefined ? {} : { total }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
    ...(source === undefined ? {} : { source }),
    ...(error === undefined ? {} : { error }),
  }
}
