import type { Dragged } from './drag-model'

/** A file that the system handed over, with its path below what was dropped (`photos/red/cup.png`). */
export interface SystemFile {
  readonly file: File
  readonly path: string
}

/** What a drop or a paste brought. */
export interface SystemFiles {
  readonly files: readonly SystemFile[]
  /** Files of dropped folders that are no pictures by their name, e.g. `Thumbs.db`; a file dropped by itself is never skipped. */
  readonly skipped: number
  /** Folders and files that could not be read. */
  readonly unreadable: readonly string[]
  /** There were more than {@link maxFiles}. */
  readonly truncated: boolean
}

/** As many as one import call takes. */
export const maxFiles = 10_000
const maxDepth = 32
const pictureName = /\.(png|apng|jpe?g|jfif|webp|tiff?|gif|avif)$/iu

/** Whether a file of a folder is worth importing by its name. Hidden files (`._cup.png` of macOS) are not. */
export function looksLikePicture(name: string): boolean {
  return !name.startsWith('.') && pictureName.test(name)
}

/** The parts of a drag's DataTransferItem that tell what it is before it is dropped. */
export interface DragItem {
  readonly kind: string
  readonly type: string
}

/**
 * What a drag from the system is, as far as the browser says before the drop: kinds and MIME types, no names.
 * Folders and unknown files have no type. Undefined when it carries no files.
 */
export function describeFiles(items: Iterable<DragItem>, types: readonly string[]): Dragged | undefined {
  if (!types.includes('Files')) return undefined
  const files = [...items].filter(({ kind }) => kind === 'file')
  // Some browsers hide the items until the drop: then it is "some files".
  if (files.length === 0) return { kind: 'files', count: 1, unusable: false, onePicture: false }
  const isPicture = ({ type }: DragItem): boolean => type.startsWith('image/')
  return {
    kind: 'files',
    count: files.length,
    unusable: files.every((item) => item.type !== '' && !isPicture(item)),
    onePicture: files.length === 1 && files.every(isPicture),
  }
}

/** The parts of FileSystemEntry that the walk uses. */
export interface Entry {
  readonly isFile: boolean
  readonly isDirectory: boolean
  readonly name: string
  readonly fullPath: string
}
interface FileEntry extends Entry {
  file(done: (file: File) => void, failed: (error: unknown) => void): void
}
interface DirectoryEntry extends Entry {
  createReader(): { readEntries(done: (entries: Entry[]) => void, failed: (error: unknown) => void): void }
}

/**
 * Reads what was dropped: files, and folders with all that is below them. Call it inside the drop event (the browser takes the
 * items back afterwards); it answers later. A folder that can't be read is named and the rest is read.
 */
export function readDrop(transfer: DataTransfer): Promise<SystemFiles> {
  const entries: (Entry | File)[] = []
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue
    const entry = item.webkitGetAsEntry?.() ?? item.getAsFile()
    if (entry) entries.push(entry)
  }
  return walk(entries)
}

/** Walks entries breadth first, so that what was dropped by itself comes first when there is too much. */
export async function walk(roots: readonly (Entry | File)[]): Promise<SystemFiles> {
  const files: SystemFile[] = []
  const unreadable: string[] = []
  let skipped = 0
  let truncated = false
  let level: { entry: Entry | File; depth: number }[] = roots.map((entry) => ({ entry, depth: 0 }))
  while (level.length > 0 && !truncated) {
    const next: typeof level = []
    for (const { entry, depth } of level) {
      if (files.length >= maxFiles) {
        truncated = true
        break
      }
      if (!isEntry(entry)) {
        files.push({ file: entry, path: entry.name })
      } else if (entry.isDirectory) {
        if (depth >= maxDepth) {
          unreadable.push(pathOf(entry))
          continue
        }
        const { entries, complete } = await listFolder(entry as DirectoryEntry)
        if (!complete) unreadable.push(pathOf(entry))
        for (const child of entries) next.push({ entry: child, depth: depth + 1 })
      } else if (depth > 0 && !looksLikePicture(entry.name)) {
        skipped++
      } else {
        const file = await fileOf(entry as FileEntry)
        if (file) files.push({ file, path: pathOf(entry) })
        else unreadable.push(pathOf(entry))
      }
    }
    level = next
  }
  return { files, skipped, unreadable, truncated }
}

/** Pictures in a clipboard, e.g. a screenshot; empty when it holds none. */
export function filesOfClipboard(clipboard: Pick<DataTransfer, 'files'> | null): SystemFile[] {
  return [...(clipboard?.files ?? [])].filter(({ type }) => type.startsWith('image/')).map((file) => ({ file, path: file.name }))
}

const isEntry = (entry: Entry | File): entry is Entry => 'fullPath' in entry
const pathOf = (entry: Entry): string => entry.fullPath.replace(/^\/+/u, '')

/** All entries of a folder: browsers give at most 100 at a time and then an empty list. */
async function listFolder(folder: DirectoryEntry): Promise<{ entries: Entry[]; complete: boolean }> {
  const reader = folder.createReader()
  const entries: Entry[] = []
  try {
    for (;;) {
      const some = await new Promise<Entry[]>((done, failed) => reader.readEntries(done, failed))
      if (some.length === 0) return { entries: entries.sort(byName), complete: true }
      entries.push(...some)
    }
  } catch {
    return { entries: entries.sort(byName), complete: false }
  }
}

const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

function fileOf(entry: FileEntry): Promise<File | undefined> {
  return new Promise((done) => entry.file(done, () => done(undefined)))
}
