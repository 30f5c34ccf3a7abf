import type { Style, StyleMarks } from '#shared/domain/style'

/** Which styles the panel shows. */
export type StyleChoice = 'all' | 'favourites' | 'recent' | 'own'

/** The styles of a choice; recent ones in the order of their use, the last one first. */
export function chosenStyles(styles: readonly Style[], marks: StyleMarks, choice: StyleChoice): readonly Style[] {
  switch (choice) {
    case 'all':
      return styles
    case 'favourites':
      return styles.filter(({ id }) => marks.favourites.includes(id))
    case 'recent':
      return marks.recent.flatMap((id) => styles.find((style) => style.id === id) ?? [])
    case 'own':
      return styles.filter(({ own }) => own !== undefined)
  }
}
