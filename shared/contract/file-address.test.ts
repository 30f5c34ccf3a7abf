import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileAddress, readFileAddress } from './file-address'

const id = '00000000-0000-4000-8000-00000000000a'

describe('file addresses', () => {
  it('are read back as they were written', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 60, unit: 'grapheme' })
      .filter((text) => !/\p{Surrogate}/u.test(text) && text.length <= 200)
    const options = fc.record(
      {
        width: fc.integer({ min: 1, max: 16_384 }),
        styleId: fc.constantFrom('clay', 'oil-painting', 'oil_painting', 'style26'),
        download: fc.record(
          { name, format: fc.constantFrom('png' as const, 'avif' as const), quality: fc.integer({ min: 1, max: 100 }) },
          { requiredKeys: ['name', 'format'] },
        ),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(options, (wanted) => {
        const url = new URL(fileAddress(id, wanted), 'http://127.0.0.1:4747')
        expect(url.pathname).toBe(`/files/${id}`)
        expect(readFileAddress(id, Object.fromEntries(url.searchParams))).toEqual({ assetId: id, options: wanted })
      }),
    )
  })

  it('asks for at least the width that is wanted', () => {
    expect(fileAddress(id, { width: 127.2 })).toBe(`/files/${id}?w=128`)
  })

  it.each([
    ['an id that climbs', '../../etc/passwd', {}],
    ['an encoded climb', '..%2f..%2fetc', {}],
    ['an upper-case id', id.toUpperCase(), {}],
    ['a width of zero', id, { w: '0' }],
    ['a huge width', id, { w: '99999999' }],
    ['a repeated width', id, { w: ['1', '2'] }],
    ['a style that climbs', id, { style: '../clay' }],
    ['an unknown key', id, { path: '/etc/passwd' }],
    ['a format alone', id, { format: 'png' }],
    ['a format that is none', id, { download: 'a', format: 'svg' }],
    ['an empty name', id, { download: '', format: 'png' }],
    ['a quality alone', id, { q: '3' }],
  ])('refuse %s', (_, assetId, query) => {
    expect(readFileAddress(assetId, query)).toBeUndefined()
  })
})
