import { z } from 'zod'
import { AppError } from '#shared/domain/error'

/** The parts of a JSON schema that words about a value need. */
interface ShapeNode {
  type?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  properties?: Record<string, ShapeNode>
  items?: ShapeNode
  additionalProperties?: ShapeNode | boolean
  anyOf?: ShapeNode[]
  oneOf?: ShapeNode[]
  allOf?: ShapeNode[]
}

type Path = readonly PropertyKey[]

/** Every place of a schema that a path may mean; a union has several. */
function nodesAt(node: ShapeNode, path: Path): ShapeNode[] {
  const branches = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]
  if (branches.length > 0) return branches.flatMap((branch) => nodesAt(branch, path))
  const [first, ...rest] = path
  if (first === undefined) return [node]
  const next = typeof first === 'number' ? node.items : node.properties?.[String(first)]
  return next ? nodesAt(next, rest) : []
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (at === null || typeof at !== 'object' ? undefined : (at as Record<PropertyKey, unknown>)[key]),
    value,
  )
}

/** A value as it is quoted in a sentence: short, and never a whole document. */
function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** `edits[0].strength` */
function fieldName(path: Path): string {
  return path.reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : name === '' ? String(key) : `${name}.${String(key)}`),
    '',
  )
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** "between 0 and 1", "at least 1", "at most 64": both ends where the schema has both. */
function range(low: number | undefined, high: number | undefined, unit: string): string {
  // A bound of 2^53 is no limit that anybody meant.
  const meant = (bound: number | undefined): bound is number => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER
  if (meant(low) && meant(high)) return `between ${low} and ${high}${unit}`
  return meant(low) ? `at least ${low}${unit}` : `at most ${high}${unit}`
}

/** What is wrong with one value, as the end of a sentence that begins with the field's name. */
function demand(issue: z.core.$ZodIssue, schema: ShapeNode, value: unknown): string {
  const nodes = nodesAt(schema, issue.path)
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}, got ${quote(value)}`
    case 'too_small':
    case 'too_big': {
      if (issue.origin === 'array') {
        const node = nodes.find(({ maxItems, minItems }) => (maxItems ?? minItems) !== undefined)
        return `must have ${range(node?.minItems, node?.maxItems, ' entries')}, got ${quote(value)}`
      }
      if (issue.origin === 'string') {
        const node = nodes.find(({ maxLength, minLength }) => (maxLength ?? minLength) !== undefined)
        const length = typeof value === 'string' ? value.length : 0
        return `must have ${range(node?.minLength, node?.maxLength, ' characters')}, got ${length}`
      }
      const node = nodes.find(({ minimum, maximum }) => (minimum ?? maximum) !== undefined)
      const [low, high] =
        issue.code === 'too_small' ? [Number(issue.minimum), node?.maximum] : [node?.minimum, Number(issue.maximum)]
      return `must be ${range(low, high, '')}, got ${quote(value)}`
    }
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}, got ${quote(value)}`
    case 'invalid_format':
      return `is not in the right form, got ${quote(value)}`
    default:
      return `is not right (${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}), got ${quote(value)}`
  }
}

/** Says in one sentence what is wrong with an input, naming the field and the value. */
function describe(error: z.ZodError, schema: z.ZodType, input: unknown): AppError {
  const issue = error.issues[0]
  if (!issue) return new AppError('input.invalid', 'The input is not right. Check it and try again.')
  const field = fieldName(issue.path)
  const node = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as ShapeNode
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : ''
  const detail = { field, issues: error.issues.slice(0, 10).map((one) => ({ field: fieldName(one.path), message: one.message })) }
  // A refinement's own words are a sentence already.
  const text =
    issue.code === 'custom' ? issue.message : `${field || 'The input'} ${demand(issue, node, valueAt(input, issue.path))}`
  return new AppError('input.invalid', `${text}${more}. Change it and try again.`, { detail })
}

/** Checks an input by its schema; throws `input.invalid` with a sentence like "strength must be between 0 and 1, got 7". */
export function checkInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw describe(parsed.error, schema, input)
}
