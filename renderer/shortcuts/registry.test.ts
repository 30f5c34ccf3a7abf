import { describe, expect, it } from 'vitest'
import { keyLabels, matchesCombo, type KeyStroke } from './combo'
import { findShortcut, shortcuts } from './registry'

const stroke = (key: string, held: Partial<KeyStroke> = {}): KeyStroke => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})

describe('a combination', () => {
  it.each([
    { combo: 'mod+z', stroke: stroke('z', { ctrlKey: true }), mac: false, matches: true },
    { combo: 'mod+z', stroke: stroke('z', { metaKey: true }), mac: true, matches: true },
    { combo: 'mod+z', stroke: stroke('z', { ctrlKey: true }), mac: true, matches: false },
    { combo: 'mod+z', stroke: stroke('Z', { ctrlKey: true, shiftKey: true }), mac: false, matches: false },
    { combo: 'mod+shift+z', stroke: stroke('Z', { ctrlKey: true, shiftKey: true }), mac: false, matches: true },
    { combo: 'a', stroke: stroke('a', { ctrlKey: true }), mac: false, matches: false },
    { combo: 'a', stroke: stroke('A'), mac: false, matches: true },
    { combo: '?', stroke: stroke('?', { shiftKey: true }), mac: false, matches: true },
    { combo: '+', stroke: stroke('+', { shiftKey: true }), mac: false, matches: true },
    { combo: 'alt+up', stroke: stroke('ArrowUp', { altKey: true }), mac: false, matches: true },
    { combo: 'delete', stroke: stroke('Delete'), mac: false, matches: true },
    { combo: 'mod+,', stroke: stroke(',', { ctrlKey: true }), mac: false, matches: true },
  ])('$combo: $stroke.key matches is $matches', ({ combo, stroke: pressed, mac, matches }) => {
    expect(matchesCombo(combo, pressed, mac)).toBe(matches)
  })

  it('is shown as the keys of the user', () => {
    expect(keyLabels('mod+shift+z', false)).toEqual(['Ctrl', 'Shift', 'Z'])
    expect(keyLabels('mod+shift+z', true)).toEqual(['⌘', '⇧', 'Z'])
    expect(keyLabels('alt+up', false)).toEqual(['Alt', '↑'])
  })
})

describe('the shortcuts', () => {
  it('have no two meanings for one combination', () => {
    // What only a focused tile listens to may have a key of its own there.
    const combos = shortcuts.flatMap(({ combo, command }) => (command === undefined ? [] : [combo]))
    expect(new Set(combos).size).toBe(combos.length)
  })

  it('do every command by some key', () => {
    const undo = stroke('z', { ctrlKey: true })
    expect(findShortcut(undo, 'page', false)).toBe('undo')
    const names: Record<string, string> = { delete: 'Delete', enter: 'Enter' }
    const lost = shortcuts.filter(({ combo, command }) => {
      if (!command) return false
      const parts = combo.endsWith('+') ? ['+'] : combo.split('+')
      const key = parts.at(-1) ?? ''
      const held = { ctrlKey: parts.includes('mod'), shiftKey: parts.includes('shift'), altKey: parts.includes('alt') }
      return findShortcut(stroke(names[key] ?? key, held), 'page', false) !== command
    })
    expect(lost).toEqual([])
  })

  it('leave typing alone: no letters, and no undo of ours while text has its own', () => {
    expect(findShortcut(stroke('a'), 'text', false)).toBeUndefined()
    expect(findShortcut(stroke('Delete'), 'text', false)).toBeUndefined()
    expect(findShortcut(stroke('z', { ctrlKey: true }), 'text', false)).toBeUndefined()
    expect(findShortcut(stroke('Enter', { ctrlKey: true }), 'text', false)).toBe('run')
  })

  it('leave dialogs and menus alone', () => {
    expect(findShortcut(stroke('Delete'), 'overlay', false)).toBeUndefined()
    expect(findShortcut(stroke('z', { ctrlKey: true }), 'overlay', false)).toBeUndefined()
  })
})
