import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Edit, EditKind } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import { AppError, toAppError } from '#shared/domain/error'
import type { AppLogger } from '../../app'
import { type BoundWorkflow, bindWorkflow } from '../../workflows/bind'
import type { Workflow, WorkflowLibrary } from '../../workflows/load'
import { type Readiness, readiness } from '../../workflows/readiness'
import { type Letterbox, planCanvas } from '../../workflows/size-policy'
import { allEdits, type AttemptPlace, type Engine, type EngineResult, type EngineTask } from '../engine'
import { readAddress, type ServerAddress } from './address'
import { chooseWorkflow, imagesOf, type WorkflowChoice } from './choose-workflow'
import { endError } from './ends'
import { askServer, type KnownServer } from './facts'
import { follow, type RunOptions } from './follow'
import { finishResult, drawCanvas, drawReference } from './pictures'
import type { PromptEnd, RemoteImage } from './prompt-watch'
import type { ComfyServer, ComfyServerOptions } from './server'

/** Options of {@link createComfyEngine}. */
export interface ComfyEngineOptions extends Omit<ComfyServerOptions, 'onProblem'> {
  /** Every workflow that comes with Recast; asked for when it is first needed. */
  library: () => Promise<WorkflowLibrary>
  /** Without a sign from a running prompt for this long (milliseconds; loading models excluded) its worker counts as dead. */
  silenceMs?: number
  logger: AppLogger
}

/** The brief's 600 s: encoders of real models are silent for minutes. */
const defaultSilenceMs = 600_000
/** All of a result must be here within this time, however slowly a server drips it, milliseconds. */
const fetchMs = 600_000
/** How long closing waits for cancelled prompts to be stopped on the server, milliseconds. */
const closeGraceMs = 2_000
/** A workflow's results; more than this one prompt of ours never makes. */
const maxResults = 64
/** Names of uploaded pictures that are remembered, by what they were made of. */
const maxRemembered = 500

/** Makes the engine of a ComfyUI address. Nothing is loaded or asked before the first probe. Throws `input.unknown_engine`. */
export function createComfyEngine(options: ComfyEngineOptions): Engine {
  return new Remote(options, readAddress(options.address))
}

/** One job, bound for this server. */
interface Bound {
  choice: WorkflowChoice
  bound: BoundWorkflow
  letterbox: Letterbox | undefined
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
  /** What was uploaded for a picture in a form, by both. */
  private readonly pictures = new Map<string, Promise<string>>()
  /** Prompts whose end was not learned because the server went away, by job: found again before the job is posted anew. */
  private readonly abandoned = new Map<string, string>()
  private readonly stopping = new Set<Promise<void>>()

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
    }
  }

  async probe(): Promise<EngineView> {
    try {
      const server = await this.server()
      const [library, known] = await Promise.all([this.options.library(), askServer(server)])
      this.library = library
      this.known = known
      this.ready = new Map([...library.workflows.values()].map((workflow) => [workflow.id, readiness(library, workflow, known)]))
      this.state = 'ready'
      this.error = undefined
    } catch (thrown) {
      this.failed(toAppError(thrown))
    }
    return this.view()
  }

  check(edit: Edit, workflowId: string | undefined): void {
    if (!this.library) return
    // A server that does not answer is waited for; one that is no ComfyUI, or refuses us, is not.
    if (this.state === 'failed' && this.error) throw this.error
    chooseWorkflow(this.library, this.known, { edit, workflowId, sampling: {}, seed: 0 })
  }

  workflows(): ReadonlyMap<string, Readiness> | undefined {
    return this.known && this.ready
  }

  run(task: EngineTask, options: RunOptions): Promise<EngineResult[]> {
    return this.watched(task, options, async (server, known) => {
      const before = this.abandoned.get(task.jobId)
      if (before !== undefined && (await server.locate(before, options.signal)).place !== 'nowhere') {
        return await this.take(task, before, options, server, known)
      }
      this.abandoned.delete(task.jobId)
      const bound = await this.bind(task, options, server, known)
      let posted = true
      try {
        const end = await this.post(task, bound, options, server, known)
        return await this.fetch(task, bound, options.attemptId, end, options, server)
      } catch (thrown) {
        const error = toAppError(thrown)
        if (error.code === 'engine.rejected' || error.code.startsWith('engine.missing')) posted = false
        if (posted) this.leave(task, options.attemptId, options.signal, error, server)
        throw error
      }
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
    return this.watched(task, options, (server, known) => this.take(task, options.attemptId, options, server, known))
  }

  async free(): Promise<void> {
    await (await this.server()).free()
  }

  async close(): Promise<void> {
    await Promise.race([Promise.all(this.stopping), sleep(closeGraceMs, undefined, { ref: false })])
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
    return allEdits.filter((kind) =>
      [...this.ready].some(([id, { ready }]) => ready && this.library?.workflows.get(id)?.edit === kind),
    )
  }

  private failed(error: AppError): void {
    this.error = error
    this.state = error.retry === 'auto' ? 'offline' : 'failed'
  }

  /** Runs a piece of work with the server; what it throws is a cancel if the signal says so, and tells how the server is. */
  private async watched(
    task: EngineTask,
    options: RunOptions,
    work: (server: ComfyServer, known: KnownServer) => Promise<EngineResult[]>,
  ): Promise<EngineResult[]> {
    const { signal } = options
    try {
      signal.throwIfAborted()
      if (!this.known) await this.probe()
      if (!this.known)
        throw this.error ?? new AppError('engine.offline', `${this.address.label} does not answer. Recast tries again by itself.`)
      const results = await work(await this.server(), this.known)
      this.abandoned.delete(task.jobId)
      return results
    } catch (thrown) {
      if (signal.aborted) throw new AppError('canceled', 'Canceled. Retry to run it again.', { cause: thrown })
      const error = toAppError(thrown)
      // At once, so that no other job is sent there before the next look has found out.
      if (error.code === 'engine.offline' || error.code === 'auth.denied') this.failed(error)
      throw error
    }
  }

  private choose(task: EngineTask, known: KnownServer): WorkflowChoice {
    const { edit, sampling, workflowId, seed } = task
    if (!this.library)
      throw new AppError('bug', 'A job was started before its workflows were read. Retry, and report it if it comes back.')
    return chooseWorkflow(this.library, known, { edit, sampling, workflowId, seed })
  }

  private async bind(task: EngineTask, options: RunOptions, server: ComfyServer, known: KnownServer): Promise<Bound> {
    const choice = this.choose(task, known)
    const letterbox = planCanvas(choice.workflow.size, task.input)
    const images: Record<string, string> = {}
    for (const slot of imagesOf(choice.workflow, task.edit)) {
      images[slot] = await this.picture(task, choice.workflow, slot, letterbox, options.signal, server)
    }
    return { choice, letterbox, bound: this.bound(choice, images, options.attemptId, known) }
  }

  private bound(
    { workflow, values, choices, models }: WorkflowChoice,
    images: Record<string, string>,
    attemptId: string,
    known: KnownServer,
  ): BoundWorkflow {
    return bindWorkflow(workflow, values, images, {
      choices,
      models,
      server: known.objectInfo,
      prefix: `recast_${workflow.id}_${attemptId}`,
    })
  }

  /** The server's name of a picture; drawn and sent once for all jobs that need it in the same form. */
  private async picture(
    task: EngineTask,
    workflow: Workflow,
    slot: string,
    letterbox: Letterbox | undefined,
    signal: AbortSignal,
    server: ComfyServer,
  ): Promise<string> {
    const edited = workflow.images[slot]?.role === 'edited'
    const input = edited ? task.input : task.styleInput
    if (!input) throw new AppError('bug', 'The style picture of the job is not there. Retry, and report it if it comes back.')
    const canvas = edited ? letterbox : undefined
    const key = createHash('sha256')
      .update(JSON.stringify([input.sha256, canvas]))
      .digest('hex')
    let sending = this.pictures.get(key)
    if (!sending) {
      // Not under this job's signal: another job may wait for the same upload when this one is cancelled.
      const limit = AbortSignal.timeout(fetchMs)
      sending = (canvas ? drawCanvas(input.path, canvas) : drawReference(input.path)).then((png) => server.upload(png, limit))
      this.pictures.set(key, sending)
      sending.catch(() => this.pictures.delete(key))
      for (const old of this.pictures.keys()) if (this.pictures.size > maxRemembered) this.pictures.delete(old)
    }
    const name = await sending
    signal.throwIfAborted()
    return name
  }

  /** Posts and follows. A server whose input folder was cleaned refuses the picture's name: it is sent once more. */
  private async post(
    task: EngineTask,
    bound: Bound,
    options: RunOptions,
    server: ComfyServer,
    known: KnownServer,
  ): Promise<PromptEnd> {
    const begin = (graph: BoundWorkflow['graph']): Promise<PromptEnd> =>
      this.follow(graph, bound.letterbox, options, (listener, signal) => server.run(options.attemptId, graph, listener, signal))
    try {
      return await begin(bound.bound.graph)
    } catch (thrown) {
      if (!/invalid image file/i.test(toAppError(thrown).message)) throw thrown
      server.forgetUploads()
      this.pictures.clear()
      return await begin((await this.bind(task, options, server, known)).bound.graph)
    }
  }

  private follow(
    graph: BoundWorkflow['graph'],
    letterbox: Letterbox | undefined,
    options: RunOptions,
    begin: Parameters<typeof follow>[1],
  ): Promise<PromptEnd> {
    const { label } = this.address
    return follow({ graph, letterbox, label, silenceMs: this.options.silenceMs ?? defaultSilenceMs, ...options }, begin)
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
    const slots = Object.fromEntries(imagesOf(choice.workflow, task.edit).map((slot) => [slot, slot]))
    const bound = {
      choice,
      letterbox: planCanvas(choice.workflow.size, task.input),
      bound: this.bound(choice, slots, promptId, known),
    }
    try {
      const end = await this.follow(bound.bound.graph, bound.letterbox, options, (listener, signal) =>
        server.attach(promptId, listener, signal),
      )
      return await this.fetch(task, bound, promptId, end, options, server)
    } catch (thrown) {
      const error = toAppError(thrown)
      this.leave(task, promptId, options.signal, error, server)
      throw error
    }
  }

  /** What becomes of a prompt that we stop following: a cancelled or silent one is ended, one whose server is away is remembered. */
  private leave(task: EngineTask, promptId: string, signal: AbortSignal, error: AppError, server: ComfyServer): void {
    const cancelled = signal.aborted && signal.reason === 'cancel'
    if (cancelled || error.code === 'engine.timeout') {
      const stopped = server.stop(promptId).finally(() => this.stopping.delete(stopped))
      this.stopping.add(stopped)
      this.abandoned.delete(task.jobId)
    } else if (
      !signal.aborted &&
      (error.code === 'engine.offline' || error.code === 'engine.lost') &&
      error.detail?.['forgotten'] !== true
    ) {
      this.abandoned.set(task.jobId, promptId)
    } else this.abandoned.delete(task.jobId)
  }

  /** Fetches the pictures of a prompt that ended, and lays them over the photo. */
  private async fetch(
    task: EngineTask,
    { choice, bound, letterbox: planned }: Bound,
    promptId: string,
    end: PromptEnd,
    options: RunOptions,
    server: ComfyServer,
  ): Promise<EngineResult[]> {
    const letterbox = this.letterboxOf(end, promptId, task, planned)
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(fetchMs)])
    const images =
      end.type === 'success' ? end.images.filter(({ node }) => bound.outputs.some((output) => output.node === node)) : []
    if (end.type !== 'success' && end.type !== 'forgotten') throw endError(end, this.address.label, this.lighter(choice.workflow))
    if (end.type === 'forgotten') {
      // A server that ended after it had saved the picture has forgotten all but the file; its name is ours.
      const saved = { filename: `recast_${choice.workflow.id}_${promptId}_00001_.png`, subfolder: '', type: 'output' }
      const found = await this.fetchOne(task, choice, letterbox, saved, 0, signal, server).catch(() => undefined)
      options.signal.throwIfAborted()
      if (found) return [found]
      throw endError(end, this.address.label, [])
    }
    if (images.length === 0) {
      throw new AppError(
        'engine.execution',
        `${this.address.label} ended the job without a picture. Retry it, or look at the server's log.`,
        {
          detail: { server: this.address.label },
        },
      )
    }
    const results: EngineResult[] = []
    for (const [index, image] of images.slice(0, maxResults).entries()) {
      results.push(await this.fetchOne(task, choice, letterbox, image, index, signal, server))
    }
    return results
  }

  /** A prompt of a former process may have run another workflow than would be chosen now: its results' names tell which. */
  private letterboxOf(end: PromptEnd, promptId: string, task: EngineTask, planned: Letterbox | undefined): Letterbox | undefined {
    const name = end.type === 'success' ? (end.images[0]?.filename ?? '') : ''
    const id = new RegExp(`^recast_([a-z0-9.-]+)_${promptId}_`).exec(name)?.[1]
    const workflow = id === undefined ? undefined : this.library?.workflows.get(id)
    return workflow ? planCanvas(workflow.size, task.input) : planned
  }

  private async fetchOne(
    task: EngineTask,
    { workflow }: WorkflowChoice,
    letterbox: Letterbox | undefined,
    image: Omit<RemoteImage, 'node'>,
    index: number,
    signal: AbortSignal,
    server: ComfyServer,
  ): Promise<EngineResult> {
    const fetched = join(task.workDir, `fetched-${index}`)
    const path = join(task.workDir, `result-${index}.png`)
    // Sixteen times the canvas uncompressed is more than any honest answer, and little enough to be cut off early.
    const limit = letterbox ? letterbox.canvas.width * letterbox.canvas.height * 48 + 16 * 2 ** 20 : undefined
    try {
      await server.fetchImage(image, fetched, signal, limit)
      const { edit } = task
      const strength =
        edit.kind === 'style' && workflow.controls.strength === 'wording' ? Math.min(1, edit.strength / usualStrength) : 1
      const made = await finishResult({
        fetched,
        target: path,
        photo: task.input,
        letterbox,
        strength,
        keepAlpha: edit.kind === 'style',
      })
      return { path, width: made.width, height: made.height, hasAlpha: made.hasAlpha, notes: made.notes }
    } finally {
      await rm(fetched, { force: true })
    }
  }

  private lighter(workflow: Workflow): string[] {
    return [...(this.library?.workflows.values() ?? [])]
      .filter(
        (other) => other.edit === workflow.edit && other.vramGb < workflow.vramGb && this.ready.get(other.id)?.ready === true,
      )
      .map((other) => other.id)
  }
}

/** The studio's default of the strength slider: from here up the words alone count, below it the photo shows through. */
const usualStrength = 0.85
