import { expect, it } from 'vitest'
import { targetsOf } from './edit-targets'

const cup = { id: '1', name: 'cup' }
const cat = { id: '2', name: 'cat' }

it('each photo is asked for under each name that a file gave it, once', () => {
  const { targets, repeated } = targetsOf([
    { file: 'cup.png', picture: cup },
    { file: '/photos/red/mug  two.JPG', picture: cup },
    { file: 'broken.png' },
    { file: 'C:\\photos\\cat.webp', picture: cat },
    { file: 'below/cup.png', picture: cup },
  ])
  expect(targets).toEqual([{ pictureId: '1' }, { pictureId: '1', name: 'mug two' }, { pictureId: '2' }])
  expect(repeated).toEqual([
    { file: '/photos/red/mug  two.JPG', of: 'cup.png', sameName: false },
    { file: 'below/cup.png', of: 'cup.png', sameName: true },
  ])
})

it('a long name is cut as the library cuts it, so that it is the same one', () => {
  const name = '🍎'.repeat(120)
  expect(targetsOf([{ file: `${name}🍎.png`, picture: { ...cup, name } }]).targets).toEqual([{ pictureId: '1' }])
})
