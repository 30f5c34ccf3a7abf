import { z } from 'zod'
import { type LevelOfDetail, levelsOfDetail } from '#shared/domain/edit'
import { graphNodeSchema, nodeIdSchema, pointerSchema, scalarSchema } from './graph'
import { sizePolicySchema } from './size-policy'

const words = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) })
const name = z.string().regex(/^[a-z][a-z0-9_]*$/)
const slug = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/)
const version = z.string().regex(/^\d+\.\d+\.\d+$/)

/**
 * One change of a graph. Five verbs are all that the shipped workflows need:
 * set a value · link an input to another output · bypass a node (its consumers get what its input `input` gets) ·
 * remove a node together with the links to it · replace a node by one of another class under the same id.
 */
export const graphEditSchema = z.union([
  z.strictObject({ set: pointerSchema, value: scalarSchema }),
  z.strictObject({ link: pointerSchema, from: z.tuple([nodeIdSchema, z.int().min(0)]) }),
  z.strictObject({ bypass: nodeIdSchema, input: z.string().min(1) }),
  z.strictObject({ remove: nodeIdSchema }),
  z.strictObject({ replace: nodeIdSchema, with: graphNodeSchema }),
])
export type GraphEdit = z.infer<typeof graphEditSchema>

/** A fact about a job or a server. A server that nobody has asked yet counts as having everything. */
export const conditionSchema = z.union([
  z.strictObject({ value: name, equals: scalarSchema }),
  z.strictObject({ value: name, given: z.boolean() }),
  z.strictObject({ image: name, given: z.boolean() }),
  /** The server's node class offers this option at this input. */
  z.strictObject({ server: z.tuple([z.string(), z.string(), z.string()]), has: z.boolean() }),
])
export type Condition = z.infer<typeof conditionSchema>

const common = {
  title: words.optional(),
  /** Where the value goes; a pointer into a node that the job's choices removed is skipped. */
  to: z.array(pointerSchema).min(1),
  /** Other names under which callers may send it. */
  aliases: z.array(name).default([]),
}

/** One value of a workflow. Without a default and not required it is left out: the graph keeps its own value. */
export const inputSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('text'),
    maxLength: z.int().positive(),
    default: z.string().optional(),
    required: z.boolean().default(false),
  }),
  z.strictObject({
    ...common,
    type: z.literal('integer'),
    min: z.int(),
    max: z.int(),
    /** The value must be a multiple of this. */
    multiple: z.int().positive().default(1),
    default: z.int().optional(),
    required: z.boolean().default(false),
  }),
  z.strictObject({
    ...common,
    type: z.literal('number'),
    min: z.number(),
    max: z.number(),
    default: z.number().optional(),
    required: z.boolean().default(false),
  }),
  /** A seed, 0 … 2^53−1. Where a node takes less, it is folded into 0 … max, so that seeds in a row stay different. */
  z.strictObject({ ...common, type: z.literal('seed'), max: z.int().positive(), default: z.int().default(0) }),
  z.strictObject({ ...common, type: z.literal('enum'), options: z.array(z.string()).min(1), default: z.string() }),
  /** A name out of a list that the server knows, e.g. a sampler; checked against that list by checkGraph. */
  z.strictObject({ ...common, type: z.literal('server_option'), default: z.string() }),
])
export type WorkflowInput = z.infer<typeof inputSchema>

/** One option of a choice: a variant of the graph, with the values and the models that belong to it. */
export const choiceOptionSchema = z.strictObject({
  title: words,
  edits: z.array(graphEditSchema).default([]),
  /** Defaults of this variant; explicit values and levels of detail win. */
  values: z.record(name, scalarSchema).default({}),
  /** Model slot → catalogue file, where it differs from the workflow's own. */
  models: z.record(name, z.string()).default({}),
  minimumVersion: version.optional(),
  vramGb: z.number().positive().optional(),
})

export type LevelName = LevelOfDetail

/** A level of detail: which variants and values it stands for. */
export const levelSchema = z.strictObject({
  values: z.record(name, scalarSchema).default({}),
  choices: z.record(name, slug).default({}),
  /** `keep`: the seed of the picture that is refined; `own`: the job's. */
  seed: z.enum(['own', 'keep']).default('own'),
  /** Its place among the workflows at this level, where that is another than the workflow's own. */
  preference: z.int().min(1).optional(),
  /** The picture that this level refines; without it the level is refused. */
  needs: name.optional(),
})

export const imageSlotSchema = z.strictObject({
  title: words,
  required: z.boolean(),
  to: z.array(pointerSchema).min(1),
  /** `edited`: the picture that the result must lie over, prepared by the size policy; `reference`: sent as it is. */
  role: z.enum(['edited', 'reference']),
})

const editKinds = ['style', 'perspective', 'reference', 'generate', 'remix', 'story', 'upscale', 'custom'] as const

/** `workflow.json`: everything about a graph that is no graph. */
export const workflowFileSchema = z.strictObject({
  schema: z.literal(1),
  id: slug,
  title: words,
  summary: words,
  edit: z.enum(editKinds),
  /**
   * Its place among the workflows of one edit when a job names none: of those that an engine has everything for, the smallest goes.
   * Absent: only by name.
   */
  preference: z.int().min(1).optional(),
  /** The strictest licence among its models, as the user must know it; `commercial: null` means: not known, read the card. */
  licence: z.strictObject({ id: z.string(), commercial: z.boolean().nullable() }),
  minimumVersion: version,
  /**
   * Video memory, in GB, that runs it without moving weights in and out: the largest weights and working memory.
   * An estimate to warn by; ComfyUI also runs with less, slower.
   */
  vramGb: z.number().positive(),
  /** Seconds without a sign after which its running job counts as dead, loading models excluded, on a graphics card. Absent: 600. */
  silenceSeconds: z.int().min(30).max(86_400).optional(),
  size: sizePolicySchema,
  /** How many results of one picture may be asked for at once; each is a job with its own seed. */
  count: z.strictObject({ min: z.int().positive(), max: z.int().positive() }),
  /** How the studio's two sliders reach this workflow; `none` means that the slider is not shown. */
  controls: z.strictObject({ strength: z.enum(['wording', 'denoise', 'none']), structure: z.enum(['controlnet', 'none']) }),
  inputs: z.record(name, inputSchema),
  images: z.record(name, imageSlotSchema),
  outputs: z.array(z.strictObject({ node: nodeIdSchema, prefix: pointerSchema })).min(1),
  requires: z.strictObject({
    /** Node classes by the package that brings them; `core` is ComfyUI itself. */
    nodes: z.record(z.string(), z.array(z.string()).min(1)),
    models: z.record(name, z.strictObject({ file: z.string(), to: z.array(pointerSchema).min(1) })),
  }),
  choices: z
    .record(name, z.strictObject({ title: words, default: slug, options: z.record(slug, choiceOptionSchema) }))
    .default({}),
  rules: z.array(z.strictObject({ when: z.array(conditionSchema).min(1), edits: z.array(graphEditSchema).min(1) })).default([]),
  levels: z.partialRecord(z.enum(levelsOfDetail), levelSchema).default({}),
  notes: z.array(words).default([]),
})
export type WorkflowFile = z.infer<typeof workflowFileSchema>

/** Another file that does the same work as a catalogued one, when a server has it. */
const alternativeSchema = z.union([
  z.strictObject({ file: z.string() }),
  /** Any file whose name begins so (case and separators do not count) and has none of the words of `without`. */
  z.strictObject({ prefix: z.string(), without: z.array(z.string()).default([]) }),
])

/** A model file as the catalogue knows it. `null` means: not known, to be read from the hub at the first download. */
export const modelSchema = z.strictObject({
  file: z.string(),
  folder: z.string(),
  /** `owner/name` on the model hub and the path inside it; null: only what the user brings. */
  source: z.strictObject({ repo: z.string(), path: z.string() }).nullable(),
  bytes: z.int().positive().nullable(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  licence: z.strictObject({ id: z.string(), commercial: z.boolean().nullable() }),
  /** Where size and hash come from. */
  evidence: z.string(),
  alternatives: z.array(alternativeSchema).default([]),
})
export type Model = z.infer<typeof modelSchema>
export const modelsFileSchema = z.strictObject({ schema: z.literal(1), models: z.array(modelSchema) })

/** A package of custom nodes: what the user is told to install. */
export const nodePackageSchema = z.strictObject({
  title: z.string(),
  repository: z.url(),
  licence: z.string(),
  /**
   * Python packages that it needs beyond ComfyUI's own; a missing one is the usual reason why it fails to load.
   * A version stands there where a newer one was seen to break it.
   */
  python: z.array(z.string()).default([]),
})
export type NodePackage = z.infer<typeof nodePackageSchema>
export const packagesFileSchema = z.strictObject({ schema: z.literal(1), packages: z.record(z.string(), nodePackageSchema) })
