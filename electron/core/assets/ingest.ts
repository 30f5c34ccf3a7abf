import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Asset } from '#shared/domain/picture'
import { AppError } from '#shared/domain/error'
import type { StoredAsset } from '../database/tables/assets'
import type { BlobStore, StoredBlob } from './blob-store'
import { discard } from './durable-file'
import { needRoom } from './free-space'
import { planNormalise, writeWorking } from './normalise'
import { checkBytes, checkHead, pictureError, readHead, readPicture, type PictureFacts } from './picture-reader'
import type { Thumbnails } from './thumbnails'

/** A file's content in staging, hashed while it was written. */
export interface Staged extends StoredBlob {
  path: string
  /** It is on the disk itself already, not only in the system's memory. */
  flushed?: boolean
}

/** Bytes in pieces, from a file or from an upload. */
type Chunks = AsyncIterable<Uint8Array>

const pieceBytes = 1 << 20

async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(pieceBytes)
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, pieceBytes, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** Writes pieces to a new staging file, hashing as they pass. What fails leaves nothing behind. */
export async function stage(blobs: BlobStore, pieces: Chunks, signal?: AbortSignal): Promise<Staged> {
  const path = blobs.stagingPath()
  let file: FileHandle | undefined
  try {
    file = await open(path, 'wx')
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of pieces) {
      signal?.throwIfAborted()
      bytes += piece.byteLength
      // Also while it grows: a stream's length is known only at its end. Empty is for the end to say.
      checkBytes(Math.max(bytes, 1))
      hash.update(piece)
      for (let at = 0; at < piece.byteLength;) at += (await file.write(piece, at, piece.byteLength - at)).bytesWritten
    }
    checkBytes(bytes)
    await file.close()
    return { path, sha256: hash.digest('hex'), bytes }
  } catch (error) {
    await file?.close().catch(() => undefined)
    await discard(path)
    throw pictureError(error)
  }
}

/** Copies a user's file into staging, after its length and first bytes were looked at. Never blocks on a pipe or a device. */
export async function stageFile(blobs: BlobStore, source: string, signal?: AbortSignal): Promise<Staged> {
  let file: FileHandle | undefined
  try {
    file = await open(source, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const facts = await file.stat()
    if (!facts.isFile()) {
      throw new AppError('input.not_a_picture', 'This is not a file but a device, pipe or socket. Choose a picture file.')
    }
    checkBytes(facts.size)
    checkHead(await readHead(file))
    // Its neighbours, and the database, need room while it is copied.
    needRoom(dirname(blobs.stagingPath()), facts.size, ['this picture', 'import the picture again'])
    return await stage(blobs, piecesOf(file), signal)
  } catch (error) {
    throw pictureError(error)
  } finally {
    await file?.close()
  }
}

/** What {@link ingest} needs around it. */
export interface IngestContext {
  blobs: BlobStore
  thumbnails: Thumbnails
  /** The asset that already holds this content, if any. */
  known(sha256: string): StoredAsset | undefined
}

/** Says more about where a picture comes from, and may refuse what its header says. */
export interface IngestOptions {
  origin: Asset['origin']
  /** Notes beside those of the conversion. */
  notes?: readonly string[]
  /** The file was written by Recast itself: structure and checksums prove it, the pass that decodes every pixel is left out. */
  trusted?: boolean
  /** The file stays where storing it fails; absent: it is used up, whatever happens. */
  keep?: boolean
  /** What is known of a file that Recast has written itself; absent: it is read. */
  facts?: PictureFacts | undefined
  /** Called with the header's facts before anything is decoded; may throw. */
  check?: (facts: PictureFacts) => void
}

/**
 * Makes a staged file part of the store: checks it, makes its working picture where the original cannot serve, stores both durably,
 * and answers the row that stands for it. The row is not in the database yet: the caller commits it with whatever else belongs to it.
 * The staged file is used up (but see `keep`).
 */
export async function ingest(context: IngestContext, staged: Staged, options: IngestOptions): Promise<StoredAsset> {
  const { blobs, thumbnails } = context
  let part: string | undefined
  let moved = false
  const store = async (): Promise<void> => {
    await blobs.putFile(staged.path, staged, staged.flushed)
    moved = true
  }
  try {
    const known = context.known(staged.sha256)
    // Known and whole: nothing to decode. Known but lost: it is all made again below, which heals the store.
    if (known && (await blobs.size(staged.sha256)) === staged.bytes && (await blobs.size(known.workingSha256))) {
      await store()
      return known
    }
    const facts = options.facts ?? (await readPicture(staged.path))
    options.check?.(facts)
    const plan = planNormalise(facts)
    let working = { sha256: staged.sha256, width: facts.width, height: facts.height, hasAlpha: facts.hasAlpha }
    if (plan.asIs) {
      // Decodes every pixel, so hidden damage is found now; and the library's first look at it is ready.
      if (options.trusted !== true || !facts.checked) await thumbnails.make(staged.path, staged.sha256, 512)
      await store()
    } else {
      part = blobs.stagingPath('.png')
      const size = await writeWorking(staged.path, part)
      await store()
      working = { sha256: (await blobs.putFile(part)).sha256, ...size }
    }
    return {
      asset: {
        id: known?.asset.id ?? randomUUID(),
        origin: options.origin,
        sha256: staged.sha256,
        format: facts.format,
        width: working.width,
        height: working.height,
        bytes: staged.bytes,
        hasAlpha: working.hasAlpha,
        notes: [...plan.notes, ...(options.notes ?? [])],
        createdAt: Date.now(),
      },
      workingSha256: working.sha256,
    }
  } catch (error) {
    throw pictureError(error)
  } finally {
    if (!moved && options.keep !== true) await discard(staged.path)
    if (part !== undefined) await discard(part)
  }
}
