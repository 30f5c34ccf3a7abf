import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toAppError } from '#shared/domain/error'
import type { AppLogger } from '../../app'
import type { RuntimePlace } from '../install/store'
import type { RuntimeLayout } from '../layout'
import type { EndTimes } from '../process/end-tree'
import { classifyExit, nodeFailures, type Crash, type NodeFailure } from './classify'
import { decideRestart, restartWindowMs } from './restart-policy'
import { endOrphan, startServerProcess, type ServerProcess } from './server-process'
import { flagsOf, modelPathsYaml, startArguments } from './start-flags'
import { answers, freeMemory, freePort, isOurs, missingClasses } from './talk'

/** What a server is started from, asked anew at each start. */
export interface ServerPlan {
  place: RuntimePlace
  tools: string
  card: number | undefined
  modelFolders: readonly string[]
  /** Classes without which it is not usable, and those of custom nodes, by node. */
  sentinels: { core: readonly string[]; nodes: Readonly<Record<string, readonly string[]>> }
  /** More environment; tests make the stand-in misbehave with it. */
  env?: NodeJS.ProcessEnv | undefined
}

/** How long things may take, milliseconds; tests shorten them. */
export interface SupervisorTimes {
  /** A start without a sign of life for this long has failed. A first start compiles and imports gigabytes. */
  startSilenceMs: number
  /** Between two looks at a ready server. */
  lookMs: number
  /** Without an answer for this long a ready server hangs. */
  hungMs: number
  end: Partial<EndTimes>
}

const usualTimes: SupervisorTimes = { startSilenceMs: 600_000, lookMs: 5_000, hungMs: 180_000, end: {} }

/** Options of {@link Supervisor}. */
export interface SupervisorOptions {
  layout: RuntimeLayout
  /** Rejects when nothing is installed. */
  plan: () => Promise<ServerPlan>
  /** Seconds without a job after which memory is freed, and the server stopped; 0 for never. */
  idle: () => { freeAfterS: number; stopAfterS: number }
  /** Custom nodes did not load: true when something was mended and a new start is worth it. */
  mend?: ((failures: NodeFailure[], signal: AbortSignal) => Promise<boolean>) | undefined
  onChange: () => void
  logger: AppLogger
  times?: Partial<SupervisorTimes> | undefined
}

export type ServerState = 'stopped' | 'starting' | 'ready' | 'stopping' | 'failed'

const readyLine = 'To see the GUI go to'

/** Runs the one server of a data folder: starts it when it is wanted, watches it, starts it again, ends it. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #times: SupervisorTimes
  #state: ServerState = 'stopped'
  #process: ServerProcess | undefined
  #port: number | undefined
  #starting: Promise<string> | undefined
  #stopping: Promise<void> | undefined
  /** Raised by each stop: a start that was under way sees that it is not wanted any more. */
  #generation = 0
  #restarts: number[] = []
  #error: AppError | undefined
  #crash: Crash | undefined
  #lastLine = ''
  #lastLog = ''
  #users = 0
  #idleTimers: NodeJS.Timeout[] = []
  /** Modules that were mended: what is missing again is not mended again. */
  #mended = new Set<string>()
  /** Stops a mending that is under way. */
  #mending: AbortController | undefined
  #missingNodes: string[] = []
  #closed = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#times = { ...usualTimes, ...options.times }
  }

  get state(): ServerState {
    return this.#state
  }
  get address(): string | undefined {
    return this.#state === 'ready' && this.#port !== undefined ? `http://127.0.0.1:${this.#port}` : undefined
  }
  get pid(): number | undefined {
    return this.#process?.pid
  }
  get error(): AppError | undefined {
    return this.#error
  }
  /** Why the server ended last, since the last time that it was ready. */
  get crash(): Crash | undefined {
    return this.#crash
  }
  get lastLine(): string {
    return this.#lastLine
  }
  get restarts(): number {
    return this.#recent().length
  }
  /** Custom nodes that did not load in this run. */
  get missingNodes(): readonly string[] {
    return this.#missingNodes
  }
  /** The last output, of the run before where there is none now. */
  get log(): string {
    return this.#process?.log.text ?? this.#lastLog
  }

  /** Ends what a former process left. To be called before the first start. */
  async endOrphan(): Promise<void> {
    if (await endOrphan(this.#options.layout))
      this.#options.logger.warn({}, 'a ComfyUI that a former Recast left behind was ended')
  }

  /** Resolves with the address once the server is ready, starting it where needed. Rejects with why it does not start. */
  start(): Promise<string> {
    if (this.#closed)
      return Promise.reject(new AppError('engine.offline', 'Recast is closing. Start it again: the job is still there.'))
    const { address } = this
    if (address !== undefined) return Promise.resolve(address)
    this.#starting ??= this.#run().finally(() => (this.#starting = undefined))
    return this.#starting
  }

  /** Says that a job uses the server until the answered function is called: meanwhile it does not count as idle. */
  use(): () => void {
    this.#users += 1
    this.#clearIdle()
    let used = true
    return () => {
      if (!used) return
      used = false
      this.#users -= 1
      this.#armIdle()
    }
  }

  /** Ends the server and waits for the end of its whole tree. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => (this.#stopping = undefined))
    return this.#stopping
  }

  /** Stops for good. */
  async close(): Promise<void> {
    this.#closed = true
    await this.stop()
  }

  async #stop(): Promise<void> {
    this.#generation += 1
    this.#mending?.abort()
    this.#clearIdle()
    const { state } = this
    if (this.#process) this.#set('stopping')
    await this.#process?.end(this.#times.end)
    await this.#starting?.catch(() => undefined)
    // A start that was just spawning while it was stopped has ended its own process.
    this.#process = undefined
    this.#restarts = []
    if (state !== 'stopped') {
      this.#error = undefined
      this.#set('stopped')
    }
  }

  /** Starts until it is ready or not worth another try. */
  async #run(): Promise<string> {
    await this.#stopping
    const generation = this.#generation
    this.#error = undefined
    this.#set('starting')
    for (;;) {
      try {
        return await this.#startOnce(generation)
      } catch (thrown) {
        const wanted = generation === this.#generation
        const ended = thrown instanceof ServerEnded ? thrown.crash : undefined
        if (!wanted) throw new AppError('canceled', 'ComfyUI was stopped while it started. Start it again.')
        const decision = ended
          ? decideRestart({ kind: ended.kind, wasReady: false, recent: this.restarts })
          : { restart: false as const }
        if (!decision.restart) throw this.#giveUp(ended ? crashError(ended, this.#lastLog) : toAppError(thrown))
        this.#restarts.push(performance.now())
      }
    }
  }

  async #startOnce(generation: number): Promise<string> {
    const { layout, logger } = this.#options
    const plan = await this.#options.plan()
    const port = await freePort()
    const { place } = plan
    await writeFile(layout.modelPaths, modelPathsYaml(plan.modelFolders, place.nodes))
    const args = startArguments(
      {
        port,
        device: place.device,
        card: plan.card,
        user: layout.user,
        modelPaths: layout.modelPaths,
        ownBase: place.adopted !== undefined,
      },
      await flagsOf(place.program),
    )
    let saidReady = false
    let heardAt = performance.now()
    const server = await startServerProcess({
      place,
      layout,
      tools: plan.tools,
      port,
      args,
      env: plan.env ?? {},
      onLine: (line) => {
        heardAt = performance.now()
        saidReady ||= line.includes(readyLine)
        this.#lastLine = line
        if (this.#state === 'starting') this.#options.onChange()
      },
    })
    this.#process = server
    this.#port = port
    let over: Crash | undefined
    const ended = server.ended.then((end) => {
      this.#lastLog = server.log.text
      over = classifyExit({ ...end, log: server.log.text, hung: false })
    })
    logger.info({ pid: server.pid, port }, 'ComfyUI is starting')
    const problem = async (): Promise<void> => {
      await server.end(this.#times.end)
      if (this.#process === server) this.#process = undefined
    }
    try {
      for (;;) {
        if (over) throw new ServerEnded(over)
        if (generation !== this.#generation) throw new Error('stopped')
        if (saidReady && (await isOurs(port, args, 5_000))) break
        if (performance.now() - heardAt > this.#times.startSilenceMs) {
          throw new AppError(
            'engine.start',
            `ComfyUI said nothing for ${Math.round(this.#times.startSilenceMs / 1000)} s while it started; its last line: ${this.#lastLine}. Start it again, or repair the runtime.`,
            { retry: 'user' },
          )
        }
        await Promise.race([ended, sleep(saidReady ? 50 : 150)])
      }
      const { core, nodes } = plan.sentinels
      const missing = await missingClasses(port, [...core, ...Object.values(nodes).flat()])
      const lacking = core.filter((name) => missing.includes(name))
      if (lacking.length > 0) {
        throw new AppError(
          'engine.start',
          `This ComfyUI lacks nodes of its own (${lacking.join(', ')}): its installation is damaged. Repair the runtime.`,
          { retry: 'user', detail: { lacking } },
        )
      }
      this.#missingNodes = Object.keys(nodes).filter((node) => nodes[node]?.some((name) => missing.includes(name)))
      if (this.#missingNodes.length > 0 && (await this.#tryMend(server.log.text, generation))) {
        await problem()
        return await this.#startOnce(generation)
      }
    } catch (thrown) {
      // What it says when it is ended now is no reason.
      const crash: Crash | undefined = over
      await problem()
      throw crash ? new ServerEnded(crash) : thrown
    }
    if (generation !== this.#generation) {
      await problem()
      throw new Error('stopped')
    }
    this.#set('ready')
    this.#armIdle()
    void this.#watch(server, port, generation)
    return `http://127.0.0.1:${port}`
  }

  /** Lets somebody mend what custom nodes lack, each module once: what is mended may bring to light what is missing next. */
  async #tryMend(log: string, generation: number): Promise<boolean> {
    const failures = nodeFailures(log)
    this.#options.logger.warn({ missing: this.#missingNodes, failures }, 'custom nodes did not load')
    const fresh = failures.filter(({ module }) => module !== undefined && !this.#mended.has(module))
    if (fresh.length === 0 || !this.#options.mend || generation !== this.#generation) return false
    for (const { module = '' } of fresh) this.#mended.add(module)
    this.#mending = new AbortController()
    try {
      return await this.#options.mend(fresh, this.#mending.signal)
    } finally {
      this.#mending = undefined
    }
  }

  /** Stays with a ready server until it ends, and decides what comes then. */
  async #watch(server: ServerProcess, port: number, generation: number): Promise<void> {
    let answeredAt = performance.now()
    let hung = false
    let over = false
    const ended = server.ended.finally(() => (over = true))
    while (!over) {
      await Promise.race([ended, sleep(this.#times.lookMs, undefined, { ref: false })])
      if (over || generation !== this.#generation) break
      if (await answers(port, Math.min(10_000, this.#times.hungMs))) answeredAt = performance.now()
      else if (performance.now() - answeredAt > this.#times.hungMs) {
        hung = true
        await server.end({ interruptMs: 200, terminateMs: 200 })
      }
    }
    const end = await ended
    this.#lastLog = server.log.text
    if (generation !== this.#generation || this.#process !== server) return
    // What it started may have outlived it.
    await server.end(this.#times.end)
    this.#process = undefined
    this.#clearIdle()
    this.#crash = classifyExit({ ...end, log: server.log.text, hung })
    const decision = decideRestart({ kind: this.#crash.kind, wasReady: true, recent: this.restarts })
    this.#options.logger.warn({ crash: this.#crash, restart: decision }, 'ComfyUI ended')
    if (!decision.restart) {
      this.#giveUp(crashError(this.#crash, this.#lastLog))
      return
    }
    this.#restarts.push(performance.now())
    this.#set('starting')
    await sleep(decision.afterMs, undefined, { ref: false })
    if (generation === this.#generation && !this.#closed) await this.start().catch(() => undefined)
  }

  #giveUp(error: AppError): AppError {
    this.#error = error
    this.#set('failed')
    return error
  }

  #recent(): number[] {
    const since = performance.now() - restartWindowMs
    this.#restarts = this.#restarts.filter((at) => at > since)
    return this.#restarts
  }

  #armIdle(): void {
    this.#clearIdle()
    if (this.#state !== 'ready' || this.#users > 0) return
    const { freeAfterS, stopAfterS } = this.#options.idle()
    const after = (seconds: number, act: () => Promise<void>): void => {
      if (seconds <= 0) return
      const timer = setTimeout(
        () => void act().catch((error: unknown) => this.#options.logger.warn({ err: error }, 'resting failed')),
        seconds * 1000,
      )
      timer.unref()
      this.#idleTimers.push(timer)
    }
    after(freeAfterS, async () => {
      if (this.#port !== undefined && this.#users === 0) await freeMemory(this.#port)
    })
    after(stopAfterS, async () => {
      if (this.#users === 0) await this.stop()
    })
  }

  #clearIdle(): void {
    for (const timer of this.#idleTimers) clearTimeout(timer)
    this.#idleTimers = []
  }

  #set(state: ServerState): void {
    this.#state = state
    this.#options.onChange()
  }
}

/** A process that ended while it started. */
class ServerEnded extends Error {
  constructor(readonly crash: Crash) {
    super(crash.message)
  }
}

/** The error of a server that is not started again. */
export function crashError(crash: Crash, log: string): AppError {
  const detail = { kind: crash.kind, ...(crash.module ? { module: crash.module } : {}), output: log.slice(-2_000) }
  if (crash.kind === 'out_of_memory') return new AppError('engine.out_of_memory', crash.message, { detail })
  return new AppError('engine.start', `${crash.message} Start it again, or look at "recast runtime doctor".`, {
    retry: 'user',
    detail,
  })
}
