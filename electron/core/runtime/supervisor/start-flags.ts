import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/domain/error'
import type { RuntimeLayout } from '../layout'

/** What decides a server's start flags. */
export interface FlagFacts {
  port: number
  device: 'cuda' | 'cpu'
  /** nvidia-smi's index of the card to use, where there are several. */
  card: number | undefined
  user: RuntimeLayout['user']
  modelPaths: string
  /** A folder of the user's keeps its own models and nodes: its base stays its base. */
  ownBase: boolean
}

interface Flag {
  name: string
  value?: string
  /** Without it the server would listen elsewhere or write into its own folder. */
  needed: boolean
}

function wanted({ port, device, card, user, modelPaths, ownBase }: FlagFacts): Flag[] {
  return [
    { name: '--listen', value: '127.0.0.1', needed: true },
    { name: '--port', value: String(port), needed: true },
    ...(ownBase ? [] : [{ name: '--base-directory', value: user.base, needed: true }]),
    { name: '--input-directory', value: user.input, needed: true },
    { name: '--output-directory', value: user.output, needed: true },
    { name: '--temp-directory', value: user.temp, needed: false },
    { name: '--user-directory', value: user.user, needed: false },
    { name: '--extra-model-paths-config', value: modelPaths, needed: true },
    { name: '--database-url', value: `sqlite:///${user.database.replaceAll('\\', '/')}`, needed: false },
    { name: '--log-stdout', needed: false },
    { name: '--disable-auto-launch', needed: false },
    { name: '--preview-method', value: 'latent2rgb', needed: false },
    ...(device === 'cpu' ? [{ name: '--cpu', needed: true }] : []),
    ...(card === undefined || device === 'cpu' ? [] : [{ name: '--cuda-device', value: String(card), needed: false }]),
  ]
}

/** The flags that a version of ComfyUI knows, out of its comfy/cli_args.py. */
export function knownFlags(source: string): Set<string> {
  return new Set([...source.matchAll(/add_argument\(\s*["'](--[\w-]+)["']/g)].map((match) => match[1] ?? ''))
}

/** The arguments for a version that knows `known`. Throws `engine.start` when one that is needed is missing. */
export function startArguments(facts: FlagFacts, known: ReadonlySet<string>): string[] {
  const flags = wanted(facts)
  const missing = flags.filter(({ name, needed }) => needed && !known.has(name)).map(({ name }) => name)
  if (missing.length > 0) {
    throw new AppError('engine.start', `This ComfyUI is too old for Recast: it does not know ${missing.join(', ')}. Update it.`, {
      retry: 'user',
      detail: { missing },
    })
  }
  return flags.filter(({ name }) => known.has(name)).flatMap(({ name, value }) => (value === undefined ? [name] : [name, value]))
}

/** Reads the flags of the ComfyUI in a folder. Rejects with `engine.start` when its files are gone. */
export async function flagsOf(program: string): Promise<Set<string>> {
  const source = await readFile(join(program, 'comfy', 'cli_args.py'), 'utf8').catch((cause: unknown) => {
    throw new AppError('engine.start', 'Files of this ComfyUI are gone (comfy/cli_args.py). Repair the runtime.', {
      retry: 'user',
      cause,
      detail: { kind: 'exited' },
    })
  })
  return knownFlags(source)
}

/** Folders of a models folder by ComfyUI's own names (folder_paths.py of 0.8.0), the older names beside the newer. */
const modelFolders = [
  'audio_encoders',
  'checkpoints',
  'clip_vision',
  'configs',
  'controlnet',
  'diffusers',
  'diffusion_models',
  'embeddings',
  'gligen',
  'hypernetworks',
  'ipadapter',
  'latent_upscale_models',
  'loras',
  'model_patches',
  'photomaker',
  'style_models',
  'text_encoders',
  'upscale_models',
  'vae',
  'vae_approx',
]
const olderNames: Record<string, string[]> = { diffusion_models: ['unet'], text_encoders: ['clip'] }

/** The text of an extra_model_paths.yaml for models folders and the managed nodes. JSON's strings are YAML's. */
export function modelPathsYaml(folders: readonly string[], nodes: string | undefined): string {
  const sections = folders.map((folder, at) => {
    const rows = modelFolders.map((name) => `  ${name}: ${JSON.stringify([name, ...(olderNames[name] ?? [])].join('\n'))}`)
    return [`recast_models_${at}:`, `  base_path: ${JSON.stringify(folder)}`, ...rows].join('\n')
  })
  const managed = nodes === undefined ? [] : [`recast_nodes:\n  custom_nodes: ${JSON.stringify(nodes)}`]
  // ComfyUI takes an empty file for a mistake.
  return `${[...sections, ...managed, 'recast_end: {}'].join('\n')}\n`
}
