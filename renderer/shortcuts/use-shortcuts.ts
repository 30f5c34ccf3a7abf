import { useEffect, useRef } from 'react'
import { isMac } from '../widgets'
import { findShortcut, focusKindOf, type ShortcutCommand } from './registry'

/** Listens for the studio's shortcuts in the whole window. A key that a widget took (it called preventDefault) is not ours. */
export function useShortcuts(run: (command: ShortcutCommand) => void): void {
  const latest = useRef(run)
  useEffect(() => {
    latest.current = run
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return
      const open = document.querySelector('[role=dialog], [role=alertdialog]')
      const focus = open ? 'overlay' : focusKindOf(event.target instanceof Element ? event.target : null)
      const command = findShortcut(event, focus, isMac())
      if (!command) return
      event.preventDefault()
      latest.current(command)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
