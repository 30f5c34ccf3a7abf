import type { CustomFieldRole } from '#shared/domain/custom-workflow'
import { type Graph, isLink, type Link, linksOf } from '../graph'
import { classOf, inputSpecs, type ObjectInfo, outputType } from '../object-info'
import { listOf } from './workflow-text'

/** Inputs whose name says what they are, in ComfyUI's own nodes and in most others. */
const roleByInput: Readonly<Record<string, CustomFieldRole>> = {
  seed: 'seed',
  noise_seed: 'seed',
  steps: 'steps',
  cfg: 'cfg',
  guidance: 'cfg',
  sampler_name: 'sampler',
  scheduler: 'scheduler',
  denoise: 'denoise',
  width: 'width',
  height: 'height',
  batch_size: 'count',
}

/** Inputs that hold the name of a model file, by how such inputs are called. */
const modelInput =
  /^(ckpt|unet|clip|vae|lora|control_net|controlnet|style_model|upscale_model|gligen|hypernetwork|model|text_encoder|diffusion_model|photomaker|ipadapter|instantid)(_name|_file|_path|_model)?\d*$/
/** Files of weights. */
export const modelFile = /\.(safetensors|sft|ckpt|pt|pth|bin|gguf|onnx)$/i

/** How far a value is followed through nodes that only pass it on. */
const maxSteps = 40

/** The text fields that make the positive and the negative prompt, as `node.input`. A text that makes both is the positive one. */
export function findPrompts(graph: Graph, info: ObjectInfo): Map<string, 'prompt' | 'negative'> {
  const found = new Map<string, 'prompt' | 'negative'>()
  const starts = { prompt: [] as Link[], negative: [] as Link[] }
  for (const node of Object.values(graph)) {
    for (const [input, link] of linksOf(node)) {
      if (input === 'negative') starts.negative.push(link)
      else if (input === 'positive') starts.prompt.push(link)
      else if (givesGuidance(node.class_type, info) && isConditioning(graph, info, link)) {
        starts[/neg/i.test(input) ? 'negative' : 'prompt'].push(link)
      }
    }
  }
  // Conditioning that only another conditioning node takes has no sign of its own: what is left is followed from its consumers above.
  for (const kind of ['negative', 'prompt'] as const) {
    for (const key of textsBehind(graph, info, starts[kind], kind)) found.set(key, kind)
  }
  return found
}

function givesGuidance(classType: string, info: ObjectInfo): boolean {
  const outputs = classOf(info, classType)?.output ?? []
  return outputs.includes('GUIDER') || outputs.includes('LATENT')
}

function isConditioning(graph: Graph, info: ObjectInfo, [from, slot]: Link): boolean {
  const cls = classOf(info, graph[from]?.class_type ?? '')
  return cls !== undefined && outputType(cls, slot) === 'CONDITIONING'
}

/** The text fields that a conditioning is made of. */
function textsBehind(graph: Graph, info: ObjectInfo, starts: readonly Link[], kind: 'prompt' | 'negative'): Set<string> {
  const keys = new Set<string>()
  const seen = new Set<string>()
  const open = [...starts]
  for (let link = open.pop(); link; link = open.pop()) {
    const [id, slot] = link
    if (seen.has(`${id}:${slot}`) || seen.size > maxSteps * 10) continue
    seen.add(`${id}:${slot}`)
    const node = graph[id]
    const cls = node && classOf(info, node.class_type)
    if (!node || !cls) continue
    const specs = inputSpecs(cls, node.inputs)
    const links = linksOf(node)
    const paired = links.some(([name]) => name === 'positive') && links.some(([name]) => name === 'negative')
    const conditions = links.filter(([, from]) => isConditioning(graph, info, from))
    if (conditions.length > 0) {
      // A node that takes both and gives both: the output says which of the two it is.
      const side = paired ? sideOf(cls['output_name'], slot, kind) : undefined
      open.push(...conditions.filter(([name]) => side === undefined || name === side).map(([, from]) => from))
      continue
    }
    for (const [name, spec] of specs) {
      if (spec.type !== 'STRING') continue
      const value = node.inputs[name]
      if (isLink(value)) for (const key of stringsBehind(graph, info, value)) keys.add(key)
      else if (typeof value === 'string') keys.add(`${id}.${name}`)
    }
  }
  return keys
}

function sideOf(names: unknown, slot: number, kind: 'prompt' | 'negative'): 'positive' | 'negative' {
  const name = String(listOf(names)[slot] ?? '')
  if (name === 'positive' || name === 'negative') return name
  return kind === 'prompt' ? 'positive' : 'negative'
}

/** The text fields that a linked text comes from. */
function stringsBehind(graph: Graph, info: ObjectInfo, start: Link): Set<string> {
  const keys = new Set<string>()
  const seen = new Set<string>()
  const open = [start]
  for (let link = open.pop(); link && seen.size < maxSteps; link = open.pop()) {
    const [id] = link
    const node = graph[id]
    const cls = node && classOf(info, node.class_type)
    if (!node || !cls || seen.has(id)) continue
    seen.add(id)
    for (const [name, spec] of inputSpecs(cls, node.inputs)) {
      const value = node.inputs[name]
      if (isLink(value)) open.push(value)
      else if (spec.type === 'STRING' && typeof value === 'string') keys.add(`${id}.${name}`)
    }
  }
  return keys
}

/** What a field means: by its own name, else by the inputs that its node's value goes to. */
export function roleOf(graph: Graph, id: string, input: string, value: unknown): CustomFieldRole | undefined {
  const own = nameRole(input, value)
  if (own !== undefined || !isPlainValue(graph, id)) return own
  const seen = new Set<string>([id])
  let from = [id]
  for (let step = 0; step < 4 && from.length > 0; step++) {
    const next: string[] = []
    for (const [consumer, node] of Object.entries(graph)) {
      for (const [name, [source]] of linksOf(node)) {
        if (!from.includes(source)) continue
        const role = nameRole(name, value)
        if (role !== undefined) return role
        if (!seen.has(consumer) && isPlainValue(graph, consumer)) next.push(consumer)
        seen.add(consumer)
      }
    }
    from = next
  }
  return undefined
}

function nameRole(input: string, value: unknown): CustomFieldRole | undefined {
  if (typeof value === 'string' && modelFile.test(value) && (modelInput.test(input) || !Object.hasOwn(roleByInput, input)))
    return 'model'
  const role = Object.hasOwn(roleByInput, input) ? roleByInput[input] : undefined
  const needsNumber = role !== undefined && role !== 'sampler' && role !== 'scheduler'
  return needsNumber && typeof value !== 'number' ? undefined : role
}

/** A node that only holds or passes on one value (an integer, a switch, a text). */
function isPlainValue(graph: Graph, id: string): boolean {
  return /primitive|int|float|number|constant|string|text|value|switch|boolean|seed/i.test(graph[id]?.class_type ?? '')
}
