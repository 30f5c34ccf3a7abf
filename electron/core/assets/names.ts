import type { Edit } from '#shared/domain/edit'
import { cutText, pictureName, printableName } from '#shared/domain/picture-name'

/** Longest file name without its extension, in UTF-8 bytes: 255 is the limit of ext4 and APFS; the rest is for ` (9999).jpeg`. */
const maxStemBytes = 200

/** The name of the folder that a file lies in, written as a picture's name is; undefined where the path names none. */
export function folderName(file: string): string | undefined {
  const folder = file.replaceAll('\\', '/').split('/').at(-2)?.trim() ?? ''
  // What ends like a file's extension belongs to it. A drive (`C:`) is no folder.
  return /^(\.{0,2}|[A-Za-z]:)$/.test(folder) ? undefined : pictureName(`${folder} `)
}

/** Longest name that is made of words, in characters: enough to tell pictures apart in the library. */
const maxNameFromWords = 60

/** What a picture that no file gave a name is called: the beginning of the words that it is made from, cut at a word where it can be. */
export function nameFromEdit(edit: Edit): string {
  const words = 'prompt' in edit ? edit.prompt : edit.kind === 'story' ? (edit.roles[0]?.name ?? '') : undefined
  const text = words ?? (edit.kind === 'custom' ? (edit.title ?? edit.workflowId) : edit.kind)
  const name = pictureName(`${text.replaceAll(/[\\/]/g, ' ')} `)
  const short = cutText(name, maxNameFromWords)
  return short === name ? name : short.replace(/\s+\S*$/u, '')
}

/** Names that Windows keeps for devices, whatever extension follows (superscript digits included). */
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(?=\.|$)/i

/** Makes a file name (without extension) that Windows, macOS and Linux all take, as close to the given one as that allows. */
export function safeFileStem(name: string, maxBytes = maxStemBytes): string {
  const clean = printableName(name)
    .replace(/[<>:"/\\|?*]/g, '_')
    .replace(/^[\s.]+/, '')
  // Windows drops trailing dots and spaces, so two names would become one.
  const fit = cutText(clean, maxBytes, (part) => Buffer.byteLength(part)).replace(/[\s.]+$/, '')
  return (reserved.test(fit) ? `_${fit}` : fit) || 'picture'
}

/** What a result's file is named by. */
export interface ResultNameParts {
  /** The picture's name. */
  name: string
  /** Style id, view id, or `custom`. */
  styleOrView: string
  seed: number
}

/** `{name}_{style|view}_{seed}`, safe as a file name; a long picture name is shortened, the rest is kept whole. */
export function resultName({ name, styleOrView, seed }: ResultNameParts): string {
  const tail = `_${safeFileStem(styleOrView, 80)}_${seed}`
  return safeFileStem(`${safeFileStem(name, maxStemBytes - Buffer.byteLength(tail))}${tail}`)
}

/** The n-th choice for a name that may be taken: `name`, `name (2)`, `name (3)` … */
export function numberedStem(stem: string, n: number): string {
  return n <= 1 ? stem : `${stem} (${n})`
}
