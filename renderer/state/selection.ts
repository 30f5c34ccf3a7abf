/** What is open on the canvas and what is selected in the library. */
export interface SelectionState {
  openId: string | undefined
  selected: readonly string[]
}

export const noSelection: SelectionState = { openId: undefined, selected: [] }

/** The pictures that an edit goes to: on the canvas the open one; in the library the selection if there is one, else the open one. */
export function editTargets(
  state: SelectionState,
  center: 'canvas' | 'sheet' | 'board' | 'library' | 'gallery',
  exists: (id: string) => boolean,
): string[] {
  // The gallery is of results, which have actions of their own.
  if (center === 'gallery') return []
  const selected = center === 'library' ? state.selected.filter(exists) : []
  if (selected.length > 0) return selected
  return state.openId !== undefined && exists(state.openId) ? [state.openId] : []
}

/** The neighbour of the open picture in the library, `step` places on; stays within the ends. */
export function neighbour(order: readonly string[], openId: string | undefined, step: number): string | undefined {
  if (order.length === 0) return undefined
  const at = openId === undefined ? -1 : order.indexOf(openId)
  if (at < 0) return order[0]
  const next = order[Math.max(0, Math.min(order.length - 1, at + step))]
  return next === openId ? undefined : next
}

/** Drops what is not there any more and opens the next picture in place of an open one that went. */
export function selectionAfter(
  state: SelectionState,
  before: readonly string[],
  after: readonly string[],
  isGone: (id: string) => boolean,
): SelectionState {
  const selected = state.selected.some(isGone) ? state.selected.filter((id) => !isGone(id)) : state.selected
  let openId = state.openId
  if (openId !== undefined && isGone(openId)) {
    const at = before.indexOf(openId)
    openId = after[Math.max(0, Math.min(at, after.length - 1))]
  }
  return openId === state.openId && selected === state.selected ? state : { openId, selected }
}
