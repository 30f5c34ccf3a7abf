import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { AppError, toAppError } from '#shared/domain/error'

/** Files that one import looks at; more are refused with words instead of filling memory. */
const maxFiles = 20_000
/** Deeper folders than anybody sorts pictures into. */
const maxDepth = 40

/**
 * Extensions that say "picture" to a user. Inside a folder these are tried and reported when they fail (the formats that we
 * refuse too: a HEIC that silently stays away would be missed); everything else in a folder is not ours and is passed over.
 */
const pictureExtensions = new Set(
  'png jpg jpeg jpe jfif webp gif tif tiff avif apng heic heif bmp svg psd jxl jp2 dng cr2 cr3 nef arw raf orf rw2'
    .split(' ')
    .map((e) => `.${e}`),
)

/** A file to import, or a place that could not be looked at. */
export type Found = { file: string; error?: AppError }

let naturally: Intl.Collator | undefined

/** Orders names as people count: `photo 2` before `photo 10`. */
export function compareNaturally(a: string, b: string): number {
  // Made when there are names to compare: it loads the rules of languages, which a command with one photo need not wait for (5 ms).
  naturally ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
  return naturally.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}

/**
 * Lists what an import of these paths means: files as they are named, folders with all below them in natural order.
 * Hidden entries are passed over, links are followed, each folder is entered once (so loops of links end).
 * Nothing throws: what cannot be read is an entry with its error.
 */
export async function findPictures(paths: readonly string[]): Promise<Found[]> {
  const found: Found[] = []
  const entered = new Set<string>()
  let files = 0

  const enter = async (folder: string, depth: number): Promise<void> => {
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.') && name !== '__MACOSX').sort(compareNaturally)
    for (const name of names) await visit(join(folder, name), depth, true)
  }
  const visit = async (path: string, depth: number, inside: boolean): Promise<void> => {
    const named = pictureExtensions.has(extname(path).toLowerCase())
    try {
      const facts = await stat(path, { bigint: true })
      if (facts.isDirectory()) {
        const key = `${facts.dev}:${facts.ino}`
        if (entered.has(key) || depth >= maxDepth) return
        entered.add(key)
        await enter(path, depth + 1)
      } else if (!inside || (named && facts.isFile())) {
        files += 1
        if (files <= maxFiles) found.push({ file: path })
        else if (files === maxFiles + 1) {
          const message = `This import has over ${maxFiles} files. Import its folders one after the other.`
          found.push({ file: path, error: new AppError('input.too_large', message, { detail: { limitFiles: maxFiles } }) })
        }
      }
    } catch (error) {
      // A dangling link or a lost file inside a folder is only worth words when it was a picture.
      const failure = toAppError(error)
      if (inside && !named && failure.code === 'input.not_found') return
      found.push({ file: path, error: failure })
    }
  }

  for (const path of paths) await visit(path, 0, false)
  return found
}
