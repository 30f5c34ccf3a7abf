import { createHash } from 'node:crypto'

/** A file or link of a tree: its path with slashes, its git mode, and the id of its content. */
export interface TreeEntry {
  path: string
  mode: '100644' | '100755' | '120000'
  /** SHA-1 as git makes it over `blob SIZE\0CONTENT`. */
  blob: string
}

/** Begins the id of a content of that many bytes; feed it the content, then take the digest in hex. */
export function blobHash(size: number): ReturnType<typeof createHash> {
  return createHash('sha1').update(`blob ${size}\0`)
}

interface Folder {
  files: Map<string, TreeEntry>
  folders: Map<string, Folder>
}

const emptyFolder = (): Folder => ({ files: new Map(), folders: new Map() })

/**
 * The id that git gives to a tree of these files (git's documentation, "Git Internals – Git Objects"): entries sorted as if folders ended
 * in a slash, each `MODE NAME\0` and 20 bytes of id. Empty folders do not exist in git.
 */
export function treeId(entries: Iterable<TreeEntry>): string {
  const root = emptyFolder()
  for (const entry of entries) {
    const names = entry.path.split('/')
    const name = names.pop() ?? ''
    let folder = root
    for (const part of names) {
      let next = folder.folders.get(part)
      if (!next) folder.folders.set(part, (next = emptyFolder()))
      folder = next
    }
    folder.files.set(name, entry)
  }
  return idOf(root)
}

function idOf(folder: Folder): string {
  const rows = [
    ...[...folder.files].map(([name, { mode, blob }]) => ({ sort: Buffer.from(name), mode: mode as string, name, id: blob })),
    ...[...folder.folders].map(([name, inner]) => ({ sort: Buffer.from(`${name}/`), mode: '40000', name, id: idOf(inner) })),
  ].sort((a, b) => Buffer.compare(a.sort, b.sort))
  const body = Buffer.concat(
    rows.map(({ mode, name, id }) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])),
  )
  return createHash('sha1').update(`tree ${body.length}\0`).update(body).digest('hex')
}
