import type { Edit } from '#shared/domain/edit'
import { AppError } from '#shared/domain/error'
import type { Workflow } from './load'
import { type FreeSize, planFreeSize, type Size, type SizePolicy } from './size-policy'

/** Most pixels where a workflow whose size usually is the picture's makes an own one. */
const mostOwnPixels = 2048 * 2048

/**
 * The size that a job asks for, as the workflow makes it and what is cut out of that; undefined where the workflow's own size or the
 * picture's counts. A sketch that is refined keeps its shape at the level's number of pixels. Throws `input.*` for what can't be made.
 */
export function wishedSize(workflow: Workflow, edit: Edit, input: Size | undefined): FreeSize | undefined {
  const wish = 'size' in edit ? edit.size : undefined
  const policy = freePolicy(workflow)
  if (wish) {
    if (policy) return planFreeSize(policy, wish)
    throw new AppError(
      'input.unsupported_edit',
      `${workflow.title.en} makes pictures of its input's size only. Leave the size out, or choose another workflow.`,
      { detail: { workflow: workflow.id } },
    )
  }
  if (edit.kind !== 'generate' || !edit.from || !input || !policy) return undefined
  const { values } = workflow.levels[edit.level] ?? { values: {} }
  const pixels = side(workflow, values, 'width') * side(workflow, values, 'height')
  return ownShape(policy, pixels, input)
}

function freePolicy({ size, inputs }: Workflow): Extract<SizePolicy, { policy: 'free' }> | undefined {
  if (size.policy === 'free') return size
  const { width, height } = inputs
  if (width?.type !== 'integer' || height?.type !== 'integer') return undefined
  const { multiple, min, max } = width
  return { policy: 'free', multiple, min, max, maxPixels: mostOwnPixels }
}

function side({ inputs }: Workflow, values: Record<string, unknown>, name: 'width' | 'height'): number {
  const own = inputs[name]
  const value = values[name] ?? (own?.type === 'integer' ? own.default : undefined)
  return typeof value === 'number' ? value : 1024
}

/** About so many pixels in the shape of a picture, within what the model takes. */
function ownShape(policy: Extract<SizePolicy, { policy: 'free' }>, pixels: number, shape: Size): FreeSize {
  const most = Math.min(pixels, policy.maxPixels)
  const ideal = Math.sqrt((most * shape.width) / shape.height)
  const fit = (length: number): number => {
    const steps = Math.round(length / policy.multiple)
    const [least, last] = [Math.ceil(policy.min / policy.multiple), Math.floor(policy.max / policy.multiple)]
    return Math.min(Math.max(steps, least), last) * policy.multiple
  }
  const generate = { width: fit(ideal), height: fit(most / ideal) }
  return { generate, crop: { x: 0, y: 0, ...generate } }
}
