import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { ReadEntry } from 'tar'
import { AppError } from '#shared/domain/error'
import { blobHash, treeId, type TreeEntry } from './git-tree'

/** Limits of a source archive: ComfyUI has 600 files and 12 MB, the largest custom node 95 MB. */
const maxFiles = 50_000
const maxBytes = 1024 ** 3

/** What an archive held. */
export interface Unpacked {
  /** Git's id of its content, the archive's single top folder left out. */
  tree: string
  entries: TreeEntry[]
}

function bad(archive: string, why: string): AppError {
  return new AppError('input.damaged', `${archive} cannot be used: ${why}. Get the archive again.`, {
    detail: { path: archive, reason: why },
  })
}

/** Whether a path stays inside its folder: no root, no drive, no way up, nothing that Windows reads otherwise. */
function isInside(path: string): boolean {
  return (
    path !== '' &&
    !/[\\:\0]/.test(path) &&
    !path.startsWith('/') &&
    path.split('/').every((part) => part !== '..' && part !== '.' && part !== '')
  )
}

/**
 * What is told of a failure while unpacking. The parser marks every error that stops it as its own, also what the disk said: that is no
 * fault of the archive, which must not be thrown away for it. Pure.
 */
export function unpackFault(archive: string, thrown: unknown): unknown {
  if (thrown instanceof AppError) return thrown
  const { code = '', tarCode, message } = thrown as { code?: string; tarCode?: string; message: string }
  const disk = /^(ENOSPC|EDQUOT|EIO|EROFS|EACCES|EPERM|EBUSY|EMFILE|ENFILE)$/.test(code)
  return !disk && (tarCode !== undefined || /^(TAR_|Z_)/.test(code)) ? bad(archive, message) : thrown
}

/**
 * Unpacks a source archive (tar, plain or gzip, with one top folder as forges make them) into a new folder, hashing as it writes.
 * Names that lead out of the folder, links that do, devices, and more than {@link maxBytes} are refused with `input.damaged`.
 */
export async function unpackArchive(archive: string, target: string, signal?: AbortSignal): Promise<Unpacked> {
  const entries: TreeEntry[] = []
  const root = resolve(target)
  let top: string | undefined
  let bytes = 0
  let files = 0
  await mkdir(root, { recursive: true })

  async function take(entry: ReadEntry): Promise<void> {
    const [first = '', ...rest] = entry.path.replace(/^\.\//, '').replace(/\/$/, '').split('/')
    if (entry.type === 'GlobalExtendedHeader' || entry.type === 'ExtendedHeader') return void entry.resume()
    top ??= first
    if (first !== top) throw bad(archive, 'it has more than one top folder')
    const path = rest.join('/')
    if (entry.type === 'Directory') return void entry.resume()
    if (!isInside(path)) throw bad(archive, `it holds the name "${entry.path.slice(0, 120)}"`)
    files += 1
    bytes += entry.size
    if (files > maxFiles || bytes > maxBytes) throw bad(archive, 'it is larger than any version of this program')
    const file = join(root, ...path.split('/'))
    await mkdir(dirname(file), { recursive: true })
    if (entry.type === 'SymbolicLink') {
      const to = entry.linkpath ?? ''
      entry.resume()
      if (to.startsWith('/') || /[\\:]/.test(to) || !`${resolve(dirname(file), to)}${sep}`.startsWith(`${root}${sep}`)) {
        throw bad(archive, `its link "${path}" leads out of it`)
      }
      // Windows gives links to administrators only; git writes the target's name into a file there, and so do we.
      if (process.platform === 'win32') await writeFile(file, to, { flag: 'wx' })
      else await symlink(to, file)
      entries.push({ path, mode: '120000', blob: blobHash(Buffer.byteLength(to)).update(to).digest('hex') })
      return
    }
    if (entry.type !== 'File' && entry.type !== 'OldFile') throw bad(archive, `it holds a ${entry.type}`)
    const hash = blobHash(entry.size)
    const executable = ((entry.mode ?? 0) & 0o100) !== 0
    const handle = await open(file, 'wx', executable ? 0o755 : 0o644)
    try {
      for await (const chunk of entry) {
        hash.update(chunk)
        await handle.write(chunk)
      }
    } finally {
      await handle.close()
    }
    entries.push({ path, mode: executable ? '100755' : '100644', blob: hash.digest('hex') })
  }

  // The parser hands entries on as fast as they come: they are written one after the other, so that a bad one stops those behind it.
  let queue = Promise.resolve()
  // Loaded here: hardly any start of Recast unpacks anything.
  const { Parser } = await import('tar')
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      // An entry that nobody reads yet keeps the parser from reading on: memory stays at one buffer.
      queue = queue.then(() => {
        signal?.throwIfAborted()
        return take(entry)
      })
      // The parser writes into the error that it is given, which a signal's reason does not let it.
      queue.catch((error: unknown) => parser.abort(signal?.aborted ? new Error('stopped', { cause: error }) : (error as Error)))
    },
  })
  try {
    await new Promise<void>((settle, reject) => {
      const source = createReadStream(archive, signal ? { signal } : {})
      source.on('error', reject)
      parser.on('error', reject)
      parser.on('end', () => settle())
      source.on('data', (chunk: Buffer | string) => {
        if (!parser.write(chunk as Buffer)) {
          source.pause()
          parser.once('drain', () => source.resume())
        }
      })
      source.on('end', () => parser.end())
    })
    await queue
  } catch (thrown) {
    // What is being written is written to its end: afterwards nothing of this touches the folder.
    await queue.catch(() => undefined)
    signal?.throwIfAborted()
    throw unpackFault(archive, thrown)
  }
  if (entries.length === 0) throw bad(archive, 'it is empty')
  return { tree: treeId(entries), entries }
}

/** Paths of an unpacked tree whose content is no longer what it was, or that are gone. Files that were added are nobody's business. */
export async function changedFiles(folder: string, entries: readonly TreeEntry[]): Promise<string[]> {
  const changed: string[] = []
  for (const { path, mode, blob } of entries) {
    if (mode === '120000') continue
    const content = await readFile(join(folder, ...path.split('/'))).catch(() => undefined)
    if (content === undefined || blobHash(content.length).update(content).digest('hex') !== blob) changed.push(path)
  }
  return changed
}
