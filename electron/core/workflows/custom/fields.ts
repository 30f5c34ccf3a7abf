import type { CustomField, CustomFieldRole, CustomOutput } from '#shared/domain/custom-workflow'
import { type Graph, type GraphNode, isLink } from '../graph'
import { type ClassInfo, classOf, inputSpecs, type ObjectInfo, outputType } from '../object-info'
import { choicesOf, classInputs, type ClassInput, dynamicInputs } from './class-widgets'
import { findPrompts, roleOf } from './roles'

/** The order of a form: what a person changes most comes first. */
const roleOrder: readonly (CustomFieldRole | undefined)[] = [
  'prompt',
  'negative',
  'picture',
  'width',
  'height',
  'count',
  'seed',
  'steps',
  'cfg',
  'denoise',
  'sampler',
  'scheduler',
  undefined,
  'model',
]

/** Longest list that a form is given; longer ones are typed. */
const maxOptions = 2_000

/** Every value of a graph that a person may change, with all that a form needs. Without `info` kinds are read from the values. */
export function findFields(graph: Graph, info: ObjectInfo): CustomField[] {
  const prompts = findPrompts(graph, info)
  const fields = Object.entries(graph).flatMap(([id, node]) => nodeFields(graph, id, node, info, prompts))
  return fields
    .map((field, place) => ({ field, place }))
    .toSorted((a, b) => rank(a.field) - rank(b.field) || a.place - b.place)
    .map(({ field }) => field)
}

function rank({ role }: CustomField): number {
  return roleOrder.indexOf(role)
}

function nodeFields(
  graph: Graph,
  id: string,
  node: GraphNode,
  info: ObjectInfo,
  prompts: ReadonlyMap<string, 'prompt' | 'negative'>,
): CustomField[] {
  const cls = classOf(info, node.class_type)
  const known = new Map(
    (cls ? classInputs(cls) : [])
      .flatMap((input) => [input, ...dynamicInputs(input, node.inputs[input.name])])
      .map((one) => [one.name, one]),
  )
  const names = [...known.keys(), ...Object.keys(node.inputs).filter((name) => !known.has(name))]
  return names.flatMap((name) => {
    const value = Object.hasOwn(node.inputs, name) ? node.inputs[name] : undefined
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return []
    const input = known.get(name)
    // What the class does not have never reaches the node.
    if (cls && !input) return []
    const key = `${id}.${name}`
    const kind = kindOf(input, name, value)
    const role = kind === 'picture' ? 'picture' : (prompts.get(key) ?? roleOf(graph, id, name, value))
    const text = (option: string): string | undefined => {
      const words = input?.options[option]
      return typeof words === 'string' && words !== '' ? words.slice(0, 1_000) : undefined
    }
    const number = (option: string): Record<string, number> => {
      const held = input?.options[option]
      return typeof held === 'number' && Number.isFinite(held) ? { [option]: held } : {}
    }
    const options = kind === 'choice' && input ? scalars(choicesOf(input)) : undefined
    const help = text('tooltip')
    return [
      {
        key,
        node: id,
        input: name,
        label: text('display_name') ?? name,
        group: node._meta?.title ?? node.class_type,
        kind: kind === 'integer' && role === 'seed' ? 'seed' : kind,
        ...(role === undefined ? {} : { role }),
        default: value,
        ...(options && options.length <= maxOptions ? { options } : {}),
        ...(typeof value === 'number' ? { ...number('min'), ...number('max'), ...number('step') } : {}),
        multiline: input?.options['multiline'] === true,
        choices: input?.options['dynamicPrompts'] === true,
        ...(help === undefined ? {} : { help }),
      },
    ]
  })
}

function kindOf(input: ClassInput | undefined, name: string, value: string | number | boolean): CustomField['kind'] {
  if (input?.options['image_upload'] === true) return 'picture'
  if (!input && name === 'image' && typeof value === 'string') return 'picture'
  if (input?.type === 'COMBO' || input?.type === 'COMFY_DYNAMICCOMBO_V3') return 'choice'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'text'
  return input?.type === 'INT' || (!input && Number.isInteger(value)) ? 'integer' : 'number'
}

function scalars(options: readonly unknown[] | undefined): (string | number | boolean)[] | undefined {
  return options?.filter((one) => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean')
}

/** The nodes that give results, in the graph's order. */
export function findOutputs(graph: Graph, info: ObjectInfo): CustomOutput[] {
  return Object.entries(graph).flatMap(([node, one]) => {
    const cls = classOf(info, one.class_type)
    if (cls ? cls.output_node !== true : !/^(Save|Preview)/.test(one.class_type)) return []
    return [{ node, title: one._meta?.title ?? one.class_type, classType: one.class_type, gives: givesOf(cls, one) }]
  })
}

function givesOf(cls: ClassInfo | undefined, node: GraphNode): CustomOutput['gives'] {
  const types = cls
    ? [...inputSpecs(cls, node.inputs)].filter(([name]) => isLink(node.inputs[name])).map(([, { type }]) => type)
    : [/video|webm|mp4/i.test(node.class_type) ? 'VIDEO' : /audio|mp3/i.test(node.class_type) ? 'AUDIO' : 'IMAGE']
  if (types.includes('VIDEO') || /webm|video/i.test(node.class_type)) return 'video'
  if (types.some((type) => type === 'IMAGE' || type === 'MASK')) return 'pictures'
  return types.includes('AUDIO') ? 'audio' : 'other'
}

/**
 * What a graph lacks to be a style or image edit: a node that loads a picture, one that reads a prompt, a sampler and one that saves
 * pictures, each as ComfyUI's own node or as another that does the same. One phrase each; empty when it has all four.
 */
export function editLacks(graph: Graph, info: ObjectInfo): string[] {
  const nodes = Object.values(graph).map((node) => ({ node, cls: classOf(info, node.class_type) }))
  const gives = (cls: ClassInfo | undefined, type: string): boolean =>
    cls?.output.some((_, slot) => outputType(cls, slot) === type) === true
  const takes = (cls: ClassInfo | undefined, node: GraphNode, type: string): boolean =>
    cls !== undefined && [...inputSpecs(cls, node.inputs).values()].some((spec) => spec.type === type)
  const some = (test: (node: GraphNode, cls: ClassInfo | undefined) => boolean): boolean =>
    nodes.some(({ node, cls }) => test(node, cls))
  const lacks: string[] = []
  if (!some((node, cls) => node.class_type === 'LoadImage' || (gives(cls, 'IMAGE') && cls !== undefined && loadsPicture(cls)))) {
    lacks.push('a node that loads a picture (LoadImage)')
  }
  if (!some((node, cls) => node.class_type === 'CLIPTextEncode' || (gives(cls, 'CONDITIONING') && takes(cls, node, 'STRING')))) {
    lacks.push('a node that reads a prompt (CLIPTextEncode, or one like TextEncodeQwenImageEditPlus)')
  }
  const samples = (node: GraphNode, cls: ClassInfo | undefined): boolean =>
    gives(cls, 'LATENT') && (takes(cls, node, 'GUIDER') || (takes(cls, node, 'MODEL') && takes(cls, node, 'LATENT')))
  if (!some((node, cls) => node.class_type.startsWith('KSampler') || samples(node, cls))) {
    lacks.push('a sampler (KSampler, or one like SamplerCustomAdvanced)')
  }
  if (!findOutputs(graph, info).some((output) => output.gives === 'pictures')) {
    lacks.push('a node that saves pictures (SaveImage, or one like PreviewImage)')
  }
  return lacks
}

function loadsPicture(cls: ClassInfo): boolean {
  return classInputs(cls).some(({ options }) => options['image_upload'] === true)
}
