import type { ClassInfo } from '../object-info'
import { listOf, recordOf } from './workflow-text'

/** One input of a class as `/object_info` tells it, in the order in which the editor shows it. */
export interface ClassInput {
  name: string
  /** A type, `COMBO`, or one of the types that unfold (`COMFY_…_V3`). */
  type: string
  /** The values of a combo; undefined where the server does not say. */
  choices: readonly unknown[] | undefined
  options: Record<string, unknown>
  required: boolean
}

/** A field of a node in the editor that takes a place among `widgets_values`. */
export interface Widget {
  name: string
  input: ClassInput | undefined
  /** Only the editor knows it ("control after generate", the upload button): it never reaches the server. */
  editorOnly: boolean
}

/** Types that the editor shows as a field; everything else travels by links only. */
const widgetTypes = new Set([
  'INT',
  'FLOAT',
  'STRING',
  'BOOLEAN',
  'COMBO',
  'COLOR',
  'MARKDOWN',
  'TEXTAREA',
  'CURVE',
  'RANGE',
  'BOUNDING_BOX',
  'COMFY_DYNAMICCOMBO_V3',
])

/** Fields that only a page in the browser can fill: what they hold is made when the workflow is sent from there. */
const browserOnlyTypes = new Set(['LOAD_3D', 'AUDIO_RECORD', 'WEBCAM'])

/** The class's inputs in the editor's order: `input_order` where the server tells it, because JSON objects get sorted on the way. */
export function classInputs(cls: ClassInfo): ClassInput[] {
  return sectionInputs(cls.input, recordOf(cls['input_order']), [])
}

function sectionInputs(sections: Record<string, unknown>, order: Record<string, unknown>, path: string[]): ClassInput[] {
  return (['required', 'optional'] as const).flatMap((section) => {
    const all = recordOf(sections[section])
    const ordered = listOf(order[section])
      .map(String)
      .filter((name) => Object.hasOwn(all, name))
    const names = [...ordered, ...Object.keys(all).filter((name) => !ordered.includes(name))]
    return names.flatMap((name) => readInput(name, all[name], section === 'required', path) ?? [])
  })
}

function readInput(name: string, raw: unknown, required: boolean, path: string[]): ClassInput | undefined {
  const [type, second] = listOf(raw)
  if (type === undefined) return undefined
  const options = recordOf(second)
  const full = [...path, name].join('.')
  // Combos come in two forms: [["a", "b"], {…}] and ["COMBO", {"options": ["a", "b"]}].
  if (Array.isArray(type)) return { name: full, type: 'COMBO', choices: type, options, required }
  const choices = type === 'COMBO' && Array.isArray(options['options']) ? options['options'] : undefined
  return { name: full, type: String(type), choices, options, required }
}

/** True when the editor shows a field for this input, so that it has a value of its own. */
export function isWidget(input: ClassInput): boolean {
  const type = typeof input.options['widgetType'] === 'string' ? input.options['widgetType'] : input.type
  return widgetTypes.has(type) && !forcedToSocket(input)
}

/** True for inputs that only a browser can fill (a camera, a microphone, the 3D view). */
export function needsBrowser(input: ClassInput): boolean {
  return browserOnlyTypes.has(input.type)
}

function forcedToSocket({ options, required }: ClassInput): boolean {
  return options['forceInput'] === true || (!required && options['defaultInput'] === true)
}

/** The inputs that a chosen option of an unfolding combo brings, with their full names (`resize_type.width`). */
export function dynamicInputs(input: ClassInput, chosen: unknown): ClassInput[] {
  if (input.type !== 'COMFY_DYNAMICCOMBO_V3') return []
  const option = listOf(input.options['options'])
    .map(recordOf)
    .find((one) => one['key'] === chosen)
  return option ? sectionInputs(recordOf(option['inputs']), recordOf(option['input_order']), [input.name]) : []
}

/** The values that a combo or an unfolding combo offers; undefined where the server does not say. */
export function choicesOf(input: ClassInput): readonly unknown[] | undefined {
  if (input.type !== 'COMFY_DYNAMICCOMBO_V3') return input.choices
  return listOf(input.options['options']).map((option) => recordOf(option)['key'])
}

/** What a field holds before anybody has touched it. */
export function defaultOf(input: ClassInput): unknown {
  const own = input.options['default']
  if (own !== undefined) return own
  if (input.type === 'COMBO' || input.type === 'COMFY_DYNAMICCOMBO_V3') return choicesOf(input)?.[0]
  if (input.type === 'BOOLEAN') return false
  if (input.type === 'INT' || input.type === 'FLOAT') return 0
  return ''
}

/** The field with those that follow it in the editor: whole numbers called seed get "control after generate". */
function widgetsOfInput(input: ClassInput): Widget[] {
  const widget = { name: input.name, input, editorOnly: false }
  const asked = input.options['control_after_generate']
  const seed = input.type === 'INT' && (input.name === 'seed' || input.name === 'noise_seed')
  const controlled = (asked ?? seed) && (input.type === 'INT' || input.type === 'COMBO')
  return controlled
    ? [widget, { name: typeof asked === 'string' ? asked : 'control_after_generate', input: undefined, editorOnly: true }]
    : [widget]
}

const uploads = ['image_upload', 'video_upload', 'audio_upload', 'animated_image_upload']

/**
 * Gives the fields of a node their saved values, by place, in the editor's order; unfolding combos bring their own fields as they are
 * read. Returns the values that reach the server, by input name.
 */
export function readWidgetValues(
  cls: ClassInfo,
  saved: readonly unknown[] | Readonly<Record<string, unknown>>,
): Map<string, unknown> {
  const inputs = classInputs(cls)
  const queue = inputs.filter(isWidget).flatMap(widgetsOfInput)
  if (inputs.some(({ options }) => uploads.some((key) => options[key] === true))) {
    queue.push({ name: 'upload', input: undefined, editorOnly: true })
  }
  const values = new Map<string, unknown>()
  const byPlace = Array.isArray(saved) ? withoutSocketValues(inputs, queue, saved) : undefined
  for (let place = 0; queue.length > 0; place++) {
    const { name, input, editorOnly } = queue.shift() as Widget
    if (editorOnly || !input) continue
    const value = byPlace ? byPlace[place] : valueByName(saved as Record<string, unknown>, name)
    const held = usable(input, value)
    values.set(name, held)
    // Their fields stand right behind the combo.
    queue.unshift(...dynamicInputs(input, held).filter(isWidget).flatMap(widgetsOfInput))
  }
  return values
}

function valueByName(saved: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(saved, name) ? saved[name] : undefined
}

function usable(input: ClassInput, value: unknown): unknown {
  if (value === undefined) return defaultOf(input)
  if (value === null && input.type === 'COMBO') return choicesOf(input)?.[0] ?? null
  return value
}

/**
 * Files of old editors hold a value also for inputs that are sockets by force. They are taken out when the number of values tells that
 * this is such a file.
 */
function withoutSocketValues(
  inputs: readonly ClassInput[],
  widgets: readonly Widget[],
  saved: readonly unknown[],
): readonly unknown[] {
  const shown = inputs.filter((input) => isWidget(input) || forcedToSocket(input))
  const forced = shown.flatMap((input) => {
    const own = forcedToSocket(input)
    return input.options['control_after_generate'] ? [own, false] : [own]
  })
  if (!forced.includes(true) && saved.length === widgets.length) return saved
  if (saved.length !== forced.length) return saved
  return saved.filter((_, i) => !forced[i])
}
