import { createHash } from 'node:crypto'
import { AppError } from '#shared/domain/error'
import type { Workflow } from '../../workflows/load'
import type { Letterbox } from '../../workflows/size-policy'
import type { EngineInput, EngineTask } from '../engine'
import { imagesOf } from './choose-workflow'
import { drawCanvas, drawReference } from './pictures'
import type { ComfyServer } from './server'

/** An upload may take this long, milliseconds: a slow line, a large picture. */
const uploadMs = 600_000
/** Names of uploaded pictures that are remembered, by what they were made of. */
const maxRemembered = 500

/** The pictures of jobs on one server: each drawn and sent once for all jobs that need it in the same form. */
export class JobPictures {
  readonly #sent = new Map<string, Promise<string>>()

  /** The server's name for each picture that a job's workflow takes, by slot. */
  async namesFor(
    task: EngineTask,
    workflow: Workflow,
    letterbox: Letterbox | undefined,
    server: ComfyServer,
    signal: AbortSignal,
  ): Promise<Record<string, string>> {
    const names: Record<string, string> = {}
    for (const slot of imagesOf(workflow, task.edit)) {
      const edited = workflow.images[slot]?.role === 'edited'
      const input = edited ? task.input : task.styleInput
      if (!input) throw new AppError('bug', 'A picture of the job is not there. Retry, and report it if it comes back.')
      names[slot] = await this.#name(input, edited ? letterbox : undefined, server)
      signal.throwIfAborted()
    }
    return names
  }

  forget(): void {
    this.#sent.clear()
  }

  #name(input: EngineInput, canvas: Letterbox | undefined, server: ComfyServer): Promise<string> {
    const key = createHash('sha256')
      .update(JSON.stringify([input.sha256, canvas]))
      .digest('hex')
    const known = this.#sent.get(key)
    if (known) return known
    const drawn = canvas ? drawCanvas(input.path, canvas) : drawReference(input.path)
    // Not under the job's signal: another job may wait for the same upload when this one is cancelled.
    const sending = drawn.then((png) => server.upload(png, AbortSignal.timeout(uploadMs)))
    this.#sent.set(key, sending)
    sending.catch(() => this.#sent.delete(key))
    for (const old of this.#sent.keys()) {
      if (this.#sent.size <= maxRemembered) break
      this.#sent.delete(old)
    }
    return sending
  }
}
