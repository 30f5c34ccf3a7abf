import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import type { AttemptPlace, Engine, EngineEvent, EngineResult, EngineTask } from '#core/engines/engine'
import { editKinds, editName } from '#shared/domain/edit'
import type { EngineView } from '#shared/domain/engine'
import { AppError } from '#shared/domain/error'

/** How a {@link TintEngine} behaves. */
export interface TintOptions {
  id?: string
  kind?: Engine['kind']
  slots?: number
  /** Steps of a run, and how long each takes (milliseconds). */
  steps?: number
  stepMs?: number
  /** Models are "loaded" in the first run. */
  loading?: boolean
  /** Edits that it refuses at submission. */
  refuse?: (task: { kind: string; workflowId: string | undefined }) => AppError | undefined
  /** Called before the picture is made; throws to fail the attempt. */
  before?: (task: EngineTask, attemptId: string, onEvent: (event: EngineEvent) => void) => void | Promise<void>
  /** What it says of attempts of a former process. */
  place?: (attemptId: string) => AttemptPlace
  /** It goes on for this long after it was told to stop (milliseconds). */
  stopMs?: number
}

/** A small engine that does real work: tints the picture by style and seed, in steps, with previews. */
export interface TintEngine extends Engine {
  state: EngineView['state']
  readonly ran: string[]
  readonly collected: string[]
  readonly stopped: unknown[]
  running: number
  mostRunning: number
}

async function tint(task: EngineTask): Promise<EngineResult> {
  const path = join(task.workDir, 'result.png')
  const label = editName(task.edit)
  let hash = task.seed % 977
  for (const char of label) hash = (hash * 31 + char.charCodeAt(0)) % 977
  // What is made from words is a plain picture of its seed.
  const from = task.input ? sharp(task.input.path) : sharp({ create: { width: 48, height: 32, channels: 3, background: '#346' } })
  const { data, info } = await from.ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  for (let at = 0; at < data.length; at += 4) {
    data[at] = ((data[at] ?? 0) + hash) & 255
    data[at + 1] = ((data[at + 1] ?? 0) + task.seed) & 255
  }
  await writeFile(path, await sharp(data, { raw: info }).png().toBuffer())
  return { path, width: info.width, height: info.height, hasAlpha: true, notes: ['draft'] }
}

/** Makes the engine. */
export function createTintEngine(options: TintOptions = {}): TintEngine {
  const { id = 'tint', kind = 'draft', slots = 2, steps = 4, stepMs = 5, stopMs = 0 } = options
  let warm = false

  const work: Engine['run'] = async (task, { attemptId, signal, onEvent }) => {
    engine.running += 1
    engine.mostRunning = Math.max(engine.mostRunning, engine.running)
    try {
      signal.throwIfAborted()
      await options.before?.(task, attemptId, onEvent)
      if (options.loading && !warm) {
        onEvent({ type: 'loading' })
        await sleep(stepMs * 2, undefined, { signal })
        warm = true
      }
      for (let step = 1; step <= steps; step++) {
        await sleep(stepMs, undefined, { signal })
        onEvent({ type: 'progress', progress: step / steps, step, steps })
        onEvent({ type: 'preview', mime: 'image/png', width: 1, height: 1, image: new Uint8Array([step]) })
      }
      return [await tint(task)]
    } catch (error) {
      if (!signal.aborted) throw error
      engine.stopped.push(signal.reason)
      await sleep(stopMs)
      throw new AppError('canceled', 'Stopped. Retry to run it again.')
    } finally {
      engine.running -= 1
    }
  }

  const engine: TintEngine = {
    id,
    kind,
    slots,
    state: 'ready',
    ran: [],
    collected: [],
    stopped: [],
    running: 0,
    mostRunning: 0,
    view: () => ({ id, kind, name: id, state: engine.state, edits: [...editKinds], device: 'test' }),
    probe: () => Promise.resolve(engine.view()),
    check(edit, workflowId) {
      const refusal = options.refuse?.({ kind: edit.kind, workflowId })
      if (refusal) throw refusal
    },
    run(task, runOptions) {
      engine.ran.push(task.jobId)
      return work(task, runOptions)
    },
    lookup: (attemptId) => Promise.resolve(options.place?.(attemptId) ?? 'unknown'),
    collect(task, runOptions) {
      engine.collected.push(runOptions.attemptId)
      return work(task, runOptions)
    },
    free: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
  return engine
}
