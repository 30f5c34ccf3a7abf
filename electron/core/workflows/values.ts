import { AppError } from '#shared/domain/error'
import { levelsOfDetail } from '#shared/domain/edit'
import { maxSeed } from '#shared/domain/id'
import type { Scalar } from './graph'
import type { Workflow } from './load'
import type { LevelName, WorkflowInput } from './workflow-schema'

/** What a job asks of a workflow, beside its pictures. */
export interface BindRequest {
  level?: LevelName
  /** Choice → option; what is not named here comes from the level, then from the workflow. */
  choices?: Readonly<Record<string, string>>
}

export interface ResolvedValues {
  /** Every value that goes into the graph, by the input's own name. */
  values: Record<string, Scalar>
  choices: Record<string, string>
  /** The names of those that the caller gave. */
  explicit: string[]
}

/**
 * Merges a job's values: input default < chosen variant < level of detail < explicit. Each is checked against its declared range.
 * Aliases (`cfg_scale`) are accepted. Throws `input.invalid` saying what is allowed.
 */
export function resolveValues(
  workflow: Workflow,
  given: Readonly<Record<string, unknown>>,
  request: BindRequest = {},
): ResolvedValues {
  const level = resolveLevel(workflow, request.level)
  const choices = resolveChoices(workflow, { ...level?.choices, ...request.choices })
  const explicit = byOwnName(workflow, given)
  const merged: Record<string, unknown> = {}
  for (const [name, input] of Object.entries(workflow.inputs)) if (input.default !== undefined) merged[name] = input.default
  for (const [choice, option] of Object.entries(choices)) Object.assign(merged, workflow.choices[choice]?.options[option]?.values)
  Object.assign(merged, level?.values, explicit)
  const values: Record<string, Scalar> = {}
  for (const [name, input] of Object.entries(workflow.inputs)) {
    const value = merged[name]
    if (value !== undefined) values[name] = checkValue(name, input, value)
    else if ('required' in input && input.required) {
      throw invalid(`${workflow.title.en} needs "${name}". Enter it and submit again.`, { input: name })
    }
  }
  return { values, choices, explicit: Object.keys(explicit) }
}

function resolveLevel(workflow: Workflow, name: LevelName | undefined) {
  if (name === undefined) return undefined
  const level = workflow.levels[name]
  if (level) return level
  const known = levelsOfDetail.filter((one) => workflow.levels[one])
  const hint = known.length > 0 ? `It has: ${known.join(', ')}.` : 'It has none: leave the level out.'
  throw invalid(`${workflow.title.en} has no level of detail "${name}". ${hint}`, { input: 'level', value: name, options: known })
}

function resolveChoices(workflow: Workflow, wanted: Readonly<Record<string, string>>): Record<string, string> {
  for (const [choice, option] of Object.entries(wanted)) {
    const known = Object.hasOwn(workflow.choices, choice) ? workflow.choices[choice] : undefined
    if (!known) {
      throw invalid(
        `${workflow.title.en} has no choice "${choice}". It has: ${Object.keys(workflow.choices).join(', ') || 'none'}.`,
        {
          input: choice,
        },
      )
    }
    if (!Object.hasOwn(known.options, option)) {
      const options = Object.keys(known.options)
      throw invalid(`"${option}" is no option of "${choice}". Choose one of: ${options.join(', ')}.`, {
        input: choice,
        value: option,
        options,
      })
    }
  }
  return Object.fromEntries(Object.entries(workflow.choices).map(([choice, { default: own }]) => [choice, wanted[choice] ?? own]))
}

function byOwnName(workflow: Workflow, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = new Map<string, string>()
  for (const [name, input] of Object.entries(workflow.inputs)) for (const key of [name, ...input.aliases]) own.set(key, name)
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    const name = own.get(key)
    if (name === undefined) {
      throw invalid(`${workflow.title.en} has no value "${key}". It has: ${Object.keys(workflow.inputs).join(', ')}.`, {
        input: key,
      })
    }
    if (Object.hasOwn(result, name) && result[name] !== value) {
      throw invalid(`"${name}" is given twice, under two names, with different values. Leave one of them out.`, { input: name })
    }
    result[name] = value
  }
  return result
}

/** One value against its declaration; answers it as it goes into the graph (a seed may be folded). */
function checkValue(name: string, input: WorkflowInput, value: unknown): Scalar {
  switch (input.type) {
    case 'text':
      if (typeof value !== 'string') throw refused(name, value, 'text')
      if (value.length > input.maxLength)
        throw refused(name, `${value.slice(0, 40)}…`, `at most ${input.maxLength} characters long`)
      if (input.required && value.trim() === '') throw invalid(`"${name}" is empty. Enter it and submit again.`, { input: name })
      return value
    case 'integer':
    case 'number': {
      const range = `${input.type === 'integer' ? 'a whole number' : 'a number'} from ${input.min} to ${input.max}`
      if (typeof value !== 'number' || !Number.isFinite(value) || value < input.min || value > input.max) {
        throw refused(name, value, range, { min: input.min, max: input.max })
      }
      if (input.type === 'integer') {
        if (!Number.isInteger(value)) throw refused(name, value, range, { min: input.min, max: input.max })
        if (value % input.multiple !== 0)
          throw refused(name, value, `a multiple of ${input.multiple}`, { multiple: input.multiple })
      }
      return value
    }
    case 'seed':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maxSeed) {
        throw refused(name, value, `a whole number from 0 to ${maxSeed}`, { min: 0, max: maxSeed })
      }
      return value % (input.max + 1)
    case 'enum':
      if (typeof value !== 'string' || !input.options.includes(value)) {
        throw refused(name, value, `one of: ${input.options.join(', ')}`, { options: input.options })
      }
      return value
    case 'server_option':
      if (typeof value !== 'string' || value === '' || value.length > 64)
        throw refused(name, value, 'a name that the server knows')
      return value
  }
}

function refused(name: string, value: unknown, expected: string, detail: Record<string, unknown> = {}): AppError {
  return invalid(`"${name}" is ${JSON.stringify(value)}; it must be ${expected}. Change it and submit again.`, {
    input: name,
    value,
    ...detail,
  })
}

function invalid(message: string, detail: Record<string, unknown>): AppError {
  return new AppError('input.invalid', message, { detail })
}
