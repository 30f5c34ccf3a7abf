import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../domain/error'
import { styleSchema } from '../domain/style'
import { resolveStyle, styleFromWords, styles } from './catalogue'
import { editDistance, nearestNames } from './nearest'

/** What resolving throws, or undefined when it finds a style. */
function refusal(written: string): AppError | undefined {
  try {
    resolveStyle(written)
    return undefined
  } catch (thrown) {
    return thrown as AppError
  }
}

describe('the catalogue of styles', () => {
  it('has valid styles with ids and titles that differ', () => {
    for (const style of styles) expect(styleSchema.parse(style)).toEqual(style)
    for (const key of [
      (s: (typeof styles)[number]) => s.id,
      (s: (typeof styles)[number]) => s.title.en,
      (s: (typeof styles)[number]) => s.title.zh,
    ])
      expect(new Set(styles.map(key)).size).toBe(styles.length)
    expect(styles.filter(({ group }) => group === 'network')).toHaveLength(26)
  })

  it.each([
    ['oil_painting', 'oil-painting'],
    ['Oil-Painting', 'oil-painting'],
    [' POP ART ', 'pop-art'],
    ['watercolor', 'watercolour'],
    ['network_07', 'network-07'],
    ['油画', 'oil-painting'],
    ['水彩', 'watercolour'],
    ['Starry swirls', 'network-20'],
  ])('reads %s as %s', (written, id) => expect(resolveStyle(written).id).toBe(id))

  it.each([
    ['oil_paintng', 'oil-painting'],
    ['aninme', 'anime'],
    ['carton', 'cartoon'],
    ['pensil', 'pencil'],
  ])('offers the nearest names for %s', (written, nearest) => {
    const error = refusal(written)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({
      code: 'input.unknown_style',
      retry: 'never',
      detail: { style: written, suggestions: expect.arrayContaining([nearest]) as string[] },
    })
    expect(error?.message).toContain(nearest)
  })

  it('always offers something, whatever was typed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const error = refusal(text)
        const suggestions = error?.detail?.['suggestions'] as string[] | undefined
        return error === undefined || (error.code === 'input.unknown_style' && (suggestions?.length ?? 0) > 0)
      }),
    )
  })

  it.each([
    ['an oil painting of it, please', 'oil-painting'],
    ['改成水彩风格', 'watercolour'],
    ['Water colour look', 'watercolour'],
    ['铅笔素描', 'pencil'],
    ['as pop-art', 'pop-art'],
    ['卡通', 'cartoon'],
    ['photorealistic', 'realistic'],
    ['a claymation scene', 'clay'],
    ['anime rather than cartoon', 'anime'],
  ])('finds the preset in “%s”', (prompt, id) => expect(styleFromWords(prompt)?.id).toBe(id))

  it.each(['make it nicer', 'boil it', 'declaya', ''])('finds none in “%s”', (prompt) =>
    expect(styleFromWords(prompt)).toBeUndefined(),
  )
})

describe('nearest names', () => {
  it('is a distance', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, a)).toBe(0)
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
        expect(editDistance(a, b) > 0).toBe(a !== b)
      }),
    )
    expect(editDistance('anmie', 'anime')).toBe(1)
  })
  it('finds a name within another and nothing for what is far', () => {
    expect(nearestNames('oil', ['oil-painting', 'anime'])).toEqual(['oil-painting'])
    expect(nearestNames('zzzzzzzz', ['anime', 'clay'])).toEqual([])
  })
})

it('names every style there is, and guesses only where something is near', () => {
  const words = (id: string): string => {
    try {
      return resolveStyle(id).id
    } catch (thrown) {
      return (thrown as Error).message
    }
  }
  expect(words('oil-panting')).toContain('Did you mean “oil-painting”')
  expect(words('zzzzzzzzzz')).not.toContain('Did you mean')
  for (const style of ['clay', 'paper-cut', 'network-01 to network-26']) expect(words('zzzzzzzzzz')).toContain(style)
})
