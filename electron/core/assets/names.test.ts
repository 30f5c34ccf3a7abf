import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folderName, numberedStem, resultName, safeFileStem } from './names'

it.each([
  ['/home/anna/photos/red/cup.png', 'red'],
  ['C:\\photos\\v2.final\\cup.png', 'v2.final'],
  ['红/cup.png', '红'],
  ['C:\\cup.png', undefined],
  ['/cup.png', undefined],
  ['./cup.png', undefined],
  ['../cup.png', undefined],
  ['cup.png', undefined],
])('%j lies in the folder %j', (file, folder) => expect(folderName(file)).toBe(folder))

describe('safeFileStem', () => {
  it.each([
    ['a/b\\c:d*e?f"g<h>i|j', 'a_b_c_d_e_f_g_h_i_j'],
    ['..', 'picture'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['name. . ', 'name'],
    ['CON', '_CON'],
    ['com1.backup', '_com1.backup'],
    ['lpt\u00b9', '_lpt\u00b9'],
    ['console', 'console'],
    ['.hidden', 'hidden'],
    ['', 'picture'],
    ['咖啡 杯', '咖啡 杯'],
    ['\ud800x', '\ufffdx'],
  ])('%j becomes %j', (name, stem) => expect(safeFileStem(name)).toBe(stem))

  it('fits every file system, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const stem = safeFileStem(name)
        expect(Buffer.byteLength(stem)).toBeLessThanOrEqual(201)
        expect(stem).toMatch(/^[^<>:"/\\|?*\s.]/u)
        expect(stem).not.toMatch(/[\s.]$/)
        // Safe is safe: a second pass changes nothing.
        expect(safeFileStem(stem)).toBe(stem)
      }),
    )
  })
})

describe('resultName', () => {
  it('is name, style or view, seed', () => {
    expect(resultName({ name: 'coffee', styleOrView: 'oil-painting', seed: 42 })).toBe('coffee_oil-painting_42')
  })
  it('shortens the picture name and keeps the rest', () => {
    const name = resultName({ name: '很长的名字'.repeat(40), styleOrView: 'front', seed: Number.MAX_SAFE_INTEGER })
    expect(name).toMatch(/_front_9007199254740991$/)
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
  })
  it('numbers what is taken', () => {
    expect([1, 2, 10].map((n) => numberedStem('a', n))).toEqual(['a', 'a (2)', 'a (10)'])
  })
})
