import { basename, extname } from 'node:path'
import type { Edit } from '#shared/domain/edit'

/** Longest picture name that the app shows and stores, in characters. */
const maxDisplayCharacters = 120
/** Longest file name without its extension, in UTF-8 bytes: 255 is the limit of ext4 and APFS; the rest is for ` (9999).jpeg`. */
const maxStemBytes = 200

/** Made when the first long name comes: making one takes 9 ms of every start (measured), and names are rarely long. */
let segmenter: Intl.Segmenter | undefined

/** Cuts after whole characters (as a reader counts them) so that the text stays within `limit` as `measure` counts. */
function cut(text: string, limit: number, measure: (part: string) => number): string {
  if (measure(text) <= limit) return text
  let length = 0
  let kept = ''
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  for (const { segment } of segmenter.segment(text)) {
    length += measure(segment)
    if (length > limit) break
    kept += segment
  }
  return kept
}

/** Controls, and marks that reorder or hide text (a name could otherwise look like another one). Joiners of scripts and emoji stay. */
// oxlint-disable-next-line no-control-regex -- control characters are what this removes
const unprintable = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

/** Halves of a character, which no file system's encoding can hold. */
const loneSurrogates = /\p{Surrogate}/gu

/** A file's name as a picture's name: no folder, no extension, composed (NFC) Unicode, one line, any script. */
export function pictureName(file: string): string {
  // Both separators: browsers and Windows users send paths too.
  const last = basename(file.replaceAll('\\', '/'))
  const extension = extname(last)
  const stem = /^\.[A-Za-z0-9]{1,5}$/.test(extension) ? last.slice(0, -extension.length) : last
  const clean = stem.replace(loneSurrogates, '\ufffd').normalize('NFC').replace(unprintable, '').replace(/\s+/g, ' ').trim()
  return cut(clean, maxDisplayCharacters, (part) => [...part].length) || 'picture'
}

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
  const short = cut(name, maxNameFromWords, (part) => [...part].length)
  return short === name ? name : short.replace(/\s+\S*$/u, '')
}

/** Names that Windows keeps for devices, whatever extension follows (superscript digits included). */
const reserved = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(?=\.|$)/i

/** Makes a file name (without extension) that Windows, macOS and Linux all take, as close to the given one as that allows. */
export function safeFileStem(name: string, maxBytes = maxStemBytes): string {
  const clean = name
    .replace(loneSurrogates, '\ufffd')
    .normalize('NFC')
    .replace(unprintable, '')
    .replace(/[<>:"/\\|?*]/g, '_')
    .replace(/^[\s.]+/, '')
  // Windows drops trailing dots and spaces, so two names would become one.
  const fit = cut(clean, maxBytes, (part) => Buffer.byteLength(part)).replace(/[\s.]+$/, '')
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
