import { checkGraph } from '../check-graph'
import { type Graph, isLink } from '../graph'
import type { NodePackage } from '../workflow-schema'
import { classOf, inputSpecs, type ObjectInfo } from '../object-info'
import type { Missing } from '../readiness'
import { compareVersions } from '#shared/domain/version'
import type { CustomContent } from './content'
import { modelFile } from './roles'
import { withServerValues } from './server-values'

/** What is known of a server, and of packages of nodes. */
export interface CustomCheck {
  objectInfo: ObjectInfo
  version: string | undefined
  /** By id, as they come with Recast. */
  packages: ReadonlyMap<string, NodePackage>
}

/** Folders of ComfyUI's own loaders, by the input that names the file. */
const folderByInput: Readonly<Record<string, string>> = {
  ckpt_name: 'checkpoints',
  unet_name: 'diffusion_models',
  vae_name: 'vae',
  lora_name: 'loras',
  control_net_name: 'controlnet',
  style_model_name: 'style_models',
  gligen_name: 'gligen',
  hypernetwork_name: 'hypernetworks',
}

/**
 * What a server lacks for a user's own workflow: nodes (with the package where the file or Recast knows it), model files, a newer
 * ComfyUI, or a value that it does not take. Empty: it can run.
 */
export function missingForCustom(content: CustomContent, graph: Graph, check: CustomCheck): Missing[] {
  const missing = missingClasses(content, graph, check)
  const problems = checkGraph(graph, check.objectInfo).filter(({ code }) => code !== 'unknown_class')
  for (const problem of problems) {
    const { code, value, node, input, classType } = problem
    if (code === 'value_not_in_list' && typeof value === 'string' && modelFile.test(value) && input !== undefined) {
      missing.push(missingModel(content, `${node}.${input}`, value, input, classType ?? ''))
    } else missing.push({ kind: 'graph', problem })
  }
  return missing
}

function missingClasses(content: CustomContent, graph: Graph, { objectInfo, version, packages }: CustomCheck): Missing[] {
  const classes = new Set(Object.values(graph).map((node) => node.class_type))
  const absent = [...classes].filter((name) => !classOf(objectInfo, name))
  const missing: Missing[] = []
  const newest = newestCore(content, absent)
  if (newest !== undefined && version !== undefined && compareVersions(version, newest) < 0) {
    missing.push({ kind: 'version', minimum: newest, found: version })
  }
  for (const classType of absent) {
    const hint = content.hints.packages[classType]
    // No hint: an API file, or a node that its package did not sign.
    const id = hint === undefined ? 'unknown' : hint.id === 'comfy-core' ? 'core' : hint.id
    const known = [...packages].find(([own]) => own.toLowerCase() === id.toLowerCase())?.[1]
    missing.push({
      kind: 'node',
      classType,
      package: {
        id,
        title: known?.title ?? (id === 'core' ? 'ComfyUI' : id),
        repository: known?.repository ?? hint?.repository,
        licence: known?.licence,
        python: [...(known?.python ?? [])],
      },
    })
  }
  return missing
}

/** The newest ComfyUI that wrote one of the absent nodes that are its own. */
function newestCore(content: CustomContent, absent: readonly string[]): string | undefined {
  const versions = absent.flatMap((name) => {
    const hint = content.hints.packages[name]
    return hint?.id === 'comfy-core' && hint.version !== undefined && /^\d+\.\d+\.\d+$/.test(hint.version) ? [hint.version] : []
  })
  return versions.toSorted(compareVersions).at(-1)
}

function missingModel(content: CustomContent, slot: string, value: string, input: string, classType: string): Missing {
  const file = value.split(/[\\/]/).at(-1) ?? value
  const hint = content.hints.models[file]
  const own = classType === 'CLIPVisionLoader' ? 'clip_vision' : classType === 'UpscaleModelLoader' ? 'upscale_models' : undefined
  return {
    kind: 'model',
    slot,
    file,
    folder: hint?.folder ?? own ?? folderByInput[input] ?? (input.startsWith('clip_name') ? 'text_encoders' : ''),
    bytes: null,
    sha256: null,
    licence: { id: 'unknown', commercial: null },
    url: hint?.url,
    alternatives: [],
  }
}

/**
 * The graph with the server's own names for its model files: the same file in another folder, or written with the other slash, is meant;
 * and with its values as the server reads them.
 */
export function withServerNames(graph: Graph, info: ObjectInfo): Graph {
  return Object.fromEntries(
    Object.entries(withServerValues(graph, info)).map(([id, node]) => {
      const cls = classOf(info, node.class_type)
      if (!cls) return [id, node]
      const specs = inputSpecs(cls, node.inputs)
      const inputs = Object.entries(node.inputs).map(([name, value]) => {
        const options = specs.get(name)?.options
        if (isLink(value) || typeof value !== 'string' || !modelFile.test(value) || !options || options.includes(value))
          return [name, value]
        const like = options.filter((option) => typeof option === 'string' && baseName(option) === baseName(value))
        return [name, like.length === 1 ? like[0] : value]
      })
      return [id, { ...node, inputs: Object.fromEntries(inputs) }]
    }),
  )
}

function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)
}
