import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { byteWords } from '#shared/domain/byte-words'
import { AppError, toAppError } from '#shared/domain/error'
import type { InstallProgress } from '#shared/domain/runtime'
import { makeFolder, syncFolder } from '../../assets/durable-file'
import type { Downloader, DownloadProgress } from '../../download/downloader'
import { venvPython, type RuntimeLayout } from '../layout'
import { lockedVersions, recipeId, type Pin, type Recipe } from '../recipe'
import type { Unpacked } from './archive'
import { askEnvironment, environmentProblems } from './check-environment'
import type { Mirrors } from './environment'
import type { RuntimeTools } from './find-tools'
import { Journal } from './journal'
import { installLocked, makeVenv, packageProgress, type UvContext } from './packages'
import { fetchSource, takeSource } from './sources'
import { deleteFolder, moveFolder, writeJson, type Installation, type InstallationStore, type Manifest } from './store'

/** What an installation needs besides the recipe. */
export interface InstallOptions {
  recipe: Recipe
  store: InstallationStore
  tools: RuntimeTools
  downloader: Downloader
  mirrors: Mirrors
  /** Nothing is asked of the network; the cache must have everything. */
  offline?: boolean | undefined
  /** An archive of ComfyUI that is used instead of fetching one. */
  archive?: { path: string; unpinned: boolean } | undefined
  /** The card of several that proves the environment. */
  card?: number | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((progress: InstallProgress) => void) | undefined
}

/** Steps with their share of the time, as seen on a line of 100 Mbit/s: packages are nearly all of it. */
const steps = [
  { name: 'comfyui', share: 0.06 },
  { name: 'nodes', share: 0.06 },
  { name: 'python', share: 0.04 },
  { name: 'packages', share: 0.74 },
  { name: 'check', share: 0.09 },
  { name: 'finish', share: 0.01 },
] as const
type Step = (typeof steps)[number]['name']

/** One line about a download. */
export function downloadNote(name: string, { phase, bytes, total, bytesPerSecond, problem }: DownloadProgress): string {
  if (phase === 'waiting' && problem) return `${name}: ${problem.message}`
  const of = total === undefined ? byteWords(bytes) : `${byteWords(bytes)} of ${byteWords(total)}`
  return `${name}: ${of}${bytesPerSecond === undefined ? '' : `, ${byteWords(bytesPerSecond)}/s`}`
}

/**
 * Makes an installation: everything in a staging folder, renamed when it is whole and checked, then pointed to. Killed at any moment, the
 * machine has the installation that it had before; the next call goes on where the journal says. Rejects with the AppError of the step
 * that failed, whose detail names the step.
 */
export async function install(options: InstallOptions): Promise<Installation> {
  try {
    return await make(options)
  } catch (thrown) {
    if (!options.signal?.aborted) throw toAppError(thrown)
    throw new AppError('canceled', 'The installation was stopped. Install again: it goes on where it stopped.', { cause: thrown })
  }
}

async function make(options: InstallOptions): Promise<Installation> {
  const { recipe, store, tools, signal } = options
  const { layout } = store
  const unpinned = options.archive?.unpinned === true
  const key = `${recipeId(recipe)} ${tools.python ?? 'managed'} ${options.archive?.path ?? ''} ${unpinned ? 'unpinned' : ''}`
  await makeFolder(layout.versions)
  const journal = await Journal.open(
    layout,
    key,
    () => `${recipe.comfyui.version}-${recipe.device}-${randomBytes(3).toString('hex')}`,
  )
  // The last act of a killed one may have been the rename.
  const renamed = await store.place(journal.id)
  if (renamed?.installation) return await finish(store, journal, renamed.installation)
  await makeFolder(layout.staging)

  const tell = (step: Step, part: number, note: string): void => {
    const at = steps.findIndex(({ name }) => name === step)
    const before = steps.slice(0, at).reduce((sum, { share }) => sum + share, 0)
    options.onProgress?.({ step, progress: Math.min(1, before + (steps[at]?.share ?? 0) * part), note })
  }
  const once = async (step: string, work: () => Promise<void>): Promise<void> => {
    signal?.throwIfAborted()
    if (journal.isDone(step)) return
    await work()
    await journal.mark(step)
  }
  const venv = join(layout.staging, 'venv')
  const uvContext = (onLine?: (line: string) => void): UvContext => ({
    layout,
    tools,
    mirrors: options.mirrors,
    offline: options.offline === true,
    signal,
    onLine,
    onProcess: (tool) => journal.setTool(tool),
  })

  await once('comfyui', async () => {
    tell('comfyui', 0, `ComfyUI ${recipe.comfyui.version}`)
    await placeSource(options, recipe.comfyui, join(layout.staging, 'ComfyUI'), options.archive, (note, part) =>
      tell('comfyui', part, note),
    )
  })
  for (const [at, node] of recipe.nodes.entries()) {
    try {
      await once(`node ${node.id}`, async () => {
        tell('nodes', at / recipe.nodes.length, node.id)
        await makeFolder(join(layout.staging, 'custom_nodes'))
        const folder = join(layout.staging, 'custom_nodes', node.id)
        await placeSource(options, node, folder, undefined, (note, part) =>
          tell('nodes', (at + part) / recipe.nodes.length, note),
        )
      })
    } catch (thrown) {
      const error = toAppError(thrown)
      // Most workflows run without it; the doctor says that it is missing, and a repair tries again.
      if (signal?.aborted || error.code.startsWith('io.') || error.code === 'bug') throw thrown
      tell('nodes', (at + 1) / recipe.nodes.length, `${node.id} is left out: ${error.message}`)
    }
  }
  await once('packages', async () => {
    // uv killed in the middle leaves packages that look installed: nothing but a fresh environment is to be trusted. Its cache makes that cheap.
    await deleteFolder(venv)
    tell('python', 0, `Python ${tools.pythonVersion ?? recipe.python}`)
    await makeVenv(
      uvContext((line) => tell('python', 0.5, line)),
      venv,
      recipe.python,
    )
    const lockFile = join(layout.staging, 'lock.txt')
    await writeFile(lockFile, recipe.lock.text)
    const count = packageProgress(recipe.lock.text)
    tell('packages', 0, `${Object.keys(lockedVersions(recipe.lock.text)).length} packages`)
    await installLocked(
      uvContext((line) => {
        const { progress, note } = count(line)
        tell('packages', progress, note)
      }),
      venv,
      recipe,
      lockFile,
    )
  })

  tell('check', 0, 'Importing what was installed')
  const facts = await askEnvironment({
    python: venvPython(venv),
    tools: recipe.tools,
    imports: recipe.imports,
    packages: lockedVersions(recipe.lock.text),
    compute: recipe.device === 'cuda',
    card: options.card,
    signal,
  })
  const problems = environmentProblems(facts, { packages: lockedVersions(recipe.lock.text), cuda: recipe.device === 'cuda' })
  if (problems.length > 0) {
    // What does not work is not gone on with: the next try makes a fresh environment.
    await store.discardFolder(layout.staging)
    await journal.close()
    throw new AppError(
      'engine.start',
      `The runtime was installed and does not work: ${problems.slice(0, 3).join(' ')} Nothing was changed; install again, or send the report of "recast doctor --report".`,
      {
        retry: 'user',
        detail: { step: 'check', problems },
      },
    )
  }

  tell('finish', 0, 'Putting it in place')
  const placed = recipe.nodes.filter(({ id }) => journal.isDone(`node ${id}`))
  const trees = await readTrees(layout, [recipe.comfyui, ...placed])
  const installation: Installation = {
    id: journal.id,
    recipe: recipeId(recipe),
    version: (await readVersion(join(layout.staging, 'ComfyUI'))) ?? recipe.comfyui.version,
    device: recipe.device,
    ...(recipe.generation ? { generation: recipe.generation } : {}),
    pinned: trees['ComfyUI'] === recipe.comfyui.tree,
    lock: recipe.lock.name,
    ...(facts.torch ? { torch: facts.torch.version } : {}),
    python: facts.python,
    comfyTree: trees['ComfyUI'] ?? '',
    nodes: placed.map(({ id }) => ({ id, tree: trees[id] ?? '' })),
    installedAt: new Date().toISOString(),
  }
  signal?.throwIfAborted()
  await writeJson(join(layout.staging, 'installation.json'), installation)
  await moveFolder(layout.staging, store.folderOf(journal.id))
  await syncFolder(layout.versions)
  return await finish(store, journal, installation)
}

/** Points to a whole installation and forgets how it was made. */
async function finish(store: InstallationStore, journal: Journal, installation: Installation): Promise<Installation> {
  await store.pointTo(installation.id)
  await journal.close()
  return installation
}

const treesFile = (layout: RuntimeLayout, id: string): string => join(layout.staging, `files-${id}.json`)

async function placeSource(
  { recipe, store, downloader, mirrors, offline, signal }: InstallOptions,
  pin: Pin,
  folder: string,
  archive: InstallOptions['archive'],
  tell: (note: string, part: number) => void,
): Promise<void> {
  const forges = [...(mirrors.comfyui ? [mirrors.comfyui] : []), recipe.sources.archives]
  const unpacked: Unpacked = archive
    ? await takeSource(pin, archive.path, folder, { unpinned: archive.unpinned, signal })
    : await fetchSource(pin, folder, {
        downloader,
        cache: store.layout.cache.archives,
        forges,
        offline: offline === true,
        signal,
        onProgress: (progress) => tell(downloadNote(pin.id, progress), progress.total ? progress.bytes / progress.total : 0.2),
      })
  await writeJson(treesFile(store.layout, pin.id), { tree: unpacked.tree, entries: unpacked.entries })
}

/** Tree ids as they were unpacked; also leaves them as the manifest of the installation. */
async function readTrees(layout: RuntimeLayout, pins: readonly Pick<Pin, 'id'>[]): Promise<Record<string, string>> {
  const trees: Record<string, string> = {}
  const manifest: Manifest = {}
  for (const { id } of pins) {
    const read = JSON.parse(await readFile(treesFile(layout, id), 'utf8')) as { tree: string; entries: Manifest[string] }
    trees[id] = read.tree
    manifest[id] = read.entries
  }
  await writeJson(join(layout.staging, 'manifest.json'), manifest)
  return trees
}

/** ComfyUI's version out of its own file; undefined for what has none. */
export async function readVersion(program: string): Promise<string | undefined> {
  const file = join(program, 'comfyui_version.py')
  if (!existsSync(file)) return undefined
  return /__version__\s*=\s*["']([\w.+-]{1,40})["']/.exec(await readFile(file, 'utf8'))?.[1]
}
