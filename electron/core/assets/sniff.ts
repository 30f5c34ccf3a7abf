/** Formats that Recast reads. */
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif'

/** What the first bytes of a file say it is: a format that we read, one that we know but refuse, or nothing that we know. */
export type Sniffed =
  { kind: 'picture'; format: PictureFormat } | { kind: 'refused'; name: string; advice: string } | { kind: 'unknown' }

/** How many bytes {@link sniff} wants; fewer do for short files. */
export const sniffBytes = 4096

const exportAdvice = 'Save it as PNG, JPEG, WebP or TIFF and import that.'

const picture = (format: PictureFormat): Sniffed => ({ kind: 'picture', format })
const refused = (name: string, advice = exportAdvice): Sniffed => ({ kind: 'refused', name, advice })

/** ISO base media brands: what a `ftyp` box names (ISO/IEC 14496-12; AVIF and HEIF brands from their specifications). */
const avifBrands = new Set(['avif', 'avis'])
const heifBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'])

/** Tells a file's format by its bytes; the name is never asked. */
export function sniff(head: Uint8Array): Sniffed {
  const ascii = (from: number, length: number): string => String.fromCharCode(...head.subarray(from, from + length))
  const starts = (...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte)

  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return picture('png')
  if (starts(0xff, 0xd8, 0xff)) return picture('jpeg')
  if (ascii(0, 4) === 'RIFF') {
    if (ascii(8, 4) === 'WEBP') return picture('webp')
    if (ascii(8, 4) === 'AVI ') return refused('a video', 'Save the frame that you want as PNG or JPEG and import that.')
    return { kind: 'unknown' }
  }
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a') return picture('gif')
  if (starts(0x49, 0x49, 0x2a, 0x00) || starts(0x4d, 0x4d, 0x00, 0x2a)) {
    return isCameraRaw(head)
      ? refused('a camera raw file', 'Develop it in your raw converter and import a TIFF or JPEG.')
      : picture('tiff')
  }
  if (starts(0x49, 0x49, 0x2b, 0x00) || starts(0x4d, 0x4d, 0x00, 0x2b)) return refused('a BigTIFF file')
  if (ascii(4, 4) === 'ftyp') return sniffIsoMedia(ascii(8, 4), head)
  if (ascii(0, 4) === '8BPS') return refused('a Photoshop document', 'Export it as PNG or TIFF from Photoshop and import that.')
  if (ascii(0, 4) === '%PDF') return refused('a PDF document', 'Export the page that you want as PNG and import that.')
  if (ascii(0, 4) === '%!PS') return refused('a PostScript document', 'Export it as PNG and import that.')
  if (starts(0x42, 0x4d) && head.length > 14 && (head[14] ?? 0) >= 12) return refused('a BMP file')
  if (starts(0xff, 0x0a) || ascii(4, 8) === 'JXL \r\n\x87\n') return refused('a JPEG XL file')
  if (starts(0xff, 0x4f, 0xff, 0x51) || ascii(4, 4) === 'jP  ') return refused('a JPEG 2000 file')
  if (ascii(0, 15) === 'FUJIFILMCCD-RAW') {
    return refused('a camera raw file', 'Develop it in your raw converter and import a TIFF or JPEG.')
  }
  if (starts(0x00, 0x00, 0x01, 0x00) && (head[4] ?? 0) > 0) return refused('an icon file')
  if (starts(0x76, 0x2f, 0x31, 0x01)) return refused('an OpenEXR file')
  if (starts(0x1a, 0x45, 0xdf, 0xa3)) return refused('a video', 'Save the frame that you want as PNG or JPEG and import that.')
  if (isSvg(head)) return refused('an SVG drawing', 'Recast does not render SVG: export it as PNG and import that.')
  return { kind: 'unknown' }
}

function sniffIsoMedia(major: string, head: Uint8Array): Sniffed {
  const size = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0)
  const brands = [major]
  for (let at = 16; at + 4 <= Math.min(size, head.length); at += 4) brands.push(String.fromCharCode(...head.subarray(at, at + 4)))
  if (brands.some((brand) => avifBrands.has(brand))) return picture('avif')
  if (brands.some((brand) => heifBrands.has(brand))) {
    return refused(
      'a HEIC photo',
      'Convert it to JPEG first (on an iPhone: Settings, Camera, Formats, Most Compatible) and import that.',
    )
  }
  if (major === 'crx ') return refused('a camera raw file', 'Develop it in your raw converter and import a TIFF or JPEG.')
  return refused('a video', 'Save the frame that you want as PNG or JPEG and import that.')
}

/** SVG is text: after a byte-order mark, white space, declarations and comments comes the `svg` element. Compressed SVG is gzip, no picture at all. */
function isSvg(head: Uint8Array): boolean {
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)
  const text = new TextDecoder('utf-8').decode(utf16 ? head.filter((byte) => byte !== 0 && byte < 0x80) : head)
  return (
    /^[\s\uFEFF\uFFFD]*(<\?xml|<!DOCTYPE|<!--|<([A-Za-z_][\w.-]*:)?svg[\s>/])/i.test(text) &&
    /<([A-Za-z_][\w.-]*:)?svg[\s>/]/i.test(text)
  )
}

/**
 * Camera raws (DNG, NEF, ARW, CR2 …) are TIFF containers whose first picture is a small preview: reading them as TIFF would
 * quietly give a thumbnail. Their first directory says so: DNGVersion (tag 50706), a reduced-resolution NewSubfileType
 * (tag 254, bit 0; TIFF 6.0), or Canon's `CR` after the header.
 */
function isCameraRaw(head: Uint8Array): boolean {
  if (head[8] === 0x43 && head[9] === 0x52) return true
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const little = head[0] === 0x49
  if (view.byteLength < 8) return false
  const directory = view.getUint32(4, little)
  if (directory + 2 > view.byteLength) return false
  const entries = view.getUint16(directory, little)
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * 12
    if (at + 12 > view.byteLength) return false
    const tag = view.getUint16(at, little)
    if (tag === 50706) return true
    if (tag === 254 && (view.getUint32(at + 8, little) & 1) === 1) return true
  }
  return false
}
