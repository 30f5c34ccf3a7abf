import { z } from 'zod'
import { idSchema, seedSchema } from './id'
import { usedStyleSchema } from './style'
import { poseSchema, viewSchema } from './view'

const unit = z.number().min(0).max(1)
const words = z.string().max(4000)
/** What a picture is made from: words there must be. */
const prompt = words.refine((text) => text.trim() !== '', { message: 'it is empty' })
/** One value of a workflow. */
const valueSchema = z.union([z.string().max(20_000), z.number(), z.boolean()])
export type WorkflowValue = z.infer<typeof valueSchema>

/** Values that a workflow may take; the draft engine ignores what it has no use for. All are optional overrides. */
export const samplingSchema = z.object({
  steps: z.int().min(1).max(200).optional(),
  cfg: z.number().min(0).max(30).optional(),
  sampler: z.string().max(64).optional(),
  scheduler: z.string().max(64).optional(),
  /** Any other value of the workflow, by its name there (`guidance`, `lightning_strength`); an unknown name is refused. */
  values: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), valueSchema).optional(),
  /** Variants of the workflow: choice → option (`speed` → `full`); what is not named comes from the level of detail, then the workflow. */
  choices: z.record(z.string().max(64), z.string().max(64)).optional(),
})
export type Sampling = z.infer<typeof samplingSchema>

/** Levels of detail: a quick sketch, a better one, the final picture refined from a sketch, the final picture without one. */
export const levelsOfDetail = ['sketch', 'mid', 'final', 'direct_final'] as const
export const levelOfDetailSchema = z.enum(levelsOfDetail)
export type LevelOfDetail = z.infer<typeof levelOfDetailSchema>

/** A wished size, pixels. Each workflow has limits of its own within these. */
export const sizeSchema = z.object({ width: z.int().min(64).max(8192), height: z.int().min(64).max(8192) })

/** Restyle a picture: by a preset, by a style picture (an asset), by own words, or words added to either. */
export const styleEditSchema = z
  .object({
    kind: z.literal('style'),
    styleId: z.string().max(64).optional(),
    styleAssetId: idSchema.optional(),
    prompt: z.string().max(2000).optional(),
    /**
     * How much of the style, 0..1. On the draft engine: how much of the painted picture over the photo. This and the next two are filled in
     * by submitting where they are left out: an own preset's values, else {@link usualStyleAmounts}.
     */
    strength: unit.optional(),
    /** How much of the photo's own edges and light is kept, 0..1. */
    structure: unit.optional(),
    keepColours: z.boolean().optional(),
    /** Of an own preset: what it said when the job was asked for. Submitting fills it in. */
    preset: usedStyleSchema.optional(),
  })
  .refine((edit) => edit.styleId !== undefined || edit.styleAssetId !== undefined || edit.prompt !== undefined, {
    message: 'a style edit needs a style, a style picture or words',
  })

/** What a restyle does where nobody says how much. */
export const usualStyleAmounts = { strength: 0.85, structure: 0.5, keepColours: false } as const

/** How much of everything a style edit asks for. */
export function styleAmounts(edit: z.infer<typeof styleEditSchema>): {
  strength: number
  structure: number
  keepColours: boolean
} {
  return {
    strength: edit.strength ?? usualStyleAmounts.strength,
    structure: edit.structure ?? usualStyleAmounts.structure,
    keepColours: edit.keepColours ?? usualStyleAmounts.keepColours,
  }
}

/** See a picture from another camera. */
export const perspectiveEditSchema = z.object({
  kind: z.literal('perspective'),
  view: viewSchema,
  /** The pose that the photo itself was taken from, where the user marked it: commands relative to the photo are counted from it. */
  from: poseSchema.optional(),
})

/** Text to image. No picture is edited: the submission names none. */
export const generateEditSchema = z
  .object({
    kind: z.literal('generate'),
    prompt,
    /** Absent: the workflow's own; empty: none. */
    negative: words.optional(),
    /** Absent: the level's, in the shape of the sketch where one is refined. */
    size: sizeSchema.optional(),
    level: levelOfDetailSchema.default('mid'),
    /**
     * The sketch that is refined, as an asset or as the job that made it; submitting fills in the rest. Its seed is kept unless the
     * submission names one, and the result becomes a version of its picture.
     */
    from: z
      .object({ assetId: idSchema.optional(), jobId: idSchema.optional(), seed: seedSchema.optional() })
      .refine((from) => from.assetId !== undefined || from.jobId !== undefined, { message: 'name the asset or the job' })
      .optional(),
    /** How much of the sketch is drawn anew, 0..1; absent: the level's. */
    denoise: unit.optional(),
  })
  .refine((edit) => edit.level !== 'final' || edit.from !== undefined, {
    message: 'the level "final" refines a sketch: name it in "from", or use "direct_final"',
  })
  .refine((edit) => edit.level !== 'direct_final' || edit.from === undefined, {
    message: 'the level "direct_final" skips the sketch: use "final", or leave "from" out',
  })

/** Image to image: a picture drawn anew by words. At the level `final` the picture is the sketch that is refined, with its seed. */
export const remixEditSchema = z.object({
  kind: z.literal('remix'),
  prompt,
  negative: words.optional(),
  /** How much is drawn anew, 0..1; absent: the level's or the workflow's. */
  denoise: unit.optional(),
  level: levelOfDetailSchema.optional(),
})

/** Edit by words with one to three pictures, the first of them the one that is edited. The submission names no pictures. */
export const referenceEditSchema = z.object({
  kind: z.literal('reference'),
  assetIds: z.array(idSchema).min(1).max(3),
  prompt,
  negative: words.optional(),
  /** Absent: the first picture's own. */
  size: sizeSchema.optional(),
})
/** Most results of a reference edit that may be asked for at once. */
export const maxReferenceCount = 4

/** A story: the same roles in every scene. Submitting makes a job of each scene unless the chosen workflow draws all in one run. */
export const storyEditSchema = z
  .object({
    kind: z.literal('story'),
    roles: z
      .array(
        z.object({
          name: z.string().min(1).max(40),
          description: z.string().max(1000).default(''),
          /** Reference pictures (assets), the best first. */
          assetIds: z.array(idSchema).max(4).default([]),
        }),
      )
      .min(1)
      .max(8),
    scenes: z
      .array(
        z.object({
          /** The name of the role in it; absent: nobody. */
          role: z.string().max(40).optional(),
          text: z.string().min(1).max(1000),
        }),
      )
      .min(1)
      .max(64),
    /** Words for the look of every scene. */
    style: z.string().max(500).optional(),
    negative: words.optional(),
    size: sizeSchema.optional(),
    /** `same`: every scene has the story's seed, which keeps the roles alike; `each`: scene n has the seed plus n. */
    seeds: z.enum(['same', 'each']).default('same'),
    /** The scene (from 0) that this job makes; absent: all of them. A scene is made anew by a submission that names it. */
    scene: z.int().min(0).optional(),
  })
  .refine((edit) => edit.scene === undefined || edit.scene < edit.scenes.length, { message: 'there is no such scene' })

/** A picture enlarged. */
export const upscaleEditSchema = z.object({
  kind: z.literal('upscale'),
  factor: z.union([z.literal(2), z.literal(3), z.literal(4)]).default(2),
})

/** The user's own workflow. Its pictures come from the edit, or one from the submission. */
export const customEditSchema = z.object({
  kind: z.literal('custom'),
  /** Which imported workflow. */
  workflowId: z.string().min(1).max(128),
  /** What it is called; submitting fills it in. */
  title: z.string().max(200).optional(),
  /** Values by `node.input`; `{random: true}` is a new integer for each job. What is not named stays as it is in the workflow. */
  values: z.record(z.string().max(200), z.union([valueSchema, z.object({ random: z.literal(true) })])).default({}),
  /** Assets by the id of the node that loads them. */
  assetIds: z.record(z.string().max(64), idSchema).default({}),
  /** The node that loads the submission's picture; absent: submitting takes the first one that nothing else is given to. */
  pictureNode: z.string().max(64).optional(),
})

/** One edit of one picture, or one picture made from nothing. */
export const editSchema = z.discriminatedUnion('kind', [
  styleEditSchema,
  perspectiveEditSchema,
  generateEditSchema,
  remixEditSchema,
  referenceEditSchema,
  storyEditSchema,
  upscaleEditSchema,
  customEditSchema,
])
export type Edit = z.infer<typeof editSchema>
export type EditKind = Edit['kind']
export type StyleEdit = Extract<Edit, { kind: 'style' }>
export type PerspectiveEdit = Extract<Edit, { kind: 'perspective' }>
export type GenerateEdit = Extract<Edit, { kind: 'generate' }>
export type RemixEdit = Extract<Edit, { kind: 'remix' }>
export type ReferenceEdit = Extract<Edit, { kind: 'reference' }>
export type StoryEdit = Extract<Edit, { kind: 'story' }>
export type UpscaleEdit = Extract<Edit, { kind: 'upscale' }>
export type CustomEdit = Extract<Edit, { kind: 'custom' }>

/** Every kind of edit, in the order in which it is listed. */
export const editKinds = [
  'style',
  'perspective',
  'reference',
  'generate',
  'remix',
  'story',
  'upscale',
  'custom',
] as const satisfies readonly EditKind[]

/** Whether the submission names the pictures of such an edit: always, never (the edit names its own), or as it likes. */
export function takesPictures(kind: EditKind): 'always' | 'never' | 'maybe' {
  if (kind === 'custom') return 'maybe'
  return kind === 'generate' || kind === 'reference' || kind === 'story' ? 'never' : 'always'
}

/** The pictures (assets) that an edit itself names beside a style picture, in order; an id may come twice. */
export function assetsOf(edit: Edit): string[] {
  switch (edit.kind) {
    case 'generate':
      return edit.from?.assetId === undefined ? [] : [edit.from.assetId]
    case 'reference':
      return edit.assetIds
    case 'story':
      return edit.roles.flatMap((role) => role.assetIds)
    case 'custom':
      return Object.values(edit.assetIds)
    default:
      return []
  }
}

/** What an edit is called in file names and under a version: the style's or view's id, the level of detail, the scene, or the kind. */
export function editName(edit: Edit): string {
  switch (edit.kind) {
    case 'style':
      return edit.preset?.title ?? edit.styleId ?? 'custom'
    case 'perspective':
      return edit.view.id
    case 'generate':
      return edit.level.replace('_', '-')
    case 'story':
      return edit.scene === undefined ? 'story' : `scene-${edit.scene + 1}`
    case 'upscale':
      return `upscale-${edit.factor}x`
    case 'custom':
      return edit.title ?? edit.workflowId
    default:
      return edit.kind
  }
}
