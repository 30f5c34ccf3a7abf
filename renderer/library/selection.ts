/** What is selected in an ordered list: ids, the item with the keyboard's focus, and where a range starts. */
export interface Selection {
  readonly ids: ReadonlySet<string>
  /** The item that the arrow keys go on from. */
  readonly active: string | undefined
  /** The item from which Shift selects. */
  readonly anchor: string | undefined
}

export const emptySelection: Selection = { ids: new Set(), active: undefined, anchor: undefined }

/** How an item was reached: plainly, adding it alone (Ctrl, Command), or as the end of a range (Shift). */
export interface Reach {
  readonly toggle: boolean
  readonly range: boolean
}

/** After a click on an item, or a step of the keyboard to it. `order` holds the ids as they are shown. */
export function select(selection: Selection, order: readonly string[], id: string, { toggle, range }: Reach): Selection {
  if (range) {
    const anchor =
      selection.anchor !== undefined && order.includes(selection.anchor) ? selection.anchor : (selection.active ?? id)
    const from = order.indexOf(anchor)
    const to = order.indexOf(id)
    if (from < 0 || to < 0) return { ids: new Set([id]), active: id, anchor: id }
    const span = order.slice(Math.min(from, to), Math.max(from, to) + 1)
    return { ids: new Set(toggle ? [...selection.ids, ...span] : span), active: id, anchor }
  }
  if (toggle) {
    const ids = new Set(selection.ids)
    if (!ids.delete(id)) ids.add(id)
    return { ids, active: id, anchor: id }
  }
  return { ids: new Set([id]), active: id, anchor: id }
}

/** Moves the focus without selecting (Ctrl and an arrow key). */
export function focusOn(selection: Selection, id: string): Selection {
  return { ...selection, active: id }
}

export function selectAll(selection: Selection, order: readonly string[]): Selection {
  return { ...selection, ids: new Set(order) }
}

/** Drops what is no longer there, e.g. after a search or a move to the trash. The same object when nothing is. */
export function retain(selection: Selection, order: readonly string[]): Selection {
  const known = new Set(order)
  const lost = (id: string | undefined): boolean => id !== undefined && !known.has(id)
  if (![...selection.ids].some(lost) && !lost(selection.active) && !lost(selection.anchor)) return selection
  return {
    ids: new Set([...selection.ids].filter((id) => known.has(id))),
    active: lost(selection.active) ? undefined : selection.active,
    anchor: lost(selection.anchor) ? undefined : selection.anchor,
  }
}

/** A grid as the keyboard walks it. */
export interface GridShape {
  readonly count: number
  readonly columns: number
  /** Rows that fit the screen, for Page Up and Page Down. */
  readonly pageRows: number
}

/** The item after a key; undefined for keys that don't move. Stays where there is no further way. */
export function indexAfterKey(
  index: number,
  key: string,
  { count, columns, pageRows }: GridShape,
  ctrl: boolean,
): number | undefined {
  if (count === 0) return undefined
  const last = count - 1
  const start = index < 0 ? 0 : index
  const down = (rows: number): number => {
    const to = start + rows * columns
    if (to <= last) return to
    // Past the end of a shorter last row: its last item; in the last row already: no way.
    return Math.floor(start / columns) === Math.floor(last / columns) ? start : last
  }
  const up = (rows: number): number => {
    const to = start - rows * columns
    return to >= 0 ? to : start % columns
  }
  if (index < 0 && key.startsWith('Arrow')) return 0
  switch (key) {
    case 'ArrowRight':
      return Math.min(start + 1, last)
    case 'ArrowLeft':
      return Math.max(start - 1, 0)
    case 'ArrowDown':
      return down(1)
    case 'ArrowUp':
      return start < columns ? start : up(1)
    case 'PageDown':
      return down(Math.max(pageRows, 1))
    case 'PageUp':
      return up(Math.max(pageRows, 1))
    case 'Home':
      return ctrl ? 0 : start - (start % columns)
    case 'End':
      return ctrl ? last : Math.min(start - (start % columns) + columns - 1, last)
    default:
      return undefined
  }
}
