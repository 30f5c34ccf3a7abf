import { createHash } from 'node:crypto'
import type { Workflow } from '../../workflows/load'
import type { Letterbox } from '../../workflows/size-policy'
import type { EngineInput, EngineTask } from '../engine'
import { canvasOf } from './job-frame'
import { drawCanvas, drawReference, drawWhole } from './pictures'
import type { ComfyServer } from './server'
import { pictureOf, slotPictures } from './slots'

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
    server: ComfyServer,
    signal: AbortSignal,
  ): Promise<Record<string, string>> {
    const names: Record<string, string> = {}
    for (const [slot, picture] of Object.entries(slotPictures(workflow, task.edit))) {
      const input = pictureOf(task, picture)
      const edited = workflow.images[slot]?.role === 'edited'
      // Further pictures of such an edit go through the node that cuts the middle out, too.
      const framed =
        edited || ((task.edit.kind === 'reference' || task.edit.kind === 'story') && workflow.size.policy === 'kontext')
      const canvas = framed ? canvasOf(workflow, input) : undefined
      names[slot] = await this.#name(input, canvas ?? (edited ? 'whole' : 'reference'), server)
      signal.throwIfAborted()
    }
    return names
  }

  forget(): void {
    this.#sent.clear()
  }

  #name(input: EngineInput, form: Letterbox | 'whole' | 'reference', server: ComfyServer): Promise<string> {
    const key = createHash('sha256')
      .update(JSON.stringify([input.sha256, form]))
      .digest('hex')
    const known = this.#sent.get(key)
    if (known) return known
    const draw = form === 'whole' ? drawWhole : drawReference
    const drawn = typeof form === 'string' ? draw(input.path) : drawCanvas(input.path, form)
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
