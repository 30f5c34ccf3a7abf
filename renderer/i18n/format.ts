import type { Language } from './i18n'

/** A duration in milliseconds as 0:06, 2:05 or 1:02:05; rounded up, so that something left is never 0:00. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** How long something took: tenths of a second below ten seconds, then as {@link duration}. */
export function took(ms: number, language: Language): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} ${language === 'zh' ? '秒' : 's'}` : duration(ms)
}

/** A progress of 0..1 as whole percent; rounded down, so that 100 means done. */
export function percent(progress: number): number {
  return Math.floor(Math.max(0, Math.min(1, progress)) * 100)
}

/** A size in bytes with one decimal, in units of 1024. */
export function bytes(size: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  let value = size
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** A seed with thin spaces between its thousands, easy to compare by eye. */
export function seedDigits(seed: number): string {
  return String(seed).replace(/\B(?=(\d{3})+$)/gu, '\u2009')
}

/** A count in the user's notation. */
export function count(value: number, language: Language): string {
  return value.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-US')
}
