import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** A model file on the disk. */
export interface ShelfFile {
  path: string
  /** Folder of its root that it lies in: ComfyUI's category. */
  category: string
  /** Its name with the folders below the category. */
  name: string
  bytes: number
  mtimeMs: number
}

const endings = /\.(safetensors|sft|gguf)$/i
const deepest = 6
/** More files than this are nobody's collection of models but a wrong folder. */
const mostFiles = 20_000

/**
 * The weights below a root (a folder with ComfyUI's categories; a ComfyUI's own folder is taken by its `models`). Links to files count
 * as files, links to folders are not followed, pickles are not listed, what can't be read is left out. A root that is not there is empty.
 */
export async function readShelf(root: string): Promise<ShelfFile[]> {
  const inside = join(root, 'models')
  const isComfy = await stat(join(root, 'main.py')).then(
    () => stat(inside).then((found) => found.isDirectory()),
    () => false,
  )
  const base = isComfy ? inside : root
  const files: ShelfFile[] = []
  await walk(base, 0)
  return files

  async function walk(folder: string, depth: number): Promise<void> {
    const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= mostFiles) return
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (depth < deepest) await walk(path, depth + 1)
      } else if (endings.test(entry.name)) {
        const found = await stat(path).catch(() => undefined)
        if (!found?.isFile()) continue
        const [category = '', ...rest] = relative(base, path).split(sep)
        files.push(
          rest.length === 0
            ? { path, category: '', name: category, bytes: found.size, mtimeMs: found.mtimeMs }
            : { path, category, name: rest.join('/'), bytes: found.size, mtimeMs: found.mtimeMs },
        )
      }
    }
  }
}
