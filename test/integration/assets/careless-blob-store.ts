import { mkdir, readdir, rm, writeFile, readFile } from 'node:fs/promises'
import { createHash, randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileSize, type BlobStore, type StoredBlob } from '#core/assets/blob-store'

/**
 * The naive way of storing, for tests that must fail with it: a plain write straight to the final name, in two halves, nothing flushed.
 * What is there is trusted by its name, so a half file stays.
 */
export async function openCarelessBlobStore(dataDir: string): Promise<BlobStore> {
  const staging = join(dataDir, 'staging')
  await mkdir(staging, { recursive: true })
  const path = (sha256: string): string => join(dataDir, 'blobs', sha256.slice(0, 2), sha256)
  const put = async (bytes: Uint8Array): Promise<StoredBlob> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if ((await fileSize(path(sha256))) === undefined) {
      await mkdir(dirname(path(sha256)), { recursive: true })
      await writeFile(path(sha256), bytes.subarray(0, bytes.byteLength >> 1))
      await writeFile(path(sha256), bytes.subarray(bytes.byteLength >> 1), { flag: 'a' })
    }
    return { sha256, bytes: bytes.byteLength }
  }
  return {
    path,
    stagingPath: (extension = '') => join(staging, `${randomUUID()}${extension}.part`),
    size: (sha256) => fileSize(path(sha256)),
    isFresh: () => false,
    putBytes: put,
    async putFile(from) {
      const blob = await put(await readFile(from))
      await rm(from)
      return blob
    },
    async sweepStaging() {
      const left = await readdir(staging)
      await Promise.all(left.map((name) => rm(join(staging, name))))
      return left.length
    },
  }
}
