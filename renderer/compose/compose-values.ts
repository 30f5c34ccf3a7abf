import { z } from 'zod'
import { sizeSchema, type LevelOfDetail } from '#shared/domain/edit'
import { seedSchema } from '#shared/domain/id'

/** What is composed: pictures from words, a picture drawn anew, an edit by words with pictures, a story, an own workflow. */
export const composeTabs = ['words', 'remix', 'reference', 'story', 'own'] as const
export type ComposeTab = (typeof composeTabs)[number]

/** Batches whose results a board goes on showing; older ones are in the gallery. */
export const mostBatches = 12
/** Most roles and scenes of a story, as the contract takes them. */
export const storyLimits = { roles: 8, scenes: 64, rolePictures: 4 } as const
/** Most pictures of a reference edit. */
export const mostReferences = 3

const batches = z.array(z.string()).max(mostBatches)
const text = z.string().max(4000)
const count = z.int().min(1).max(16)
const common = {
  negative: text,
  /** A kept seed; absent: a new one each time. */
  seed: seedSchema.optional(),
  /** A workflow that the user chose; absent: the best that the engine has. */
  workflowId: z.string().max(128).optional(),
}

const wordsSchema = z.object({
  ...common,
  prompt: text,
  /** The size of what is final; absent: the workflow's own. */
  size: sizeSchema.optional(),
  count,
  /** Begin with sketches, or go to the final picture at once. */
  start: z.enum(['sketch', 'direct_final']),
  /** The batches of the way that is being gone, from its first sketches. */
  path: z.array(z.string()).max(64),
  /** The job whose picture was chosen to go on from. */
  chosen: z.string().optional(),
})
const remixSchema = z.object({
  ...common,
  prompt: text,
  denoise: z.number().min(0.05).max(1),
  level: z.enum(['sketch', 'mid', 'direct_final']),
  count,
})
const referenceSchema = z.object({
  ...common,
  prompt: text,
  assetIds: z.array(z.string()).max(mostReferences),
  /** Absent: the first picture's own. */
  size: sizeSchema.optional(),
  count: z.int().min(1).max(4),
  batches,
})
const roleSchema = z.object({
  id: z.string(),
  name: z.string().max(40),
  description: z.string().max(1000),
  assetIds: z.array(z.string()).max(storyLimits.rolePictures),
})
const sceneSchema = z.object({
  id: z.string(),
  /** The id of the role in it; absent: nobody. */
  roleId: z.string().optional(),
  text: z.string().max(1000),
  /** The jobs that drew it, the newest last. */
  takes: z.array(z.object({ jobId: z.string(), output: z.int().min(0) })).max(32),
  /** Which of them is on the page; absent: the newest that is done. */
  chosen: z.string().optional(),
})
const storySchema = z.object({
  ...common,
  roles: z.array(roleSchema).max(storyLimits.roles),
  scenes: z.array(sceneSchema).max(storyLimits.scenes),
  style: z.string().max(500),
  size: sizeSchema.optional(),
  seeds: z.enum(['same', 'each']),
  page: z.object({
    layout: z.enum(['grid', 'strip', 'lead', 'rows']),
    captions: z.enum(['below', 'over', 'none']),
    title: z.string().max(120),
  }),
})
const ownValueSchema = z.union([z.string(), z.number(), z.boolean(), z.object({ random: z.literal(true) })])
const ownSchema = z.object({
  workflowId: z.string().optional(),
  /** What was changed in the form of each workflow: field → value. */
  values: z.record(z.string(), z.record(z.string(), ownValueSchema)),
  /** Pictures of each workflow's form: node → asset. */
  pictures: z.record(z.string(), z.record(z.string(), z.string())),
  count,
  batches,
})

export const noCompose = {
  tab: 'words' as ComposeTab,
  engine: 'auto',
  words: { prompt: '', negative: '', count: 4, start: 'sketch', path: [] },
  remix: { prompt: '', negative: '', denoise: 0.6, level: 'mid', count: 1 },
  reference: { prompt: '', negative: '', assetIds: [], count: 1, batches: [] },
  story: {
    negative: '',
    roles: [],
    scenes: [],
    style: '',
    seeds: 'same',
    page: { layout: 'grid', captions: 'below', title: '' },
  },
  own: { values: {}, pictures: {}, count: 1, batches: [] },
} satisfies z.input<typeof inner>

const inner = z.object({
  tab: z.enum(composeTabs),
  /** Which engine composes; `auto`: the one of the settings, or any ComfyUI where those say drafts. */
  engine: z.string().max(400),
  words: wordsSchema,
  remix: remixSchema,
  reference: referenceSchema,
  story: storySchema,
  own: ownSchema,
})

/** The values of the compose panel; a damaged part falls back to its own beginning and leaves the others be. */
export const composeSchema = z
  .object({
    tab: inner.shape.tab.catch('words'),
    engine: inner.shape.engine.catch('auto'),
    words: wordsSchema.catch(() => inner.shape.words.parse(noCompose.words)),
    remix: remixSchema.catch(() => inner.shape.remix.parse(noCompose.remix)),
    reference: referenceSchema.catch(() => inner.shape.reference.parse(noCompose.reference)),
    story: storySchema.catch(() => inner.shape.story.parse(noCompose.story)),
    own: ownSchema.catch(() => inner.shape.own.parse(noCompose.own)),
  })
  .catch(() => inner.parse(noCompose))

export type ComposeValues = z.infer<typeof composeSchema>
export type WordsValues = ComposeValues['words']
export type RemixValues = ComposeValues['remix']
export type ReferenceValues = ComposeValues['reference']
export type StoryValues = ComposeValues['story']
export type StoryRole = StoryValues['roles'][number]
export type StoryScene = StoryValues['scenes'][number]
export type PageValues = StoryValues['page']
export type OwnValues = ComposeValues['own']
export type OwnValue = z.infer<typeof ownValueSchema>
export type ComposeSize = z.infer<typeof sizeSchema>
export type { LevelOfDetail }

/** Sizes that are offered, width × height of what is final; each is a multiple of 64, which every workflow takes. */
export const sizePresets: readonly { id: string; size: ComposeSize }[] = [
  { id: '1:1', size: { width: 1024, height: 1024 } },
  { id: '4:3', size: { width: 1152, height: 896 } },
  { id: '3:4', size: { width: 896, height: 1152 } },
  { id: '16:9', size: { width: 1344, height: 768 } },
  { id: '9:16', size: { width: 768, height: 1344 } },
]

/** A batch put in front of those that a board shows. */
export function withBatch(known: readonly string[], batchId: string): string[] {
  return [batchId, ...known.filter((id) => id !== batchId)].slice(0, mostBatches)
}
