import { statfsSync, type StatsFs } from 'node:fs'
import type { EngineTask } from '../engines/engine'
import { AppError } from '#shared/domain/error'

/** Kept free for the database: the reason why a job failed must find room too. */
const reserveBytes = 1024 * 1024

/** What a picture from words has, where nothing says its size: about what the models are trained on. */
const usualPixels = 1024 * 1024

/** Pixels of a job's result, or about as many: what its time and its room on the disk go by. */
export function expectedPixels({
  edit,
  input,
}: Pick<EngineTask, 'edit'> & { input: { width: number; height: number } | undefined }): number {
  if ('size' in edit && edit.size) return edit.size.width * edit.size.height
  if (edit.kind === 'generate' || edit.kind === 'story' || !input) return usualPixels
  return input.width * input.height * (edit.kind === 'upscale' ? edit.factor ** 2 : 1)
}

/** Bytes that a result of so many pixels may take: PNG is hardly ever larger than its pixels with alpha. */
export function resultBytes(pixels: number): number {
  return pixels * 4
}

function statusOf(folder: string): StatsFs | undefined {
  try {
    return statfsSync(folder)
  } catch {
    return undefined
  }
}

/**
 * Refuses to begin work whose result would find no room: better said before an engine has worked for minutes.
 * Throws `io.disk_full` with the numbers. Says nothing where the file system does not tell.
 */
export function needRoom(folder: string, bytes: number): void {
  const disk = statusOf(folder)
  if (!disk) return
  const free = disk.bavail * disk.bsize
  const wanted = bytes + reserveBytes
  if (free >= wanted) return
  const megabytes = (count: number): string => `${Math.ceil(count / 1e6)} MB`
  throw new AppError(
    'io.disk_full',
    `The disk of the data folder has ${megabytes(free)} left, and this job needs ${megabytes(wanted)}. Free some space on it, then retry.`,
    { detail: { free, wanted } },
  )
}
