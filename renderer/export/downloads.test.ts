import { describe, expect, it } from 'vitest'
import { examplePicture, id } from '../state/examples.test-data'
import { exportItems, hasQuality } from './downloads'

describe('an export', () => {
  it('takes the version that is looked at, and numbers pictures of the same name', () => {
    const pictures = [examplePicture(1, { name: 'cup' }), examplePicture(2, { name: 'cup' }), examplePicture(3, { name: 'mug' })]
    expect(exportItems(pictures, { [id(2)]: { assetId: id(77) } })).toEqual([
      { assetId: id(1001), name: 'cup' },
      { assetId: id(77), name: 'cup-2' },
      { assetId: id(1003), name: 'mug' },
    ])
  })

  it('offers a quality only where something is lost', () => {
    expect((['png', 'jpeg', 'webp', 'tiff', 'avif'] as const).filter(hasQuality)).toEqual(['jpeg', 'webp', 'avif'])
  })
})
