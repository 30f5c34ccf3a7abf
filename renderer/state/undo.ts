import type { AssetMark } from '#shared/domain/mark'
import type { Pose } from '#shared/domain/view'

/** What can be done and undone, as data, so that the stack stays a pure value. */
export type Command =
  | { type: 'apply'; pictureId: string; assetId: string; along?: 'undo' | 'redo' }
  | { type: 'trash'; ids: readonly string[] }
  | { type: 'restore'; ids: readonly string[] }
  | { type: 'mark'; marks: readonly AssetMark[] }
  | { type: 'trashResults'; assetIds: readonly string[] }
  | { type: 'restoreResults'; assetIds: readonly string[] }
  | { type: 'photoPose'; pictureId: string; pose: Pose | undefined }
  | { type: 'cancelJobs'; ids: readonly string[] }
  | { type: 'retryJobs'; ids: readonly string[] }
  | { type: 'removeStyles'; ids: readonly string[] }
  | { type: 'restoreStyles'; ids: readonly string[] }
  | { type: 'clear' }
  | { type: 'restoreCleared' }

/** One step: how to take it back, how to do it again, and what to call it. */
export interface UndoStep {
  undo: Command
  redo: Command
  name:
    | { type: 'apply'; label: string }
    | { type: 'trash'; count: number; name: string }
    | { type: 'clear' }
    | { type: 'mark' | 'trashResults' | 'queue'; count: number }
    | { type: 'preset'; name: string }
    | { type: 'photoPose' }
}

export interface UndoState {
  done: readonly UndoStep[]
  undone: readonly UndoStep[]
}

export const noUndo: UndoState = { done: [], undone: [] }

/** Steps that are remembered. */
const limit = 100

/** Remembers a step that was just done; what had been undone can't be redone any more. */
export function stepDone(state: UndoState, step: UndoStep): UndoState {
  return { done: [...state.done, step].slice(-limit), undone: [] }
}

/** The step to take back and the stack after it; `undefined` when there is none. */
export function takeUndo(state: UndoState): { step: UndoStep; state: UndoState } | undefined {
  const step = state.done.at(-1)
  return step && { step, state: { done: state.done.slice(0, -1), undone: [...state.undone, step] } }
}

/** The step to do again and the stack after it; `undefined` when there is none. */
export function takeRedo(state: UndoState): { step: UndoStep; state: UndoState } | undefined {
  const step = state.undone.at(-1)
  return step && { step, state: { done: [...state.done, step], undone: state.undone.slice(0, -1) } }
}
