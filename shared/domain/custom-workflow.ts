import { z } from 'zod'
import { lazily } from '../lazily'
import { lackSchema } from './workflow'

/** What a field of a user's own workflow is, for the form that is made from it. */
export const customFieldKinds = ['text', 'integer', 'number', 'boolean', 'choice', 'picture', 'seed'] as const

/** What a field means in the graph, where that was found. */
export const customFieldRoles = [
  'prompt',
  'negative',
  'picture',
  'seed',
  'width',
  'height',
  'count',
  'steps',
  'cfg',
  'sampler',
  'scheduler',
  'denoise',
  'model',
] as const
export type CustomFieldRole = (typeof customFieldRoles)[number]

const valueSchema = z.union([z.string(), z.number(), z.boolean()])

/** One input of a user's own workflow: all that a form needs to show it. */
export const customFieldSchema = lazily(() =>
  z.object({
    /** `node.input`: the key of its value in a custom edit. */
    key: z.string(),
    node: z.string(),
    input: z.string(),
    /** The input's name for people, and the title of its node. */
    label: z.string(),
    group: z.string(),
    kind: z.enum(customFieldKinds),
    role: z.enum(customFieldRoles).optional(),
    /** What the workflow holds; a picture's default is a file on the server that saved it. */
    default: valueSchema,
    options: z.array(valueSchema).optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    step: z.number().optional(),
    multiline: z.boolean().default(false),
    /** `{a|b}` in the text is another part for each job. */
    choices: z.boolean().default(false),
    help: z.string().optional(),
  }),
)
export type CustomField = z.infer<ReturnType<typeof customFieldSchema>>

/** A node that gives results. Recast keeps pictures; of the others it says so. */
export const customOutputSchema = lazily(() =>
  z.object({
    node: z.string(),
    title: z.string(),
    classType: z.string(),
    gives: z.enum(['pictures', 'video', 'audio', 'other']),
  }),
)
export type CustomOutput = z.infer<ReturnType<typeof customOutputSchema>>

/** Something of the file that could not be carried over, at one node. */
export const conversionProblemSchema = lazily(() =>
  z.object({
    node: z.string(),
    title: z.string(),
    classType: z.string(),
    message: z.string(),
  }),
)
export type ConversionProblem = z.infer<ReturnType<typeof conversionProblemSchema>>

/** What a workflow is imported for: anything, or a style or image edit, which need certain nodes. */
export const customPurposes = ['any', 'style', 'edit'] as const
export type CustomPurpose = (typeof customPurposes)[number]

/** A user's own workflow as it is listed. */
export const customWorkflowSchema = lazily(() =>
  z.object({
    id: z.string(),
    name: z.string(),
    /** As the file came: ComfyUI's API format, or as its editor saves workflows. */
    format: z.enum(['api', 'editor']),
    purpose: z.enum(customPurposes),
    nodes: z.int().min(0),
    importedAt: z.int(),
  }),
)
export type CustomWorkflowSummary = z.infer<ReturnType<typeof customWorkflowSchema>>

/** A user's own workflow with all that a form and a check need. */
export const customWorkflowDetailSchema = lazily(() =>
  customWorkflowSchema().extend({
    fields: z.array(customFieldSchema()),
    outputs: z.array(customOutputSchema()),
    problems: z.array(conversionProblemSchema()),
    /** What a style or image edit would need of it and is not there, in words; empty: it can be one. */
    editLacks: z.array(z.string()),
    /** Whether the asked-for engine can run it; absent when none was asked about, or it has not answered. */
    ready: z.boolean().optional(),
    missing: z.array(lackSchema),
  }),
)
export type CustomWorkflowDetail = z.infer<ReturnType<typeof customWorkflowDetailSchema>>
