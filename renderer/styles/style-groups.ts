import type { Style } from '#shared/domain/style'

/** The tiles under one heading. */
export interface StyleGroup {
  readonly id: Style['group'] | 'listed'
  readonly styles: readonly Style[]
}

/**
 * The styles in groups, the user's own first, in their given order (or with `inGivenOrder` in one group without a heading); with a search only those whose title (in either language),
 * id or wording contains every word of it. Groups without a hit are left out.
 */
export function groupStyles(styles: readonly Style[], search: string, inGivenOrder = false): StyleGroup[] {
  const words = fold(search).split(/\s+/u).filter(Boolean)
  const hits = styles.filter((style) => {
    const text = fold(
      `${style.title.en} ${style.title.zh} ${style.id} ${style.wording} ${Object.values(style.own?.wordings ?? {}).join(' ')}`,
    )
    return words.every((word) => text.includes(word))
  })
  if (inGivenOrder) return hits.length > 0 ? [{ id: 'listed', styles: hits }] : []
  return (['own', 'preset', 'network'] as const).flatMap((id) => {
    const group = hits.filter((style) => style.group === id)
    return group.length > 0 ? [{ id, styles: group }] : []
  })
}

/** Without case, accents, and the difference between `oil-painting`, `oil_painting` and "oil painting". */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[-_]+/gu, ' ')
}

/** One tile's place for the arrow keys: groups start new rows. */
export function tileAfterKey(
  groups: readonly StyleGroup[],
  columns: number,
  current: string | undefined,
  key: string,
): string | undefined {
  const rows = groups.flatMap(({ styles }) =>
    Array.from({ length: Math.ceil(styles.length / columns) }, (_unused, row) =>
      styles.slice(row * columns, (row + 1) * columns),
    ),
  )
  const all = rows.flat()
  const index = all.findIndex(({ id }) => id === current)
  if (index < 0) return all[0]?.id
  const row = rows.findIndex((each) => each.some(({ id }) => id === current))
  const column = rows[row]?.findIndex(({ id }) => id === current) ?? 0
  const inRow = (target: readonly Style[] | undefined): string | undefined => (target?.[column] ?? target?.at(-1))?.id
  switch (key) {
    case 'ArrowRight':
      return all[index + 1]?.id ?? current
    case 'ArrowLeft':
      return all[index - 1]?.id ?? current
    case 'ArrowDown':
      return inRow(rows[row + 1]) ?? current
    case 'ArrowUp':
      return inRow(rows[row - 1]) ?? current
    case 'Home':
      return all[0]?.id
    case 'End':
      return all.at(-1)?.id
    default:
      return undefined
  }
}
