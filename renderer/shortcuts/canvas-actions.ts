import { createRef, type RefObject } from 'react'
import type { ViewActions } from '../canvas/use-viewport'

/** The zoom of the one canvas, for shortcuts that work wherever the focus is; empty while no canvas is shown. */
export const canvasActions: RefObject<ViewActions | null> = createRef<ViewActions>()
