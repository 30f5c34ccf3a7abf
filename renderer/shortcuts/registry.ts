import type { WordKey } from '../i18n/words'
import { matchesCombo, type KeyStroke } from './combo'

export type ShortcutGroup = 'general' | 'picture' | 'library' | 'gallery' | 'queue'

/** What a shortcut does. */
export type ShortcutCommand =
  | 'help'
  | 'undo'
  | 'redo'
  | 'open'
  | 'export'
  | 'settings'
  | 'styleMode'
  | 'viewMode'
  | 'composeMode'
  | 'panels'
  | 'run'
  | 'apply'
  | 'discard'
  | 'compare'
  | 'canvas'
  | 'library'
  | 'gallery'
  | 'previous'
  | 'next'
  | 'fit'
  | 'actual'
  | 'zoomIn'
  | 'zoomOut'
  | 'selectAll'
  | 'trash'
  | 'pause'
  | 'queue'

export interface Shortcut {
  combo: string
  label: WordKey
  group: ShortcutGroup
  /** Absent for keys that a widget handles by itself; they are listed only. */
  command?: ShortcutCommand
}

/** Every shortcut of the studio; what the dialog lists and the window listens to is this one list. */
export const shortcuts: readonly Shortcut[] = [
  { combo: '?', label: 'shortcuts.help', group: 'general', command: 'help' },
  { combo: 'mod+z', label: 'shortcuts.undo', group: 'general', command: 'undo' },
  { combo: 'mod+shift+z', label: 'shortcuts.redo', group: 'general', command: 'redo' },
  { combo: 'mod+o', label: 'shortcuts.open', group: 'general', command: 'open' },
  { combo: 'mod+v', label: 'shortcuts.paste', group: 'general' },
  { combo: 'mod+e', label: 'shortcuts.export', group: 'general', command: 'export' },
  { combo: 'mod+,', label: 'shortcuts.settings', group: 'general', command: 'settings' },
  { combo: 's', label: 'shortcuts.styleMode', group: 'general', command: 'styleMode' },
  { combo: 'v', label: 'shortcuts.viewMode', group: 'general', command: 'viewMode' },
  { combo: 'm', label: 'shortcuts.composeMode', group: 'general', command: 'composeMode' },
  { combo: 'mod+b', label: 'shortcuts.panels', group: 'general', command: 'panels' },

  { combo: 'mod+enter', label: 'shortcuts.run', group: 'picture', command: 'run' },
  { combo: 'a', label: 'shortcuts.apply', group: 'picture', command: 'apply' },
  { combo: 'd', label: 'shortcuts.discard', group: 'picture', command: 'discard' },
  { combo: 'c', label: 'shortcuts.compare', group: 'picture', command: 'compare' },
  { combo: '\\', label: 'shortcuts.original', group: 'picture' },
  { combo: 'e', label: 'shortcuts.canvas', group: 'picture', command: 'canvas' },
  { combo: '[', label: 'shortcuts.previous', group: 'picture', command: 'previous' },
  { combo: ']', label: 'shortcuts.next', group: 'picture', command: 'next' },
  { combo: '0', label: 'shortcuts.fit', group: 'picture', command: 'fit' },
  { combo: '1', label: 'shortcuts.actual', group: 'picture', command: 'actual' },
  { combo: '+', label: 'shortcuts.zoomIn', group: 'picture', command: 'zoomIn' },
  { combo: '-', label: 'shortcuts.zoomOut', group: 'picture', command: 'zoomOut' },

  { combo: 'g', label: 'shortcuts.library', group: 'library', command: 'library' },
  { combo: 'mod+a', label: 'shortcuts.selectAll', group: 'library', command: 'selectAll' },
  { combo: 'delete', label: 'shortcuts.trash', group: 'library', command: 'trash' },
  { combo: 'enter', label: 'shortcuts.applyTile', group: 'library' },
  { combo: 'd', label: 'shortcuts.lift', group: 'library' },
  { combo: 'shift+f10', label: 'shortcuts.tileMenu', group: 'library' },

  { combo: 'h', label: 'shortcuts.gallery', group: 'gallery', command: 'gallery' },
  { combo: '5', label: 'shortcuts.star', group: 'gallery' },
  { combo: 'x', label: 'shortcuts.reject', group: 'gallery' },
  { combo: 'c', label: 'shortcuts.compareResults', group: 'gallery' },

  { combo: 'mod+p', label: 'shortcuts.pause', group: 'queue', command: 'pause' },
  { combo: 'mod+j', label: 'shortcuts.queue', group: 'queue', command: 'queue' },
  { combo: 'alt+up', label: 'shortcuts.moveJob', group: 'queue' },
]

/** Where the focus is, as far as shortcuts care. */
export type FocusKind =
  | 'page'
  /** Text is being typed: only combinations with the command key, and of those none that edits text. */
  | 'text'
  /** A dialog or a menu is open: keys belong to it. */
  | 'overlay'

/** Combinations that mean something in a text field. */
const textCommands: ReadonlySet<ShortcutCommand> = new Set(['undo', 'redo', 'selectAll'])

/** The shortcut for a stroke, if the place where the focus is leaves it to us. */
export function findShortcut(
  stroke: KeyStroke,
  focus: FocusKind,
  mac: boolean,
  list: readonly Shortcut[] = shortcuts,
): ShortcutCommand | undefined {
  if (focus === 'overlay') return undefined
  const found = list.find((shortcut) => shortcut.command !== undefined && matchesCombo(shortcut.combo, stroke, mac))
  if (!found?.command) return undefined
  if (focus === 'text' && (!found.combo.startsWith('mod+') || textCommands.has(found.command))) return undefined
  return found.command
}

/** What kind of place an element is. */
export function focusKindOf(element: Element | null): FocusKind {
  if (element?.closest('[role=dialog], [role=alertdialog], [role=menu], [data-trigger]')) return 'overlay'
  if (element?.closest('textarea, [contenteditable=true], input:not([type=range]):not([type=checkbox])')) return 'text'
  return 'page'
}
