import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Edit } from '#shared/domain/edit'
import type { EngineInput, EngineTask } from '#core/engines/engine'

/** A picture on disk as the core hands it to an engine. */
export async function inputOf(path: string): Promise<EngineInput> {
  const { width, height, hasAlpha } = await sharp(path).metadata()
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  return { assetId: randomUUID(), sha256, path, width, height, hasAlpha }
}

/** A task with a work folder of its own below `dir`. */
export async function taskOf(dir: string, inputPath: string, edit: Edit, values: Partial<EngineTask> = {}): Promise<EngineTask> {
  const workDir = join(dir, randomUUID())
  await mkdir(workDir)
  return {
    jobId: randomUUID(),
    edit,
    sampling: {},
    workflowId: undefined,
    seed: 1,
    input: await inputOf(inputPath),
    styleInput: undefined,
    pictures: {},
    left: [],
    workDir,
    ...values,
  }
}

/** A style edit at full strength that leaves structure to the style. */
export function styleEdit(styleId: string, values: Partial<Extract<Edit, { kind: 'style' }>> = {}): Edit {
  return { kind: 'style', styleId, strength: 1, structure: 0.5, keepColours: false, ...values }
}

/** Writes a PNG with smooth colours and some edges; the same for the same arguments. */
export async function writePicture(path: string, width: number, height: number, channels: 3 | 4 = 3): Promise<string> {
  const data = Buffer.alloc(width * height * channels)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * channels
      data[at] = 128 + 110 * Math.sin(x / 37 + y / 91)
      data[at + 1] = 128 + 110 * Math.sin(y / 23)
      data[at + 2] = (x >> 5) % 2 === (y >> 5) % 2 ? 60 : 190
      if (channels === 4) data[at + 3] = Math.hypot(x - width / 2, y - height / 2) < Math.min(width, height) / 3 ? 255 : 0
    }
  }
  await sharp(data, { raw: { width, height, channels } }).png().toFile(path)
  return path
}

/** Raw pixels of a picture file. */
export async function pixelsOf(path: string): Promise<{ data: Buffer; width: number; height: number; channels: number }> {
  const { data, info } = await sharp(path, { limitInputPixels: 200e6 }).raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels }
}
