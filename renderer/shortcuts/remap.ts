import { comboOf, type KeyStroke } from './combo'
import { shortcuts, type Shortcut, type ShortcutCommand } from './registry'

/** Combinations by command, where the user wants others than the usual ones; an empty one takes the key away. */
export type ShortcutWishes = Readonly<Record<string, string>>

/** The shortcuts as they are for this user. */
export function shortcutsWith(wishes: ShortcutWishes): readonly Shortcut[] {
  return shortcuts.map((shortcut) => {
    const wish = shortcut.command === undefined ? undefined : wishes[shortcut.command]
    return wish === undefined ? shortcut : { ...shortcut, combo: wish }
  })
}

/** The combination in place of each usual one, for labels and tooltips. */
export function comboMap(wishes: ShortcutWishes): Readonly<Record<string, string>> {
  return Object.fromEntries(
    shortcuts.flatMap(({ combo, command }) =>
      command !== undefined && wishes[command] !== undefined ? [[combo, wishes[command]]] : [],
    ),
  )
}

/** Combinations that browsers, the system or the studio's own widgets keep for themselves. */
const kept = new Set([
  'mod+w',
  'mod+t',
  'mod+n',
  'mod+q',
  'mod+r',
  'mod+l',
  'mod+v',
  'mod+c',
  'mod+x',
  'tab',
  'escape',
  'enter',
  'space',
])

/** What became of a stroke that was pressed for a command. */
export type RemapAnswer =
  | { type: 'taken'; combo: string }
  | { type: 'kept'; combo: string }
  /** Another command has it; it may be taken from there. */
  | { type: 'conflict'; combo: string; with: Shortcut & { command: ShortcutCommand } }
  /** A modifier alone: more is to come. */
  | { type: 'more' }

/** Decides whether a stroke can be the key of a command. */
export function judgeStroke(stroke: KeyStroke, command: ShortcutCommand, wishes: ShortcutWishes, mac: boolean): RemapAnswer {
  const combo = comboOf(stroke, mac)
  if (combo === undefined) return { type: 'more' }
  if (kept.has(combo)) return { type: 'kept', combo }
  const other = shortcutsWith(wishes).find((shortcut) => shortcut.combo === combo && shortcut.command !== command)
  if (other?.command !== undefined) return { type: 'conflict', combo, with: { ...other, command: other.command } }
  return { type: 'taken', combo }
}

/** The wishes with one more; a wish for the usual key is none. `from` loses the key to it. */
export function wishesWith(
  wishes: ShortcutWishes,
  command: ShortcutCommand,
  combo: string | undefined,
  from?: ShortcutCommand,
): Record<string, string> {
  const usual = shortcuts.find((shortcut) => shortcut.command === command)?.combo
  const { [command]: _, ...rest } = wishes
  return {
    ...rest,
    ...(from === undefined ? {} : { [from]: '' }),
    ...(combo === undefined || combo === usual ? {} : { [command]: combo }),
  }
}
