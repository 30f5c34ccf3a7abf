import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { adobeRgb, displayP3, iccProfile, srgb } from '../../../test/pictures/colour-profile'
import { isSrgbProfile } from './icc'

/** The profile that sharp embeds under a name. */
const embedded = async (name: string): Promise<Buffer> => {
  const jpeg = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
    .withIccProfile(name)
    .jpeg()
    .toBuffer()
  const { icc } = await sharp(jpeg).metadata()
  if (!icc) throw new Error('no profile embedded')
  return icc
}

describe('isSrgbProfile', () => {
  it('knows sRGB by its numbers, whatever it is called', async () => {
    expect(isSrgbProfile(iccProfile(srgb))).toBe(true)
    expect(isSrgbProfile(await embedded('srgb'))).toBe(true)
  })
  it('is not taken in by a name', () => {
    expect(isSrgbProfile(iccProfile({ ...displayP3, name: 'sRGB IEC61966-2.1' }))).toBe(false)
  })
  it('tells other spaces apart', async () => {
    expect(isSrgbProfile(iccProfile(displayP3))).toBe(false)
    expect(isSrgbProfile(iccProfile(adobeRgb))).toBe(false)
    expect(isSrgbProfile(iccProfile({ ...srgb, curve: 2.2 }))).toBe(false)
    expect(isSrgbProfile(iccProfile({ ...srgb, curve: 1 }))).toBe(false)
    expect(isSrgbProfile(await embedded('p3'))).toBe(false)
    expect(isSrgbProfile(await embedded('cmyk'))).toBe(false)
  })
  it('never throws on a broken profile', () => {
    const good = iccProfile(srgb)
    fc.assert(
      fc.property(fc.nat(good.length), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }), (length, changes) => {
        const broken = Buffer.from(good.subarray(0, length))
        for (const [at, value] of changes) if (at < broken.length) broken[at] = value
        expect(typeof isSrgbProfile(broken)).toBe('boolean')
      }),
      { numRuns: 500 },
    )
  })
})
