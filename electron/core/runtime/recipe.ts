import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { lazily } from '#shared/lazily'
import { cudaGenerationSchema, runtimeDeviceSchema, type CudaGeneration, type RuntimeDevice } from '#shared/domain/runtime'
import { AppError } from '#shared/domain/error'
import { resourceFolder } from '../resources'

const hex40 = z.string().regex(/^[0-9a-f]{40}$/)

/** A repository at one commit. The tree id is git's hash over every name, mode and byte of it: an archive that has it is the right one. */
const pinSchema = lazily(() =>
  z.object({
    id: z.string().regex(/^[\w.-]+$/),
    repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
    commit: hex40,
    tree: hex40,
    licence: z.string(),
    /** Node classes that are there when it was loaded. */
    sentinels: z.array(z.string()).min(1),
  }),
)
export type Pin = z.infer<ReturnType<typeof pinSchema>>

const pinsSchema = lazily(() =>
  z.object({
    python: z.string(),
    comfyui: pinSchema().omit({ id: true }).extend({ version: z.string() }),
    nodes: z.array(pinSchema()),
    /** Modules whose import proves the environment. */
    imports: z.array(z.string()),
    locks: z.array(
      z.object({
        platform: z.string(),
        device: runtimeDeviceSchema,
        generation: cudaGenerationSchema.optional(),
        file: z.string().regex(/^[\w.-]+\.txt$/),
        index: z.string(),
      }),
    ),
  }),
)

const sourcesSchema = lazily(() => z.object({ archives: z.string(), torch: z.string() }))

/** Everything that decides what is installed. */
export interface Recipe {
  python: string
  comfyui: Pin & { version: string }
  nodes: Pin[]
  imports: string[]
  /** The lock file and its text. */
  lock: { name: string; text: string }
  device: RuntimeDevice
  generation: CudaGeneration | undefined
  /** Name of the torch index that the lock's torch lies on; `default` for the ordinary package index. */
  index: string
  sources: { archives: string; torch: string }
  /** Folder of launch.py and check.py. */
  tools: string
}

/** Which lock fits, as far as `pins.json` names one. */
export interface LockState {
  platform: string
  device: RuntimeDevice
  generation: CudaGeneration | undefined
  file: string
  locked: boolean
}

function readJson<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))
}

/** Every lock that this build names, and whether it is there: those of other platforms are made at release. */
export function lockStates(folder = resourceFolder('runtime')): LockState[] {
  return readJson(folder, 'pins.json', pinsSchema()).locks.map(({ platform, device, generation, file }) => ({
    platform,
    device,
    generation,
    file,
    locked: existsSync(join(folder, 'locks', file)),
  }))
}

/** What any ComfyUI imports, whoever installed it. */
export const adoptedImports = ['torch', 'aiohttp', 'yaml'] as const

/**
 * What is known of a ComfyUI that the user installed: nothing of it is locked or pinned, so that it may run on machines for which this build
 * has no lock.
 */
export function adoptedRecipe(device: RuntimeDevice, folder = resourceFolder('runtime')): Recipe {
  const { python, comfyui } = readJson(folder, 'pins.json', pinsSchema())
  return {
    python,
    comfyui: { id: 'ComfyUI', ...comfyui },
    nodes: [],
    imports: [...adoptedImports],
    lock: { name: '', text: '' },
    device,
    generation: undefined,
    index: 'default',
    sources: readJson(folder, 'sources.json', sourcesSchema()),
    tools: folder,
  }
}

/** Reads what is installed on this kind of machine. Rejects with `input.unsupported_edit` where there is no lock for it. */
export function readRecipe(
  wanted: { device: RuntimeDevice; generation?: CudaGeneration | undefined },
  { folder = resourceFolder('runtime'), platform = `${process.platform}-${process.arch}` } = {},
): Recipe {
  const pins = readJson(folder, 'pins.json', pinsSchema())
  const fitting = pins.locks.filter(
    (lock) =>
      lock.platform === platform &&
      lock.device === wanted.device &&
      (wanted.device === 'cpu' || lock.generation === wanted.generation),
  )
  const lock = fitting.find(({ file }) => existsSync(join(folder, 'locks', file)))
  if (!lock) {
    const what = `${platform}, ${wanted.device === 'cpu' ? 'CPU' : `CUDA (${wanted.generation ?? 'unknown'})`}`
    throw new AppError(
      'engine.start',
      fitting.length === 0
        ? `The managed runtime is not made for ${what}. Use a remote ComfyUI server.`
        : `This build of Recast has no lock file for ${what} yet: it is made at release by "npm run runtime:lock". Use a remote ComfyUI server, or an existing ComfyUI folder.`,
      { retry: 'never', detail: { platform, ...wanted, unlocked: fitting.map(({ file }) => file) } },
    )
  }
  return {
    python: pins.python,
    comfyui: { id: 'ComfyUI', ...pins.comfyui },
    nodes: pins.nodes,
    imports: pins.imports,
    lock: { name: lock.file, text: readFileSync(join(folder, 'locks', lock.file), 'utf8') },
    device: wanted.device,
    generation: wanted.device === 'cuda' ? wanted.generation : undefined,
    index: lock.index,
    sources: readJson(folder, 'sources.json', sourcesSchema()),
    tools: folder,
  }
}

/** A name for what a recipe installs: the same text for the same installation, whatever the machine. */
export function recipeId({ python, comfyui, nodes, lock, device }: Recipe): string {
  const facts = [python, comfyui.tree, ...nodes.map(({ id, tree }) => `${id} ${tree}`), lock.text, device]
  return createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 16)
}

/** Versions that a lock pins, by lower-case name. */
export function lockedVersions(lock: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, name, version] of lock.matchAll(/^([A-Za-z0-9._-]+)==([^\s\\;]+)/gm)) {
    if (name !== undefined && version !== undefined) found[name.toLowerCase()] = version
  }
  return found
}

/** The lines of a lock for some packages only, hashes and all; undefined when it lacks one. */
export function lockLinesFor(lock: string, packages: readonly string[]): string | undefined {
  const blocks = lock.split(/^(?=[A-Za-z0-9])/m)
  const lines = packages.map((name) => blocks.find((block) => block.toLowerCase().startsWith(`${name.toLowerCase()}==`)))
  return lines.some((block) => block === undefined) ? undefined : lines.join('')
}
