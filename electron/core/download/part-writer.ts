import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** What fast bytes are written in, as they lie in memory and in the file: disks have blocks of this or less. */
const blockBytes = 4096
/** From this on a piece goes past the system's cache. What comes slowly is written through it. */
const directBytes = 1024 * 1024

/**
 * Writes a file from its beginning to its end, piece by piece.
 *
 * On Linux large pieces go straight to the disk (O_DIRECT). A file of many gigabytes that goes through the system's cache drives everything
 * else out of it, piles up until the system stops all writers, takes a third more of the processor, and has to be waited for at the end.
 * Where file system or memory do not allow it, all goes through the cache.
 */
export class PartWriter {
  readonly #path: string
  readonly #file: FileHandle
  #direct: FileHandle | undefined
  #may = process.platform === 'linux'

  /** @param file the same file, open for writing; it stays its owner's */
  constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /** Writes some of a piece, at least a byte of it, to a position; answers how many. Rejects with what the disk said. */
  async write(piece: Uint8Array, position: number): Promise<number> {
    const beyond = position % blockBytes
    if (this.#may && piece.length >= directBytes) {
      const written =
        beyond === 0
          ? await this.#writeDirect(piece, position)
          : // To the next block's beginning.
            await this.#writeCached(piece.subarray(0, blockBytes - beyond), position)
      if (written !== undefined) return written
    }
    return await this.#writeCached(piece, position)
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#direct?.close()
    this.#direct = undefined
    this.#may = false
  }

  async #writeCached(piece: Uint8Array, position: number): Promise<number> {
    return (await this.#file.write(piece, 0, piece.length, position)).bytesWritten
  }

  /** Undefined where it can't be done. */
  async #writeDirect(piece: Uint8Array, position: number): Promise<number | undefined> {
    try {
      this.#direct ??= await open(this.#path, constants.O_WRONLY | constants.O_DIRECT)
      const { bytesWritten } = await this.#direct.write(piece, 0, piece.length - (piece.length % blockBytes), position)
      return bytesWritten > 0 ? bytesWritten : undefined
    } catch (error) {
      if (!/^(EINVAL|ENOTSUP|EOPNOTSUPP)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error
      await this.close()
      return undefined
    }
  }
}
