import { describe, expect, it } from 'vitest'
import { partsEn } from '../i18n/parts.en'
import { actionLabel, draggedLabel, dropAction, type Dragged, type DropTarget, type PictureRef } from './drag-model'

const coffee: PictureRef = { pictureId: 'p1', assetId: 'a1', name: 'coffee' }
const cat: PictureRef = { pictureId: 'p2', assetId: 'a2', name: 'chelsea' }
const coffeeInOil: PictureRef = { pictureId: 'p1', assetId: 'a9', name: 'coffee' }

const oil: Dragged = { kind: 'style', styleId: 'oil', title: 'Oil painting' }
const onePhoto: Dragged = { kind: 'pictures', items: [cat] }
const twoPhotos: Dragged = { kind: 'pictures', items: [coffee, cat] }
const oneFile: Dragged = { kind: 'files', count: 1, unusable: false, onePicture: true }
const folder: Dragged = { kind: 'files', count: 1, unusable: false, onePicture: false }
const threeFiles: Dragged = { kind: 'files', count: 3, unusable: false, onePicture: false }
const pdfs: Dragged = { kind: 'files', count: 2, unusable: true, onePicture: false }

const canvas: DropTarget = { kind: 'canvas', picture: coffee, asStyle: false }
const canvasStyle: DropTarget = { kind: 'canvas', picture: coffee, asStyle: true }
const emptyCanvas: DropTarget = { kind: 'canvas', picture: undefined, asStyle: false }
const emptyCanvasStyle: DropTarget = { kind: 'canvas', picture: undefined, asStyle: true }
const clay: DropTarget = { kind: 'tile', styleId: 'clay', title: 'Clay' }
const item: DropTarget = { kind: 'picture', picture: cat }
const selection: DropTarget = { kind: 'selection', pictures: [coffee, cat] }
const noSelection: DropTarget = { kind: 'selection', pictures: [] }
const library: DropTarget = { kind: 'library' }
const field: DropTarget = { kind: 'style-field' }

const restyle = (pictures: PictureRef[]) => ({ do: 'restyle', styleId: 'oil', title: 'Oil painting', pictures })
const claySuit = (pictures: PictureRef[]) => ({ do: 'restyle', styleId: 'clay', title: 'Clay', pictures })

describe('dropAction', () => {
  it.each([
    // style
    ['style tile → photo on the canvas', oil, canvas, restyle([coffee]), 'Restyle coffee as Oil painting'],
    ['style tile → the other zone too', oil, canvasStyle, restyle([coffee]), 'Restyle coffee as Oil painting'],
    ['style tile → empty canvas', oil, emptyCanvas, null, ''],
    ['style tile → library item', oil, item, restyle([cat]), 'Restyle chelsea as Oil painting'],
    ['style tile → selection', oil, selection, restyle([coffee, cat]), 'Restyle 2 pictures as Oil painting'],
    ['style tile → nothing selected', oil, noSelection, null, ''],
    ['style tile → tile', oil, clay, null, ''],
    ['style tile → library', oil, library, null, ''],
    ['style tile → style field', oil, field, null, ''],
    // pictures of the library
    ['photo → tile', onePhoto, clay, claySuit([cat]), 'Restyle chelsea as Clay'],
    ['selection → tile', twoPhotos, clay, claySuit([coffee, cat]), 'Restyle 2 pictures as Clay'],
    ['photo → canvas', onePhoto, canvas, { do: 'open', picture: cat }, 'Open chelsea'],
    ['photo → canvas where it is already', { kind: 'pictures', items: [coffee] }, canvas, null, ''],
    ['photo → empty canvas', onePhoto, emptyCanvas, { do: 'open', picture: cat }, 'Open chelsea'],
    ['selection → canvas', twoPhotos, canvas, null, ''],
    [
      'photo → canvas as style',
      onePhoto,
      canvasStyle,
      { do: 'restyle-by', style: cat, picture: coffee },
      'Use chelsea as style for coffee',
    ],
    [
      'another version of the shown photo → canvas as style',
      { kind: 'pictures', items: [coffeeInOil] },
      canvasStyle,
      { do: 'restyle-by', style: coffeeInOil, picture: coffee },
      'Use coffee as style for coffee',
    ],
    ['the shown version itself → canvas as style', { kind: 'pictures', items: [coffee] }, canvasStyle, null, ''],
    ['selection → canvas as style', twoPhotos, canvasStyle, null, ''],
    ['photo → empty canvas as style', onePhoto, emptyCanvasStyle, null, ''],
    ['photo → style field', onePhoto, field, { do: 'choose-style', style: cat }, 'Use chelsea as style'],
    ['selection → style field', twoPhotos, field, null, ''],
    ['photo → photo', onePhoto, item, null, ''],
    ['photo → selection', onePhoto, selection, null, ''],
    ['photo → library', onePhoto, library, null, ''],
    ['no photo at all → tile', { kind: 'pictures', items: [] }, clay, null, ''],
    // files of the system
    ['file → canvas', oneFile, canvas, { do: 'import', count: 1 }, 'Add to the library'],
    ['files → canvas', threeFiles, canvas, { do: 'import', count: 3 }, 'Add 3 to the library'],
    ['folder → empty canvas', folder, emptyCanvas, { do: 'import', count: 1 }, 'Add to the library'],
    ['file → canvas as style', oneFile, canvasStyle, { do: 'restyle-by-file', picture: coffee }, 'Use as style for coffee'],
    ['file → empty canvas as style', oneFile, emptyCanvasStyle, null, ''],
    ['folder → canvas as style', folder, canvasStyle, null, ''],
    ['files → canvas as style', threeFiles, canvasStyle, null, ''],
    [
      'file → tile',
      oneFile,
      clay,
      { do: 'import-and-restyle', styleId: 'clay', title: 'Clay', count: 1 },
      'Add and restyle as Clay',
    ],
    [
      'files → tile',
      threeFiles,
      clay,
      { do: 'import-and-restyle', styleId: 'clay', title: 'Clay', count: 3 },
      'Add 3 and restyle as Clay',
    ],
    ['file → own workflows', oneFile, { kind: 'workflows' }, { do: 'import-workflows' }, 'Import as a workflow'],
    ['file → style field', oneFile, field, { do: 'choose-style-file' }, 'Use as style picture'],
    ['folder → style field', folder, field, null, ''],
    ['file → library item', oneFile, item, { do: 'import', count: 1 }, 'Add to the library'],
    ['files → selection', threeFiles, selection, { do: 'import', count: 3 }, 'Add 3 to the library'],
    ['folder → library', folder, library, { do: 'import', count: 1 }, 'Add to the library'],
    ['PDFs → library', pdfs, library, null, ''],
    ['PDFs → canvas', pdfs, canvas, null, ''],
  ] as [string, Dragged, DropTarget, unknown, string][])('%s', (_name, dragged, target, expected, words) => {
    const action = dropAction(dragged, target)
    expect(action).toEqual(expected)
    expect(action ? english(actionLabel(action)) : '').toBe(words)
  })

  it('takes Alt over the photo as the style zone', () => {
    const alt = { alt: true }
    expect(dropAction(oneFile, canvas, alt)).toEqual({ do: 'restyle-by-file', picture: coffee })
    expect(dropAction(onePhoto, canvas, alt)).toEqual({ do: 'restyle-by', style: cat, picture: coffee })
    expect(dropAction(oil, canvas, alt)).toEqual(restyle([coffee]))
    expect(dropAction(threeFiles, canvas, alt)).toBeNull()
  })

  it.each([
    [oil, 'Style Oil painting'],
    [onePhoto, 'Picture chelsea'],
    [twoPhotos, '2 pictures'],
    [threeFiles, '3 pictures'],
  ] as [Dragged, string][])('names what is picked up', (dragged, words) => {
    expect(english(draggedLabel(dragged))).toBe(words)
  })
})

/** Fills the dictionary's words in as i18next does, so that a label with a missing value is seen here. */
function english({ key, values }: { key: string; values: Readonly<Record<string, string | number>> }): string {
  const words: Record<string, string> = partsEn
  const text = words[key] ?? words[`${key}_${values['count'] === 1 ? 'one' : 'other'}`] ?? `no words for ${key}`
  return text.replace(/\{\{(\w+)\}\}/gu, (_all, name: string) => String(values[name]))
}
