import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { count } from '../i18n/format'
import { monthWords } from './result-words'

/** A day of the timeline: see the contract's `results.timeline`. */
export interface TimelineDay {
  day: string
  count: number
  offset: number
}

/** A mark of the index: a year, or a month where everything lies within few. */
export interface TimeMark {
  key: string
  /** Any moment in it, Unix milliseconds. */
  time: number
  isYear: boolean
  offset: number
  count: number
}

/** Years of the timeline in its order; months where there are no two years. */
export function timeMarks(days: readonly TimelineDay[]): TimeMark[] {
  const years = new Set(days.map(({ day }) => day.slice(0, 4)))
  const isYear = years.size > 1
  const marks = new Map<string, TimeMark>()
  for (const { day, count: n, offset } of days) {
    const key = day.slice(0, isYear ? 4 : 7)
    const mark = marks.get(key)
    if (mark) mark.count += n
    else marks.set(key, { key, time: Date.parse(`${day}T12:00:00`), isYear, offset, count: n })
  }
  return [...marks.values()]
}

/** Years (or months) down the right edge; pressing one brings its newest result to the top. */
export function YearIndex(props: { days: readonly TimelineDay[]; onJump: (index: number) => void }): ReactElement | null {
  const say = useWords()
  const marks = timeMarks(props.days)
  if (marks.length < 2) return null
  return (
    <nav
      aria-label={say('gallery.years')}
      className="flex w-14 shrink-0 flex-col items-stretch gap-0.5 overflow-y-auto py-4 pr-1"
      data-testid="gallery-years"
    >
      {marks.map((mark) => {
        const words = mark.isYear ? mark.key : monthWords(mark.time, say.language)
        return (
          <button
            key={mark.key}
            type="button"
            aria-label={say('gallery.years.to', { when: words, count: mark.count, n: count(mark.count, say.language) })}
            className="shrink-0 rounded-s px-1 py-0.5 text-right text-s text-muted transition-colors duration-120 hover:bg-hover hover:text-text"
            onClick={() => props.onJump(mark.offset)}
          >
            {words}
          </button>
        )
      })}
    </nav>
  )
}
