import { createContext, useContext, type ReactElement } from 'react'
import { keyLabels } from '../shortcuts/combo'

/** The combination in place of each usual one, where the user has changed it. */
export const KeyMap = createContext<Readonly<Record<string, string>>>({})

/** A shortcut as keys, e.g. `mod+shift+z` as Ctrl Shift Z, or ⌘ ⇧ Z on a Mac; the user's own one in its place unless `exact`. */
export function Keys(props: { combo: string; exact?: boolean }): ReactElement {
  const map = useContext(KeyMap)
  const combo = props.exact ? props.combo : (map[props.combo] ?? props.combo)
  if (combo === '') return <></>
  return (
    <span className="inline-flex shrink-0 gap-1">
      {keyLabels(combo, isMac()).map((label, index) => (
        <kbd
          key={index}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-s border border-line bg-panel px-1 font-sans text-s text-muted"
        >
          {label}
        </kbd>
      ))}
    </span>
  )
}

/** Whether the user's keyboard has a Command key. */
export function isMac(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iPhone|iPad/u.test(navigator.userAgent)
}
