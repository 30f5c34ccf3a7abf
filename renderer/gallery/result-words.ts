import type { Result } from '#shared/domain/result'
import type { Style } from '#shared/domain/style'
import { versionLabel } from '../i18n/labels'
import type { Language } from '../i18n/i18n'
import type { Say } from '../i18n/words'

/** What a result is called: its style, its view, or its kind. */
export function resultLabel(
  result: Pick<Result, 'jobId' | 'label'>,
  styles: readonly Style[],
  say: Say,
  language: Language,
): string {
  // Only the label and that a job made it count.
  return versionLabel({ jobId: result.jobId, label: result.label } as Parameters<typeof versionLabel>[0], styles, say, language)
}

const formats = new Map<string, Intl.DateTimeFormat>()
function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', options)))
  return found
}

/** A day as people say it. */
export function dayWords(time: number, language: Language): string {
  return format(language, { day: 'numeric', month: 'short', year: 'numeric' }).format(time)
}

/** Day and time of day. */
export function momentWords(time: number, language: Language): string {
  return format(language, { dateStyle: 'medium', timeStyle: 'short' }).format(time)
}

/** A month as people say it. */
export function monthWords(time: number, language: Language): string {
  return format(language, { month: 'short', year: 'numeric' }).format(time)
}

/** A month without its year. */
export function monthName(time: number, language: Language): string {
  return format(language, { month: 'long' }).format(time)
}
