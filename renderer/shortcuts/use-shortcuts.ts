import { useLayoutEffect, useRef } from 'react'
import { isMac } from '../widgets'
import { findShortcut, focusKindOf, type Shortcut, type ShortcutCommand } from './registry'

/** Listens for the studio's shortcuts in the whole window. A key that a widget took (it called preventDefault) is not ours. */
export function useShortcuts(list: readonly Shortcut[], run: (command: ShortcutCommand) => void): void {
  const latest = useRef({ list, run })
  useLayoutEffect(() => {
    latest.current = { list, run }
  })
  // With what is shown, not after it is painted: the first key pressed is heard.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // Widgets take Enter whatever is held with it, so "run" is heard on the way down to them, all else on the way up.
      const isRun = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
      if (isRun !== (event.eventPhase === Event.CAPTURING_PHASE)) return
      if (event.defaultPrevented || event.isComposing || event.repeat) return
      const open = document.querySelector('[role=dialog], [role=alertdialog]')
      const focus = open ? 'overlay' : focusKindOf(event.target instanceof Element ? event.target : null)
      const command = findShortcut(event, focus, isMac(), latest.current.list)
      if (!command) return
      event.preventDefault()
      if (isRun) event.stopImmediatePropagation()
      latest.current.run(command)
    }
    for (const capture of [true, false]) window.addEventListener('keydown', onKeyDown, capture)
    return () => {
      for (const capture of [true, false]) window.removeEventListener('keydown', onKeyDown, capture)
    }
  }, [])
}
