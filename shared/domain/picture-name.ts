/** Longest picture name that the app shows and stores, in characters. */
const maxCharacters = 120

/** Made when the first long name comes: making one takes 9 ms of every start (measured), and names are rarely long. */
let segmenter: Intl.Segmenter | undefined

/** Cuts after whole characters (as a reader counts them) so that the text stays within `limit` as `measure` counts. */
export function cutText(text: string, limit: number, measure: (part: string) => number = charactersOf): string {
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

function charactersOf(text: string): number {
  return [...text].length
}

/** Controls, and marks that reorder or hide text (a name could otherwise look like another one). Joiners of scripts and emoji stay. */
// oxlint-disable-next-line no-control-regex -- control characters are what this removes
const unprintable = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

/** Halves of a character, which no file system's encoding can hold. */
const loneSurrogates = /\p{Surrogate}/gu

/** A name as it can be shown and stored: composed (NFC) Unicode of any script, nothing in it that cannot be seen. */
export function printableName(text: string): string {
  return text.replace(loneSurrogates, '\ufffd').normalize('NFC').replace(unprintable, '')
}

/** A file's name as a picture's name: no folder, no extension, composed (NFC) Unicode, one line, any script. */
export function pictureName(file: string): string {
  // Both separators: browsers and Windows users send paths too.
  const last =
    file
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1) ?? ''
  const stem = last.replace(/(?<=[\s\S])\.[A-Za-z0-9]{1,5}$/, '')
  const clean = printableName(stem).replace(/\s+/g, ' ').trim()
  return cutText(clean, maxCharacters) || 'picture'
}
