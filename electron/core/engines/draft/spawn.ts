import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { defaultModelsDir, defaultProcessPath } from './locations'

/** What a draft process is started with. */
export interface ProcessArguments {
  /** The built draft process. */
  path: string
  /** Folder of the networks. */
  modelsDir: string
  /** Threads for the networks. */
  threads: number
}

/** A draft process that was started before anybody asked for it. */
export interface PrewarmedProcess {
  child: ChildProcess
  /** What it was started with. */
  key: string
}

let prewarmed: PrewarmedProcess | undefined

function keyOf({ path, modelsDir, threads }: ProcessArguments): string {
  return JSON.stringify([path, modelsDir, threads])
}

/**
 * Starts a draft process before the app is even loaded: on two cores its start then costs a command nothing.
 * It keeps nobody alive, and ends with this process. Mistakes are left to the engine to find and to report.
 */
export function prewarmDraftProcess(options: Partial<ProcessArguments> = {}): PrewarmedProcess {
  const whole: ProcessArguments = {
    path: options.path ?? defaultProcessPath(),
    modelsDir: options.modelsDir ?? defaultModelsDir(),
    threads: options.threads || availableParallelism(),
  }
  const child = forkDraftProcess(whole)
  child.unref()
  child.channel?.unref()
  // Without a listener an error of the start would end the command; who adopts the process learns of it by its exit.
  child.once('error', () => undefined)
  return { child, key: keyOf(whole) }
}

/** Hands a prewarmed process to the first engine that wants one with the same arguments. */
export function adoptDraftProcess(process: PrewarmedProcess): void {
  const { child } = process
  const forget = (): void => {
    if (prewarmed === process) prewarmed = undefined
  }
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  child.once('exit', forget)
  child.once('error', forget)
  prewarmed = process
}

/** The prewarmed process if there is one for these arguments, or a new one. Its standard error is piped and must be read. */
export function startDraftProcess(wanted: ProcessArguments): ChildProcess {
  if (prewarmed?.key === keyOf(wanted)) {
    const { child } = prewarmed
    prewarmed = undefined
    return child
  }
  return forkDraftProcess(wanted)
}

function forkDraftProcess({ path, modelsDir, threads }: ProcessArguments): ChildProcess {
  const child = fork(path, [modelsDir, String(threads)], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: processEnvironment(process.env, process.platform),
  })
  // The pipe must be read, or a chatty process would stall; it must not keep Recast from ending either.
  child.stderr?.resume()
  ;(child.stderr as { unref?: () => void } | null)?.unref?.()
  return child
}

/**
 * The environment of the draft process. onnxruntime 1.29 and later report sessions, model names and a device id to their maker unless
 * ORT_DISABLE_TELEMETRY is set when the library loads: Recast sends nothing anywhere. On Linux, glibc is asked for two arenas, which lowers
 * the peak at the same speed. Huge pages (`glibc.malloc.hugetlb=1`) were tried: they save a tenth of a cold run at 1024 px and cost a fifth
 * of one at 2048 px, where the kernel stops to compact memory for them.
 */
export function processEnvironment(base: NodeJS.ProcessEnv, platform: NodeJS.Platform): NodeJS.ProcessEnv {
  const silent = { ...base, ORT_DISABLE_TELEMETRY: '1' }
  return platform === 'linux' ? { ...silent, MALLOC_ARENA_MAX: '2' } : silent
}
