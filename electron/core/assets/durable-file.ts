import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsync, mkdirSync, openSync, renameSync } from 'node:fs'
import { mkdir, open, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
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

/** Makes a folder of the user's own with all above it, where that has to happen at once. */
export function makeOwnFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
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

/** fsync of the file, rename, fsync of the folder: after this the file is there under its name, whole, whatever happens. */
export async function publish(partPath: string, finalPath: string): Promise<void> {
  await syncFile(partPath)
  await rename(partPath, finalPath)
  await syncFolder(dirname(finalPath))
}

/**
 * The same within the data folder. Only flushes are left to the thread pool, each turn of which takes ten times as long as a rename: the
 * database is written on this disk by the main thread, too.
 * @param flushed whoever wrote the file has flushed it
 */
export async function publishNear(partPath: string, finalPath: string, flushed = false): Promise<void> {
  if (!flushed) await syncFile(partPath)
  renameSync(partPath, finalPath)
  if (process.platform === 'win32') return
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
    await (durable ? publish(part, path) : rename(part, path))
  } catch (error) {
    await discard(part)
    throw error
  }
}

/** Removes a file that may not be there; what hinders it is not worth an error of its own. */
export async function discard(path: string): Promise<void> {
  await unlink(path).catch(() => undefined)
}
