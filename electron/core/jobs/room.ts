import type { EngineTask } from '../engines/engine'
import { needRoom } from '../assets/free-space'

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

/** Refuses to begin work whose result would find no room. Throws `io.disk_full`. */
export function needRoomForResult(folder: string, bytes: number): void {
  needRoom(folder, bytes + reserveBytes, ['this job', 'retry'])
}
