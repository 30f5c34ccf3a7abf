/** A text out of a PNG, as bytes: who reads it has a decoder. */
export interface PngText {
  bytes: Uint8Array
  encoding: 'latin1' | 'utf-8'
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** A PNG of SaveImage has two texts; one with more than this is none of its. */
const maxTexts = 1_000

/** Whether a file begins as a PNG does. */
export function isPng(head: Uint8Array): boolean {
  return head.length >= signature.length && signature.every((byte, at) => head[at] === byte)
}

/**
 * The workflow that ComfyUI writes into the pictures that it saves: the graph that was run (`prompt`), else what the editor held
 * (`workflow`). What was run comes first because it needs no server to be read, and has the values with which the picture was made.
 * Undefined where there is none: many programs and sites take such texts out. Compressed texts, which ComfyUI never writes, are passed over.
 * Never throws; what is no PNG has none.
 */
export function workflowInPng(file: Uint8Array): PngText | undefined {
  if (!isPng(file)) return undefined
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const found = new Map<string, PngText>()
  let texts = 0
  for (let at = signature.length; at + 12 <= file.length;) {
    const length = view.getUint32(at)
    const type = letters(file.subarray(at + 4, at + 8))
    const data = file.subarray(at + 8, at + 8 + length)
    if (type === 'IEND' || data.length < length) break
    if ((type === 'tEXt' || type === 'iTXt') && texts++ < maxTexts) {
      const [keyword, text] = (type === 'tEXt' ? plainText : internationalText)(data)
      if (text && text.bytes.length > 2 && !found.has(keyword)) found.set(keyword, text)
    }
    at += 12 + length
  }
  return found.get('prompt') ?? found.get('workflow')
}

/** `tEXt`: keyword, 0, text (PNG, 11.3.3.2). */
function plainText(data: Uint8Array): [string, PngText?] {
  const end = data.indexOf(0)
  if (end < 1 || end > 79) return ['']
  return [letters(data.subarray(0, end)), { bytes: data.subarray(end + 1), encoding: 'latin1' }]
}

/** `iTXt`: keyword, 0, compressed or not, how, language, 0, keyword in it, 0, text (PNG, 11.3.3.4). */
function internationalText(data: Uint8Array): [string, PngText?] {
  const end = data.indexOf(0)
  if (end < 1 || end > 79 || data[end + 1] !== 0) return ['']
  const language = data.indexOf(0, end + 3)
  const translated = language === -1 ? -1 : data.indexOf(0, language + 1)
  if (translated === -1) return ['']
  return [letters(data.subarray(0, end)), { bytes: data.subarray(translated + 1), encoding: 'utf-8' }]
}

function letters(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
