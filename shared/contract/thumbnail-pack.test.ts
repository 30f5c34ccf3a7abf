import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePack, encodePack, mostInPack, packAddress, readPackQuery } from './thumbnail-pack'

const id = '00000000-0000-4000-8000-00000000000a'
const other = '00000000-0000-4000-8000-00000000000b'
const queryOf = (address: string): Record<string, string> =>
  Object.fromEntries(new URL(address, 'http://127.0.0.1:4747').searchParams)

describe('the pack of thumbnails', () => {
  it('is asked for by an address that is read back as it was written', () => {
    const address = packAddress([id, other], 256)
    expect(address).toBe(`/files/thumbnails?w=256&of=${id},${other}`)
    expect(readPackQuery(queryOf(address))).toEqual({ assetIds: [id, other], width: 256 })
    const most = Array.from({ length: mostInPack }, () => id)
    expect(readPackQuery(queryOf(packAddress(most, 256)))?.assetIds).toHaveLength(mostInPack)
    expect(readPackQuery(queryOf(packAddress([...most, id], 256)))).toBeUndefined()
  })

  it.each([
    ['no assets', { w: '256' }],
    ['an empty list', { w: '256', of: '' }],
    ['an id that climbs', { w: '256', of: '../../etc/passwd' }],
    ['a list in a list', { w: '256', of: [id] }],
    ['no width', { of: id }],
    ['a width beyond thumbnails', { w: '4096', of: id }],
    ['an unknown key', { w: '256', of: id, style: 'clay' }],
  ])('refuses %s', (_, query) => {
    expect(readPackQuery(query)).toBeUndefined()
  })

  it('gives back each picture, in order, and what is not there as not there', () => {
    const picture = fc.option(fc.uint8Array({ minLength: 1, maxLength: 50 }), { nil: undefined })
    fc.assert(
      fc.property(fc.array(picture, { maxLength: 12 }), (pictures) => {
        const { buffer } = encodePack(pictures)
        const places = decodePack(buffer, pictures.length)
        expect(places?.map((place) => place && new Uint8Array(buffer.slice(place.from, place.to)))).toEqual(pictures)
      }),
    )
  })

  it('is nothing where it was cut off, is too long, or answers another question', () => {
    const { buffer } = encodePack([new Uint8Array([1, 2, 3]), undefined])
    expect(decodePack(buffer, 2)).toEqual([{ from: 8, to: 11 }, undefined])
    for (const wrong of [buffer.slice(0, -1), buffer.slice(0, 5), new ArrayBuffer(0)])
      expect(decodePack(wrong, 2)).toBeUndefined()
    expect(decodePack(buffer, 1)).toBeUndefined()
    expect(decodePack(buffer, 3)).toBeUndefined()
  })
})
