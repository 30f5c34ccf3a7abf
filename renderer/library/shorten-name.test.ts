import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortenName } from './shorten-name'

describe('shortenName', () => {
  it.each([
    ['coffee', 100, 'coffee'],
    ['IMG_20260412_0042', 90, 'IMG_2…_0042'],
    ['春季新品目录红色咖啡杯正面', 90, '春季新…杯正面'],
    ['a 👩‍🎨', 100, 'a 👩‍🎨'],
    ['anything', 5, '…'],
  ])('%s in %i px', (name, width, expected) => {
    expect(shortenName(name, width)).toBe(expected)
  })

  it('leaves short names alone and keeps both ends of long ones', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 40, max: 300 }), (name, width) => {
        const short = shortenName(name, width)
        const [head = '', tail = ''] = short === name ? [name, ''] : short.split(/…(?=[^…]*$)/u)
        expect(short === name || (name.startsWith(head) && name.endsWith(tail) && short.length <= name.length + 1)).toBe(true)
      }),
    )
  })
})
