import { renameSync } from 'node:fs'
import { chmod, copyFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DoctorReport } from '#shared/contract/calls'
import { toAppError } from '#shared/domain/error'
import type { AssetTable, BlobNeed } from '../database/tables/assets'
import { fileSize, hashFile, type BlobStore } from './blob-store'
import { discard, makeFolder, syncFolder } from './durable-file'
import { writeWorking } from './normalise'
import type { Thumbnails } from './thumbnails'

/** One line of a doctor's report. */
export type Check = DoctorReport['checks'][number]

/** What the checks work on. */
export interface FileCheckContext {
  dataDir: string
  blobs: BlobStore
  assets: AssetTable
  thumbnails: Thumbnails
}

/** How the checks are done. */
export interface FileCheckOptions {
  /** Mend what can be mended; otherwise only look. */
  repair: boolean
  /** Read every file and compare its hash: as slow as the disk. */
  deep?: boolean
}

/** Orphans are kept this long, days, before they are deleted: nobody misses them, but deleting is for good. */
const orphanDays = 30
const hashName = /^[0-9a-f]{64}$/

/** Checks the store's files against the rows, in both directions, and what lies about in the data folder. */
export async function checkFiles(context: FileCheckContext, options: FileCheckOptions): Promise<Check[]> {
  try {
    return [await checkBlobs(context, options), await checkOrphans(context, options), await checkLeftovers(context, options)]
  } catch (error) {
    throw toAppError(error)
  }
}

/** Whether a file is there, of its length (where that is known), and (deep) with its content. */
async function isSound(blobs: BlobStore, sha256: string, bytes: number | undefined, deep: boolean): Promise<boolean> {
  const size = await blobs.size(sha256)
  if (size === undefined || size === 0 || (bytes !== undefined && size !== bytes)) return false
  return !deep || (await hashFile(blobs.path(sha256))).sha256 === sha256
}

/** Makes a lost working file again from its original. */
async function makeWorking({ blobs, assets }: FileCheckContext, row: BlobNeed): Promise<void> {
  const part = blobs.stagingPath('.png')
  try {
    const size = await writeWorking(blobs.path(row.sha256), part)
    const made = await hashFile(part)
    // A damaged file of the right length would be kept by the store: out of the way with it.
    if (made.sha256 === row.workingSha256) await discard(blobs.path(row.workingSha256))
    await blobs.putFile(part, made)
    assets.setWorking(row.id, { sha256: made.sha256, ...size })
  } finally {
    await discard(part)
  }
}

/** Brings a lost result back from the copy in its export folder, where that is still the same to the byte. */
async function bringBack({ blobs, assets }: FileCheckContext, row: BlobNeed): Promise<boolean> {
  for (const path of assets.exportedCopies(row.id)) {
    const part = blobs.stagingPath('.png')
    try {
      // The folder is the user's: a copy that is gone, changed or closed is none.
      if ((await fileSize(path).catch(() => undefined)) !== row.bytes) continue
      const copied = await copyFile(path, part).then(
        () => true,
        () => false,
      )
      if (!copied || (await hashFile(part)).sha256 !== row.sha256) continue
      // The copy may be write-protected; the store's own files are not.
      await chmod(part, 0o644)
      await discard(blobs.path(row.sha256))
      await blobs.putFile(part, { sha256: row.sha256, bytes: row.bytes })
      return true
    } finally {
      await discard(part)
    }
  }
  return false
}

/** How many lost pictures are named. */
const namedAtMost = 5

/** The lost ones by name, and how each kind comes back. */
function lostWords(lost: readonly BlobNeed[], assets: AssetTable): string {
  const names = lost.slice(0, namedAtMost).map((row) => {
    const name = assets.nameOf(row.id)
    return name === undefined ? 'a style picture' : row.origin === 'produced' ? `a result of ${name}` : name
  })
  const more = lost.length > names.length ? ` and ${lost.length - names.length} more` : ''
  return [
    `The files of these are lost: ${names.join(', ')}${more}.`,
    ...(lost.some((row) => row.origin === 'imported')
      ? ['Import the same photos again: each finds its place by its content.']
      : []),
    ...(lost.some((row) => row.origin === 'produced') ? ['Run the lost results again.'] : []),
  ].join(' ')
}

/** Every file that a row needs: there, of its length, and (deep) with its content. What can be made or copied again is. */
async function checkBlobs(context: FileCheckContext, { repair, deep = false }: FileCheckOptions): Promise<Check> {
  const { blobs, assets } = context
  let found = 0
  const lost: BlobNeed[] = []
  for (const row of assets.allBlobs()) {
    const original = await isSound(blobs, row.sha256, row.bytes, deep)
    const ownWorking = row.workingSha256 !== row.sha256
    const working = ownWorking ? await isSound(blobs, row.workingSha256, undefined, deep) : original
    if (original && working) continue
    found += 1
    if (!repair || !(original || (await bringBack(context, row)))) lost.push(row)
    else if (ownWorking && !working) await makeWorking(context, row)
  }
  const note =
    found === 0
      ? 'Every picture has its file.'
      : lost.length === 0
        ? 'Lost files were made again from their originals, or copied from the folders of the results.'
        : repair
          ? lostWords(lost, assets)
          : `${count(lost.length, 'picture')} without a sound file. A repair brings back what it can.`
  return { name: 'picture files', ok: lost.length === 0, found, repaired: found - lost.length, note }
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** Files of the store that no row needs: left by a stop between storing and committing. They are set aside, not deleted. */
async function checkOrphans({ dataDir, blobs, assets }: FileCheckContext, { repair }: FileCheckOptions): Promise<Check> {
  const root = join(dataDir, 'blobs')
  const aside = join(dataDir, 'orphans')
  let found = 0
  let repaired = 0
  for (const folder of (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory())) {
    for (const name of await readdir(join(root, folder.name))) {
      const path = join(root, folder.name, name)
      const placed = hashName.test(name) && name.startsWith(folder.name)
      const needed = (): boolean => placed && (assets.usesBlob(name) || blobs.isFresh(name))
      if (needed()) continue
      found += 1
      if (!repair) continue
      await makeFolder(aside)
      // Looked at again and moved in one step of the event loop, so that no import can commit in between.
      if (needed()) {
        found -= 1
        continue
      }
      renameSync(path, join(aside, name))
      repaired += 1
    }
  }
  if (repaired > 0) await syncFolder(aside)
  const note =
    found === 0
      ? 'No file without its picture.'
      : repair
        ? 'They were moved to the folder "orphans" and are deleted after 30 days.'
        : 'They only take space.'
  return { name: 'orphaned files', ok: found === repaired, found, repaired, note }
}

/** Set-aside orphans past their time, and the thumbnail cache's leftovers. */
async function checkLeftovers({ dataDir, thumbnails }: FileCheckContext, { repair }: FileCheckOptions): Promise<Check> {
  const aside = join(dataDir, 'orphans')
  const names = await readdir(aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  let found = 0
  let repaired = 0
  for (const name of names) {
    const path = join(aside, name)
    // The change time is when it was set aside; a move keeps the modification time.
    const { ctimeMs } = await stat(path)
    if (Date.now() - ctimeMs < orphanDays * 86_400_000) continue
    found += 1
    if (!repair) continue
    await discard(path)
    repaired += 1
  }
  if (repair) {
    const swept = await thumbnails.sweep()
    found += swept
    repaired += swept
  }
  return {
    name: 'leftovers',
    ok: found === repaired,
    found,
    repaired,
    note: found === 0 ? 'Nothing left over.' : repair ? 'They were removed.' : 'They only take space.',
  }
}
