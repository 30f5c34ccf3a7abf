import { setTimeout as sleep } from 'node:timers/promises'
import { type Edit, type EditKind, editKinds, type Sampling } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import { AppError, toAppError } from '#shared/domain/error'
import type { AppLogger } from '../../app'
import { bindWorkflow } from '../../workflows/bind'
import { bindCustomJob } from '../../workflows/custom/custom-job'
import type { WorkflowLibrary } from '../../workflows/load'
import { type Readiness, readiness } from '../../workflows/readiness'
import { drawsWholeStories } from '../../workflows/story-edit'
import { secretsRemoved } from '../../diagnostics/redact'
import type { AttemptPlace, Engine, EngineLoad, EngineResult, EngineTask } from '../engine'
import { triedAgain } from '../tried-again'
import { readAddress, type ServerAddress } from './address'
import { awayState } from './away'
import { chooseWorkflow, type WorkflowChoice } from './choose-workflow'
import { endError } from './ends'
import { askServer, deviceLine, deviceMemory, type KnownServer } from './facts'
import { follow, type RunOptions } from './follow'
import { frameOf } from './job-frame'
import { JobPictures } from './job-pictures'
import { lighterWays } from './lighter'
import type { PromptEnd } from './prompt-watch'
import { fetchResults, findSavedResult, outputPrefix, type PostedJob } from './results'
import type { ComfyServer, ComfyServerOptions } from './server'
import { grownPatienceMs, usualSilenceMs } from './patience'
import { slotPictures } from './slots'

/** Options of {@link createComfyEngine}. */
export interface ComfyEngineOptions extends Omit<ComfyServerOptions, 'onProblem'> {
  /** Every workflow that comes with Recast; asked for when it is first needed. */
  library: () => Promise<WorkflowLibrary>
  /**
   * Without a sign from a running prompt for this long (milliseconds; loading models excluded) its worker counts as dead, at the first
   * try. Absent: what its workflow says, and more on a processor.
   */
  silenceMs?: number
  /** All of a job's results must be fetched within this time (milliseconds), however slowly they drip. */
  fetchMs?: number
  logger: AppLogger
}

/** How long closing waits for cancelled prompts to be stopped on the server, milliseconds. */
const closeGraceMs = 2_000

/** Makes the engine of a ComfyUI address. Nothing is loaded or asked before the first probe. Throws `input.unknown_engine`. */
export function createComfyEngine(options: ComfyEngineOptions): Engine {
  return new Remote(options, readAddress(options.address))
}

class Remote implements Engine {
  readonly id: string
  readonly kind = 'remote'
  /** One that runs and one that waits behind it, so that the GPU never idles between two jobs. */
  readonly slots = 2
  readonly outlives = true
  private state: EngineView['state'] = 'starting'
  private error: AppError | undefined
  private known: KnownServer | undefined
  private library: WorkflowLibrary | undefined
  private ready = new Map<string, Readiness>()
  private opening: Promise<ComfyServer> | undefined
  private readonly pictures = new JobPictures()
  /** Times in a row that a workflow was given up here for its silence, by id. */
  private readonly silences = new Map<string, number>()
  /** By prompt. */
  private readonly stopping = new Map<string, Promise<boolean>>()
  private others = 0
  /** When it first gave no good answer, on the monotonic clock; undefined while it answers. */
  private awaySince: number | undefined

  constructor(
    private readonly options: ComfyEngineOptions,
    private readonly address: ServerAddress,
  ) {
    this.id = address.http
  }

  view(): EngineView {
    return {
      id: this.id,
      kind: this.kind,
      name: this.address.label,
      state: this.state,
      edits: this.edits(),
      device: this.known?.device ?? '',
      ...(this.error ? { error: this.error.toView() } : {}),
      ...(this.known?.version === undefined ? {} : { version: this.known.version }),
      ...(this.known?.memory ? { vram: this.known.memory } : {}),
      ...(this.known ? { workflows: this.countReady() } : {}),
    }
  }

  async probe(): Promise<EngineView> {
    try {
      // First, and kept whatever the server says: an edit is checked against it also while the server is away.
      const library = (this.library ??= await this.options.library())
      const server = await this.server()
      const [known, others] = await Promise.all([askServer(server), server.othersInQueue()])
      this.known = known
      this.others = others
      this.ready = new Map([...library.workflows.values()].map((workflow) => [workflow.id, readiness(library, workflow, known)]))
      this.state = 'ready'
      this.error = undefined
      this.awaySince = undefined
    } catch (thrown) {
      this.failed(this.told(thrown))
    }
    return this.view()
  }

  load(): EngineLoad | undefined {
    return this.known && { others: this.others, memory: this.known.memory }
  }

  async measure(): Promise<void> {
    const { known } = this
    if (!known || this.state !== 'ready') return
    try {
      const server = await this.server()
      const [stats, others] = await Promise.all([server.stats(), server.othersInQueue()])
      this.others = others
      this.known = { ...known, device: deviceLine(stats), memory: deviceMemory(stats) }
    } catch (thrown) {
      this.options.logger.debug({ engine: this.id, err: thrown }, 'queue and memory could not be asked for')
    }
  }

  async discard(promptId: string): Promise<boolean> {
    return await this.stop(await this.server(), promptId)
  }

  check(edit: Edit, workflowId: string | undefined, sampling: Sampling = {}): void {
    // A server that does not answer is waited for; one that is no ComfyUI, or refuses us, is not.
    if (this.state === 'failed' && this.error) throw this.error
    if (!this.library) return
    chooseWorkflow(this.library, this.known, { edit, workflowId, sampling, seed: 0 })
  }

  takesWholeStory(edit: Edit, workflowId: string | undefined): boolean {
    if (!this.library) return false
    return drawsWholeStories(chooseWorkflow(this.library, this.known, { edit, workflowId, sampling: {}, seed: 0 }).workflow)
  }

  workflows(): ReadonlyMap<string, Readiness> | undefined {
    return this.known && this.ready
  }

  serverFacts(): KnownServer | undefined {
    return this.known
  }

  run(task: EngineTask, options: RunOptions): Promise<EngineResult[]> {
    return this.watched(options, async (server, known) => {
      for (const before of task.left) {
        const { place } = await server.locate(before, options.signal)
        if (place !== 'nowhere') return await this.take(task, before, options, server, known)
      }
      const job = await this.prepare(task, options, server, known)
      // Its id first: a prompt that nobody knows of would run twice.
      await options.stored
      return await this.orLeave(job, options.signal, server, async () => {
        const end = await this.post(job, options, server, known)
        return await this.release(options, this.fetch(server, job, end, options.signal))
      })
    })
  }

  async lookup(attemptId: string): Promise<AttemptPlace> {
    const server = await this.server()
    // A post that the kill cut off may still be on its way in.
    for (const wait of [0, 150, 350]) {
      if (wait > 0) await sleep(wait)
      const { place } = await server.locate(attemptId)
      if (place !== 'nowhere') return place === 'pending' ? 'queued' : place === 'running' ? 'running' : 'done'
    }
    return 'unknown'
  }

  collect(task: EngineTask, options: RunOptions): Promise<EngineResult[]> {
    return this.watched(options, (server, known) => this.take(task, options.attemptId, options, server, known))
  }

  async free(): Promise<void> {
    await (await this.server()).free()
  }

  async close(): Promise<void> {
    await Promise.race([Promise.all(this.stopping.values()), sleep(closeGraceMs, undefined, { ref: false })])
    const server = await this.opening?.catch(() => undefined)
    await server?.close()
  }

  /** The client of the server; loaded with the first use, because it costs a start of Recast tens of milliseconds. */
  private server(): Promise<ComfyServer> {
    this.opening ??= import('./server').then(({ ComfyServer }) => {
      const { logger } = this.options
      return new ComfyServer({ ...this.options, onProblem: (problem) => logger.debug({ engine: this.id, problem }, 'comfyui') })
    })
    return this.opening
  }

  private edits(): EditKind[] {
    // What the user's own workflows need is looked at for each of them, when it is asked for.
    return editKinds.filter(
      (kind) =>
        (kind === 'custom' && this.known !== undefined) ||
        [...this.ready].some(([id, { ready }]) => ready && this.library?.workflows.get(id)?.edit === kind),
    )
  }

  private countReady(): { ready: number; all: number } {
    const all = [...this.ready.values()]
    return { ready: all.filter(({ ready }) => ready).length, all: all.length }
  }

  /** Stops a prompt; closing waits for that. */
  private stop(server: ComfyServer, promptId: string): Promise<boolean> {
    const under = this.stopping.get(promptId)
    if (under) return under
    const stopped = server.stop(promptId).finally(() => this.stopping.delete(promptId))
    this.stopping.set(promptId, stopped)
    return stopped
  }

  private failed(error: AppError): void {
    this.error = error
    this.awaySince ??= performance.now()
    this.state = awayState(error, performance.now() - this.awaySince)
  }

  /** The error without what a server may have echoed of its headers: it is shown, stored and sent on. */
  private told(thrown: unknown): AppError {
    const error = toAppError(thrown)
    if (!this.options.headers) return error
    const { message, detail } = secretsRemoved({ message: error.message, detail: error.detail ?? {} })
    return new AppError(error.code, message, { retry: error.retry, detail, cause: error.cause })
  }

  /** Runs a piece of work with the server; what it throws is a cancel if the signal says so, and tells how the server is. */
  private async watched(
    options: RunOptions,
    work: (server: ComfyServer, known: KnownServer) => Promise<EngineResult[]>,
  ): Promise<EngineResult[]> {
    const { signal } = options
    try {
      signal.throwIfAborted()
      if (!this.known) await this.probe()
      if (!this.known) throw this.error ?? new AppError('engine.offline', `${this.address.label} does not answer. ${triedAgain}`)
      return await work(await this.server(), this.known)
    } catch (thrown) {
      if (signal.aborted) throw new AppError('canceled', 'Canceled. Retry to run it again.', { cause: thrown })
      const error = this.told(thrown)
      // At once, so that no other job is sent there before the next look has found out.
      if (['engine.offline', 'auth.denied', 'secrets.unavailable'].includes(error.code)) this.failed(error)
      throw error
    }
  }

  private choose(task: EngineTask, known: KnownServer): WorkflowChoice {
    const { edit, sampling, workflowId, seed, input } = task
    if (!this.library)
      throw new AppError('bug', 'A job was started before its workflows were read. Retry, and report it if it comes back.')
    return chooseWorkflow(this.library, known, { edit, sampling, workflowId, seed, input })
  }

  /** Chooses the workflow, sends the pictures and binds. */
  private async prepare(
    task: EngineTask,
    { attemptId, signal }: RunOptions,
    server: ComfyServer,
    known: KnownServer,
  ): Promise<PostedJob> {
    const choice = this.choose(task, known)
    const images = await this.pictures.namesFor(task, choice.workflow, server, signal)
    return this.bind(task, choice, images, attemptId, known)
  }

  private bind(
    task: EngineTask,
    choice: WorkflowChoice,
    images: Record<string, string>,
    promptId: string,
    known: KnownServer,
  ): PostedJob {
    const { workflow, values, choices, level, models, custom } = choice
    const prefix = outputPrefix(workflow.id, promptId)
    if (custom) {
      const asked = { values: custom.edit.values, pictures: images, seed: task.seed, prefix }
      const bound = bindCustomJob(custom.workflow, asked, known.objectInfo)
      return { task, promptId, workflow, bound, letterbox: undefined }
    }
    const bound = bindWorkflow(workflow, values, images, {
      choices,
      models,
      ...(level ? { level } : {}),
      server: known.objectInfo,
      prefix,
    })
    return { task, promptId, workflow, bound, letterbox: frameOf(workflow, task) }
  }

  /** Posts and follows. A server whose input folder was cleaned refuses the picture's name: it is sent once more. */
  private async post(job: PostedJob, options: RunOptions, server: ComfyServer, known: KnownServer): Promise<PromptEnd> {
    const begin = (now: PostedJob): Promise<PromptEnd> =>
      this.follow(now, options, (listener, signal) => {
        const outputs = now.bound.outputs.map(({ node }) => node)
        return server.run(now.promptId, now.bound.graph, listener, signal, outputs)
      })
    try {
      return await begin(job)
    } catch (thrown) {
      if (!/invalid image file/i.test(toAppError(thrown).message)) throw thrown
      server.forgetUploads()
      this.pictures.forget()
      return await begin(await this.prepare(job.task, options, server, known))
    }
  }

  private async follow(
    { workflow, bound, letterbox }: PostedJob,
    options: RunOptions,
    begin: Parameters<typeof follow>[1],
  ): Promise<PromptEnd> {
    const silences = this.silences.get(workflow.id) ?? 0
    const usualMs = this.options.silenceMs ?? usualSilenceMs(workflow, { memory: this.known?.memory })
    const silenceMs = grownPatienceMs(usualMs, silences)
    try {
      const end = await follow({ graph: bound.graph, letterbox, label: this.address.label, silenceMs, ...options }, begin)
      this.silences.delete(workflow.id)
      return end
    } catch (thrown) {
      if (toAppError(thrown).code === 'engine.timeout') this.silences.set(workflow.id, silences + 1)
      throw thrown
    }
  }

  /** Waits for a prompt that was posted before, and fetches its results. */
  private async take(
    task: EngineTask,
    promptId: string,
    options: RunOptions,
    server: ComfyServer,
    known: KnownServer,
  ): Promise<EngineResult[]> {
    const choice = this.choose(task, known)
    const slots = Object.fromEntries(Object.keys(slotPictures(choice.workflow, task.edit)).map((slot) => [slot, slot]))
    const job = this.bind(task, choice, slots, promptId, known)
    return await this.orLeave(job, options.signal, server, async () => {
      const end = await this.follow(job, options, (listener, signal) => server.attach(promptId, listener, signal))
      return await this.release(options, this.fetch(server, job, end, options.signal))
    })
  }

  /** Does something with a posted prompt; when that fails, sees to what becomes of the prompt. */
  private async orLeave<T>(job: PostedJob, signal: AbortSignal, server: ComfyServer, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (thrown) {
      const error = toAppError(thrown)
      // Refused, it is nowhere on the server.
      if (error.code !== 'engine.rejected' && !error.code.startsWith('engine.missing')) this.leave(job, signal, error, server)
      throw error
    }
  }

  /**
   * What becomes of a prompt that we stop following: a cancelled or silent one is ended. One whose server is away stays there, and the
   * caller remembers it.
   */
  private leave({ promptId }: PostedJob, signal: AbortSignal, error: AppError, server: ComfyServer): void {
    if ((signal.aborted && signal.reason === 'cancel') || error.code === 'engine.timeout') void this.stop(server, promptId)
  }

  /** Says that the device is free, once the results have been asked for: undici writes to an idle connection only in the next turn. */
  private release<T>({ onEvent }: RunOptions, fetching: Promise<T>): Promise<T> {
    setImmediate(() => onEvent({ type: 'released' }))
    return fetching
  }

  /** Fetches the pictures of a prompt that ended; throws what became of it when it did not end well. */
  private async fetch(server: ComfyServer, job: PostedJob, end: PromptEnd, signal: AbortSignal): Promise<EngineResult[]> {
    if (end.type === 'success')
      return await fetchResults(server, job, end, this.library, { signal, fetchMs: this.options.fetchMs })
    const saved = end.type === 'forgotten' ? await findSavedResult(server, job, signal) : undefined
    if (saved) return saved
    const { task, workflow, bound } = job
    const lighter = this.library ? lighterWays(this.library, this.known, task, { workflow, vramGb: bound.vramGb }) : []
    throw endError(end, this.address.label, lighter)
  }
}
