/** A style's name as it is compared: people don't type case and accents twice alike. */
export function plainStyleName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[\s_-]+/gu, ' ')
    .trim()
}

/** Whether a style is meant by what somebody wrote: its id, or its English name however it is spelt. */
export function answersTo(style: { id: string; title: { en: string } }, written: string): boolean {
  return style.id === written.trim().toLowerCase() || plainStyleName(style.title.en) === plainStyleName(written)
}
