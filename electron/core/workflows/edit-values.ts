import {
  type Edit,
  type GenerateEdit,
  type PerspectiveEdit,
  type Sampling,
  type StoryEdit,
  styleAmounts,
  type StyleEdit,
  usualStyleAmounts,
} from '#shared/domain/edit'
import type { UsedStyle } from '#shared/domain/style'
import { AppError } from '#shared/domain/error'
import { cameraRequest } from '#shared/views/camera-prompt'
import { cameraModelOf } from './camera-model'
import type { Workflow } from './load'
import type { Size } from './size-policy'
import { drawsWholeStories, scenePrompt, storyRun } from './story-edit'
import { pictureStyleInstruction, strengthWord, styleInstruction, styleTags } from './style-prompt'
import { wishedSize } from './wished-size'
import type { LevelName } from './workflow-schema'

/** What an edit becomes for a workflow: arguments of `bindWorkflow`. */
export interface EditValues {
  values: Record<string, unknown>
  choices: Record<string, string>
  level?: LevelName | undefined
}

export interface EditFacts {
  seed: number
  /** The preset's wording, looked up by the edit's style id. */
  styleWording?: string | undefined
  /** The size of the picture that is edited or refined; undefined while a submission is only checked. */
  input?: Size | undefined
}

/**
 * Turns an edit of the studio into a workflow's values. Throws `input.unsupported_edit` when the workflow can't do it,
 * `input.unknown_view` for a view that its model has no words for.
 */
export function valuesForEdit(workflow: Workflow, edit: Edit, sampling: Sampling, facts: EditFacts): EditValues {
  if (workflow.edit !== edit.kind) throw unsupported(workflow, `it does ${workflow.edit} edits`)
  const own = ownValues(workflow, edit, facts)
  // Explicit sampling goes through untouched: a value that the workflow does not have is refused when it is bound, not dropped here.
  const { values, choices, ...named } = sampling
  const given = Object.fromEntries(Object.entries({ ...values, ...named }).filter(([, value]) => value !== undefined))
  return {
    ...own,
    choices: { ...own.choices, ...choices },
    values: { ...own.values, ...('seed' in workflow.inputs ? { seed: facts.seed } : {}), ...given },
  }
}

function ownValues(workflow: Workflow, edit: Edit, facts: EditFacts): EditValues {
  switch (edit.kind) {
    case 'style':
      return styleValues(workflow, edit, facts)
    case 'perspective':
      return perspectiveValues(workflow, edit)
    case 'generate':
      return generateValues(workflow, edit, facts)
    case 'remix': {
      const { prompt, negative, denoise, level } = edit
      return { values: given({ prompt, negative, denoise }), choices: {}, level }
    }
    case 'reference':
      return {
        values: { ...given({ prompt: edit.prompt, negative: edit.negative }), ...sizeValues(workflow, edit, facts) },
        choices: {},
      }
    case 'story':
      return storyValues(workflow, edit, facts)
    case 'upscale':
      return { values: {}, choices: { factor: String(edit.factor) } }
    case 'custom':
      throw unsupported(workflow, 'it is none of your own')
  }
}

function generateValues(workflow: Workflow, edit: GenerateEdit, facts: EditFacts): EditValues {
  const { prompt, negative, level, from } = edit
  // A sketch counts at every level: where the level has no share of its own for it, the final one's.
  const refined = workflow.levels[level]?.values['denoise'] ?? workflow.levels.final?.values['denoise']
  const denoise = edit.denoise ?? (from ? refined : undefined)
  return { values: { ...given({ prompt, negative, denoise }), ...sizeValues(workflow, edit, facts) }, choices: {}, level }
}

function storyValues(workflow: Workflow, edit: StoryEdit, facts: EditFacts): EditValues {
  const size = sizeValues(workflow, edit, facts)
  const { negative, style } = edit
  if (!drawsWholeStories(workflow)) {
    if (edit.roles.every((role) => role.assetIds.length === 0)) {
      throw unsupported(
        workflow,
        'it draws each scene from a picture of its hero, and no role has one. Give a role a picture (generate one first if there is none)',
      )
    }
    return { values: { ...given({ prompt: scenePrompt(edit), negative }), ...size }, choices: {} }
  }
  const { roles, scenes } = storyRun(edit)
  const look = workflow.inputs['look']
  const named = style?.trim().replaceAll(' ', '_').toLowerCase()
  const known = look?.type === 'enum' ? look.options.find((option) => option.toLowerCase() === named) : undefined
  const own = workflow.inputs['prompt']
  const usual = own?.type === 'text' ? (own.default ?? '') : ''
  const prompt = style === undefined || known !== undefined ? undefined : `, ${style.trim()}${usual}`
  return { values: { ...given({ roles, scenes, prompt, negative, look: known }), ...size }, choices: {} }
}

function sizeValues(workflow: Workflow, edit: Edit, { input }: EditFacts): Record<string, unknown> {
  return { ...wishedSize(workflow, edit, input)?.generate }
}

/** What is there of some values. */
function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function styleValues(workflow: Workflow, edit: StyleEdit, facts: EditFacts): EditValues {
  const slot = workflow.images['style']
  if (edit.styleAssetId !== undefined && !slot && !hasWords(edit)) throw unsupported(workflow, 'it takes no style picture')
  if (edit.styleAssetId === undefined && slot?.required) throw unsupported(workflow, 'it needs a style picture')
  const { preset } = edit
  const asked = preset ? presetValues(workflow, preset) : {}
  const words = { wording: preset ? presetWording(workflow, preset) : facts.styleWording, prompt: edit.prompt }
  if (workflow.controls.strength === 'denoise') {
    return { values: { ...asked, prompt: need(workflow, styleTags(words)), ...sliders(workflow, edit) }, choices: {} }
  }
  const { strength, keepColours } = styleAmounts(edit)
  const told = { ...words, strength: strengthWord(strength), keepColours }
  const prompt = edit.styleAssetId === undefined || !slot ? need(workflow, styleInstruction(told)) : pictureStyleInstruction(told)
  return { values: { ...asked, prompt }, choices: {} }
}

/** Whether an own preset can do without its picture. */
export function hasWords({ preset }: StyleEdit): boolean {
  const all = preset ? [preset.wording, preset.wordings.edit, preset.wordings.draw] : []
  return all.some((words) => words !== undefined && words.trim() !== '')
}

/** An own preset's words for a workflow's family: those that draw anew read tags, the others an instruction. */
function presetWording(workflow: Workflow, { wording, wordings }: UsedStyle): string {
  const own = workflow.controls.strength === 'denoise' ? wordings.draw : wordings.edit
  return own !== undefined && own.trim() !== '' ? own : wording
}

/** What an own preset asks of the sampler, as far as this workflow has it: a preset goes with every model, a value need not. */
function presetValues(workflow: Workflow, { sampling, wordings }: UsedStyle): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, value] of Object.entries({ ...sampling, negative: wordings.negative })) {
    const input = workflow.inputs[name]
    if (!input || value === undefined || value === '') continue
    if (input.type === 'integer' || input.type === 'number') {
      if (typeof value === 'number') values[name] = Math.max(input.min, Math.min(input.max, value))
    } else if (input.type !== 'enum' || input.options.includes(String(value))) values[name] = value
  }
  return values
}

/** The studio's defaults of the two sliders; they stand for the workflow's own defaults. */
const usual = usualStyleAmounts
/** Less changes nothing to be seen, more keeps nothing of the photo. */
const denoiseEnds = { least: 0.15, most: 0.85 }

function sliders(workflow: Workflow, edit: StyleEdit): Record<string, number> {
  const result: Record<string, number> = {}
  const amounts = styleAmounts(edit)
  const denoise = numberDefault(workflow, 'denoise')
  if (denoise !== undefined) {
    result['denoise'] = round(
      amounts.strength <= usual.strength
        ? denoiseEnds.least + ((denoise - denoiseEnds.least) * amounts.strength) / usual.strength
        : denoise + ((denoiseEnds.most - denoise) * (amounts.strength - usual.strength)) / (1 - usual.strength),
    )
  }
  const structure = numberDefault(workflow, 'structure')
  if (structure !== undefined) result['structure'] = round((structure * amounts.structure) / usual.structure)
  return result
}

function numberDefault(workflow: Workflow, name: string): number | undefined {
  const input = workflow.inputs[name]
  return input?.type === 'number' ? input.default : undefined
}

function perspectiveValues(workflow: Workflow, edit: PerspectiveEdit): EditValues {
  const model = cameraModelOf(workflow)
  if (model === undefined) throw unsupported(workflow, 'it has no camera')
  const { prompt, choices } = cameraRequest(model, edit.view, edit.from)
  return { values: { prompt }, choices }
}

function need(workflow: Workflow, prompt: string | undefined): string {
  if (prompt === undefined) throw unsupported(workflow, 'it needs a style or words')
  return prompt
}

function unsupported(workflow: Workflow, why: string): AppError {
  return new AppError(
    'input.unsupported_edit',
    `${workflow.title.en} can't do this edit: ${why}. Choose another workflow or change the edit.`,
    {
      detail: { workflow: workflow.id },
    },
  )
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
