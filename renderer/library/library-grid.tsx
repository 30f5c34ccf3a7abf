/* oxlint-disable jsx-a11y/interactive-supports-focus, jsx-a11y/prefer-tag-over-role -- <select> holds no pictures */
/* oxlint-disable react/incompatible-library -- the virtualizer is made to be read while rendering; there is no React Compiler here */
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
} from 'react'
import type { Picture } from '#shared/domain/picture'
import type { FileUrl } from '../canvas/types'
import { actionLabel, useDragSource, useDragState, useDropArea, type Dragged, type DropTarget, type PictureRef } from '../dnd'
import { usePartWords } from '../i18n/parts'
import { classes } from '../widgets'
import { gridGap, layoutGrid } from './grid-layout'
import { gridPadding, LibraryRow } from './library-row'
import { focusOn, indexAfterKey, select, selectAll, type Selection } from './selection'
import { useItemFocus } from './use-item-focus'

export interface LibraryGridProps {
  /** The pictures loaded so far, in the order shown. */
  items: readonly Picture[]
  /** How many there are, loaded or not. */
  total: number
  fileUrl: FileUrl
  selection: Selection
  onSelectionChange: (selection: Selection) => void
  /** The picture that is open on the canvas. */
  currentId?: string | undefined
  /** Double click or Enter. */
  onOpen: (pictureId: string) => void
  /** The next page is wanted; called again only after `items` has grown. */
  onNeedMore?: (() => void) | undefined
  /** The first page is on its way. */
  loading?: boolean
  /** Right click, Shift+F10 or the menu key on an item, which is selected by then. */
  onContextMenu?: ((pictureId: string, element: HTMLElement) => void) | undefined
  /** Delete or Backspace on the selection. */
  onDelete?: ((pictureIds: string[]) => void) | undefined
  /** Above the grid: the search box, counts. */
  header?: ReactNode
  /** Instead of the grid when there is nothing. */
  empty?: ReactNode
  /** Narrowest item, CSS pixels. */
  minItemWidth?: number
}

/** Rows that are made ready beyond the edges of the screen. */
const overscan = 2
/** The next page is asked for when so many rows are left below the screen. */
const rowsAhead = 20
const libraryPlace = 'library'

/** What a picture of the library is when it is dragged or dropped on: its current version. */
export function refOf(picture: Picture): PictureRef {
  return { pictureId: picture.id, assetId: picture.currentAssetId, name: picture.name }
}

/** The library: a grid of pictures of any number, of which only those on the screen exist. */
export function LibraryGrid(props: LibraryGridProps): ReactElement {
  const { items, selection, onSelectionChange, onNeedMore } = props
  const say = usePartWords()
  const drag = useDragSource()
  const { dragged, over } = useDragState()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState({ width: 0, height: 0 })
  const { columns, itemWidth, rowHeight } = layoutGrid(Math.max(room.width - 2 * gridPadding, 1), props.minItemWidth ?? 132)

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const order = useMemo(() => items.map(({ id }) => id), [items])
  const indexOf = useMemo(() => new Map(order.map((id, index) => [id, index])), [order])
  const activeIndex = selection.active === undefined ? 0 : (indexOf.get(selection.active) ?? 0)
  const activeRow = Math.floor(activeIndex / columns)

  const rows = Math.ceil(items.length / columns)
  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    paddingStart: gridPadding,
    paddingEnd: gridPadding,
    // A scroll event is answered in React's own time: rendering inside it would hold the frame up.
    useFlushSync: false,
    // The row with the focus stays, wherever the scroll bar is: else the focus would fall to the page.
    rangeExtractor: (range: Range) => {
      const shown = defaultRangeExtractor(range)
      return shown.includes(activeRow) || activeRow >= rows ? shown : [...shown, activeRow].sort((a, b) => a - b)
    },
  })
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])

  const shown = virtualizer.getVirtualItems()
  const lastShown = virtualizer.range?.endIndex ?? 0
  const firstShown = (virtualizer.range?.startIndex ?? 0) - overscan
  const asked = useRef(-1)
  useEffect(() => {
    if (!onNeedMore || items.length >= props.total || lastShown < rows - rowsAhead || asked.current === items.length) return
    asked.current = items.length
    onNeedMore()
  }, [onNeedMore, items.length, props.total, lastShown, rows])

  const refs = (ids: Iterable<string>): PictureRef[] => {
    const pictures = [...ids].map((id) => items[indexOf.get(id) ?? -1])
    return pictures.flatMap((picture) => (picture ? [refOf(picture)] : []))
  }
  /** An item stands for the whole selection when it is part of one. */
  const together = (id: string): PictureRef[] =>
    refs(selection.ids.has(id) ? order.filter((each) => selection.ids.has(each)) : [id])

  const dropArea = useDropArea((key): DropTarget | undefined => {
    if (key === libraryPlace) return { kind: 'library' }
    const pictures = together(key)
    const [first] = pictures
    if (!first) return undefined
    return pictures.length > 1 ? { kind: 'selection', pictures } : { kind: 'picture', picture: first }
  })
  const setScroller = useCallback(
    (element: HTMLDivElement | null) => {
      scroller.current = element
      const stop = dropArea(element)
      return () => {
        scroller.current = null
        if (typeof stop === 'function') stop()
      }
    },
    [dropArea],
  )

  const pictureAt = (target: EventTarget): { picture: Picture; element: HTMLElement } | undefined => {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
    const picture = element ? items[Number(element.dataset['index'])] : undefined
    return element && picture ? { picture, element } : undefined
  }
  const focusOnIndex = useItemFocus(list)
  const focusItem = (index: number): void => {
    virtualizer.scrollToIndex(Math.floor(index / columns), { align: 'auto' })
    focusOnIndex(index)
  }

  const onClick = (event: MouseEvent): void => {
    const at = pictureAt(event.target)
    if (!at) {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) onSelectionChange({ ...selection, ids: new Set() })
      return
    }
    onSelectionChange(select(selection, order, at.picture.id, { toggle: event.ctrlKey || event.metaKey, range: event.shiftKey }))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const mod = event.ctrlKey || event.metaKey
    const active = items[activeIndex]
    const to = event.altKey
      ? undefined
      : indexAfterKey(
          selection.active === undefined ? -1 : activeIndex,
          event.key,
          { count: items.length, columns, pageRows: Math.floor(room.height / rowHeight) },
          mod,
        )
    const target = to === undefined ? undefined : items[to]
    if (to !== undefined && target) {
      onSelectionChange(
        mod && !event.shiftKey && event.key.startsWith('Arrow')
          ? focusOn(selection, target.id)
          : select(selection, order, target.id, { toggle: false, range: event.shiftKey }),
      )
      focusItem(to)
    } else if (mod && event.key.toLowerCase() === 'a') {
      onSelectionChange(selectAll(selection, order))
    } else if (event.key === 'Escape' && selection.ids.size > 0) {
      onSelectionChange({ ...selection, ids: new Set() })
    } else if (!active) {
      return
    } else if (event.key === ' ') {
      onSelectionChange(select(selection, order, active.id, { toggle: true, range: event.shiftKey }))
    } else if (event.key === 'Enter') {
      props.onOpen(active.id)
    } else if ((event.key === 'Delete' || event.key === 'Backspace') && props.onDelete && selection.ids.size > 0) {
      props.onDelete([...selection.ids])
    } else if (event.key.toLowerCase() === 'd' && !mod && !event.altKey && event.target instanceof HTMLElement) {
      drag.lift({ kind: 'pictures', items: together(active.id) }, event.target)
    } else {
      return
    }
    event.preventDefault()
    event.stopPropagation()
  }

  const isOverLibrary = over?.key === libraryPlace
  const hasItems = items.length > 0
  return (
    <section className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-ground" data-testid="library">
      {props.header}
      <div
        ref={setScroller}
        data-drop-place={libraryPlace}
        data-testid="library-scroller"
        className={classes('relative min-h-0 flex-1 overflow-y-auto overflow-x-hidden', isOverLibrary && 'bg-accent-wash')}
      >
        {hasItems ? (
          <div
            ref={list}
            role="listbox"
            tabIndex={-1}
            aria-label={say('library.label')}
            aria-multiselectable
            className="relative w-full outline-none"
            style={{ height: virtualizer.getTotalSize() }}
            onClick={onClick}
            onDoubleClick={(event) => {
              const at = pictureAt(event.target)
              if (at && !event.ctrlKey && !event.metaKey && !event.shiftKey) props.onOpen(at.picture.id)
            }}
            onKeyDown={onKeyDown}
            onContextMenu={(event) => {
              const at = pictureAt(event.target)
              if (!at || !props.onContextMenu) return
              event.preventDefault()
              if (!selection.ids.has(at.picture.id))
                onSelectionChange(select(selection, order, at.picture.id, { toggle: false, range: false }))
              props.onContextMenu(at.picture.id, at.element)
            }}
            onDragStart={(event) => {
              const at = pictureAt(event.target)
              if (!at) return
              const dragging: Dragged = { kind: 'pictures', items: together(at.picture.id) }
              const selected = selection.ids.has(at.picture.id)
                ? [...event.currentTarget.querySelectorAll<HTMLImageElement>('[aria-selected=true] img')]
                : []
              drag.start(event, dragging, [
                ...at.element.querySelectorAll('img'),
                ...selected.filter((thumb) => !at.element.contains(thumb)),
              ])
            }}
          >
            {shown.map((row) => (
              <LibraryRow
                key={row.key}
                items={items}
                first={row.index * columns}
                // Of a row that is kept for the focus alone, that one item.
                only={row.index < firstShown || row.index > lastShown + overscan ? activeIndex : undefined}
                y={row.start}
                columns={columns}
                itemWidth={itemWidth}
                itemHeight={rowHeight - gridGap}
                total={props.total}
                fileUrl={props.fileUrl}
                selected={selection.ids}
                activeIndex={row.index === activeRow ? activeIndex : undefined}
                currentId={props.currentId}
                over={dragged?.kind === 'files' ? undefined : over}
                say={say}
              />
            ))}
          </div>
        ) : props.loading ? (
          <output
            className="grid gap-2 p-3"
            style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}
            aria-label={say('library.loading')}
          >
            {Array.from({ length: columns * 4 }, (_unused, index) => (
              <span key={index} className="skeleton rounded-m" style={{ height: rowHeight - gridGap }} />
            ))}
          </output>
        ) : (
          <div className="flex min-h-full flex-col items-center justify-center p-6">{props.empty}</div>
        )}
      </div>
      {dragged?.kind === 'files' && over && scroller.current?.contains(over.element) ? (
        <div className="pointer-events-none absolute inset-2 z-10 flex items-center justify-center rounded-m border-2 border-dashed border-accent">
          <span className="rounded-m bg-accent px-3 py-1.5 font-semibold text-on-accent">
            {say(actionLabel(over.action).key, actionLabel(over.action).values)}
          </span>
        </div>
      ) : null}
    </section>
  )
}
