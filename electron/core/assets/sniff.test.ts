import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sniff } from './sniff'

const text = (value: string): Uint8Array => Buffer.from(value, 'latin1')
/** A little-endian TIFF whose first directory has these entries (tag, value). */
function tiff(...entries: [number, number][]): Uint8Array {
  const data = Buffer.alloc(10 + 12 * entries.length + 4)
  data.write('II*\0', 0, 'latin1')
  data.writeUInt32LE(8, 4)
  data.writeUInt16LE(entries.length, 8)
  entries.forEach(([tag, value], i) => {
    data.writeUInt16LE(tag, 10 + 12 * i)
    data.writeUInt16LE(4, 12 + 12 * i)
    data.writeUInt32LE(1, 14 + 12 * i)
    data.writeUInt32LE(value, 18 + 12 * i)
  })
  return data
}

describe('sniff', () => {
  it.each([
    ['PNG', text('\x89PNG\r\n\x1a\n....'), 'png'],
    ['JPEG', text('\xff\xd8\xff\xe0'), 'jpeg'],
    ['WebP', text('RIFF\x10\0\0\0WEBPVP8 '), 'webp'],
    ['GIF 87', text('GIF87a....'), 'gif'],
    ['GIF 89', text('GIF89a....'), 'gif'],
    ['TIFF', tiff([256, 100], [254, 0]), 'tiff'],
    ['big-endian TIFF', text('MM\0*\0\0\0\x08\0\0'), 'tiff'],
    ['AVIF', text('\0\0\0\x1cftypavif\0\0\0\0avifmif1'), 'avif'],
    ['AVIF named by a compatible brand', text('\0\0\0\x1cftypmif1\0\0\0\0mif1avif'), 'avif'],
  ])('knows %s', (_, head, format) => expect(sniff(head)).toEqual({ kind: 'picture', format }))

  it.each([
    ['HEIC', text('\0\0\0\x18ftypheic\0\0\0\0heicmif1'), 'HEIC'],
    ['MP4', text('\0\0\0\x18ftypisom\0\0\0\0isommp42'), 'video'],
    ['QuickTime', text('\0\0\0\x14ftypqt  \0\0\0\0qt  '), 'video'],
    ['WebM', text('\x1aE\xdf\xa3....'), 'video'],
    ['AVI', text('RIFF\x10\0\0\0AVI LIST'), 'video'],
    ['Photoshop', text('8BPS\0\x01'), 'Photoshop'],
    ['PDF', text('%PDF-1.7'), 'PDF'],
    ['BMP', text(`BM${'\0'.repeat(12)}\x28\0\0\0`), 'BMP'],
    ['JPEG XL', text('\xff\x0a..'), 'JPEG XL'],
    ['DNG', tiff([256, 100], [50706, 0x01040000]), 'raw'],
    ['NEF, whose first picture is a preview', tiff([254, 1], [256, 160]), 'raw'],
    ['CR2', Buffer.concat([text('II*\0\x10\0\0\0CR\x02\0'), Buffer.alloc(20)]), 'raw'],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'SVG'],
    [
      'SVG after declaration, comment and doctype',
      text('<?xml version="1.0"?>\n<!-- x --><!DOCTYPE svg PUBLIC "-//W3C">\n<svg\n>'),
      'SVG',
    ],
    ['SVG with a prefix', text('<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg">'), 'SVG'],
    ['SVG in UTF-16', Buffer.from('\ufeff<svg xmlns="x">', 'utf16le'), 'SVG'],
  ])('refuses %s by its name', (_, head, name) => {
    const found = sniff(head)
    expect(found.kind).toBe('refused')
    expect(found.kind === 'refused' && found.name).toContain(name)
    expect(found.kind === 'refused' && found.advice).toMatch(/import/)
  })

  it.each([
    ['nothing', text('')],
    ['text', text('Dear customer')],
    ['a web page', text('<!DOCTYPE html><html><svg></svg></html>')],
    ['a ZIP', text('PK\x03\x04')],
    ['half a signature', text('\x89PNG')],
    ['a sound in RIFF', text('RIFF\x10\0\0\0WAVEfmt ')],
  ])('takes %s for no picture that it reads', (_, head) => expect(sniff(head).kind).not.toBe('picture'))

  it('never throws, whatever follows a known start', () => {
    const starts = ['', '\x89PNG\r\n\x1a\n', 'II*\0', 'MM\0*', '\0\0\0\x1cftyp', 'RIFF', '<svg', '\xff\xfe<', 'BM'].map(text)
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        expect(['picture', 'refused', 'unknown']).toContain(sniff(Buffer.concat([start, rest])).kind)
      }),
      { numRuns: 500 },
    )
  })
})
