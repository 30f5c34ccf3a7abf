import { describe, expect, it } from 'vitest'
import { pngChunk } from '../../test/pictures/png-writer'
import { isPng, workflowInPng } from './png-workflow'

const head = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), pngChunk('IHDR', new Uint8Array(13))])
const png = (...chunks: Buffer[]): Uint8Array => new Uint8Array(Buffer.concat([head, ...chunks, pngChunk('IEND')]))
const text = (keyword: string, value: string): Buffer => pngChunk('tEXt', Buffer.from(`${keyword}\0${value}`, 'latin1'))
const wide = (keyword: string, value: string, compressed = 0): Buffer =>
  pngChunk('iTXt', Buffer.from(`${keyword}\0${String.fromCharCode(compressed)}\0zh\0\0${value}`))
const read = (file: Uint8Array): string | undefined => {
  const found = workflowInPng(file)
  return found && new TextDecoder(found.encoding).decode(found.bytes)
}

describe('the workflow in a PNG', () => {
  it('is what was run, else what the editor held, wherever it stands', () => {
    const data = pngChunk('IDAT', Buffer.from('pixels'))
    expect(read(png(text('workflow', '{"nodes":[]}'), data, text('prompt', '{"1":{"é":1}}')))).toBe('{"1":{"é":1}}')
    expect(read(png(text('Title', 'x'), text('workflow', '{"nodes":[1]}'), data))).toBe('{"nodes":[1]}')
    expect(read(png(wide('prompt', '{"1":"椅子"}')))).toBe('{"1":"椅子"}')
    expect(read(png(text('prompt', '{}'), text('workflow', '{"nodes":[1]}')))).toBe('{"nodes":[1]}')
  })
  it('is absent where there is none, or none that can be read', () => {
    const whole = png(text('prompt', '{"1":{}}'))
    expect(read(png(text('Author', 'Ann'), wide('prompt', '{"1":{}}', 1)))).toBeUndefined()
    expect(read(whole.subarray(0, whole.length - 22))).toBeUndefined()
    expect(read(png(pngChunk('tEXt', Buffer.from('prompt')), pngChunk('iTXt', Buffer.from('prompt\0\0\0'))))).toBeUndefined()
    expect(read(new TextEncoder().encode('{"prompt": 1}'))).toBeUndefined()
    expect([isPng(whole), isPng(new Uint8Array(3))]).toEqual([true, false])
  })
})
