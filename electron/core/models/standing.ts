import type { ModelView } from '#shared/domain/model'
import { findModel } from '../workflows/model-match'
import type { Model } from '../workflows/workflow-schema'
import type { ShelfFile } from './shelf'

/** How a model stands on this machine: a part of its view. */
export type Standing = Pick<ModelView, 'state' | 'path' | 'foundAs' | 'bytesOnDisk' | 'verified'>

/** Looks up the hash that was computed of a file, if it has not changed since. */
export type KnownHash = (file: ShelfFile) => string | undefined

/** Folders of which ComfyUI reads one under the name of the other. */
const sameFolder: Readonly<Record<string, readonly string[]>> = {
  diffusion_models: ['diffusion_models', 'unet'],
  text_encoders: ['text_encoders', 'clip'],
}

/** Decides how a model stands, from the files of the models folder and of the other folders that are known. */
export function standingOf(model: Model, own: readonly ShelfFile[], others: readonly ShelfFile[], hashOf: KnownHash): Standing {
  const folders = sameFolder[model.folder] ?? [model.folder]
  const here = own.filter((file) => folders.includes(file.category))
  const name = findModel(
    model,
    here.map((file) => file.name),
  )
  const found = here.find((file) => file.name === name)
  if (found) {
    const isItself = baseName(found.name).toLowerCase() === model.file.toLowerCase()
    const hash = hashOf(found)
    const wrong =
      isItself &&
      model.sha256 !== null &&
      (hash === undefined ? model.bytes !== null && found.bytes !== model.bytes : hash !== model.sha256)
    return {
      state: wrong || found.bytes === 0 ? 'damaged' : 'ready',
      path: found.path,
      ...(isItself ? {} : { foundAs: found.name }),
      bytesOnDisk: found.bytes,
      verified: isItself && hash !== undefined && (model.sha256 === null || hash === model.sha256),
    }
  }
  const [other] = candidates(model, others, hashOf)
  if (other) return { state: 'elsewhere', path: other.path, bytesOnDisk: other.bytes, verified: hashOf(other) === model.sha256 }
  return { state: 'missing', verified: false }
}

/**
 * Files that may be the model, most likely first: by hash, then by name and size, then by size alone. Without a known hash only the name
 * with a fitting size is taken. Whether it is the file, its hash tells.
 */
export function candidates(model: Model, files: readonly ShelfFile[], hashOf: KnownHash): ShelfFile[] {
  const rank = (file: ShelfFile): number => {
    const hash = hashOf(file)
    if (model.sha256 !== null && hash !== undefined) return hash === model.sha256 ? 0 : 9
    const named = baseName(file.name).toLowerCase() === model.file.toLowerCase()
    const fits = model.bytes === null || file.bytes === model.bytes
    if (named && fits) return 1
    // A size of gigabytes is as good as a name; below that two files may share it by chance.
    return model.sha256 !== null && model.bytes === file.bytes ? 2 : 9
  }
  return files
    .map((file) => ({ file, rank: rank(file) }))
    .filter((one) => one.rank < 9)
    .toSorted((a, b) => a.rank - b.rank)
    .map((one) => one.file)
}

function baseName(name: string): string {
  return name.split('/').at(-1) ?? name
}
