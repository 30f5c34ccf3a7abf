import type { Summary } from './reporter'

/** A time span for people: `0.4 s`, `12 s`, `3:05`, `1:02:03`. */
export function duration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const two = (n: number): string => String(n).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
}

/** A number with its noun: `1 job`, `3 jobs`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** The last line of a command. */
export function summaryText({ done, failed, canceled, left, durationMs }: Summary): string {
  const parts = [`${done} done`]
  if (failed > 0) parts.push(`${failed} failed`)
  if (canceled > 0) parts.push(`${canceled} canceled`)
  if (left > 0) parts.push(`${left} left`)
  return `${parts.join(', ')} in ${duration(durationMs)}.`
}

/** What was interrupted, what is left and who finishes it. */
export function interruptedText({ done, failed, canceled, left, durationMs }: Summary, ownerGoesOn: boolean): string {
  const all = done + failed + canceled + left
  const rest = `${failed > 0 ? `, ${failed} failed` : ''}, ${left} left`
  const soFar = `Stopped after ${duration(durationMs)}: ${done} of ${count(all, 'job')} done${rest}.`
  if (left === 0) return soFar
  return ownerGoesOn
    ? `${soFar} The Recast that is open goes on with them: "recast jobs" shows them, "recast jobs cancel all" stops them.`
    : `${soFar} The next start of Recast finishes them ("recast jobs resume" does it here); "recast jobs cancel all" stops them.`
}

/** Whether a character takes two columns of a terminal (East Asian wide and full-width forms, emoji). */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  )
}

/** Columns that a text takes. */
export function textWidth(text: string): number {
  let width = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    width += /\p{Mark}|\p{Format}/u.test(char) ? 0 : isWide(code) ? 2 : 1
  }
  return width
}

/** Cuts a text to so many columns, or fills it up to them. */
export function fit(text: string, columns: number): string {
  const width = textWidth(text)
  if (width <= columns) return text + ' '.repeat(columns - width)
  let kept = ''
  let used = 0
  for (const char of text) {
    const next = used + textWidth(char)
    if (next > columns - 1) break
    kept += char
    used = next
  }
  return `${kept}…${' '.repeat(Math.max(0, columns - 1 - used))}`
}
