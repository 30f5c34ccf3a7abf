import { expect, it } from 'vitest'
import { examplePicture } from '../state/examples.test-data'
import { targetsOf } from './edit-targets'

const cup = { ...examplePicture(1), name: 'cup' }
const cat = { ...examplePicture(2), name: 'cat' }
const came = (file: string, picture?: typeof cup) => ({ file, duplicate: false, ...(picture ? { picture } : {}) })

it('each photo is asked for under each name that a file gave it, once', () => {
  const { targets, repeated } = targetsOf([
    came('cup.png', cup),
    came('/photos/red/mug  two.JPG', cup),
    came('broken.png'),
    came('C:\\photos\\cat.webp', cat),
    came('below/cup.png', cup),
  ])
  expect(targets).toEqual([{ pictureId: cup.id }, { pictureId: cup.id, name: 'mug two' }, { pictureId: cat.id }])
  expect(repeated).toBe(2)
})

it('a file that is nothing but an extension keeps it, one without a name is called as in the library', () => {
  expect(targetsOf([came('.png', cat), came('dir/', cup)]).targets).toEqual([
    { pictureId: cat.id, name: '.png' },
    { pictureId: cup.id },
  ])
})
