import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, open, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Sharp } from 'sharp'
import { AppError } from '#shared/domain/error'
import { exportExtensions, type ExportFormat } from '#shared/domain/export'
import { fileSize, hashFile } from './blob-store'
import { discard, makeFolder, syncFile, syncFolder } from './durable-file'
import { numberedStem, safeFileStem } from './names'
import { decode, pictureError, readPicture } from './picture-reader'

/** Media type of each export format. */
export const exportMimes: Readonly<Record<ExportFormat, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  tiff: 'image/tiff',
  avif: 'image/avif',
}

/** How a picture is written, down to what the encoder is told. */
export interface EncodeOptions {
  format: ExportFormat
  /** 1..100, for the formats that lose something. */
  quality?: number
  /** Exactly this size; absent: its own. */
  size?: { width: number; height: number }
  /** The profile that colours are converted to and that is put into the file: sRGB, or the path of an ICC file. Absent: sRGB, not named. */
  icc?: string
  /** An XMP packet for the file; absent: no metadata at all. */
  xmp?: string
}

const defaultQuality = 90

/** The encoder's pipeline: sRGB unless told otherwise, transparency on white where the format has none. */
function encode(workingPath: string, options: EncodeOptions): Sharp {
  const { format, quality = defaultQuality, size, icc, xmp } = options
  let picture = decode(workingPath).autoOrient().toColourspace('srgb')
  // The shape was decided by whoever asked for the size.
  if (size) picture = picture.resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' })
  if (icc !== undefined) picture = picture.withIccProfile(icc)
  if (xmp !== undefined) picture = picture.withXmp(xmp)
  switch (format) {
    case 'png':
      return picture.png({ compressionLevel: 6 })
    case 'jpeg':
      // No colour subsampling: product edges on flat grounds show it.
      return picture.flatten({ background: '#ffffff' }).jpeg({ quality, chromaSubsampling: '4:4:4' })
    case 'webp':
      return picture.webp({ quality })
    case 'tiff':
      return picture.tiff({ compression: 'lzw', predictor: 'horizontal' })
    case 'avif':
      return picture.avif({ quality, effort: 3 })
  }
}

/** Whether a working file can leave as it is: a PNG that carries nothing but 8-bit pixels, and nothing is asked that changes it. */
async function leavesAsIs(workingPath: string, { format, size, icc, xmp }: EncodeOptions): Promise<boolean> {
  if (format !== 'png' || size !== undefined || icc !== undefined || xmp !== undefined) return false
  return (await readPicture(workingPath)).barePng
}

/** The picture in a format: the file itself where it already is that, else its bytes. For downloads. */
export async function renderExport(
  workingPath: string,
  options: EncodeOptions,
): Promise<{ path: string; bytes?: never } | { bytes: Uint8Array; path?: never }> {
  try {
    if (await leavesAsIs(workingPath, options)) return { path: workingPath }
    return { bytes: await encode(workingPath, options).toBuffer() }
  } catch (error) {
    throw pictureError(error)
  }
}

/** Two paths that some file system takes for one (case, composed and decomposed letters) have the same key. */
export function pathKey(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

/** A thousand pictures of one name in one folder is a folder in a loop. */
const maxNumber = 10_000

/**
 * Chooses the path for an export: `name.png`, or `name (2).png` and so on where that exists or is promised to another one.
 * The folder is made. Store the answer before calling {@link writeExport}: then a restart goes on with the same path.
 * `taken` says of a {@link pathKey} whether it is promised.
 */
export async function planExportPath(
  dir: string,
  name: string,
  format: ExportFormat,
  taken: (key: string) => boolean = () => false,
): Promise<string> {
  try {
    await makeFolder(dir)
    const stem = safeFileStem(name)
    for (let n = 1; n <= maxNumber; n++) {
      const path = join(dir, numberedStem(stem, n) + exportExtensions[format])
      if (!taken(pathKey(path)) && !(await exists(path))) return path
    }
  } catch (error) {
    throw pictureError(error)
  }
  throw new AppError('io.failed', `The folder has ${maxNumber} files named ${name}. Choose another folder, then retry.`, {
    detail: { dir },
  })
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function sameContent(a: string, b: string): Promise<boolean> {
  const [lengthA, lengthB] = await Promise.all([fileSize(a), fileSize(b)])
  if (lengthA === undefined || lengthA !== lengthB) return false
  const [hashA, hashB] = await Promise.all([hashFile(a), hashFile(b)])
  return hashA.sha256 === hashB.sha256
}

/**
 * Gives a finished file its name unless that name is taken. Hard links do this in one step; where there are none (FAT, some
 * network shares) the name is reserved by an empty file and replaced. False when another file has the name.
 */
async function claim(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code !== 'EEXIST' && !['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EISDIR'].includes(code))
      throw error
    // An empty file is a reservation of ours that a crash left: nothing is lost by replacing it.
    const size = await fileSize(path)
    if (size === undefined && !(await exists(path))) {
      const reserved = await open(path, 'wx').catch((failure: NodeJS.ErrnoException) => {
        if (failure.code === 'EEXIST') return undefined
        throw failure
      })
      if (!reserved) return false
      await reserved.close()
    } else if (size !== 0) return false
    await rename(part, path)
    return true
  }
}

/**
 * Writes a picture to a path from {@link planExportPath}, whole or not at all, never over another file.
 * May be repeated: when the same content is there already, it is done. Throws `input.conflict` when another file took the
 * path (plan a new one), `io.disk_full`, `io.permission`, `input.damaged`.
 */
export async function writeExport(workingPath: string, path: string, options: EncodeOptions): Promise<void> {
  // In the target's own folder, so that the last step is atomic; the same name at each try, so that a kill leaves nothing for good.
  const token = createHash('sha256').update(`${workingPath}\0${path}`).digest('hex').slice(0, 16)
  const part = join(dirname(path), `.recast-${token}.part`)
  try {
    await makeFolder(dirname(path))
    if (await leavesAsIs(workingPath, options)) await copyFile(workingPath, part, constants.COPYFILE_FICLONE)
    else await encode(workingPath, options).toFile(part)
    await syncFile(part)
    if (!(await claim(part, path)) && !(await sameContent(part, path))) {
      throw new AppError('input.conflict', `Another file is at ${path} now. Retry: the picture then gets a new name.`, {
        detail: { path },
        retry: 'auto',
      })
    }
    await syncFolder(dirname(path))
  } catch (error) {
    throw pictureError(error)
  } finally {
    await discard(part)
  }
}

/** Names chosen by exports of this process that are not written yet. */
const promised = new Set<string>()

/** Plans and writes in one go, for exports that no row remembers; a lost race for the name gets the next one. Answers the path. */
export async function exportPicture(workingPath: string, target: { dir: string; name: string } & EncodeOptions): Promise<string> {
  const lost = new Set<string>()
  for (;;) {
    const path = await planExportPath(target.dir, target.name, target.format, (key) => lost.has(key) || promised.has(key))
    const key = pathKey(path)
    // Planning looked at the disk, and meanwhile another export may have chosen the same.
    if (promised.has(key)) continue
    promised.add(key)
    try {
      await writeExport(workingPath, path, target)
      return path
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'input.conflict') throw error
      lost.add(key)
    } finally {
      promised.delete(key)
    }
  }
}

/** Writes a finished file to a folder under a name that is free there, whole or not at all; answers its path. Throws `io.*`. */
export async function exportFile(dir: string, name: string, extension: string, bytes: Uint8Array): Promise<string> {
  const part = join(dir, `.recast-${randomUUID()}.part`)
  try {
    await makeFolder(dir)
    await writeFile(part, bytes, { flush: true })
    const stem = safeFileStem(name)
    for (let n = 1; n <= maxNumber; n++) {
      const path = join(dir, numberedStem(stem, n) + extension)
      if ((await exists(path)) || !(await claim(part, path))) continue
      await syncFolder(dir)
      return path
    }
  } catch (error) {
    throw pictureError(error)
  } finally {
    await discard(part)
  }
  throw new AppError('io.failed', `The folder has ${maxNumber} files named ${name}. Choose another folder, then retry.`, {
    detail: { dir },
  })
}
