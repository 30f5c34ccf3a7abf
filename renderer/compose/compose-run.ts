import { createRef, type RefObject } from 'react'

/** What the one button of the shown part of the panel does, for the shortcut that works wherever the focus is; empty while it can't. */
export const composeRun: RefObject<(() => void) | null> = createRef<() => void>()
