import { expect, it } from 'vitest'
import { examplePicture, id } from '../state/examples.test-data'
import { exportItems } from './export-items'

it('an export takes the version that is looked at, under the name of its picture', () => {
  const pictures = [examplePicture(1, { name: 'cup' }), examplePicture(2, { name: 'cup' })]
  expect(exportItems(pictures, { [id(2)]: { assetId: id(77) } })).toEqual([
    { assetId: id(1001), name: 'cup' },
    { assetId: id(77), name: 'cup' },
  ])
})
