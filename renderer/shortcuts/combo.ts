/** The parts of a keyboard event that a shortcut is matched against. */
export interface KeyStroke {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  altKey: boolean
}

const namedKeys: Record<string, string> = {
  enter: 'Enter',
  escape: 'Escape',
  delete: 'Delete',
  backspace: 'Backspace',
  space: ' ',
  left: 'ArrowLeft',
  right: 'ArrowRight',
  up: 'ArrowUp',
  down: 'ArrowDown',
}

const shownKeys: Record<string, string> = {
  enter: 'Enter',
  escape: 'Esc',
  delete: 'Del',
  backspace: 'Backspace',
  space: 'Space',
  left: '←',
  right: '→',
  up: '↑',
  down: '↓',
}

/**
 * Whether a stroke is the combination, e.g. `mod+shift+z`, `?`, `alt+up`. `mod` is Command on a Mac and Control elsewhere.
 * A printable sign that itself needs Shift (`?`, `+`) matches whatever Shift does, because layouts differ.
 */
export function matchesCombo(combo: string, stroke: KeyStroke, mac: boolean): boolean {
  // A key that was taken away.
  if (combo === '') return false
  const parts = partsOf(combo)
  const key = parts.key
  const mod = mac ? stroke.metaKey : stroke.ctrlKey
  const otherMod = mac ? stroke.ctrlKey : stroke.metaKey
  if (parts.mod !== mod || otherMod || parts.alt !== stroke.altKey) return false
  const sign = key.length === 1 && !/[a-z0-9]/u.test(key)
  if (!sign && parts.shift !== stroke.shiftKey) return false
  return (namedKeys[key] ?? key).toLowerCase() === stroke.key.toLowerCase()
}

const comboKeys = Object.fromEntries(Object.entries(namedKeys).map(([name, key]) => [key, name]))

/** The combination that a stroke is; undefined for a modifier alone, and for what no combination can say (the other command key). */
export function comboOf(stroke: KeyStroke, mac: boolean): string | undefined {
  const { key } = stroke
  if (['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Dead', 'Process', 'Unidentified'].includes(key))
    return undefined
  if (mac ? stroke.ctrlKey : stroke.metaKey) return undefined
  const name = comboKeys[key] ?? key.toLowerCase()
  const sign = name.length === 1 && !/[a-z0-9]/u.test(name)
  return [
    ...((mac ? stroke.metaKey : stroke.ctrlKey) ? ['mod'] : []),
    ...(stroke.altKey ? ['alt'] : []),
    // A sign that itself needs Shift is told by the sign.
    ...(stroke.shiftKey && !sign ? ['shift'] : []),
    name,
  ].join('+')
}

/** The keys of a combination as they are printed on the user's keyboard. */
export function keyLabels(combo: string, mac: boolean): string[] {
  const parts = partsOf(combo)
  const labels: string[] = []
  if (parts.mod) labels.push(mac ? '⌘' : 'Ctrl')
  if (parts.alt) labels.push(mac ? '⌥' : 'Alt')
  if (parts.shift) labels.push(mac ? '⇧' : 'Shift')
  labels.push(shownKeys[parts.key] ?? parts.key.toUpperCase())
  return labels
}

function partsOf(combo: string): { mod: boolean; shift: boolean; alt: boolean; key: string } {
  // The key itself may be a plus: "mod++".
  const key = combo.endsWith('+') ? '+' : (combo.split('+').at(-1) ?? combo)
  const names = combo.slice(0, combo.length - key.length).split('+')
  return { mod: names.includes('mod'), shift: names.includes('shift'), alt: names.includes('alt'), key }
}
