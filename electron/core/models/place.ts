import { constants } from 'node:fs'
import { copyFile, link, realpath, rename, stat, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '#shared/domain/error'
import { discard, makeFolder, publish, syncFolder, whileHeld } from '../assets/durable-file'

/**
 * Makes a file that is on the disk appear at `target` without taking room: as a hard link, else (another disk) as a symbolic link.
 * Answers false where neither can be made. Rejects with `input.conflict` when something is at `target`.
 */
export async function linkInto(source: string, target: string): Promise<boolean> {
  await makeFolder(dirname(target))
  const real = await realpath(source)
  for (const make of [() => link(real, target), () => symlink(real, target)]) {
    try {
      await make()
      await syncFolder(dirname(target))
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(target)
    }
  }
  return false
}

/** Copies a file to `target`: whole or not at all. By reference where the disk can. Rejects with `input.conflict` or `io.*`. */
export async function copyInto(source: string, target: string): Promise<void> {
  await makeFolder(dirname(target))
  if (await stat(target).catch(() => undefined)) throw taken(target)
  const part = `${target}.import.part`
  try {
    await copyFile(source, part, constants.COPYFILE_FICLONE)
    await publish(part, target)
  } catch (error) {
    await discard(part)
    throw error
  }
}

/** Puts a damaged file out of the way under another name, where the user finds it; answers that name. */
export async function setAside(path: string): Promise<string> {
  const aside = `${path}.damaged`
  await whileHeld(() => rename(path, aside))
  await syncFolder(dirname(path))
  return aside
}

function taken(target: string): AppError {
  return new AppError('input.conflict', `Another file is at ${target}. Rename or remove it, then try again.`, {
    detail: { path: target },
  })
}
