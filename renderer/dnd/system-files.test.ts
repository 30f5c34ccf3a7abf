import { describe, expect, it } from 'vitest'
import { describeFiles, filesOfClipboard, looksLikePicture, maxFiles, walk, type Entry } from './system-files'

const image = { kind: 'file', type: 'image/png' }
const folder = { kind: 'file', type: '' }
const pdf = { kind: 'file', type: 'application/pdf' }
const text = { kind: 'string', type: 'text/plain' }

describe('describeFiles', () => {
  it.each([
    ['one picture', [image], { count: 1, unusable: false, onePicture: true }],
    ['two pictures', [image, image], { count: 2, unusable: false, onePicture: false }],
    ['a folder, or a file of unknown kind', [folder], { count: 1, unusable: false, onePicture: false }],
    ['a PDF', [pdf], { count: 1, unusable: true, onePicture: false }],
    ['a PDF and a picture', [pdf, image], { count: 2, unusable: false, onePicture: false }],
    ['a picture and its address', [text, image], { count: 1, unusable: false, onePicture: true }],
    ['items that the browser hides', [], { count: 1, unusable: false, onePicture: false }],
  ])('%s', (_name, items, expected) => {
    expect(describeFiles(items, ['Files'])).toEqual({ kind: 'files', ...expected })
  })

  it('is nothing without files', () => {
    expect(describeFiles([text], ['text/plain'])).toBeUndefined()
  })
})

/** A tree of names as the browser's entries; a folder gives two entries at a time, as browsers give 100. */
type Tree = { [name: string]: Tree | string | Error }
function entries(tree: Tree, at = ''): Entry[] {
  return Object.entries(tree).map(([name, value]) => {
    const base = { name, fullPath: `${at}/${name}` }
    if (typeof value === 'string') {
      return { ...base, isFile: true, isDirectory: false, file: (done: (file: File) => void) => done(new File([value], name)) }
    }
    if (value instanceof Error) {
      return {
        ...base,
        isFile: !name.endsWith('/'),
        isDirectory: name.endsWith('/'),
        file: (_done: unknown, failed: (error: unknown) => void) => failed(value),
        createReader: () => ({ readEntries: (_done: unknown, failed: (error: unknown) => void) => failed(value) }),
      }
    }
    return {
      ...base,
      isFile: false,
      isDirectory: true,
      createReader: () => {
        const rest = entries(value, base.fullPath)
        return { readEntries: (done: (some: Entry[]) => void) => done(rest.splice(0, 2)) }
      },
    }
  })
}

describe('walk', () => {
  it('reads folders to the bottom, more entries than one read gives, in the order of their names', async () => {
    const found = await walk(
      entries({ photos: { 'c.png': '', 'a.JPG': '', 'b.webp': '', deep: { deeper: { 'd.tiff': '' } } }, 'single.png': '' }),
    )
    expect(found.files.map(({ path }) => path)).toEqual([
      'single.png',
      'photos/a.JPG',
      'photos/b.webp',
      'photos/c.png',
      'photos/deep/deeper/d.tiff',
    ])
    expect(found).toMatchObject({ skipped: 0, unreadable: [], truncated: false })
  })

  it('skips what is no picture inside a folder, but keeps a file dropped by itself, so that its error is seen', async () => {
    const found = await walk(
      entries({ 'notes.txt': 'x', photos: { 'notes.txt': '', '.DS_Store': '', '._a.png': '', 'a.png': '' } }),
    )
    expect(found.files.map(({ path }) => path)).toEqual(['notes.txt', 'photos/a.png'])
    expect(found.skipped).toBe(3)
  })

  it('names what can not be read and goes on', async () => {
    const denied = new Error('denied')
    const found = await walk(entries({ 'secret/': denied, 'gone.png': denied, 'ok.png': '' }))
    expect(found.unreadable).toEqual(['secret/', 'gone.png'])
    expect(found.files.map(({ path }) => path)).toEqual(['ok.png'])
  })

  it('takes plain files where the browser has no entries', async () => {
    const found = await walk([new File(['x'], 'plain.png')])
    expect(found.files.map(({ path }) => path)).toEqual(['plain.png'])
  })

  it('stops at the limit and says so', async () => {
    const many: Tree = {}
    for (let n = 0; n <= maxFiles; n++) many[`${String(n).padStart(6, '0')}.png`] = ''
    const found = await walk(entries({ many }))
    expect(found.files).toHaveLength(maxFiles)
    expect(found.truncated).toBe(true)
  })

  it('ends on a tree without an end', async () => {
    const endless = (at: string): Entry =>
      ({
        name: 'a',
        fullPath: at,
        isFile: false,
        isDirectory: true,
        createReader: () => {
          const rest = [endless(`${at}/a`)]
          return { readEntries: (done: (some: Entry[]) => void) => done(rest.splice(0)) }
        },
      }) as Entry
    const found = await walk([endless('/a')])
    expect(found.unreadable).toHaveLength(1)
  })
})

describe('the clipboard', () => {
  it('gives its pictures only', () => {
    const picture = new File(['x'], 'image.png', { type: 'image/png' })
    const files = [picture, new File(['x'], 'a.txt', { type: 'text/plain' })]
    expect(filesOfClipboard({ files: files as unknown as FileList }).map(({ file }) => file)).toEqual([picture])
    expect(filesOfClipboard(null)).toEqual([])
  })
})

describe('looksLikePicture', () => {
  it.each([
    ['a.png', true],
    ['a.JPEG', true],
    ['a.b.avif', true],
    ['a.svg', false],
    ['.a.png', false],
    ['png', false],
  ])('%s', (name, expected) => {
    expect(looksLikePicture(name)).toBe(expected)
  })
})
