/** Characters of scripts that break between any two of them: Han, kana, hangul, and their full-width signs. */
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u
/** Signs that may not begin a line, and such as may not end one (GB/T 15834, JIS X 4051). */
const neverFirst = /^[，。、；：？！…—～·）】》」』〕〉”’%,.;:?!)\]}ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ]$/u
const neverLast = /^[（【《「『〔〈“‘([{]$/u

/** Where a text may be broken: a run of letters is one piece, each sign of a wide script is one, with what must stay beside it. */
function pieces(line: string): string[] {
  const found: string[] = []
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line)) {
    const last = found.at(-1)
    const lastSign = last === undefined ? '' : (Array.from(last).at(-1) ?? '')
    const joins =
      last !== undefined &&
      (neverFirst.test(segment) ||
        neverLast.test(lastSign) ||
        (!wide.test(segment) && !wide.test(lastSign) && !(/\s/u.test(lastSign) && !/\s/u.test(segment))))
    if (joins) found[found.length - 1] += segment
    else found.push(segment)
  }
  return found
}

/**
 * Breaks a text into lines no wider than `width`: at spaces, between signs of a wide script (never before a closing or after an opening
 * one), and within a word only where that is wider than a line by itself. More than `most` lines end in an ellipsis.
 */
export function wrapText(text: string, width: number, measure: (text: string) => number, most = Infinity): string[] {
  const lines: string[] = []
  for (const paragraph of text.replaceAll('\r', '').split('\n')) {
    let line = ''
    for (const piece of pieces(paragraph.trim()).flatMap((each) => split(each, width, measure))) {
      if (line !== '' && measure((line + piece).trimEnd()) > width) {
        lines.push(line.trimEnd())
        line = piece.trimStart()
      } else line += piece
    }
    lines.push(line.trimEnd())
  }
  while (lines.length > 1 && lines.at(-1) === '') lines.pop()
  if (lines.length <= most) return lines
  const kept = lines.slice(0, most)
  let end = kept[most - 1] ?? ''
  while (end !== '' && measure(`${end}…`) > width) end = Array.from(end).slice(0, -1).join('')
  kept[most - 1] = `${end}…`
  return kept
}

/** A piece that is wider than a line, in parts that are not. */
function split(piece: string, width: number, measure: (text: string) => number): string[] {
  if (measure(piece.trimEnd()) <= width) return [piece]
  const parts: string[] = []
  let part = ''
  for (const sign of piece) {
    if (part !== '' && measure(part + sign) > width) {
      parts.push(part)
      part = ''
    }
    part += sign
  }
  return [...parts, part]
}
