import { ChevronDown, Columns2, Images, RotateCcw, Trash2 } from 'lucide-react'
import { useCallback, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { Result } from '#shared/domain/result'
import { useDropArea } from '../dnd'
import { DropSign } from '../frame/drop-sign'
import { count } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio } from '../state/context'
import { Button, MenuButton } from '../widgets'
import { CompareView } from './compare-view'
import { FilterBar } from './filter-bar'
import { GalleryGrid, type GalleryGridHandle } from './gallery-grid'
import { resultAt } from './gallery-pages'
import { exportNames, mostCompared, ResultMenu, useResultEntries } from './result-menu'
import { dayWords, resultLabel } from './result-words'
import { TrashBar } from './trash-bar'
import { useGallery, useTimeline } from './use-gallery'
import { YearIndex } from './year-index'

/** Most results that one selection takes: what a call of the app takes. */
const mostSelected = 10_000

/** The gallery: everything that was ever made, searched, marked, collected, compared. */
export function GalleryPlace(): ReactElement {
  const comparing = useStudio((state) => state.gallery.comparing)
  return comparing ? <CompareView results={comparing} /> : <GalleryBrowser />
}

function GalleryBrowser(): ReactElement {
  const say = useWords()
  const client = useClient()
  const actions = useActions()
  const { source, pages, filter } = useGallery()
  const { days } = useTimeline(filter, pages.total)
  const styles = useStudio((state) => state.styles)
  const selected = useStudio((state) => state.gallery.selected)
  const active = useStudio((state) => state.gallery.active)
  const scope = useStudio((state) => state.gallery.scope)
  const grid = useRef<GalleryGridHandle>(null)
  const anchor = useRef<HTMLElement | null>(null)
  const [menu, setMenu] = useState(false)
  const [place, setPlace] = useState({ active: 0, anchor: 0 })
  const ids = useMemo(() => new Set(selected.map((result) => result.assetId)), [selected])
  const total = pages.total ?? 0
  const activeIndex = Math.max(0, Math.min(place.active, total - 1))

  const labelOf = useCallback((result: Result) => resultLabel(result, styles, say, say.language), [styles, say])
  const nameOf = useCallback(
    (result: Result | undefined): string => {
      if (!result) return say('gallery.item.loading')
      const said = say('gallery.item', {
        label: labelOf(result),
        name: result.pictureName,
        date: dayWords(result.madeAt, say.language),
      })
      const marks = [
        result.star > 0 ? say('gallery.stars', { count: result.star }) : '',
        result.rejected ? say('gallery.item.rejected') : '',
      ]
      return [said, ...marks].filter(Boolean).join(', ')
    },
    [labelOf, say],
  )

  // Grows with each choice: a range that is still being fetched must not undo what was chosen after it.
  const choice = useRef(0)
  const choose = (next: Result | undefined, results: readonly Result[]): void => {
    choice.current += 1
    actions.selectResults(next, results)
  }
  const onReach = (index: number, how: { toggle: boolean; range: boolean; focusOnly?: boolean }): void => {
    const result = resultAt(pages, index)
    setPlace({ active: index, anchor: how.range ? place.anchor : index })
    if (how.focusOnly) return choose(result, selected)
    if (how.range) return void chooseRange(place.anchor, index)
    if (how.toggle && result) {
      const without = selected.filter((each) => each.assetId !== result.assetId)
      return choose(result, without.length < selected.length ? without : [...selected, result])
    }
    if (result) return choose(result, [result])
    // Not here yet: chosen as soon as it is.
    void chooseRange(index, index)
  }
  const chooseRange = async (from: number, to: number): Promise<void> => {
    const mine = ++choice.current
    try {
      const [first, last] =
        from <= to ? [from, Math.min(to, from + mostSelected - 1)] : [Math.max(to, from - mostSelected + 1), from]
      const results = await source.range(first, last)
      if (results && mine === choice.current) choose(resultAt(source.getPages(), to), results)
    } catch (thrown) {
      actions.fail(thrown)
    }
  }
  const chosen = selected.length > 0 ? selected : active ? [active] : []
  const assetIds = chosen.map((result) => result.assetId)
  /** Alt and an arrow key move the active result within its collection. */
  const moveInCollection = (id: string, key: string): boolean => {
    const result = resultAt(pages, activeIndex)
    const to = key === 'ArrowLeft' ? activeIndex - 1 : key === 'ArrowRight' ? activeIndex + 1 : -1
    if (!result || to < 0 || to >= total) return to >= 0
    const before = resultAt(pages, to < activeIndex ? to : to + 1)
    if (!before && to + 1 < total) return true
    setPlace({ active: to, anchor: to })
    void actions.moveInCollection(id, [result], before?.assetId)
    return true
  }
  const onKey = (event: KeyboardEvent): boolean => {
    const key = event.key.toLowerCase()
    const mod = event.ctrlKey || event.metaKey
    if (event.altKey && scope.type === 'collection') return moveInCollection(scope.id, event.key)
    if (event.altKey || chosen.length === 0) return false
    if (mod) {
      if (key !== 'e') return false
      actions.openDialog({ type: 'exportResults', items: exportNames(chosen) })
      return true
    }
    if (key === 'escape') {
      if (selected.length === 0) return false
      choose(active, [])
      return true
    }
    if (scope.type === 'trash') return false
    const [first] = chosen
    if (/^[0-5]$/u.test(key)) void actions.mark(assetIds.map((assetId) => ({ assetId, star: Number(key) })))
    else if (key === 'x') {
      const rejected = !chosen.every((result) => result.rejected)
      void actions.mark(assetIds.map((assetId) => ({ assetId, rejected })))
    } else if (key === 'delete' || key === 'backspace') void actions.trashResults(assetIds)
    else if (key === 'c' && chosen.length > 1 && chosen.length <= mostCompared) actions.compareResults(chosen)
    else if (key === 'r' && first) void actions.remix(first)
    else return false
    return true
  }
  const jump = (index: number): void => {
    setPlace({ active: index, anchor: index })
    grid.current?.jumpTo(index)
  }
  // What comes from outside goes into the library, whatever is looked at.
  const dropArea = useDropArea((key) => (key === 'gallery' ? { kind: 'library' } : undefined))
  const filtered = Object.keys(filter).length > 0
  const counted = (key: 'gallery.count' | 'gallery.selected' | 'gallery.selected.most', n: number): string =>
    say(key, { count: n }).replace(String(n), count(n, say.language))
  return (
    <section ref={dropArea} data-drop-place="gallery" className="relative flex min-h-0 flex-1 flex-col" data-testid="gallery">
      <DropSign place="gallery" />
      <div className="flex shrink-0 flex-col gap-2 px-4 pt-3 pb-2">
        <FilterBar />
        <div className="flex h-7 items-center gap-2">
          <span className="truncate text-s text-muted" data-testid="gallery-count" aria-live="polite">
            {selected.length > 1
              ? counted(selected.length < mostSelected ? 'gallery.selected' : 'gallery.selected.most', selected.length)
              : pages.total === undefined
                ? ''
                : counted('gallery.count', total)}
          </span>
          <Bar chosen={selected} onNone={() => choose(active, [])} />
        </div>
      </div>
      {scope.type === 'trash' ? <TrashBar total={total} /> : null}
      {pages.total === 0 ? (
        <div
          className="flex min-h-0 flex-1 flex-col items-center justify-center gap-3 p-6 text-center text-muted"
          data-testid="gallery-empty"
        >
          {scope.type === 'trash' ? <Trash2 size={28} aria-hidden /> : <Images size={28} aria-hidden />}
          <p className="max-w-80">
            {scope.type === 'trash' ? say('gallery.trash.empty') : filtered ? say('gallery.nothing') : say('gallery.empty')}
          </p>
          {filtered ? null : <Button onPress={() => actions.setUi({ center: 'canvas' })}>{say('gallery.empty.action')}</Button>}
        </div>
      ) : (
        <div className="flex min-h-0 flex-1">
          <GalleryGrid
            ref={grid}
            pages={pages}
            fileUrl={client.fileUrl}
            label={say('gallery.grid')}
            selected={ids}
            activeIndex={activeIndex}
            labelOf={labelOf}
            nameOf={nameOf}
            onLook={source.want}
            onReach={onReach}
            onOpen={(result) => void actions.openResult(result)}
            onSelectAll={() => void chooseRange(0, total - 1)}
            onSelectNone={() => choose(active, [])}
            onKey={onKey}
            onContextMenu={(index, element) => {
              const result = resultAt(pages, index)
              if (!result) return
              if (!ids.has(result.assetId)) onReach(index, { toggle: false, range: false })
              anchor.current = element
              setMenu(true)
            }}
            dragged={(result) => (ids.has(result.assetId) ? selected : [result])}
          />
          <YearIndex days={days} onJump={jump} />
        </div>
      )}
      <ResultMenu results={chosen} open={menu} anchor={anchor} onClose={() => setMenu(false)} />
    </section>
  )
}

/** What can be done with the selection, above the grid. Its room is always there. */
function Bar(props: { chosen: readonly Result[]; onNone: () => void }): ReactElement | null {
  const say = useWords()
  const { compareResults, restoreResults } = useActions()
  const trash = useStudio((state) => state.gallery.scope.type === 'trash')
  const entries = useResultEntries(props.chosen)
  const { chosen } = props
  if (chosen.length === 0) return null
  return (
    <>
      {trash ? (
        <Button
          size="s"
          icon={<RotateCcw size={12} aria-hidden />}
          onPress={() => void restoreResults(chosen)}
          data-testid="gallery-restore"
        >
          {say('gallery.restore')}
        </Button>
      ) : (
        <MenuButton label={say('gallery.menu')} entries={entries}>
          <AriaButton
            data-testid="gallery-actions"
            className="inline-flex h-6 items-center gap-1 rounded-m border border-line bg-panel px-2 text-s text-text transition-colors duration-120 hovered:bg-hover"
          >
            {say('gallery.menu')}
            <ChevronDown size={12} aria-hidden />
          </AriaButton>
        </MenuButton>
      )}
      {!trash && chosen.length > 1 && chosen.length <= mostCompared ? (
        <Button
          size="s"
          icon={<Columns2 size={12} aria-hidden />}
          keys="c"
          onPress={() => compareResults(chosen)}
          data-testid="gallery-compare"
        >
          {say('gallery.compare')}
        </Button>
      ) : null}
      {chosen.length > 1 ? (
        <Button size="s" kind="quiet" onPress={props.onNone}>
          {say('gallery.selectNone')}
        </Button>
      ) : null}
    </>
  )
}
