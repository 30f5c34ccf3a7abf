import { describe, expect, test } from 'vitest'
import { pictureStyleInstruction, strengthWord, styleInstruction, styleTags } from './style-prompt'

describe('style wording', () => {
  const clay = 'Clay Style, lovely, 3d, cute'
  test('a clear style is asked for in the words that were accepted', () => {
    expect(styleInstruction({ wording: clay, strength: 'clear' })).toBe(
      'Change the image style into Clay Style, lovely, 3d, cute, keep the same product, composition and camera angle',
    )
    expect(pictureStyleInstruction({ strength: 'clear' })).toBe(
      'Restyle image 1 into the style of image 2, strictly preserve the composition and outline of image 1',
    )
  })

  test('strength is said in words, and each is different', () => {
    const all = (['subtle', 'clear', 'strong'] as const).map((strength) => styleInstruction({ wording: clay, strength }))
    expect(new Set(all).size).toBe(3)
    for (const one of all) expect(one).toContain('keep the same product, composition and camera angle')
    expect([0, 0.39, 0.4, 0.85, 0.9, 0.91, 1].map(strengthWord)).toEqual([
      'subtle',
      'subtle',
      'clear',
      'clear',
      'clear',
      'strong',
      'strong',
    ])
  })

  test('own words are added to the preset, and stand alone without one', () => {
    expect(styleTags({ wording: clay, prompt: ' pastel ' })).toBe(`${clay}, pastel`)
    expect(styleTags({ prompt: 'pastel' })).toBe('pastel')
    expect(styleTags({ wording: ' ', prompt: '' })).toBeUndefined()
    expect(styleInstruction({ strength: 'strong' })).toBeUndefined()
    expect(pictureStyleInstruction({ prompt: 'pastel', strength: 'subtle', keepColours: true })).toBe(
      'Subtly restyle image 1 towards the style of image 2, strictly preserve the composition and outline of image 1, keep the original colours. pastel',
    )
  })
})
