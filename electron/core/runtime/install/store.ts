import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, lstat, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '#shared/domain/error'
import { cudaGenerationSchema, runtimeDeviceSchema, type InstallationView } from '#shared/domain/runtime'
import { discard, makeFolder, saveFile, syncFolder, whileHeld } from '../../assets/durable-file'
import { venvPython, type RuntimeLayout } from '../layout'

const treeEntrySchema = z.object({ path: z.string(), mode: z.enum(['100644', '100755', '120000']), blob: z.string() })

/** A whole installation, as `installation.json` in its folder says; an adopted one is said by the pointer itself. */
export const installationSchema = z.object({
  id: z.string().regex(/^[\w.-]+$/),
  recipe: z.string(),
  version: z.string(),
  device: runtimeDeviceSchema,
  generation: cudaGenerationSchema.optional(),
  /** Whether the archive was the pinned one. */
  pinned: z.boolean(),
  lock: z.string().optional(),
  torch: z.string().optional(),
  python: z.string().optional(),
  comfyTree: z.string(),
  nodes: z.array(z.object({ id: z.string(), tree: z.string() })),
  installedAt: z.string(),
  /** Of a snapshot that was taken by hand: when, and what the user calls it. An update never deletes those. */
  takenAt: z.string().optional(),
  name: z.string().optional(),
})
export type Installation = z.infer<typeof installationSchema>

/** An existing ComfyUI of the user's that is used where it is. */
const adoptedSchema = z.object({
  folder: z.string(),
  python: z.string(),
  version: z.string(),
  device: runtimeDeviceSchema,
  torch: z.string().optional(),
  pythonVersion: z.string().optional(),
  adoptedAt: z.string(),
})
export type Adopted = z.infer<typeof adoptedSchema>

const pointerSchema = z.union([z.object({ id: z.string().regex(/^[\w.-]+$/) }), z.object({ adopted: adoptedSchema })])

/** The files of each source tree of an installation, for repairs. */
export const manifestSchema = z.record(z.string(), z.array(treeEntrySchema))
export type Manifest = z.infer<typeof manifestSchema>

/** Where a runtime's programs are. */
export interface RuntimePlace {
  /** ComfyUI's own folder, with main.py. */
  program: string
  python: string
  /** The managed custom nodes; undefined where the folder has its own. */
  nodes: string | undefined
  device: 'cuda' | 'cpu'
  /** Set for an adopted folder. */
  adopted: Adopted | undefined
  installation: Installation | undefined
}

/** Writes JSON so that the file has the old content or the new, whatever happens. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await saveFile(path, JSON.stringify(value, undefined, 2))
}

/** Reads JSON that fits the schema; undefined for a missing, half or foreign file. */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** Renames a folder. */
export async function moveFolder(from: string, to: string): Promise<void> {
  await whileHeld(() => rename(from, to))
}

/** Deletes a folder of ours. Links in it are removed, never followed; what is read-only or busy is tried again. */
export async function deleteFolder(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined)
  if (found === undefined) return
  if (found.isSymbolicLink()) return await discard(folder)
  await chmod(folder, 0o700).catch(() => undefined)
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}

/** What is installed, out of the files alone. Only this decides it: journals and folders prove nothing. */
export class InstallationStore {
  constructor(readonly layout: RuntimeLayout) {}

  folderOf(id: string): string {
    return join(this.layout.versions, id)
  }

  /** The current installation; undefined when nothing whole is pointed to. */
  async current(): Promise<RuntimePlace | undefined> {
    const pointer = await readJson(this.layout.current, pointerSchema)
    if (pointer === undefined) return undefined
    if ('adopted' in pointer) {
      const { adopted } = pointer
      const there = existsSync(join(adopted.folder, 'main.py')) && existsSync(adopted.python)
      return there
        ? {
            program: adopted.folder,
            python: adopted.python,
            nodes: undefined,
            device: adopted.device,
            adopted,
            installation: undefined,
          }
        : undefined
    }
    return await this.place(pointer.id)
  }

  /** One whole installation by its id. */
  async place(id: string): Promise<RuntimePlace | undefined> {
    const folder = this.folderOf(id)
    const installation = await readJson(join(folder, 'installation.json'), installationSchema)
    const python = venvPython(join(folder, 'venv'))
    if (installation === undefined || !existsSync(join(folder, 'ComfyUI', 'main.py')) || !existsSync(python)) return undefined
    return {
      program: join(folder, 'ComfyUI'),
      python,
      nodes: join(folder, 'custom_nodes'),
      device: installation.device,
      adopted: undefined,
      installation,
    }
  }

  /** Every whole installation but the current one, newest first. */
  async snapshots(): Promise<Installation[]> {
    const current = (await this.current())?.installation?.id
    const names = await readdir(this.layout.versions).catch(() => [])
    const places = await Promise.all(names.filter((name) => name !== current).map((name) => this.place(name)))
    return places
      .flatMap((place) => (place?.installation ? [place.installation] : []))
      .sort((a, b) => (b.takenAt ?? b.installedAt).localeCompare(a.takenAt ?? a.installedAt))
  }

  /** One of those by its id, or the newest. Rejects with `input.not_found`, also for the current one. */
  async snapshot(id: string | undefined): Promise<Installation> {
    const known = await this.snapshots()
    const found = id === undefined ? known[0] : known.find((one) => one.id === id)
    if (found) return found
    throw new AppError('input.not_found', 'There is no such earlier installation. "recast runtime snapshots" lists them.')
  }

  /** Points to a whole installation: from here on it is the one. */
  async pointTo(id: string): Promise<void> {
    await writeJson(this.layout.current, { id })
  }

  /** Points to a folder of the user's. */
  async adopt(adopted: Adopted): Promise<void> {
    await makeFolder(this.layout.root)
    await writeJson(this.layout.current, { adopted })
  }

  /** Nothing is installed from here on; what lies there waits for {@link sweep}. */
  async unpoint(): Promise<void> {
    await discard(this.layout.current)
    if (existsSync(this.layout.root)) await syncFolder(this.layout.root)
  }

  /** Puts a folder where {@link sweep} deletes it, in one step. */
  async discardFolder(folder: string): Promise<void> {
    if (!existsSync(folder)) return
    await makeFolder(this.layout.trash)
    await moveFolder(folder, join(this.layout.trash, randomBytes(8).toString('hex')))
  }

  /** Deletes what waits for it, and versions that never became whole. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.layout.versions).catch(() => [])) {
      if ((await this.place(name)) === undefined) await this.discardFolder(this.folderOf(name))
    }
    await deleteFolder(this.layout.trash)
  }
}

/** An installation as shells see it. */
export function installationView({
  installation,
  adopted,
}: Pick<RuntimePlace, 'installation' | 'adopted'>): InstallationView | undefined {
  if (adopted) {
    return {
      id: 'adopted',
      version: adopted.version,
      device: adopted.device,
      ...(adopted.torch === undefined ? {} : { torch: adopted.torch }),
      ...(adopted.pythonVersion === undefined ? {} : { python: adopted.pythonVersion }),
      nodes: [],
      adopted: true,
      installedAt: adopted.adoptedAt,
    }
  }
  if (!installation) return undefined
  const { id, version, device, lock, torch, python, nodes, installedAt, takenAt, name } = installation
  return {
    id,
    version,
    device,
    ...(lock === undefined ? {} : { lock }),
    ...(torch === undefined ? {} : { torch }),
    ...(python === undefined ? {} : { python }),
    nodes: nodes.map((node) => node.id),
    adopted: false,
    installedAt,
    ...(takenAt === undefined ? {} : { takenAt }),
    ...(name === undefined ? {} : { name }),
  }
}
