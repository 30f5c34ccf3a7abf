import { describe, expect, it } from 'vitest'
import { panelWidth, readUi, uiSchema, writeUi } from './ui'

const storageOf = (text: string | null): Pick<Storage, 'getItem'> => ({ getItem: () => text })
const first = uiSchema.parse({})

describe('what the window remembers', () => {
  it('comes back as it was written', () => {
    let stored: string | null = null
    const storage = { getItem: () => stored, setItem: (_: string, text: string) => void (stored = text) }
    const ui = { ...first, center: 'library' as const, left: { width: 300, open: false } }
    writeUi(storage, ui)
    expect(readUi(storage)).toEqual(ui)
  })

  it.each([null, '', '{', '7', '"x"', 'null', '[]'])('falls back to the defaults when it is damaged: %s', (text) => {
    expect(readUi(storageOf(text))).toEqual(first)
  })

  it('loses only the part that is damaged', () => {
    expect(readUi(storageOf('{"center":"library","left":{"width":"wide"}}'))).toEqual({ ...first, center: 'library' })
  })

  it('does without a storage that throws', () => {
    const full = {
      setItem: () => {
        throw new Error('full')
      },
    }
    expect(() => writeUi(full, first)).not.toThrow()
  })
})

describe('a panel', () => {
  it('is never narrower or wider than it can be', () => {
    expect(panelWidth('left', 10)).toBe(248)
    expect(panelWidth('left', 9999)).toBe(480)
    expect(panelWidth('right', 300.4)).toBe(300)
  })
})
