import { useEffect, useRef } from 'react'
import { isMac } from '../widgets'
import { findShortcut, focusKindOf, type Shortcut, type ShortcutCommand } from './registry'

/** Listens for the studio's shortcuts in the whole window. A key that a widget took (it called preventDefault) is not ours. */
export function useShortcuts(list: readonly Shortcut[], run: (command: ShortcutCommand) => void): void {
  const latest = useRef({ list, run })
  useEffect(() => {
    latest.current = { list, run }
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return
      const open = document.querySelector('[role=dialog], [role=alertdialog]')
      const focus = open ? 'overlay' : focusKindOf(event.target instanceof Element ? event.target : null)
      const command = findShortcut(event, focus, isMac(), latest.current.list)
      if (!command) return
      event.preventDefault()
      latest.current.run(command)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
