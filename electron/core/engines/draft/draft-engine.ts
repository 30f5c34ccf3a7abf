import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type Edit, styleAmounts, type StyleEdit } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import { AppError } from '#shared/domain/error'
import { resolveStyle, styleFromWords } from '#shared/styles/catalogue'
import { poseFromPhoto } from '#shared/views/relative-pose'
import { saveFile } from '../../assets/durable-file'
import type { Engine, EngineEvent, EngineResult, EngineTask } from '../engine'
import { defaultModelsDir, defaultProcessPath } from './locations'
import type { Work } from './messages'
import { modelFiles } from './network/sessions'
import { showsBack } from './perspective/camera'
import { poseFromPrompt } from './perspective/pose-from-prompt'
import { ProcessHost, type DraftLogger } from './process-host'
import { isSeeded } from './recipes'

export interface DraftEngineOptions {
  /** The built draft process; absent: looked for beside the running bundle. */
  processPath?: string | undefined
  /** Folder of the networks; absent: the one that comes with Recast. */
  modelsDir?: string | undefined
  /** Threads for the networks; absent or 0: as many as the machine has cores. */
  threads?: number | undefined
  /** Where thumbnails of style tiles are kept; absent: they are made anew. */
  cacheDir?: string | undefined
  /** How long an idle draft process keeps its memory, milliseconds. */
  idleMs?: number | undefined
  logger?: DraftLogger | undefined
}

/** The draft engine, and what only it can do. */
export interface DraftEngine extends Engine {
  /** Starts the draft process now, so that the first job finds it ready. Harmless when it runs already. */
  warm(): void
  /**
   * A small draft of a picture in a style, as WebP with a longer side of `size` pixels. Runs in a process of its own, which is ended when a job comes
   * and started again after it: a tile never delays a job. Rejects with what the drafting threw, or `canceled` when the engine closes.
   */
  thumbnail(inputPath: string, styleId: string, size: number): Promise<Buffer>
}

const defaultIdleMs = 90_000
/** The tiles' process holds little and is needed in bursts. */
const tileIdleMs = 10_000
/** Part of every thumbnail's name in the cache: another recipe, another number. */
const recipeVersion = 1

/** Makes the draft engine. Nothing is started before the first job, `warm` or thumbnail. */
export function createDraftEngine(options: DraftEngineOptions = {}): DraftEngine {
  return new Drafts(options)
}

class Drafts implements DraftEngine {
  readonly id = 'draft'
  readonly kind = 'draft'
  readonly slots = 1
  private readonly host: ProcessHost
  private readonly tiles: ProcessHost
  private readonly modelsDir: string
  private readonly processPath: string
  private readonly threads: number
  private error: AppError | undefined
  private last: Promise<unknown> = Promise.resolve()
  private lastTile: Promise<unknown> = Promise.resolve()
  private jobs = 0
  private idleWaiters: (() => void)[] = []
  private tileAbort = new AbortController()
  private closed = false

  constructor(private readonly options: DraftEngineOptions) {
    this.modelsDir = options.modelsDir ?? defaultModelsDir()
    this.processPath = options.processPath ?? defaultProcessPath()
    this.threads = options.threads || availableParallelism()
    const shared = { path: this.processPath, modelsDir: this.modelsDir, logger: options.logger }
    this.host = new ProcessHost({ ...shared, threads: this.threads, idleMs: options.idleMs ?? defaultIdleMs, background: false })
    this.tiles = new ProcessHost({ ...shared, threads: 1, idleMs: tileIdleMs, background: true })
  }

  view(): EngineView {
    return {
      id: this.id,
      kind: this.kind,
      name: 'Draft',
      state: this.error ? 'failed' : 'ready',
      edits: ['style', 'perspective'],
      device: this.threads === 1 ? 'CPU, 1 thread' : `CPU, ${this.threads} threads`,
      ...(this.error ? { error: this.error.toView() } : {}),
    }
  }

  async probe(): Promise<EngineView> {
    const missing = Object.values(modelFiles).filter((file) => !existsSync(join(this.modelsDir, file)))
    if (!existsSync(this.processPath)) {
      this.error = new AppError('engine.start', 'The draft process is not built. Run `npm run build`, or install Recast again.')
    } else if (missing.length > 0) {
      this.error = new AppError(
        'engine.missing_model',
        `Draft networks are missing: ${missing.join(', ')}. Install Recast again to bring them back.`,
        {
          detail: { files: missing },
        },
      )
    } else {
      this.error = undefined
    }
    return this.view()
  }

  check(edit: Edit, workflowId: string | undefined): void {
    if (workflowId !== undefined) {
      throw new AppError(
        'input.unsupported_edit',
        'The draft engine runs no workflows. Leave the workflow out, or choose another engine.',
        {
          detail: { workflow: workflowId },
        },
      )
    }
    switch (edit.kind) {
      case 'style':
        styleOf(edit)
        return
      case 'perspective':
        poseOf(edit)
        return
      default:
        throw unsupported(edit)
    }
  }

  async run(
    task: EngineTask,
    { signal, onEvent }: { attemptId: string; signal: AbortSignal; onEvent: (event: EngineEvent) => void },
  ): Promise<EngineResult[]> {
    this.check(task.edit, task.workflowId)
    const outputPath = join(task.workDir, 'result.png')
    const { work, notes } = workOf(task, outputPath)
    this.jobs += 1
    // A tile at work gives way; it starts again when the jobs are done.
    this.tileAbort.abort()
    try {
      const result = await this.inTurn(signal, () => {
        if (this.host.pid === undefined) onEvent({ type: 'loading' })
        let best = 0
        return this.host.run(work, signal, {
          progress: (progress) => {
            if (progress <= best) return
            best = Math.min(1, progress)
            onEvent({ type: 'progress', progress: best })
          },
          preview: ({ mime, width, height, image }) => onEvent({ type: 'preview', mime, width, height, image }),
        })
      })
      return [{ path: outputPath, width: result.width, height: result.height, hasAlpha: result.hasAlpha, notes }]
    } finally {
      this.jobs -= 1
      if (this.jobs === 0) {
        this.tileAbort = new AbortController()
        for (const resume of this.idleWaiters.splice(0)) resume()
      }
    }
  }

  async lookup(): Promise<'unknown'> {
    // A draft ends with the Recast that began it.
    return 'unknown'
  }

  async collect(): Promise<EngineResult[]> {
    throw new AppError('engine.lost', 'The draft ended with the Recast that began it. It is queued again.')
  }

  warm(): void {
    this.host.warm()
  }

  async thumbnail(inputPath: string, styleId: string, size: number): Promise<Buffer> {
    const style = resolveStyle(styleId)
    const cached =
      this.options.cacheDir === undefined
        ? undefined
        : join(this.options.cacheDir, await thumbnailName(inputPath, style.id, size))
    if (cached !== undefined) {
      const found = await readFile(cached).catch(() => undefined)
      if (found) return found
    }
    const turn = this.lastTile.then(() => this.tile({ kind: 'tile', inputPath, styleId: style.id, side: size }))
    this.lastTile = turn.catch(() => undefined)
    const image = await turn
    // The cache is a convenience: a full disk must not lose the tile.
    if (cached !== undefined) await keep(cached, image).catch(() => undefined)
    return image
  }

  async free(): Promise<void> {
    await Promise.all([this.jobs === 0 ? this.host.end() : undefined, this.tiles.end()])
  }

  async close(): Promise<void> {
    this.closed = true
    this.tileAbort.abort()
    for (const resume of this.idleWaiters.splice(0)) resume()
    await Promise.all([this.host.close(), this.tiles.close()])
  }

  /** One job after the other, in the order they came; a job that is canceled while it waits leaves at once. */
  private async inTurn<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    const before = this.last
    let leave = (): void => undefined
    this.last = new Promise<void>((resolve) => {
      leave = resolve
    }).then(() => before)
    try {
      await untilAborted(before, signal)
      return await run()
    } finally {
      leave()
    }
  }

  private async tile(work: Extract<Work, { kind: 'tile' }>): Promise<Buffer> {
    for (;;) {
      if (this.jobs > 0 && !this.closed) await new Promise<void>((resolve) => this.idleWaiters.push(resolve))
      if (this.closed) throw new AppError('canceled', 'Recast is closing.')
      const { signal } = this.tileAbort
      try {
        const { image } = await this.tiles.run(work, signal, { progress: () => undefined, preview: () => undefined })
        return Buffer.from(image ?? new Uint8Array(0))
      } catch (thrown) {
        if (!signal.aborted || this.closed) throw thrown
      }
    }
  }
}

/** What a style edit asks for, as far as a draft can do it. Throws `input.unknown_style` or `input.unsupported_edit`. */
function styleOf(edit: StyleEdit): { id: string } | 'picture' {
  if (edit.styleAssetId !== undefined) return 'picture'
  if (edit.preset) return { id: resolveStyle(edit.preset.draftStyleId).id }
  if (edit.styleId !== undefined) return { id: resolveStyle(edit.styleId).id }
  const style = styleFromWords(edit.prompt ?? '')
  if (style) return { id: style.id }
  throw new AppError(
    'input.unsupported_edit',
    'The draft engine knows styles, not free words. Choose a style or a style picture, name a preset in the prompt (for example “oil painting”), or set up a ComfyUI engine.',
    { detail: { prompt: (edit.prompt ?? '').slice(0, 200) } },
  )
}

function poseOf(edit: Extract<Edit, { kind: 'perspective' }>) {
  const { pose, prompt } = edit.view
  if (pose) return { pose: edit.from ? poseFromPhoto(pose, edit.from) : pose, relative: false }
  const named = poseFromPrompt(prompt ?? '')
  if (named) return named
  throw new AppError(
    'input.unsupported_edit',
    `The draft engine knows no pose for the view “${edit.view.name}”. Name one in its prompt (for example “right side view, high-angle shot” or “将镜头向左旋转45度”), choose a view, or set up a ComfyUI engine.`,
    { detail: { view: edit.view.name, prompt: (prompt ?? '').slice(0, 200) } },
  )
}

function unsupported({ kind }: Edit): AppError {
  return new AppError(
    'input.unsupported_edit',
    `The draft engine restyles photos and turns the camera, nothing else: a "${kind}" edit needs ComfyUI. Start one on this machine or name a server's address as the engine (--engine http://host:8188), then try again.`,
    { detail: { edit: kind } },
  )
}

/** A draft always is of a photo. */
function photoOf({ input }: EngineTask) {
  if (input) return input
  throw new AppError('bug', 'The photo of the job is not there. Retry, and report it if it comes back.')
}

/** The job as the draft process gets it, and what is to be said about its result. */
function workOf(task: EngineTask, outputPath: string): { work: Work; notes: string[] } {
  const { edit } = task
  const input = photoOf(task)
  if (edit.kind === 'perspective') {
    const { pose, relative } = poseOf(edit)
    const notes = [
      'draft',
      'layout_draft',
      ...(showsBack(pose) ? ['back_is_invented'] : []),
      ...(relative ? ['relative_pose'] : []),
    ]
    return { work: { kind: 'card', inputPath: input.path, outputPath, pose }, notes }
  }
  if (edit.kind !== 'style') throw unsupported(edit)
  const style = styleOf(edit)
  if (style === 'picture' && !task.styleInput)
    throw new AppError('bug', 'The style picture of the job is not there. Retry, and report it if it comes back.')
  const usesWords = edit.styleId === undefined && edit.styleAssetId === undefined
  const notes = [
    'draft',
    ...(edit.prompt !== undefined && edit.prompt.trim() !== '' && !usesWords ? ['draft_prompt_ignored'] : []),
    ...(style === 'picture' || !isSeeded(style.id) ? ['draft_seed_no_effect'] : []),
  ]
  return {
    work: {
      kind: 'style',
      inputPath: input.path,
      outputPath,
      style: style === 'picture' ? { picturePath: task.styleInput?.path ?? '' } : style,
      ...styleAmounts(edit),
      seed: task.seed,
    },
    notes,
  }
}

/** Waits for a promise, or rejects with `canceled` as soon as the signal aborts. */
async function untilAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let stop = (): void => undefined
  try {
    await Promise.race([
      promise,
      new Promise((_, reject) => {
        stop = () => reject(new AppError('canceled', 'Canceled. Retry to run it again.'))
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      }),
    ])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function thumbnailName(inputPath: string, styleId: string, size: number): Promise<string> {
  const { size: bytes, mtimeMs } = await stat(inputPath)
  const key = createHash('sha256')
    .update(JSON.stringify([recipeVersion, inputPath, bytes, mtimeMs, styleId, size]))
    .digest('hex')
  return `${key.slice(0, 40)}.webp`
}

async function keep(path: string, image: Buffer): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  await saveFile(path, image, false)
}
