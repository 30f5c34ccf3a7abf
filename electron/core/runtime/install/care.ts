import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '#shared/domain/error'
import type { RuntimeDevice } from '#shared/domain/runtime'
import { adoptedImports, lockedVersions } from '../recipe'
import { changedFiles } from './archive'
import { askEnvironment, environmentProblems } from './check-environment'
import { readVersion } from './installer'
import { manifestSchema, readJson, type Adopted, type InstallationStore, type RuntimePlace } from './store'

/** What an installation is held against. */
export interface InspectOptions {
  /** Folder of check.py. */
  tools: string
  imports: readonly string[]
  /** Custom nodes that belong to it. */
  nodes: readonly string[]
  signal?: AbortSignal | undefined
}

/** What is wrong with the current installation, in sentences; empty when it is as it was installed. */
export async function inspect(
  store: InstallationStore,
  place: RuntimePlace,
  { tools, imports, nodes, signal }: InspectOptions,
): Promise<string[]> {
  const problems: string[] = []
  const { installation } = place
  let packages: Record<string, string> = {}
  if (installation) {
    const missing = nodes.filter((id) => !installation.nodes.some((node) => node.id === id))
    if (missing.length > 0) problems.push(`Custom nodes could not be fetched: ${missing.join(', ')}.`)
    const folder = store.folderOf(installation.id)
    const manifest = (await readJson(join(folder, 'manifest.json'), manifestSchema)) ?? {}
    for (const [id, entries] of Object.entries(manifest)) {
      const changed = await changedFiles(id === 'ComfyUI' ? place.program : join(folder, 'custom_nodes', id), entries)
      if (changed.length > 0)
        problems.push(`${changed.length} of ${id}'s files are changed or gone (${changed.slice(0, 3).join(', ')}).`)
    }
    packages = lockedVersions(await readFile(join(folder, 'lock.txt'), 'utf8').catch(() => ''))
  }
  const facts = await askEnvironment({
    python: place.python,
    tools,
    imports,
    packages,
    compute: false,
    foreign: place.adopted !== undefined,
    signal,
  })
  return [...problems, ...environmentProblems(facts, { packages, cuda: place.device === 'cuda' })]
}

/** Where the Python of an existing ComfyUI is, by the ways in which people install it: virtual environments, and the portable build. */
export function pythonOf(folder: string): string | undefined {
  const places = [
    ...['.venv', 'venv', 'env'].flatMap((venv) => [
      join(folder, venv, 'bin', 'python'),
      join(folder, venv, 'Scripts', 'python.exe'),
    ]),
    join(dirname(folder), 'python_embeded', 'python.exe'),
    join(dirname(folder), 'venv', 'bin', 'python'),
    join(dirname(folder), '.venv', 'bin', 'python'),
    join(dirname(folder), '.venv', 'Scripts', 'python.exe'),
  ]
  return places.find((place) => existsSync(place))
}

/** Looks at an existing ComfyUI folder and its Python; changes nothing in it. Rejects with a sentence when it cannot be used. */
export async function examine(
  folder: string,
  {
    python: named,
    device,
    tools,
    signal,
  }: { python?: string | undefined; device: RuntimeDevice; tools: string; signal?: AbortSignal | undefined },
): Promise<Adopted> {
  const whole = resolve(folder)
  if (!existsSync(join(whole, 'main.py')) || !existsSync(join(whole, 'comfy', 'cli_args.py'))) {
    throw new AppError(
      'input.not_found',
      `${whole} is no ComfyUI folder: it has no main.py and comfy/cli_args.py. Choose the folder that has them.`,
    )
  }
  const python = named ?? pythonOf(whole)
  if (python === undefined || !existsSync(python)) {
    throw new AppError(
      'input.not_found',
      `No Python was found for ${whole}. Say which one it runs on (--python FILE, or its field in the studio).`,
    )
  }
  const facts = await askEnvironment({
    python,
    tools,
    imports: adoptedImports,
    packages: {},
    compute: device === 'cuda',
    foreign: true,
    signal,
  })
  const problems = environmentProblems(facts, { packages: {}, cuda: device === 'cuda' })
  if (problems.length > 0) {
    throw new AppError(
      'engine.start',
      `That ComfyUI would not start: ${problems[0]} Mend it with the tool that installed it, then try again.`,
      {
        retry: 'user',
        detail: { problems },
      },
    )
  }
  return {
    folder: whole,
    python,
    version: (await readVersion(whole)) ?? 'unknown',
    device,
    ...(facts.torch ? { torch: facts.torch.version } : {}),
    pythonVersion: facts.python,
    adoptedAt: new Date().toISOString(),
  }
}
