import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { AppError } from '#shared/domain/error'
import { endChild, endTree } from './end-tree'
import { identify, markName, type ProcessIdentity } from './identity'

/** How a tool ended. */
export interface ToolRun {
  exitCode: number | null
  stdout: string
  /** The last part of both outputs, in the order in which it came. */
  tail: string
}

/** Options of {@link runTool}. */
export interface ToolOptions {
  env: NodeJS.ProcessEnv
  cwd?: string | undefined
  signal?: AbortSignal | undefined
  /** Ends a tool that takes longer, milliseconds. */
  timeoutMs?: number | undefined
  onLine?: ((line: string) => void) | undefined
  /** Told who runs, right after the start, and undefined when it has ended: for the journal. */
  onProcess?: ((process: ProcessIdentity | undefined) => Promise<void>) | undefined
}

const keptOutput = 32 * 1024
const keptStdout = 4 * 1024 * 1024

/** Runs a program in a session of its own to its end; a stopped one is ended with everything that it started. */
export async function runTool(program: string, args: readonly string[], options: ToolOptions): Promise<ToolRun> {
  options.signal?.throwIfAborted()
  const mark = randomUUID()
  const child = spawn(program, [...args], {
    cwd: options.cwd,
    env: { ...options.env, [markName]: mark },
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  let stdout = ''
  let tail = ''
  let line = ''
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new AppError(
          'engine.start',
          `${program} could not be started (${cause.code ?? cause.message}). Install Recast again, or check the file's permissions.`,
          {
            retry: 'user',
            cause,
            detail: { program },
          },
        ),
      )
    })
    child.once('close', (code) => resolve(code))
  })
  ended.catch(() => undefined)
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    // Programs may print in the machine's own code page: what is no UTF-8 becomes a question mark instead of an error.
    const decoder = new TextDecoder('utf-8')
    stream.on('data', (chunk: Buffer) => {
      const text = decoder.decode(chunk, { stream: true })
      if (name === 'out') stdout = (stdout + text).slice(-keptStdout)
      tail = (tail + text).slice(-keptOutput)
      line += text
      const lines = line.split(/[\r\n]+/)
      line = (lines.pop() ?? '').slice(-2_000)
      for (const one of lines) if (one.trim() !== '') options.onLine?.(one.trim())
    })
  }
  const identity = child.pid === undefined ? undefined : await identify(child.pid)
  if (identity) await options.onProcess?.({ ...identity, mark })
  const stop = (): void => {
    if (identity) void endTree(identity, { interruptMs: 500, terminateMs: 500 }).finally(() => endChild(child))
    else endChild(child)
  }
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(stop, options.timeoutMs)
  options.signal?.addEventListener('abort', stop, { once: true })
  if (options.signal?.aborted) stop()
  try {
    const exitCode = await ended
    options.signal?.throwIfAborted()
    return { exitCode, stdout, tail }
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', stop)
    await options.onProcess?.(undefined)
  }
}
