import { useCallback, useRef, type RefObject } from 'react'

/** Frames that a row may take to appear. */
const tries = 5

/**
 * Brings the keyboard to an item (by its `data-index`) of a list of which only what is on the screen exists. Scroll to it first: its row may
 * appear only with the render that the scrolling brings. The item that has the focus goes with its own row, so until then the list itself
 * holds the focus (it needs a `tabIndex` of -1), and no key falls to the page.
 */
export function useItemFocus(list: RefObject<HTMLElement | null>): (index: number) => void {
  const wanted = useRef(-1)
  return useCallback(
    (index) => {
      wanted.current = index
      const focus = (left: number): void => {
        // Somebody was quicker: the last key counts.
        if (wanted.current !== index) return
        const element = list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)
        if (element) return element.focus({ preventScroll: true })
        if (list.current?.contains(document.activeElement)) list.current.focus({ preventScroll: true })
        if (left > 0) requestAnimationFrame(() => focus(left - 1))
      }
      focus(tries)
    },
    [list],
  )
}
