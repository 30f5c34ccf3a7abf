import { z } from 'zod'

/** One node class of a server's `/object_info`, as far as Recast reads it; servers add fields freely. */
const classInfoSchema = z.looseObject({
  input: z.looseObject({
    required: z.record(z.string(), z.unknown()).optional(),
    optional: z.record(z.string(), z.unknown()).optional(),
  }),
  output: z.array(z.unknown()),
  output_node: z.boolean().optional(),
  python_module: z.string().optional(),
})
export type ClassInfo = z.infer<typeof classInfoSchema>
export const objectInfoSchema = z.record(z.string(), classInfoSchema)
/** A server's `GET /object_info`. */
export type ObjectInfo = z.infer<typeof objectInfoSchema>

/** What a node takes at one input. */
export interface InputSpec {
  /** A type, several joined by commas, `*` for any, or `COMBO`. */
  type: string
  required: boolean
  /** The values of a combo; undefined where the server does not say (remote lists). */
  options?: readonly unknown[]
  min?: number
  max?: number
  step?: number
  /** The list holds files that were uploaded so far; the server checks such a name by looking for the file. */
  upload: boolean
}

/** The class of that name, or undefined. Own keys only: `constructor` is no class. */
export function classOf(info: ObjectInfo, name: string): ClassInfo | undefined {
  return Object.hasOwn(info, name) ? info[name] : undefined
}

const dynamic = {
  autogrow: 'COMFY_AUTOGROW_V3',
  combo: 'COMFY_DYNAMICCOMBO_V3',
  slot: 'COMFY_DYNAMICSLOT_V3',
  match: 'COMFY_MATCHTYPE_V3',
}

/**
 * What a node takes, given what is there: inputs that grow (`images.image0` …) and inputs that hang on an option are
 * unfolded as ComfyUI does it (comfy_api/latest/_io.py, 0.8.0).
 */
export function inputSpecs(info: ClassInfo, inputs: Readonly<Record<string, unknown>>): Map<string, InputSpec> {
  const specs = new Map<string, InputSpec>()
  unfold(specs, info.input, inputs, [], true)
  return specs
}

interface Sections {
  required?: Record<string, unknown> | undefined
  optional?: Record<string, unknown> | undefined
}

function unfold(
  specs: Map<string, InputSpec>,
  sections: Sections,
  inputs: Readonly<Record<string, unknown>>,
  path: string[],
  must: boolean,
) {
  for (const section of ['required', 'optional'] as const) {
    for (const [name, raw] of Object.entries(sections[section] ?? {})) {
      if (!Array.isArray(raw) || raw.length === 0) continue
      const required = must && section === 'required'
      const type: unknown = raw[0]
      const options = asRecord(raw[1])
      const full = [...path, name].join('.')
      if (type === dynamic.autogrow) unfoldGrowing(specs, asRecord(options['template']), inputs, [...path, name], required)
      else if (type === dynamic.combo) unfoldCombo(specs, options, inputs, [...path, name], required)
      else if (type === dynamic.slot) {
        specs.set(full, { type: '*', required: false, upload: false })
        if (full in inputs) unfold(specs, asRecord(options['inputs']) as Sections, inputs, [...path, name], true)
      } else specs.set(full, leaf(type, options, required))
    }
  }
}

function unfoldGrowing(
  specs: Map<string, InputSpec>,
  template: Record<string, unknown>,
  inputs: Readonly<Record<string, unknown>>,
  path: string[],
  required: boolean,
) {
  const [first] = Object.values(asRecord(template['input'])).flatMap((section) => Object.values(asRecord(section)))
  if (!Array.isArray(first)) return
  const min = typeof template['min'] === 'number' ? template['min'] : 0
  const max = typeof template['max'] === 'number' ? Math.min(template['max'], 100) : 100
  const names = Array.isArray(template['names'])
    ? template['names'].map(String)
    : Array.from({ length: max }, (_, i) => `${String(template['prefix'] ?? '')}${i}`)
  names.forEach((name, i) => {
    const full = [...path, name].join('.')
    // The server asks only for those that are there; the first `min` are asked for here too, since the node fails without them.
    if (full in inputs || (required && i < min)) specs.set(full, leaf(first[0], asRecord(first[1]), required && i < min))
  })
}

function unfoldCombo(
  specs: Map<string, InputSpec>,
  options: Record<string, unknown>,
  inputs: Readonly<Record<string, unknown>>,
  path: string[],
  required: boolean,
) {
  const full = path.join('.')
  const list = Array.isArray(options['options']) ? options['options'].map(asRecord) : []
  specs.set(full, { type: 'COMBO', required, options: list.map((option) => option['key']), upload: false })
  const chosen = list.find((option) => option['key'] === inputs[full])
  if (chosen) unfold(specs, asRecord(chosen['inputs']) as Sections, inputs, path, true)
}

function leaf(type: unknown, options: Record<string, unknown>, required: boolean): InputSpec {
  const upload = ['image_upload', 'video_upload', 'audio_upload', 'file_upload'].some((key) => options[key] === true)
  // Combos come in two forms, often in one answer: [["a", "b"], {…}] and ["COMBO", {"options": ["a", "b"]}].
  if (Array.isArray(type)) return { type: 'COMBO', required, options: type, upload }
  if (type === 'COMBO') {
    return { type: 'COMBO', required, upload, ...(Array.isArray(options['options']) ? { options: options['options'] } : {}) }
  }
  const number = (key: string) => (typeof options[key] === 'number' ? { [key]: options[key] } : {})
  const name = type === dynamic.match ? '*' : typeof type === 'string' ? type : '*'
  return { type: name, required, upload, ...number('min'), ...number('max'), ...number('step') }
}

/** The type of an output as checkGraph compares it: lists as types (old custom nodes) are combos, matched types are any. */
export function outputType(info: ClassInfo, slot: number): string | undefined {
  const type = info.output[slot]
  if (type === undefined) return undefined
  if (Array.isArray(type)) return 'COMBO'
  return type === dynamic.match || typeof type !== 'string' ? '*' : type
}

/** True when an output of one type may feed an input of the other: equal, any, or lists with a type in common. */
export function typesMeet(output: string, input: string): boolean {
  if (output === input) return true
  const outputs = output.split(',').map((type) => type.trim())
  const inputs = input.split(',').map((type) => type.trim())
  return outputs.includes('*') || inputs.includes('*') || outputs.some((type) => inputs.includes(type))
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
