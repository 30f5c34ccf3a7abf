import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { byteWords } from '#shared/domain/byte-words'
import { AppError, toAppError } from '#shared/domain/error'
import type { InstallProgress } from '#shared/domain/runtime'
import { discard, makeFolder, syncFolder } from '../../assets/durable-file'
import { freeDiskMb } from '../hardware/probe'
import { writeJson, type Installation, type InstallationStore } from './store'

/** Files that are copied side by side: most are small, so that waiting for the disk is most of the time. */
const atOnce = 16
/** What a file takes at least on the usual file systems. */
const blockBytes = 4096
/** Left free for everything else. */
const reserveBytes = 256 * 2 ** 20

interface Entry {
  /** Inside the installation. */
  path: string
  kind: 'folder' | 'file' | 'link'
  bytes: number
}

/** How a snapshot is taken. */
export interface SnapshotOptions {
  /** What the user calls it. */
  name?: string | undefined
  signal: AbortSignal
  onProgress: (progress: InstallProgress) => void
}

/** Everything of an installation but what says that it is whole, and what Python compiles again. Folders come before what is in them. */
async function entriesOf(folder: string, signal: AbortSignal): Promise<Entry[]> {
  const found: Entry[] = []
  const waiting = ['']
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    signal.throwIfAborted()
    for (const entry of await readdir(join(folder, at), { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (path === 'installation.json' || entry.name === '__pycache__') continue
      if (entry.isDirectory()) {
        found.push({ path, kind: 'folder', bytes: 0 })
        waiting.push(path)
      } else if (entry.isSymbolicLink()) found.push({ path, kind: 'link', bytes: 0 })
      else if (entry.isFile()) found.push({ path, kind: 'file', bytes: (await lstat(join(folder, path))).size })
    }
  }
  return found
}

/** A link that names a place inside the installation names the same place inside its copy. */
async function copyLink(from: string, to: string, path: string): Promise<void> {
  const target = await readlink(join(from, path))
  const own = isAbsolute(target) && target.startsWith(from + sep)
  await symlink(own ? relative(dirname(join(from, path)), target) : target, join(to, path))
}

async function copyOne(from: string, to: string, { path, kind, bytes }: Entry): Promise<void> {
  if (kind === 'link') return await copyLink(from, to, path)
  await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE)
  if ((await lstat(join(to, path))).size === bytes) return
  throw new AppError(
    'input.conflict',
    `${path} was changed while it was copied. Stop the local ComfyUI, then take the snapshot again.`,
  )
}

/**
 * Copies an installation beside itself, to be gone back to: before a new custom node is tried, whose installer may replace packages. Where
 * the file system can (APFS, Btrfs, XFS), a copy takes no room until one of the two changes. It counts as there only once it is whole; a
 * half one is deleted, at the latest by the next start. Rejects with `io.disk_full` before it begins where there is not enough room.
 */
export async function takeSnapshot(
  store: InstallationStore,
  installation: Installation,
  { name, signal, onProgress }: SnapshotOptions,
): Promise<Installation> {
  const from = store.folderOf(installation.id)
  const id = `${installation.version}-${installation.device}-${randomBytes(3).toString('hex')}`
  const to = store.folderOf(id)
  try {
    const entries = await entriesOf(from, signal)
    await refuseWithoutRoom(store.layout.versions, join(from, 'installation.json'), entries)
    await makeFolder(to)
    for (const { path, kind } of entries) if (kind === 'folder') await mkdir(join(to, path))
    await copyAll(from, to, entries, { signal, onProgress })
    const snapshot: Installation = { ...installation, id, takenAt: new Date().toISOString(), name }
    await writeJson(join(to, 'installation.json'), snapshot)
    await syncFolder(store.layout.versions)
    return snapshot
  } catch (thrown) {
    // What hinders this, too, leaves a folder without its last file: no snapshot, and swept at the next start.
    await store.discardFolder(to).catch(() => undefined)
    await store.sweep().catch(() => undefined)
    if (signal.aborted) throw new AppError('canceled', 'The snapshot was stopped and deleted. Take it again.', { cause: thrown })
    throw toAppError(thrown)
  }
}

async function copyAll(
  from: string,
  to: string,
  entries: readonly Entry[],
  { signal, onProgress }: Pick<SnapshotOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0)
  const rest = entries.filter(({ kind }) => kind !== 'folder').values()
  const failed = new AbortController()
  const stop = AbortSignal.any([signal, failed.signal])
  let copied = 0
  const work = async (): Promise<void> => {
    for (const entry of rest) {
      stop.throwIfAborted()
      await copyOne(from, to, entry)
      copied += entry.bytes
      const progress = total === 0 ? 1 : Math.min(1, copied / total)
      onProgress({ step: 'snapshot', progress, note: `${byteWords(copied)} of ${byteWords(total)}` })
    }
  }
  // The first failure stops the others; all have ended before the half copy is deleted.
  await Promise.allSettled(
    Array.from({ length: atOnce }, () => work().catch((thrown: unknown) => failed.abort(failed.signal.reason ?? thrown))),
  )
  signal.throwIfAborted()
  if (failed.signal.aborted) throw failed.signal.reason
}

/** Whether copies cost nothing at first: tried with one small file. */
async function sharesBlocks(folder: string, sample: string): Promise<boolean> {
  const copy = join(folder, `.clone-${randomBytes(4).toString('hex')}`)
  try {
    await copyFile(sample, copy, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    return false
  } finally {
    await discard(copy)
  }
}

async function refuseWithoutRoom(folder: string, sample: string, entries: readonly Entry[]): Promise<void> {
  const wanted = entries.reduce((sum, { bytes }) => sum + Math.ceil(bytes / blockBytes + 1) * blockBytes, reserveBytes)
  const freeMb = await freeDiskMb(folder)
  if (freeMb === undefined || freeMb * 2 ** 20 >= wanted || (await sharesBlocks(folder, sample))) return
  throw new AppError(
    'io.disk_full',
    `The snapshot needs ${byteWords(wanted)}, and ${byteWords(freeMb * 2 ** 20)} are free. Free some space or delete an earlier snapshot, then take it again.`,
    { detail: { bytes: wanted, freeMb } },
  )
}
