import { Check, ChevronDown, X } from 'lucide-react'
import { useEffect, useRef, useState, type ReactElement } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { editKinds } from '#shared/domain/edit'
import type { CallOutput } from '#shared/contract/calls'
import type { ResultFilter } from '#shared/domain/result'
import { useWords, type Language } from '../i18n/i18n'
import type { WordKey } from '../i18n/words'
import { useActions, useClient, useStudio } from '../state/context'
import { useWorkflowTitles } from '../state/use-workflow-titles'
import { Button, classes, MenuButton, SearchEntry, type MenuEntry } from '../widgets'
import { startOf, yearsBetween } from './date-spans'
import { monthName, monthWords } from './result-words'

/** Milliseconds after the last key before the gallery is searched. */
const searchPause = 150

/** Spans of time that the date filter offers, in days back from the start of tomorrow. */
const spans: { key: WordKey; days: number }[] = [
  { key: 'gallery.date.today', days: 1 },
  { key: 'gallery.date.week', days: 7 },
  { key: 'gallery.date.month', days: 30 },
  { key: 'gallery.date.year', days: 365 },
]

/** The search field and what narrows the search. */
export function FilterBar(): ReactElement {
  const say = useWords()
  const client = useClient()
  const { setGalleryFilter } = useActions()
  const filter = useStudio((state) => state.gallery.filter)
  const revision = useStudio((state) => state.gallery.revision)
  const styles = useStudio((state) => state.styles)
  const engines = useStudio((state) => state.engines)
  const picture = useStudio((state) => state.pictures.byId[state.gallery.filter.pictureId ?? ''])
  const [text, setText] = useState(filter.words ?? '')
  const [{ facets }, setFound] = useState<{ facets?: CallOutput<'results.facets'>; revision?: number }>({})
  useEffect(() => {
    let gone = false
    client.call('results.facets', {}).then(
      (found) => {
        // With each revision they are asked for anew.
        if (!gone) setFound({ facets: found, revision })
      },
      // The filters are then without values: the list itself says what is wrong.
      () => {},
    )
    return () => {
      gone = true
    }
  }, [client, revision])
  const words = text.trim() === '' ? undefined : text
  const isSearched = words === filter.words
  useEffect(() => {
    if (isSearched) return undefined
    const timer = setTimeout(() => setGalleryFilter({ words }), searchPause)
    return () => clearTimeout(timer)
  }, [words, isSearched, setGalleryFilter])
  /** A search empties the selection: before anything can be chosen among what it found. */
  const search = (): void => {
    if (!isSearched) setGalleryFilter({ words })
  }

  const titleOf = useWorkflowTitles()
  const list = (
    key: 'kinds' | 'styles' | 'engines' | 'workflows',
    label: WordKey,
    values: readonly string[],
    nameOf: (value: string) => string,
  ): ReactElement | null => {
    const on = filter[key] ?? []
    if (values.length < 2 && on.length === 0) return null
    const toggle = (value: string): void => {
      const next = on.includes(value) ? on.filter((each) => each !== value) : [...on, value]
      setGalleryFilter({ [key]: next.length > 0 ? next : undefined })
    }
    return (
      <Chip
        key={key}
        testId={`filter-${key}`}
        label={say(label)}
        value={on.length === 0 ? undefined : on.map(nameOf).join(', ')}
        entries={[
          {
            id: 'any',
            label: say('gallery.filter.any'),
            checked: on.length === 0,
            onAction: () => setGalleryFilter({ [key]: undefined }),
          },
          ...values.map((value, n): MenuEntry => ({
            id: value,
            label: nameOf(value),
            checked: on.includes(value),
            separator: n === 0,
            onAction: () => toggle(value),
          })),
        ]}
      />
    )
  }
  const knownKinds = editKinds.filter((kind) => facets?.kinds.includes(kind))
  const since = filter.before === undefined ? spans.find(({ days }) => filter.from === startOf(days)) : undefined
  const years = facets?.madeAt ? yearsBetween(facets.madeAt) : []
  const active = Object.keys(filter).filter((key) => key !== 'words').length
  const bar = useRef<HTMLDivElement>(null)
  /** A filter's button goes with it: who uses the keyboard goes on from the search. */
  const takeAway = (patch: Parameters<typeof setGalleryFilter>[0]): void => {
    bar.current?.querySelector('input')?.focus()
    setGalleryFilter(patch)
  }
  return (
    <div ref={bar} className="flex flex-wrap items-center gap-1.5">
      <SearchEntry
        label={say('gallery.search')}
        clearLabel={say('style.search.clear')}
        value={text}
        onChange={setText}
        onDone={search}
        className="w-64 min-w-40 shrink"
        data-testid="gallery-search"
      />
      {list('kinds', 'gallery.filter.kind', knownKinds, (kind) => say(`gallery.kind.${kind}` as WordKey))}
      {list('styles', 'gallery.filter.style', facets?.styles ?? [], (id) =>
        id === 'custom' ? say('job.ownStyle') : (styles.find((style) => style.id === id)?.title[say.language] ?? id),
      )}
      {list('engines', 'gallery.filter.engine', facets?.engines ?? [], (id) =>
        id === 'draft' ? say('gallery.engine.draft') : (engines.find((each) => each.id === id)?.name ?? id),
      )}
      {list('workflows', 'gallery.filter.workflow', facets?.workflows ?? [], titleOf)}
      <Chip
        testId="filter-star"
        label={say('gallery.star')}
        value={filter.minStar === undefined ? undefined : `≥ ${say('gallery.stars', { count: filter.minStar })}`}
        entries={[
          {
            id: 'any',
            label: say('gallery.filter.any'),
            checked: filter.minStar === undefined,
            onAction: () => setGalleryFilter({ minStar: undefined }),
          },
          ...[1, 2, 3, 4, 5].map((minStar, n): MenuEntry => ({
            id: String(minStar),
            label: `${say('gallery.filter.star')} ${say('gallery.stars', { count: minStar })}`,
            checked: filter.minStar === minStar,
            separator: n === 0,
            onAction: () => setGalleryFilter({ minStar }),
          })),
          {
            id: 'rejected',
            label: say('gallery.filter.hideRejected'),
            separator: true,
            checked: filter.rejected === false,
            onAction: () => setGalleryFilter({ rejected: filter.rejected === false ? undefined : false }),
          },
        ]}
      />
      <Chip
        testId="filter-date"
        label={say('gallery.filter.date')}
        value={since ? say(since.key) : dateWords(filter, say.language)}
        entries={[
          {
            id: 'any',
            label: say('gallery.filter.any'),
            checked: filter.from === undefined && filter.before === undefined,
            onAction: () => setGalleryFilter({ from: undefined, before: undefined }),
          },
          ...spans.map(({ key, days }, n): MenuEntry => ({
            id: key,
            label: say(key),
            checked: since?.key === key,
            separator: n === 0,
            onAction: () => setGalleryFilter({ from: startOf(days), before: undefined }),
          })),
          ...years.map(({ year, months, ...whole }, n): MenuEntry => ({
            id: String(year),
            label: String(year),
            separator: n === 0,
            children: [
              {
                id: `${year}-all`,
                label: say('gallery.date.all', { year }),
                checked: filter.from === whole.from && filter.before === whole.before,
                onAction: () => setGalleryFilter(whole),
              },
              ...months.map((month, at): MenuEntry => ({
                id: `${year}-${new Date(month.from).getMonth() + 1}`,
                label: monthName(month.from, say.language),
                checked: filter.from === month.from && filter.before === month.before,
                separator: at === 0,
                onAction: () => setGalleryFilter({ from: month.from, before: month.before }),
              })),
            ],
          })),
        ]}
      />
      {filter.pictureId === undefined ? null : (
        <Button
          size="s"
          onPress={() => takeAway({ pictureId: undefined })}
          icon={<X size={12} aria-hidden />}
          data-testid="filter-picture"
        >
          {say('gallery.filter.picture', { name: picture?.name ?? '…' })}
        </Button>
      )}
      {active > 0 ? (
        <Button
          size="s"
          kind="quiet"
          onPress={() =>
            takeAway(
              Object.fromEntries(
                Object.keys(filter)
                  .filter((key) => key !== 'words')
                  .map((key) => [key, undefined]),
              ) as ResultFilter,
            )
          }
          data-testid="filter-clear"
        >
          {say('gallery.filter.clear')}
        </Button>
      ) : null}
    </div>
  )
}

/** The month or the year that is filtered by; undefined where the filter has no end. */
function dateWords({ from, before }: ResultFilter, language: Language): string | undefined {
  if (from === undefined || before === undefined) return undefined
  const start = new Date(from)
  return new Date(start.getFullYear(), start.getMonth() + 1).getTime() === before
    ? monthWords(from, language)
    : String(start.getFullYear())
}

/** One filter: its name, or what it is set to, and a menu of its values. */
function Chip(props: { label: string; value: string | undefined; entries: MenuEntry[]; testId: string }): ReactElement {
  const on = props.value !== undefined
  return (
    <MenuButton label={props.label} entries={props.entries}>
      <AriaButton
        data-testid={props.testId}
        aria-label={on ? `${props.label}: ${props.value}` : props.label}
        className={classes(
          'inline-flex h-7 max-w-52 shrink-0 items-center gap-1 whitespace-nowrap rounded-m px-2 text-s transition-colors duration-120',
          on ? 'bg-accent-wash text-accent-text' : 'text-muted hovered:bg-hover hovered:text-text',
        )}
      >
        {on ? <Check size={12} aria-hidden /> : null}
        <span className="truncate">{on ? props.value : props.label}</span>
        <ChevronDown size={12} className="shrink-0" aria-hidden />
      </AriaButton>
    </MenuButton>
  )
}
