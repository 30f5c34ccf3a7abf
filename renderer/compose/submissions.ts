import type { GenerateEdit, LevelOfDetail, StoryEdit } from '#shared/domain/edit'
import type { Job, SubmissionInput } from '#shared/domain/job'
import type { ComposeSize, ReferenceValues, RemixValues, StoryValues, WordsValues } from './compose-values'

/** What a submission says beside who runs it. */
export type Wanted = Pick<SubmissionInput, 'edits' | 'count' | 'seed' | 'workflowId' | 'pictures' | 'name'>

/** Pixels of a sketch of an own size; about what the shipped workflows sketch with. */
const sketchPixels = 768 * 480
const grid = 64

/** The size that a level is asked for where what is final has an own one: a sketch is small in the same shape. */
export function sizeOfLevel(size: ComposeSize | undefined, level: LevelOfDetail): ComposeSize | undefined {
  if (!size || level !== 'sketch') return size
  const scale = Math.min(1, Math.sqrt(sketchPixels / (size.width * size.height)))
  const fit = (length: number): number => Math.max(256, Math.round((length * scale) / grid) * grid)
  return { width: fit(size.width), height: fit(size.height) }
}

const kept = ({ seed, workflowId }: { seed?: number | undefined; workflowId?: string | undefined }): Partial<Wanted> => ({
  ...(seed === undefined ? {} : { seed }),
  ...(workflowId === undefined ? {} : { workflowId }),
})
/** Words that are not there are left to the workflow. */
const without = (negative: string): { negative?: string } => (negative.trim() === '' ? {} : { negative: negative.trim() })

/** The first step of a way: sketches, or the final picture at once. */
export function wordsWanted(values: WordsValues): Wanted {
  const size = sizeOfLevel(values.size, values.start)
  return {
    edits: [
      {
        kind: 'generate',
        prompt: values.prompt.trim(),
        ...without(values.negative),
        ...(size ? { size } : {}),
        level: values.start,
      },
    ],
    count: values.count,
    ...kept(values),
  }
}

/**
 * The next step of a way, from the chosen picture, with its words and its seed. What is final gets the wished size; what lies between
 * keeps the sketch's shape at its level's own number of pixels.
 */
export function refineWanted(values: WordsValues, from: Job, level: 'mid' | 'final'): Wanted {
  const made = from.edit as GenerateEdit
  const assetId = from.outputs[0]?.assetId
  const size = level === 'final' ? values.size : undefined
  return {
    edits: [
      {
        kind: 'generate',
        prompt: made.prompt,
        ...(made.negative === undefined ? {} : { negative: made.negative }),
        ...(size ? { size } : {}),
        level,
        from: { jobId: from.id, ...(assetId === undefined ? {} : { assetId }) },
      },
    ],
    count: 1,
    ...(values.workflowId === undefined ? {} : { workflowId: values.workflowId }),
  }
}

/** A picture drawn anew. */
export function remixWanted(values: RemixValues, pictures: NonNullable<SubmissionInput['pictures']>): Wanted {
  return {
    pictures,
    edits: [
      {
        kind: 'remix',
        prompt: values.prompt.trim(),
        ...without(values.negative),
        denoise: values.denoise,
        level: values.level,
      },
    ],
    count: values.count,
    ...kept(values),
  }
}

/** An edit by words with pictures. */
export function referenceWanted(values: ReferenceValues): Wanted {
  return {
    edits: [
      {
        kind: 'reference',
        assetIds: values.assetIds,
        prompt: values.prompt.trim(),
        ...without(values.negative),
        ...(values.size ? { size: values.size } : {}),
      },
    ],
    count: values.count,
    ...kept(values),
  }
}

/** What a story still needs before it can be drawn. */
export type StoryLack = 'role' | 'roleName' | 'sameName' | 'scene' | 'sceneText'

/** The first thing that a story lacks; undefined: it can be drawn. */
export function storyLack({ roles, scenes }: Pick<StoryValues, 'roles' | 'scenes'>): StoryLack | undefined {
  if (roles.length === 0) return 'role'
  const names = roles.map(({ name }) => name.trim())
  if (names.includes('')) return 'roleName'
  if (new Set(names).size < names.length) return 'sameName'
  if (scenes.length === 0) return 'scene'
  return scenes.some(({ text }) => text.trim() === '') ? 'sceneText' : undefined
}

/** A story, or (by its place from 0) one scene of it drawn anew by another seed. */
export function storyWanted(values: StoryValues, scene?: number): Wanted {
  const nameOf = (roleId: string | undefined): string | undefined =>
    values.roles.find(({ id }) => id === roleId)?.name.trim() || undefined
  const edit: StoryEdit = {
    kind: 'story',
    roles: values.roles.map(({ name, description, assetIds }) => ({
      name: name.trim(),
      description: description.trim(),
      assetIds,
    })),
    scenes: values.scenes.map(({ roleId, text }) => {
      const role = nameOf(roleId)
      return { ...(role === undefined ? {} : { role }), text: text.trim() }
    }),
    ...(values.style.trim() === '' ? {} : { style: values.style.trim() }),
    ...without(values.negative),
    ...(values.size ? { size: values.size } : {}),
    seeds: values.seeds,
    ...(scene === undefined ? {} : { scene }),
  }
  const { seed, workflowId } = values
  return {
    edits: [edit],
    count: 1,
    // The same seed would draw the same scene again.
    ...kept(scene === undefined ? { seed, workflowId } : { workflowId }),
    ...(values.page.title.trim() === '' ? {} : { name: values.page.title.trim() }),
  }
}
