let byEscape = false

/** Hears every key and every move of a pointer before anybody can stop it. */
function listen(): void {
  const options = { capture: true, passive: true }
  window.addEventListener('keydown', ({ key }) => (byEscape = key === 'Escape'), options)
  for (const type of ['pointermove', 'pointerdown'] as const) window.addEventListener(type, () => (byEscape = false), options)
}
if (typeof window !== 'undefined') listen()

/** Whether the last thing that the user did was to press Escape: a focus that comes back then was not asked for. */
export function leftByEscape(): boolean {
  return byEscape
}
