import type { ErrorView } from '#shared/domain/error'
import type { WordKey } from '../i18n/words'

/** Words that are said in whatever language is on when they are shown. */
export interface Phrase {
  key: WordKey
  values?: Record<string, string | number>
}

/** A short message at the edge of the window. */
export interface Toast {
  id: number
  tone: 'info' | 'good' | 'bad'
  /** A phrase of ours, or an error whose words the dictionary of errors has. */
  text: Phrase | ErrorView
  /** Lines that are folded below the text. */
  lines?: readonly { label: string; error: ErrorView }[]
  /** `undo` offers to take the last step back. */
  action?: 'undo'
  /** Milliseconds until it goes by itself; absent for those that wait to be closed. */
  life?: number
}

export interface ToastsState {
  shown: readonly Toast[]
  nextId: number
}

export const noToasts: ToastsState = { shown: [], nextId: 1 }

/** Messages at a time; the oldest gives way. */
const limit = 4

/** Shows a message. Errors stay until they are closed, the others go after a while. */
export function toastShown(state: ToastsState, toast: Omit<Toast, 'id' | 'life'>): ToastsState {
  const full: Toast = { ...toast, id: state.nextId, ...(toast.tone === 'bad' ? {} : { life: toast.action ? 8_000 : 5_000 }) }
  return { shown: [...state.shown, full].slice(-limit), nextId: state.nextId + 1 }
}

/** Takes a message away. */
export function toastClosed(state: ToastsState, id: number): ToastsState {
  return { ...state, shown: state.shown.filter((toast) => toast.id !== id) }
}

/** Takes away the offers to undo: they mean the step that was last when they were made, and that has changed. */
export function undoOffersClosed(state: ToastsState): ToastsState {
  return { ...state, shown: state.shown.filter((toast) => toast.action !== 'undo') }
}
