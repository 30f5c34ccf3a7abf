import { nearestNames } from '#shared/styles/nearest'
import { ancestorsOf, type Graph, isLink, linksOf } from './graph'
import { classOf, inputSpecs, type InputSpec, type ObjectInfo, outputType, typesMeet } from './object-info'

/** Every way in which a graph can be wrong for a server. The names follow ComfyUI's own where it has one. */
export type ProblemCode =
  | 'no_output'
  | 'cycle'
  | 'unknown_class'
  | 'required_input_missing'
  | 'bad_link'
  | 'dangling_link'
  | 'no_such_output'
  | 'return_type_mismatch'
  | 'invalid_input_type'
  | 'value_smaller_than_min'
  | 'value_bigger_than_max'
  | 'value_not_in_list'
  | 'unknown_input'
  | 'off_step'

export interface Problem {
  code: ProblemCode
  node?: string
  classType?: string
  input?: string
  value?: unknown
  /** One sentence about what is wrong and where. */
  message: string
}

/**
 * Checks a graph against a server's `/object_info`, as ComfyUI's own validation does it and a little stricter:
 * every node is checked, not only those that an output needs, and a number in the form of text is a mistake.
 * `strict` also reports inputs that the class does not have and whole numbers between two steps, which a server takes in silence:
 * meant for graphs of our own.
 */
export function checkGraph(graph: Graph, info: ObjectInfo, options: { strict?: boolean } = {}): Problem[] {
  const problems: Problem[] = []
  const outputs: string[] = []
  for (const [id, node] of Object.entries(graph)) {
    const classType = node.class_type
    const report = (code: ProblemCode, message: string, input?: string, value?: unknown) =>
      problems.push({
        code,
        node: id,
        classType,
        ...(input === undefined ? {} : { input }),
        ...(value === undefined ? {} : { value }),
        message: `Node ${id} (${classType}): ${message}.`,
      })
    const cls = classOf(info, classType)
    if (!cls) {
      report('unknown_class', 'the server has no such node class')
      continue
    }
    if (cls.output_node === true) outputs.push(id)
    const specs = inputSpecs(cls, node.inputs)
    for (const [name, spec] of specs) {
      if (!Object.hasOwn(node.inputs, name)) {
        if (spec.required) report('required_input_missing', `input "${name}" is missing`, name)
        continue
      }
      const value = node.inputs[name]
      if (Array.isArray(value)) checkLink(graph, info, name, spec, value, report)
      else checkValue(name, spec, value, options.strict === true, report)
    }
    if (options.strict) {
      for (const name of Object.keys(node.inputs))
        if (!specs.has(name)) report('unknown_input', `it has no input "${name}"`, name)
    }
  }
  if (outputs.length === 0)
    problems.push({ code: 'no_output', message: 'The graph has no node that gives a result, such as SaveImage.' })
  return [...problems, ...findCycle(graph)]
}

type Report = (code: ProblemCode, message: string, input?: string, value?: unknown) => void

function checkLink(graph: Graph, info: ObjectInfo, name: string, spec: InputSpec, value: unknown[], report: Report) {
  if (!isLink(value)) return report('bad_link', `input "${name}" is a list, but not [node, output]`, name, value)
  const [from, slot] = value
  const source = Object.hasOwn(graph, from) ? graph[from] : undefined
  if (!source) return report('dangling_link', `input "${name}" is linked to node ${from}, which is not there`, name, value)
  const cls = classOf(info, source.class_type)
  if (!cls) return // reported at that node
  const type = Number.isInteger(slot) && slot >= 0 ? outputType(cls, slot) : undefined
  if (type === undefined)
    return report('no_such_output', `input "${name}" is linked to output ${slot} of ${source.class_type}`, name, value)
  if (!typesMeet(type, spec.type)) {
    report('return_type_mismatch', `input "${name}" takes ${spec.type} and is linked to ${type}`, name, value)
  }
}

function checkValue(name: string, spec: InputSpec, raw: unknown, strict: boolean, report: Report) {
  const value = raw !== null && typeof raw === 'object' && '__value__' in raw ? (raw as { __value__: unknown }).__value__ : raw
  const wrong = (expected: string) => report('invalid_input_type', `input "${name}" must be ${expected}`, name, raw)
  switch (spec.type) {
    case 'COMBO':
      if (spec.upload || spec.options === undefined)
        return typeof value === 'string' ? undefined : wrong('a file name or an option')
      if (!spec.options.includes(value))
        report(
          'value_not_in_list',
          `input "${name}" does not know ${JSON.stringify(value)}${known(value, spec.options)}`,
          name,
          raw,
        )
      return
    case 'STRING':
      return typeof value === 'string' ? undefined : wrong('text')
    case 'BOOLEAN':
      return typeof value === 'boolean' ? undefined : wrong('true or false')
    case 'INT':
    case 'FLOAT': {
      if (typeof value !== 'number' || !Number.isFinite(value)) return wrong('a number')
      if (spec.type === 'INT' && !Number.isInteger(value)) return wrong('a whole number')
      if (spec.min !== undefined && value < spec.min)
        report('value_smaller_than_min', `input "${name}" is ${value}, below ${spec.min}`, name, raw)
      if (spec.max !== undefined && value > spec.max)
        report('value_bigger_than_max', `input "${name}" is ${value}, above ${spec.max}`, name, raw)
      if (strict && spec.type === 'INT' && spec.step !== undefined && (value - (spec.min ?? 0)) % spec.step !== 0) {
        report('off_step', `input "${name}" is ${value}, not a step of ${spec.step}`, name, raw)
      }
      return
    }
    default:
      // A type that travels only by links; `*` and custom widgets take whatever they get.
      if (/^[A-Z][A-Z0-9_]*$/.test(spec.type) && linkOnly.has(spec.type)) wrong(`a link to ${spec.type}`)
  }
}

/** Of a list the values that are most like what was meant, or all of a short one, as the end of a sentence. */
function known(value: unknown, options: readonly unknown[]): string {
  const all = options.filter((option) => typeof option === 'string')
  const like = typeof value === 'string' ? nearestNames(value, all) : []
  if (like.length > 0) return `; perhaps ${like.join(' or ')} is meant`
  return all.length > 0 && all.length <= 60 && all.every(({ length }) => length <= 40) ? `; it has ${all.join(', ')}` : ''
}

/** ComfyUI's own types that no widget can hold. */
const linkOnly = new Set(
  'MODEL CLIP VAE CONDITIONING LATENT IMAGE MASK CONTROL_NET CLIP_VISION CLIP_VISION_OUTPUT STYLE_MODEL GLIGEN UPSCALE_MODEL SAMPLER SIGMAS NOISE GUIDER PHOTOMAKER AUDIO VIDEO'.split(
    ' ',
  ),
)

/** A graph that runs in circles: ComfyUI's validation overflows its stack on one, so it must never be sent. */
function findCycle(graph: Graph): Problem[] {
  for (const [id, node] of Object.entries(graph)) {
    const sources = linksOf(node).map(([, [from]]) => from)
    if (ancestorsOf(graph, sources).has(id)) {
      return [
        {
          code: 'cycle',
          node: id,
          classType: node.class_type,
          message: `Node ${id} (${node.class_type}) depends on its own result.`,
        },
      ]
    }
  }
  return []
}
