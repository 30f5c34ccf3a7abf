import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Edit, styleAmounts } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { Made } from '#shared/domain/job'
import { withinTime } from '../../within-time'
import type { BoundWorkflow } from '../../workflows/bind'
import type { Workflow, WorkflowLibrary } from '../../workflows/load'
import type { Letterbox } from '../../workflows/size-policy'
import type { EngineResult, EngineTask } from '../engine'
import { frameOf, pickOf } from './job-frame'
import { finishResult } from './pictures'
import type { PromptEnd, RemoteImage } from './prompt-watch'
import type { ComfyServer } from './server'

/** All of a job's results must be here within this time, however slowly a server drips them, milliseconds. */
const defaultFetchMs = 600_000
/** A workflow's results; more than this one prompt of ours never makes. */
const maxResults = 64
/** The studio's default of the strength slider: from here up the words alone count, below it the photo shows through. */
const usualStrength = 0.85

/** A job as it was posted. */
export interface PostedJob {
  task: EngineTask
  promptId: string
  workflow: Workflow
  bound: BoundWorkflow
  /** What becomes of the results (see `frameOf`). */
  letterbox: Letterbox | undefined
}

/** What SaveImage's files of an attempt begin with: unique, so that the server's cache never answers with an older job's file. */
export function outputPrefix(workflowId: string, promptId: string): string {
  return `recast_${workflowId}_${promptId}`
}

/**
 * Fetches the pictures of a prompt that ended well, lays them over the photo and writes them into the task's folder.
 * Throws `engine.execution` for what is no usable picture, `engine.offline` when it did not come whole, `engine.timeout` when it was
 * not here after `fetchMs`.
 */
export async function fetchResults(
  server: ComfyServer,
  job: PostedJob,
  end: Extract<PromptEnd, { type: 'success' }>,
  library: WorkflowLibrary | undefined,
  { signal, fetchMs = defaultFetchMs }: { signal: AbortSignal; fetchMs?: number | undefined },
): Promise<EngineResult[]> {
  const made = end.images.filter(({ node }) => job.bound.outputs.some((output) => output.node === node))
  const pick = pickOf(job.workflow, job.task)
  const images = pick === undefined ? made : made.slice(pick, pick + 1)
  const [first] = images
  if (!first) {
    const { label } = server.address
    throw new AppError('engine.execution', `${label} ended the job without a picture. Retry it, or look at the server's log.`, {
      detail: { server: label },
    })
  }
  const letterbox = letterboxOf(first, job, library)
  const late = AbortSignal.timeout(fetchMs)
  const limited = AbortSignal.any([signal, late])
  const results: EngineResult[] = []
  try {
    for (const [index, image] of images.slice(0, maxResults).entries()) {
      results.push(await fetchOne(server, { ...job, letterbox }, image, index, limited))
    }
  } catch (thrown) {
    if (!late.aborted || signal.aborted) throw thrown
    const { label } = server.address
    throw new AppError(
      'engine.timeout',
      `${label} sends its result too slowly: it was not here after ${Math.round(fetchMs / 1000)} s. Check the way to that server, then retry the job.`,
      { cause: thrown, detail: { server: label, fetchMs } },
    )
  }
  return results
}

/**
 * The result of a prompt that its server has forgotten: one that ended after it had saved the picture has lost all but the file, and the
 * file's name is ours. Undefined when there is none, or none that is whole.
 */
export async function findSavedResult(
  server: ComfyServer,
  job: PostedJob,
  signal: AbortSignal,
): Promise<EngineResult[] | undefined> {
  const { edit } = job.task
  // Of several pictures the one name that is known would not be all.
  if ((edit.kind === 'story' && edit.scene === undefined) || edit.kind === 'custom') return undefined
  const number = String((pickOf(job.workflow, job.task) ?? 0) + 1).padStart(5, '0')
  const image = { filename: `${outputPrefix(job.workflow.id, job.promptId)}_${number}_.png`, subfolder: '', type: 'output' }
  try {
    return await withinTime(defaultFetchMs, signal, async (limited) => [await fetchOne(server, job, image, 0, limited)])
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

/** A prompt of a former process may have run another workflow than would be chosen now: its results' names tell which. */
function letterboxOf({ filename }: RemoteImage, job: PostedJob, library: WorkflowLibrary | undefined): Letterbox | undefined {
  const id = new RegExp(`^recast_([a-z0-9.-]+)_${job.promptId}_`).exec(filename)?.[1]
  const workflow = id === undefined ? undefined : library?.workflows.get(id)
  return workflow ? frameOf(workflow, job.task) : job.letterbox
}

async function fetchOne(
  server: ComfyServer,
  { task, workflow, bound, letterbox }: PostedJob,
  image: Omit<RemoteImage, 'node'>,
  index: number,
  signal: AbortSignal,
): Promise<EngineResult> {
  const spill = join(task.workDir, `fetched-${index}`)
  const path = join(task.workDir, `result-${index}.png`)
  // Sixteen times the canvas uncompressed is more than any honest answer, and little enough to be cut off early.
  const limit = letterbox ? letterbox.canvas.width * letterbox.canvas.height * 48 + 16 * 2 ** 20 : undefined
  try {
    const fetched = await server.fetchImage(image, spill, signal, limit)
    const { edit } = task
    const mixes = edit.kind === 'style' && workflow.controls.strength === 'wording'
    const strength = mixes ? Math.min(1, styleAmounts(edit).strength / usualStrength) : 1
    const keepAlpha = edit.kind === 'upscale' || edit.kind === 'custom' || (edit.kind === 'style' && letterbox !== undefined)
    const made = await finishResult({ fetched, target: path, photo: task.input, letterbox, strength, keepAlpha })
    return {
      path,
      width: made.width,
      height: made.height,
      hasAlpha: made.hasAlpha,
      decoded: true,
      ...(made.bare ? { bare: made.bare } : {}),
      notes: [...made.notes, ...ignoredNotes(bound, edit)],
      made: madeBy(bound),
    }
  } finally {
    // One that was held never was there.
    void rm(spill, { force: true }).catch(() => undefined)
  }
}

/** How a bound workflow made its results, to be kept with them. */
function madeBy({ workflowId, values, choices }: BoundWorkflow): Made {
  return { workflowId, values, choices }
}

/** What was asked for in vain. */
function ignoredNotes({ ignored }: BoundWorkflow, edit: Edit): string[] {
  return 'negative' in edit && edit.negative && ignored.includes('negative') ? ['negative_ignored'] : []
}
