import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { mkdir, open, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** fsync of an open file, by its descriptor, in the thread pool. */
export const flushFile = promisify(fsync)

/**
 * Makes a folder's entries (a new or renamed file, a new folder) survive a power loss.
 * Windows cannot open folders for this and NTFS journals its entries, so nothing is done there.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a file's contents survive a power loss. */
export async function syncFile(path: string): Promise<void> {
  // Windows only flushes handles that may write.
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * What hinders a folder's making. On a disk that can only be read, Node says of a recursive mkdir that nothing is there (ENOENT); making
 * the first missing folder alone tells the reason.
 */
function reasonOf(error: unknown, folder: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error
  let missing = folder
  while (dirname(missing) !== missing && !existsSync(dirname(missing))) missing = dirname(missing)
  try {
    mkdirSync(missing)
    return error
  } catch (reason) {
    return reason
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Makes a folder of the user's own with all above it, where that has to happen at once. */
export function makeOwnFolder(folder: string): void {
  try {
    if (isFolder(folder)) return
    const above = dirname(resolve(folder))
    if (above !== resolve(folder)) makeOwnFolder(above)
    // Not in Node's recursive way, which never ends where a file system makes no folders (as /proc).
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && isFolder(folder)) return
    throw reasonOf(error, folder)
  }
}

/** Makes a folder with all above it, and makes every newly made one durable. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw reasonOf(error, folder)
  })
  if (first === undefined) return
  // `first` is the topmost new one: its parent and every new folder's parent got an entry.
  for (let made = folder; ; made = dirname(made)) {
    await syncFolder(dirname(made))
    if (made.length <= first.length) return
  }
}

/** So long a virus scanner or a search index may hold a file that has just been written, milliseconds. */
const heldMs = 30_000

/**
 * Does what moves a file or folder of ours, and again while Windows refuses it because another program has it open for a moment. Rejects
 * with what it says at last, and at once with anything else and on other systems.
 */
export async function whileHeld(move: () => Promise<void>, platform: NodeJS.Platform = process.platform): Promise<void> {
  const until = performance.now() + heldMs
  for (let waitMs = 10; ; waitMs = Math.min(1_000, waitMs * 2)) {
    try {
      return await move()
    } catch (error) {
      const held = /^(EPERM|EACCES|EBUSY)$/.test((error as NodeJS.ErrnoException).code ?? '')
      if (platform !== 'win32' || !held || performance.now() > until) throw error
      await sleep(waitMs)
    }
  }
}

/** fsync of the file, rename, fsync of the folder: after this the file is there under its name, whole, whatever happens. */
export async function publish(partPath: string, finalPath: string): Promise<void> {
  await syncFile(partPath)
  await whileHeld(() => rename(partPath, finalPath))
  await syncFolder(dirname(finalPath))
}

/**
 * The same within the data folder. Only flushes are left to the thread pool, each turn of which takes ten times as long as a rename: the
 * database is written on this disk by the main thread, too.
 * @param flushed whoever wrote the file has flushed it
 */
export async function publishNear(partPath: string, finalPath: string, flushed = false): Promise<void> {
  if (!flushed) await syncFile(partPath)
  if (process.platform === 'win32') return await whileHeld(() => rename(partPath, finalPath))
  renameSync(partPath, finalPath)
  const folder = openSync(dirname(finalPath), 'r')
  try {
    await flushFile(folder)
  } finally {
    closeSync(folder)
  }
}

/**
 * Writes a file of the user's alone so that its name holds the old content or the new one, whatever happens; what fails (a full disk)
 * leaves nothing behind.
 * @param durable whether it must survive a power loss; what can be made again need not
 */
export async function saveFile(path: string, content: string | Uint8Array, durable = true): Promise<void> {
  const part = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    await writeFile(part, content, { mode: 0o600, flag: 'wx' })
    await (durable ? publish(part, path) : whileHeld(() => rename(part, path)))
  } catch (error) {
    await discard(part)
    throw error
  }
}

/** Removes a file that may not be there; what hinders it is not worth an error of its own. */
export async function discard(path: string): Promise<void> {
  await unlink(path).catch(() => undefined)
}
