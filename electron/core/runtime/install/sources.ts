import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, toAppError } from '#shared/domain/error'
import { discard, makeFolder } from '../../assets/durable-file'
import type { Downloader, DownloadProgress } from '../../download/downloader'
import type { Pin } from '../recipe'
import { unpackArchive, type Unpacked } from './archive'
import { deleteFolder } from './store'

/** What fetching a source tree needs. */
export interface SourceContext {
  downloader: Downloader
  /** Folder of fetched archives, kept for reinstalling offline. */
  cache: string
  /** Forges to ask, the user's mirror first. */
  forges: readonly string[]
  offline: boolean
  signal?: AbortSignal | undefined
  onProgress?: ((progress: DownloadProgress) => void) | undefined
}

/** Where an archive of that commit lies in the cache. */
export function archivePath(cache: string, { id, commit }: Pick<Pin, 'id' | 'commit'>): string {
  return join(cache, `${id}-${commit}.tar.gz`)
}

function wrongTree(pin: Pin, from: string, found: string): AppError {
  return new AppError(
    'input.damaged',
    `${from} is not ${pin.id} at commit ${pin.commit.slice(0, 12)}: its git tree is ${found.slice(0, 12)} instead of ${pin.tree.slice(0, 12)}. Choose another mirror or archive.`,
    { detail: { id: pin.id, commit: pin.commit, expected: pin.tree, got: found, source: from } },
  )
}

/**
 * Puts a pinned source tree into `target`, from the cache or the first forge that has it. What arrives counts only when its git tree id is
 * the pinned one; anything else is thrown away and the next forge is asked.
 */
export async function fetchSource(pin: Pin, target: string, context: SourceContext): Promise<Unpacked> {
  const archive = archivePath(context.cache, pin)
  await makeFolder(context.cache)
  if (existsSync(archive)) {
    const cached = await tryUnpack(pin, archive, target, context.signal).catch(toRefusal)
    if (!(cached instanceof AppError)) return cached
    await discard(archive)
  }
  if (context.offline) {
    throw new AppError(
      'engine.offline',
      `${pin.id} is not in the cache, and the network is switched off for this. Install again with a connection.`,
      {
        retry: 'user',
        detail: { id: pin.id },
      },
    )
  }
  const errors: AppError[] = []
  for (const forge of context.forges) {
    const url = `${forge.replace(/\/$/, '')}/${pin.repository}/archive/${pin.commit}.tar.gz`
    try {
      await context.downloader.download({
        urls: [url],
        target: archive,
        signal: context.signal,
        onProgress: context.onProgress,
        replace: true,
      })
      return await tryUnpack(pin, archive, target, context.signal)
    } catch (thrown) {
      context.signal?.throwIfAborted()
      const error = toAppError(thrown)
      if (error.code === 'canceled' || error.code.startsWith('io.') || error.code === 'bug') throw error
      await discard(archive)
      errors.push(error.code === 'input.damaged' ? noArchive(pin, url, error) : error)
    }
  }
  const [error] = errors
  if (!error) throw new AppError('bug', 'No forge was asked. This is a fault in Recast: please report it.')
  throw error
}

/** What came is not what was asked for: the reader needs to know from where, not where it lay for a moment. */
function noArchive(pin: Pin, url: string, { code, detail, cause }: AppError): AppError {
  const { host } = new URL(url)
  const what = detail?.['got'] === undefined ? 'is no archive: perhaps a sign-in page' : 'is another version'
  return new AppError(
    code,
    `What ${host} sent for ${pin.id} ${what}. It was thrown away. Choose another mirror, or none; ComfyUI itself can also come from an archive that you bring (--from).`,
    { detail: { ...detail, source: host, id: pin.id }, cause },
  )
}

function toRefusal(thrown: unknown): AppError {
  const error = toAppError(thrown)
  // A full disk is no fault of the archive, and it must not be thrown away for it.
  if (error.code === 'canceled' || error.code.startsWith('io.')) throw error
  return error
}

async function tryUnpack(pin: Pin, archive: string, target: string, signal: AbortSignal | undefined): Promise<Unpacked> {
  await deleteFolder(target)
  const unpacked = await unpackArchive(archive, target, signal)
  if (unpacked.tree === pin.tree) return unpacked
  await deleteFolder(target)
  throw wrongTree(pin, archive, unpacked.tree)
}

/** The same from an archive that the user brings; another tree than the pinned one is refused unless it is allowed. */
export async function takeSource(
  pin: Pin,
  archive: string,
  target: string,
  options: { unpinned: boolean; signal?: AbortSignal | undefined },
): Promise<Unpacked> {
  if (!options.unpinned) {
    return await tryUnpack(pin, archive, target, options.signal).catch((thrown: unknown) => {
      const error = toAppError(thrown)
      if (error.detail?.['got'] === undefined) throw error
      const words = `${error.message.replace('Choose another mirror or archive.', '')}Bring the archive of that commit, or take this one as it is: --unpinned.`
      throw new AppError(error.code, words, { detail: { ...error.detail }, cause: error })
    })
  }
  await deleteFolder(target)
  return await unpackArchive(archive, target, options.signal)
}
