import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pictureName } from './picture-name'

describe('pictureName', () => {
  it.each([
    ['/photos/Coffee cup.PNG', 'Coffee cup'],
    ['C:\\Users\\me\\杯子.jpeg', '杯子'],
    ['archive.tar.gz', 'archive.tar'],
    ['v1.2', 'v1'],
    ['no extension', 'no extension'],
    ['.png', '.png'],
    ['cafe\u0301.png', 'caf\u00e9'],
    ['invoice\u202egnp.exe.png', 'invoicegnp.exe'],
    ['a\n  b\t.png', 'a b'],
    ['👩‍🎨 art.webp', '👩‍🎨 art'],
    ['   .jpg', 'picture'],
    ['', 'picture'],
  ])('%j is called %j', (file, name) => expect(pictureName(file)).toBe(name))

  it('is short, printable and never empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (file) => {
        const name = pictureName(file)
        expect(name.length).toBeGreaterThan(0)
        expect([...name].length).toBeLessThanOrEqual(120)
        // oxlint-disable-next-line no-control-regex -- that there are none is the point
        expect(name).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/)
      }),
    )
  })
})
