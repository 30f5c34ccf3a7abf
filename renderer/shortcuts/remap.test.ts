import { describe, expect, it } from 'vitest'
import { comboOf, type KeyStroke } from './combo'
import { findShortcut } from './registry'
import { comboMap, judgeStroke, shortcutsWith, wishesWith } from './remap'

const stroke = (key: string, held: Partial<KeyStroke> = {}): KeyStroke => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})

describe('a stroke as a combination', () => {
  it.each([
    [stroke('k', { ctrlKey: true }), false, 'mod+k'],
    [stroke('K', { ctrlKey: true, shiftKey: true }), false, 'mod+shift+k'],
    [stroke('k', { metaKey: true }), true, 'mod+k'],
    [stroke('?', { shiftKey: true }), false, '?'],
    [stroke('ArrowUp', { altKey: true }), false, 'alt+up'],
    [stroke('F5'), false, 'f5'],
    [stroke('Shift', { shiftKey: true }), false, undefined],
    [stroke('k', { metaKey: true }), false, undefined],
    [stroke('Dead'), false, undefined],
  ])('%o is %s', (pressed, mac, combo) => expect(comboOf(pressed, mac)).toBe(combo))
})

describe('a remapped shortcut', () => {
  it('works by its new key and no more by its old one', () => {
    const wishes = wishesWith({}, 'undo', 'mod+u')
    expect(findShortcut(stroke('u', { ctrlKey: true }), 'page', false, shortcutsWith(wishes))).toBe('undo')
    expect(findShortcut(stroke('z', { ctrlKey: true }), 'page', false, shortcutsWith(wishes))).toBeUndefined()
    expect(comboMap(wishes)).toEqual({ 'mod+z': 'mod+u' })
  })

  it('goes back to its usual key', () => {
    const wishes = wishesWith({ redo: 'mod+y' }, 'undo', 'mod+u')
    expect(wishesWith(wishes, 'undo', undefined)).toEqual({ redo: 'mod+y' })
    expect(wishesWith(wishes, 'undo', 'mod+z')).toEqual({ redo: 'mod+y' })
  })

  it('is not given a key that another has, unless it is taken from there', () => {
    const answer = judgeStroke(stroke('z', { ctrlKey: true }), 'help', {}, false)
    expect(answer).toMatchObject({ type: 'conflict', combo: 'mod+z', with: { command: 'undo' } })
    const wishes = wishesWith({}, 'help', 'mod+z', 'undo')
    expect(findShortcut(stroke('z', { ctrlKey: true }), 'page', false, shortcutsWith(wishes))).toBe('help')
    expect(shortcutsWith(wishes).find(({ command }) => command === 'undo')?.combo).toBe('')
    // A key that was taken away answers to nothing.
    expect(findShortcut(stroke(''), 'page', false, shortcutsWith(wishes))).toBeUndefined()
  })

  it('is not given a key of the browser or of widgets', () => {
    for (const pressed of [stroke('w', { ctrlKey: true }), stroke('Enter'), stroke(' ')])
      expect(judgeStroke(pressed, 'undo', {}, false)).toMatchObject({ type: 'kept' })
    expect(judgeStroke(stroke('Control', { ctrlKey: true }), 'undo', {}, false)).toEqual({ type: 'more' })
    expect(judgeStroke(stroke('y'), 'undo', {}, false)).toEqual({ type: 'taken', combo: 'y' })
  })
})
