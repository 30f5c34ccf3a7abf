import type { ChildProcess } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { AppError } from '#shared/domain/error'
import type { Preview, ProcessMessage, Work, WorkRequest, WorkResult } from './messages'
import { startDraftProcess, type ProcessArguments } from './spawn'

/** What the host needs of a logger; pino has it. */
export interface DraftLogger {
  debug(values: object, message: string): void
  warn(values: object, message: string): void
}

export interface ProcessHostOptions extends ProcessArguments {
  /** An idle process is ended after this, to let go of its memory. */
  idleMs: number
  /** Runs below everything else on the machine, for work that nobody waits for. */
  background: boolean
  logger: DraftLogger | undefined
}

export interface WorkListener {
  progress(progress: number): void
  preview(preview: Preview): void
}

/** How long a process may take to end after SIGKILL before its work is given up anyway. */
const endTimeoutMs = 2000
const stderrKept = 2000

/**
 * Owns one draft process: starts it when there is work, ends it when it idles, replaces it when it was ended.
 * Work is one piece at a time; the caller sees to that.
 */
export class ProcessHost {
  private child: ChildProcess | undefined
  private idle: NodeJS.Timeout | undefined
  private ids = 0
  private closed = false
  private busy = false

  constructor(private readonly options: ProcessHostOptions) {}

  /** Process id while it runs. */
  get pid(): number | undefined {
    return this.child?.pid
  }

  /** Starts the process now, so that the next piece of work finds it ready. */
  warm(): void {
    if (!this.closed) this.start()
  }

  /**
   * Runs one piece of work. Rejects with `canceled` at once when the signal aborts (the process is killed: a network can't be interrupted),
   * with `engine.lost` when the process dies, or with what the work threw.
   */
  async run(work: Work, signal: AbortSignal, listener: WorkListener): Promise<WorkResult> {
    if (signal.aborted) throw canceled()
    if (this.closed) throw new AppError('engine.offline', 'Recast is closing. Start it again: the job is still there.')
    if (this.busy) throw new AppError('bug', 'The draft process is busy. This is a fault in Recast: please report it.')
    this.busy = true
    clearTimeout(this.idle)
    const child = this.start()
    child.ref()
    child.channel?.ref()
    const id = (this.ids += 1)
    let stderr = ''
    try {
      return await new Promise<WorkResult>((resolve, reject) => {
        const onStderr = (chunk: Buffer): void => {
          stderr = (stderr + chunk.toString('utf8')).slice(-stderrKept)
        }
        const onMessage = (message: ProcessMessage): void => {
          if (message.id !== id) return
          if (message.type === 'progress') listener.progress(message.progress)
          else if (message.type === 'preview') listener.preview(message)
          else {
            settle()
            if (message.type === 'done') resolve(message.result)
            else reject(AppError.fromView(message.error))
          }
        }
        const onExit = (code: number | null, exitSignal: NodeJS.Signals | null): void => {
          settle()
          if (!signal.aborted)
            this.options.logger?.warn({ code, signal: exitSignal, stderr }, 'the draft process ended within a job')
          reject(signal.aborted ? canceled() : lost(code, exitSignal))
        }
        const onError = (cause: Error): void => {
          settle()
          reject(
            new AppError('engine.start', 'The draft engine did not start. Retry; if it fails again, install Recast again.', {
              cause,
            }),
          )
        }
        const onAbort = (): void => {
          settle()
          reject(canceled())
        }
        const settle = (): void => {
          child.stderr?.off('data', onStderr)
          child.off('message', onMessage)
          child.off('exit', onExit)
          child.off('error', onError)
          signal.removeEventListener('abort', onAbort)
        }
        child.stderr?.on('data', onStderr)
        child.on('message', onMessage)
        child.on('exit', onExit)
        child.on('error', onError)
        signal.addEventListener('abort', onAbort, { once: true })
        child.send({ type: 'work', id, work } satisfies WorkRequest, (error) => {
          if (error) onError(error)
        })
      })
    } finally {
      this.busy = false
      if (signal.aborted) {
        await this.end({ atWork: true })
        this.warm()
      }
      this.rest()
    }
  }

  /** Ends the process, if there is one; waits for that where it was at work, because it may have been writing. */
  async end({ atWork } = { atWork: this.busy }): Promise<void> {
    clearTimeout(this.idle)
    const child = this.child
    this.child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    if (!atWork) {
      // Nothing of it is waited for: the kernel takes 20 ms to give its memory back.
      child.kill('SIGKILL')
      return
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, endTimeoutMs)
      child.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      child.kill('SIGKILL')
    })
  }

  /** Ends the process for good. */
  async close(): Promise<void> {
    this.closed = true
    await this.end()
  }

  private start(): ChildProcess {
    if (this.child) return this.child
    const child = startDraftProcess(this.options)
    this.child = child
    if (this.options.background && child.pid !== undefined) {
      try {
        setPriority(child.pid, constants.priority.PRIORITY_LOW)
      } catch {
        // A machine that forbids it runs tiles at normal priority.
      }
    }
    const forget = (): void => {
      if (this.child === child) this.child = undefined
    }
    child.once('exit', forget)
    child.once('error', forget)
    this.options.logger?.debug({ pid: child.pid }, 'draft process started')
    this.rest()
    return child
  }

  /** Lets Recast end while nothing runs, and lets go of the process after a while. */
  private rest(): void {
    if (this.busy || !this.child) return
    this.child.unref()
    this.child.channel?.unref()
    clearTimeout(this.idle)
    this.idle = setTimeout(() => void this.end(), this.options.idleMs)
    this.idle.unref()
  }
}

function canceled(): AppError {
  return new AppError('canceled', 'Canceled. Retry to run it again.')
}

function lost(code: number | null, signal: NodeJS.Signals | null): AppError {
  return new AppError(
    'engine.lost',
    `The draft process ended unexpectedly (${signal ?? `exit code ${code}`}). Retry; if it happens again, close other programs to free memory.`,
    { detail: { code, signal } },
  )
}
