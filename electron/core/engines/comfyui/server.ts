import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toAppError } from '#shared/domain/error'
import type { Graph } from '../../workflows/graph'
import { triedAgain } from '../tried-again'
import { readAddress, type ServerAddress } from './address'
import { ComfyHttp, type HttpOptions } from './http'
import type { SaidImage, ServerMessage } from './messages'
import { postPrompt } from './post'
import { beginWatch, onMessage, onPosted, onReading, type PromptEnd, type PromptReading, type PromptWatch } from './prompt-watch'
import { readHistory, readQueue, readStats, type ServerStats } from './readings'
import { ComfySocket } from './socket'
import { Uploads } from './uploads'

/** Times of a server, in milliseconds; the defaults suit real servers, tests make them small. */
export interface ServerTimes {
  /** Between two looks at queue and history while a prompt is out. */
  reconcileMs?: number
  /** Without any answer for this long the prompt counts as lost. */
  lostMs?: number
  /** Found nowhere for this long, three looks at the least, the prompt counts as forgotten. */
  forgottenMs?: number
  /** How long a post waits for the socket to stand, so that its first messages are heard. */
  socketWaitMs?: number
  pingMs?: number
  /** A socket on which nothing comes for this long while a prompt runs is replaced: it may be deaf. */
  deafMs?: number
}

export interface ComfyServerOptions extends HttpOptions, ServerTimes {
  address: string
  /**
   * Under which the server knows us; random when absent. Kept over restarts of Recast, it lets a prompt that a former process posted
   * go on telling its progress. No two processes may use one at a time.
   */
  clientId?: string
  /** Told when a connection that stood has broken: the server may be gone. */
  onSuspect?: () => void
  /** Told about odd things, for the log. */
  onProblem?: (problem: string) => void
}

/** What a caller of {@link ComfyServer.run} hears while a prompt is out. */
export interface PromptListener {
  onChange(watch: PromptWatch): void
  onPreview(preview: { mime: 'image/jpeg' | 'image/png'; image: Uint8Array }): void
}

interface Tracked {
  watch: PromptWatch
  listener: PromptListener
  /** Resolves the waiting `run` when the watch has ended. */
  settle: () => void
  lastAnswerAt: number
  reading: boolean
  readAgain: boolean
}

/** After the end is announced the history has it within milliseconds; these are the waits between looks. */
const finishingWaitsMs = [0, 5, 20, 50, 100, 200, 400, 800]
/** Between two looks for a prompt that is missing, milliseconds. */
const missingLookMs = 1_000
/** A picture of ours is at most 100 megapixels; a PNG of that with little to compress is under this. */
const maxImageBytes = 512 * 1024 * 1024

/** One ComfyUI server: posts prompts, follows them to their true end, moves pictures. Knows nothing of jobs. */
export class ComfyServer {
  readonly address: ServerAddress
  readonly #http: ComfyHttp
  readonly #socket: ComfySocket
  readonly #clientId: string
  readonly #tracked = new Map<string, Tracked>()
  readonly #uploads: Uploads
  readonly #options: ComfyServerOptions
  #timer: NodeJS.Timeout | undefined
  /** The prompt that this client has running, for previews that name none. */
  #runningPrompt: string | undefined
  #heardAt = performance.now()
  #stood = false
  #closed = false

  constructor(options: ComfyServerOptions) {
    this.#options = options
    this.address = readAddress(options.address)
    this.#clientId = options.clientId ?? randomUUID()
    this.#http = new ComfyHttp(this.address, options)
    this.#uploads = new Uploads(this.#http)
    this.#socket = new ComfySocket({
      address: this.address,
      clientId: this.#clientId,
      ...(options.headers ? { headers: options.headers } : {}),
      ...(options.certificateAuthority ? { certificateAuthority: options.certificateAuthority } : {}),
      ...(options.pingMs ? { pingMs: options.pingMs } : {}),
      onMessage: (message) => this.#heard(message),
      onOpen: () => {
        this.#stood = true
        this.#readAll()
      },
      onLost: (why) => {
        this.#options.onProblem?.(`socket of ${this.address.label}: ${why}`)
        // A way that has gone silent takes every connection of its age with it.
        this.#http.renew()
        if (this.#stood) this.#options.onSuspect?.()
        this.#stood = false
      },
    })
  }

  /** Version and devices. Rejects with `engine.offline`, `auth.denied` or `engine.rejected`. */
  async stats(signal?: AbortSignal): Promise<ServerStats> {
    return readStats(await this.#http.look('/system_stats', signal))
  }

  /** The server's node classes, as it describes them. */
  objectInfo(signal?: AbortSignal): Promise<unknown> {
    return this.#http.getJson('/object_info', signal)
  }

  /** How many prompts of others run and wait there. */
  async othersInQueue(signal?: AbortSignal): Promise<number> {
    const { running, pending } = readQueue(await this.#http.getJson('/queue', signal))
    return [...running, ...pending].filter((id) => !this.#tracked.has(id)).length
  }

  /** Sends a PNG under a name made of its content, once for each content; answers the name that `LoadImage` takes. */
  upload(png: Uint8Array, signal: AbortSignal): Promise<string> {
    return this.#uploads.send(png, signal)
  }

  /** Forgets what was uploaded: a server that was reinstalled or cleaned has it no longer. */
  forgetUploads(): void {
    this.#uploads.forget()
  }

  /**
   * Posts a prompt under an id of ours and follows it to its end. The id must be stored before; it is never posted twice.
   * @param outputs nodes whose pictures are the result: told on the socket, they save asking for the history
   */
  async run(
    promptId: string,
    graph: Graph,
    listener: PromptListener,
    signal: AbortSignal,
    outputs: readonly string[] = [],
  ): Promise<PromptEnd> {
    const tracked = this.#track(promptId, listener, outputs)
    try {
      await this.#socketOpen(signal)
      await this.#post(tracked, graph, signal)
      this.#change(tracked, onPosted(tracked.watch))
      return await this.#end(tracked, signal)
    } finally {
      this.#untrack(promptId)
    }
  }

  /** Follows a prompt that was posted before, perhaps by a former process. */
  async attach(promptId: string, listener: PromptListener, signal: AbortSignal): Promise<PromptEnd> {
    const tracked = this.#track(promptId, listener)
    try {
      this.#change(tracked, onPosted(tracked.watch))
      this.#read(tracked)
      return await this.#end(tracked, signal)
    } finally {
      this.#untrack(promptId)
    }
  }

  /** Where a prompt is: queue, then history, then queue again, because it can move between two looks. */
  async locate(promptId: string, signal?: AbortSignal): Promise<PromptReading> {
    const before = await this.#placeInQueue(promptId, signal)
    if (before) return before
    const end = readHistory(await this.#http.look(`/history/${encodeURIComponent(promptId)}`, signal), promptId)
    if (end) return { place: 'history', end }
    return (await this.#placeInQueue(promptId, signal)) ?? { place: 'nowhere' }
  }

  /**
   * Ends a prompt of ours wherever it is, and sees to it that it ended: an interrupt that comes before the prompt starts is lost, and
   * loading models ignores it. Never touches another client's. Answers whether it is surely over (not: no answer for
   * `patienceMs`, or closed). Never rejects.
   */
  async stop(promptId: string, patienceMs = 60_000): Promise<boolean> {
    const giveUpAt = performance.now() + patienceMs
    let wait = 50
    let missing = 0
    while (!this.#closed && performance.now() < giveUpAt) {
      try {
        await this.#http.postJson('/queue', { delete: [promptId] })
        const reading = await this.locate(promptId)
        if (reading.place === 'history') return true
        // A post that was cut off may still be on its way in: found nowhere once is not enough.
        if (reading.place === 'nowhere' && (missing += 1) >= 3) return true
        if (reading.place === 'running') await this.#http.postJson('/interrupt', { prompt_id: promptId })
      } catch (thrown) {
        this.#options.onProblem?.(`stopping ${promptId}: ${toAppError(thrown).message}`)
      }
      await sleep(wait)
      wait = Math.min(2_000, wait * 2)
    }
    return false
  }

  /** Fetches a result, at most `limit` bytes (see {@link ComfyHttp.download}); the server's name for it only ever is part of a URL. */
  fetchImage(image: SaidImage, target: string, signal: AbortSignal, limit = maxImageBytes): Promise<Buffer | string> {
    const query = new URLSearchParams({ filename: image.filename, subfolder: image.subfolder, type: image.type })
    return this.#http.download(`/view?${query.toString()}`, target, limit, signal)
  }

  /** Lets go of models and cached results on the server. */
  free = async (): Promise<void> => void (await this.#http.postJson('/free', { unload_models: true, free_memory: true }))

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    this.#socket.unwant()
    await this.#http.close()
  }

  #post({ watch: { promptId } }: Tracked, graph: Graph, signal: AbortSignal): Promise<void> {
    return postPrompt({
      http: this.#http,
      label: this.address.label,
      promptId,
      body: { prompt: graph, client_id: this.#clientId, prompt_id: promptId },
      locate: (until) => this.locate(promptId, until),
      stop: (id) => this.stop(id),
      isHeard: () => this.#tracked.get(promptId)?.watch.phase !== 'sent',
      signal,
    })
  }

  async #placeInQueue(promptId: string, signal?: AbortSignal): Promise<PromptReading | undefined> {
    const queue = readQueue(await this.#http.look('/queue', signal))
    if (queue.running.includes(promptId)) return { place: 'running' }
    if (queue.pending.includes(promptId)) return { place: 'pending' }
    return undefined
  }

  #track(promptId: string, listener: PromptListener, outputs: readonly string[] = []): Tracked {
    const now = performance.now()
    const tracked: Tracked = {
      watch: beginWatch(promptId, now, outputs),
      listener,
      settle: () => {},
      lastAnswerAt: now,
      reading: false,
      readAgain: false,
    }
    this.#tracked.set(promptId, tracked)
    this.#socket.want()
    this.#timer ??= setInterval(() => {
      this.#renewIfDeaf()
      this.#readAll()
    }, this.#options.reconcileMs ?? 3_000)
    return tracked
  }

  #untrack(promptId: string): void {
    this.#tracked.delete(promptId)
    if (this.#runningPrompt === promptId) this.#runningPrompt = undefined
    if (this.#tracked.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #socketOpen(signal: AbortSignal): Promise<void> {
    const giveUpAt = performance.now() + (this.#options.socketWaitMs ?? 1_000)
    while (!this.#socket.isOpen && performance.now() < giveUpAt) await sleep(5, undefined, { signal })
  }

  #end(tracked: Tracked, signal: AbortSignal): Promise<PromptEnd> {
    return new Promise((resolve, reject) => {
      const lostMs = this.#options.lostMs ?? 60_000
      const abort = (): void =>
        finish(() => reject(new AppError('canceled', 'Canceled. Retry to run it again.', { cause: signal.reason })))
      const lookOut = setInterval(
        () => {
          if (performance.now() - tracked.lastAnswerAt < lostMs) return
          finish(() =>
            reject(
              new AppError(
                'engine.lost',
                `${this.address.label} has not answered for ${Math.round(lostMs / 1000)} s. ${triedAgain}`,
              ),
            ),
          )
        },
        Math.min(1_000, lostMs / 4),
      )
      const finish = (act: () => void): void => {
        clearInterval(lookOut)
        signal.removeEventListener('abort', abort)
        tracked.settle = () => {}
        act()
      }
      tracked.settle = () => {
        const { end } = tracked.watch
        if (end) finish(() => resolve(end))
      }
      if (signal.aborted) return abort()
      signal.addEventListener('abort', abort)
      tracked.settle()
    })
  }

  #heard(message: ServerMessage): void {
    this.#heardAt = performance.now()
    if (message.type === 'garbage') this.#options.onProblem?.(`socket of ${this.address.label}: ${message.why}`)
    if (message.type === 'preview') return this.#preview(message)
    if (message.type === 'executing' && message.promptId && message.node !== null && this.#tracked.has(message.promptId))
      this.#runningPrompt = message.promptId
    for (const tracked of this.#tracked.values()) this.#change(tracked, onMessage(tracked.watch, message, performance.now()))
  }

  #preview(message: Extract<ServerMessage, { type: 'preview' }>): void {
    const tracked = this.#tracked.get(message.promptId ?? this.#runningPrompt ?? '')
    if (!tracked || tracked.watch.phase === 'ended') return
    tracked.lastAnswerAt = performance.now()
    tracked.listener.onPreview({ mime: message.mime, image: message.image })
  }

  #change(tracked: Tracked, next: PromptWatch): void {
    const before = tracked.watch
    if (next === before) return
    tracked.watch = next
    tracked.lastAnswerAt = performance.now()
    tracked.listener.onChange(next)
    if (next.phase === 'ended') tracked.settle()
    else if (next.phase === 'finishing' && before.phase !== 'finishing') this.#read(tracked)
  }

  /** An open socket that answers pings may still hear nothing (a server drops the wrong one); a fresh one is sure to. */
  #renewIfDeaf(): void {
    const deafMs = this.#options.deafMs ?? 30_000
    const runs = [...this.#tracked.values()].some(({ watch }) => watch.phase === 'running')
    if (!runs || performance.now() - this.#heardAt < deafMs) return
    this.#heardAt = performance.now()
    this.#socket.renew('nothing came for a while')
  }

  #readAll(): void {
    for (const tracked of this.#tracked.values()) this.#read(tracked)
  }

  /** Looks the prompt up; while it is finishing, again and again for a moment, because the history is written after the announcement. */
  #read(tracked: Tracked): void {
    if (tracked.reading) {
      tracked.readAgain = true
      return
    }
    tracked.reading = true
    void this.#readNow(tracked).finally(() => {
      tracked.reading = false
      const again = tracked.readAgain && this.#tracked.get(tracked.watch.promptId) === tracked
      tracked.readAgain = false
      if (again) this.#read(tracked)
    })
  }

  async #readNow(tracked: Tracked): Promise<void> {
    const { promptId } = tracked.watch
    for (const wait of finishingWaitsMs) {
      if (wait > 0) await sleep(wait)
      if (this.#closed || tracked.watch.phase === 'ended' || !this.#tracked.has(promptId)) return
      try {
        if (tracked.watch.phase === 'sent') return
        // While it is finishing only the history matters; the last look is a whole one, for a server that has forgotten it meanwhile.
        const historyOnly = tracked.watch.phase === 'finishing' && wait !== finishingWaitsMs.at(-1)
        const reading = historyOnly ? await this.#historyOnly(promptId) : await this.locate(promptId)
        tracked.lastAnswerAt = performance.now()
        if (reading) this.#change(tracked, onReading(tracked.watch, reading, performance.now(), this.#options.forgottenMs))
        if (reading?.place === 'nowhere') this.#lookAgain(tracked)
        if (tracked.watch.phase !== 'finishing') return
      } catch (thrown) {
        this.#options.onProblem?.(`looking for ${promptId} on ${this.address.label}: ${toAppError(thrown).message}`)
        return
      }
    }
  }

  /** Missing: looked for more often than usual, so that a server that has forgotten it is soon known to have. */
  #lookAgain(tracked: Tracked): void {
    const look = (): unknown => this.#tracked.get(tracked.watch.promptId) === tracked && this.#read(tracked)
    setTimeout(look, missingLookMs).unref()
  }

  async #historyOnly(promptId: string): Promise<PromptReading | undefined> {
    const end = readHistory(await this.#http.look(`/history/${encodeURIComponent(promptId)}`), promptId)
    return end ? { place: 'history', end } : undefined
  }
}
