import { ChevronDown, Columns2, Images, RotateCcw, Trash2 } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { Result } from '#shared/domain/result'
import { useDropArea } from '../dnd'
import { DropSign } from '../frame/drop-sign'
import { count } from '../i18n/format'
import { useWords } from '../i18n/i18n'
import { useActions, useClient, useStudio, useStudioRoot } from '../state/context'
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
  const { store } = useStudioRoot()
  const { source, pages, filter } = useGallery()
  const { days } = useTimeline(filter, pages.total)
  const styles = useStudio((state) => state.styles)
  const selected = useStudio((state) => state.gallery.selected)
  const active = useStudio((state) => state.gallery.active)
  const scope = useStudio((state) => state.gallery.scope)
  const grid = useRef<GalleryGridHandle>(null)
  const anchor = useRef<HTMLElement | null>(null)
  const [menu, setMenu] = useState(false)
  const at = useStudio((state) => state.gallery.at)
  const selectedIds = useMemo(() => new Set(selected.map((result) => result.assetId)), [selected])
  const total = pages.total ?? 0
  const activeIndex = Math.max(0, Math.min(at.active, total - 1))

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
  /** The range that is being fetched, and whether it came: what is done to the selection meanwhile is meant for it. */
  const coming = useRef<Promise<boolean>>(undefined)
  const choose = (next: Result | undefined, results: readonly Result[]): void => {
    choice.current += 1
    coming.current = undefined
    actions.selectResults(next, results)
  }
  const onReach = (index: number, how: { toggle: boolean; range: boolean; focusOnly?: boolean }): void => {
    const result = resultAt(pages, index)
    actions.setGalleryAt({ active: index, anchor: how.range ? at.anchor : index })
    if (how.focusOnly) return choose(result, selected)
    if (how.range) return chooseRange(at.anchor, index)
    if (how.toggle && result) {
      const without = selected.filter((each) => each.assetId !== result.assetId)
      return choose(result, without.length < selected.length ? without : [...selected, result])
    }
    if (result) return choose(result, [result])
    // Not here yet: chosen as soon as it is.
    chooseRange(index, index)
  }
  const chooseRange = (from: number, to: number): void => {
    const mine = ++choice.current
    const [first, last] =
      from <= to ? [from, Math.min(to, from + mostSelected - 1)] : [Math.max(to, from - mostSelected + 1), from]
    const fetched = source.range(first, last).then(
      (results) => {
        if (!results || mine !== choice.current) return false
        choose(resultAt(source.getPages(), to), results)
        return true
      },
      (thrown: unknown) => {
        actions.fail(thrown)
        return false
      },
    )
    coming.current = fetched
    void fetched.then(() => {
      if (coming.current === fetched) coming.current = undefined
    })
  }
  const chosen = selected.length > 0 ? selected : active ? [active] : []
  /** Alt and an arrow key move the active result within its collection. */
  const moveInCollection = (id: string, key: string): boolean => {
    const result = resultAt(pages, activeIndex)
    const to = key === 'ArrowLeft' ? activeIndex - 1 : key === 'ArrowRight' ? activeIndex + 1 : -1
    if (!result || to < 0 || to >= total) return to >= 0
    const before = resultAt(pages, to < activeIndex ? to : to + 1)
    if (!before && to + 1 < total) return true
    // At once: the next press goes on from where it is now.
    source.swap(activeIndex, to)
    actions.setGalleryAt({ active: to, anchor: to })
    void actions.moveInCollection(id, [result], before?.assetId)
    return true
  }
  const onKey = (event: KeyboardEvent): boolean => {
    const key = event.key.toLowerCase()
    const mod = event.ctrlKey || event.metaKey
    if (event.altKey && scope.type === 'collection') return moveInCollection(scope.id, event.key)
    if (event.altKey || !(mod ? key === 'e' : /^(?:[0-5xcr]|delete|backspace|escape)$/u.test(key))) return false
    if (!coming.current) return act(key)
    if (key === 'escape') choose(active, [])
    else void coming.current.then((came) => came && act(key))
    return true
  }
  /** What a key does to the selection as it is now. */
  const act = (key: string): boolean => {
    const now = store.getState().gallery
    const results = now.selected.length > 0 ? now.selected : now.active ? [now.active] : []
    const [first] = results
    if (!first) return false
    const ids = results.map((result) => result.assetId)
    if (key === 'e') actions.openDialog({ type: 'exportResults', items: exportNames(results) })
    else if (key === 'escape') {
      if (now.selected.length === 0) return false
      choose(now.active, [])
    } else if (now.scope.type === 'trash') return false
    else if (/^[0-5]$/u.test(key)) void actions.mark(ids.map((assetId) => ({ assetId, star: Number(key) })))
    else if (key === 'x') {
      const rejected = !results.every((result) => result.rejected)
      void actions.mark(ids.map((assetId) => ({ assetId, rejected })))
    } else if (key === 'delete' || key === 'backspace') void actions.trashResults(ids)
    else if (key === 'c' && results.length > 1 && results.length <= mostCompared) actions.compareResults(results)
    else if (key === 'r') void actions.remix(first)
    else return false
    return true
  }
  // Where it is left is where it is found again.
  const top = useRef(at.top)
  const onLook = useCallback(
    (first: number, last: number): void => {
      top.current = first
      source.want(first, last)
    },
    [source],
  )
  useEffect(() => () => actions.setGalleryAt({ top: top.current }), [actions])
  useEffect(() => {
    if (total === 0) top.current = 0
  }, [total])
  const jump = (index: number): void => {
    actions.setGalleryAt({ active: index, anchor: index })
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
            selected={selectedIds}
            activeIndex={activeIndex}
            labelOf={labelOf}
            nameOf={nameOf}
            initialIndex={at.top}
            onLook={onLook}
            onReach={onReach}
            onOpen={(result) => void actions.openResult(result)}
            onSelectAll={() => chooseRange(0, total - 1)}
            onSelectNone={() => choose(active, [])}
            onKey={onKey}
            onContextMenu={(index, element) => {
              const result = resultAt(pages, index)
              if (!result) return
              if (!selectedIds.has(result.assetId)) onReach(index, { toggle: false, range: false })
              anchor.current = element
              setMenu(true)
            }}
            dragged={(result) => (selectedIds.has(result.assetId) ? selected : [result])}
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
