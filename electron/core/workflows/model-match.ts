import type { Model } from './workflow-schema'

/** Formats that hold weights and nothing else. Pickles (.ckpt, .bin, .pt, .pth) can run code when loaded and are never chosen. */
const safeFormats = /\.(safetensors|sft|gguf)$/i

/**
 * The server's name for a catalogued model, exactly as the server wrote it (sub-folders and their separators included):
 * the file itself, else the first of its alternatives that is there. Undefined when there is none.
 */
export function findModel(model: Model, available: readonly unknown[]): string | undefined {
  const names = available.filter((name): name is string => typeof name === 'string' && safeFormats.test(name))
  const called = (file: string) => names.find((name) => baseName(name).toLowerCase() === file.toLowerCase())
  const own = called(model.file)
  if (own !== undefined) return own
  for (const alternative of model.alternatives) {
    const found =
      'file' in alternative
        ? called(alternative.file)
        : names.find((name) => {
            const words = normal(baseName(name))
            const prefix = normal(alternative.prefix)
            return (
              (words === prefix || words.startsWith(`${prefix}-`)) &&
              !alternative.without.some((word) => words.includes(normal(word)))
            )
          })
    if (found !== undefined) return found
  }
  return undefined
}

/** The address of a model on a hub, or undefined for what only the user can bring. `endpoint` may be a mirror. */
export function modelUrl(model: Model, endpoint = 'https://huggingface.co'): string | undefined {
  if (!model.source) return undefined
  const file = model.source.path.split('/').map(encodeURIComponent).join('/')
  return `${endpoint.replace(/\/+$/, '')}/${model.source.repo}/resolve/main/${file}`
}

function baseName(name: string): string {
  return name.split(/[\\/]/).at(-1) ?? name
}

/** Lower case, without the ending, runs of anything but letters and digits as one dash. */
function normal(name: string): string {
  return name
    .toLowerCase()
    .replace(safeFormats, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
}
