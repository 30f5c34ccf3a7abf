/* oxlint-disable jsx-a11y/interactive-supports-focus, jsx-a11y/prefer-tag-over-role -- <select> holds no pictures */
/* oxlint-disable react/incompatible-library -- the virtualizer is made to be read while rendering; there is no React Compiler here */
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import {
  memo,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type Ref,
} from 'react'
import type { Result } from '#shared/domain/result'
import type { FileUrl } from '../canvas/types'
import { useDragSource } from '../dnd'
import { gridGap, layoutGrid } from '../library/grid-layout'
import { indexAfterKey } from '../library/selection'
import { gridPadding } from '../library/library-row'
import { useItemFocus } from '../library/use-item-focus'
import { GalleryItem } from './gallery-item'
import { pageSize, resultAt, thumbnailWidth, type GalleryPage, type GalleryPages } from './gallery-pages'

/** How the grid is moved from outside. */
export interface GalleryGridHandle {
  /** Brings a place to the top; with `focus` the keyboard goes there as well. */
  jumpTo(index: number, focus?: boolean): void
}

export interface GalleryGridProps {
  pages: GalleryPages
  fileUrl: FileUrl
  label: string
  selected: ReadonlySet<string>
  /** Place of the result that the keys go on from. */
  activeIndex: number
  /** Place that is at the top when the grid appears; absent: the beginning. */
  initialIndex?: number
  labelOf: (result: Result) => string
  nameOf: (result: Result | undefined) => string
  /** These places are on the screen now. */
  onLook: (first: number, last: number) => void
  /** A place was reached: plainly, adding it alone, or as the end of a range. */
  onReach: (index: number, how: { toggle: boolean; range: boolean; focusOnly?: boolean }) => void
  onOpen: (result: Result) => void
  onSelectAll: () => void
  onSelectNone: () => void
  /** A key that the grid has no use for, on the active result. */
  onKey: (event: KeyboardEvent) => boolean
  onContextMenu: (index: number, element: HTMLElement) => void
  /** What is dragged when an item is. */
  dragged: (result: Result) => readonly Result[]
  minItemWidth?: number
  ref?: Ref<GalleryGridHandle>
}

/** Rows beyond the screen on each side that exist all the same, so that slow scrolling finds their thumbnails there. */
const overscan = 2
/** After a jump these rows wait so long (ms): what is looked at comes first. */
const settleMs = 150

/** A grid of any number of results, of which only those on the screen exist; what is not here yet has its place already. */
export function GalleryGrid(props: GalleryGridProps): ReactElement {
  const { pages, activeIndex, onLook } = props
  const total = pages.total ?? 0
  const drag = useDragSource()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState({ width: 0, height: 0 })
  const { columns, itemWidth, rowHeight } = layoutGrid(Math.max(room.width - 2 * gridPadding, 1), props.minItemWidth ?? 148)

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  // The row that was at the top when the grid last stood still, or nearly: further than two screens from it is a jump.
  const [settledRow, setSettledRow] = useState(0)
  const isJump = (top: number): boolean => Math.abs(top - settledRow) > (2 * room.height) / rowHeight

  const rows = Math.ceil(total / columns)
  const activeRow = Math.floor(activeIndex / columns)
  const look = useCallback(
    (first: number, last: number): void => {
      if (room.width > 0) onLook(first * columns, Math.min(total - 1, (last + 1) * columns - 1))
    },
    [onLook, columns, total, room.width],
  )
  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    paddingStart: gridPadding,
    paddingEnd: gridPadding,
    // A scroll event is answered in React's own time: rendering inside it would hold the frame up.
    useFlushSync: false,
    // What is missing is asked for before anything is rendered: the answer is on its way meanwhile.
    onChange: ({ range }) => range && look(range.startIndex, range.endIndex),
    // The row with the focus stays, wherever the scroll bar is: else the focus would fall to the page.
    rangeExtractor: (range: Range) => {
      const shown = defaultRangeExtractor(isJump(range.startIndex) ? { ...range, overscan: 0 } : range)
      return shown.includes(activeRow) || activeRow >= rows ? shown : [...shown, activeRow].sort((a, b) => a - b)
    },
  })
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])

  const firstRow = virtualizer.range?.startIndex ?? 0
  const lastRow = virtualizer.range?.endIndex ?? 0
  // The room, or the number of results, is another: without a scroll event.
  useLayoutEffect(() => look(firstRow, lastRow), [look, firstRow, lastRow])

  const jumped = isJump(firstRow)
  const drifted = Math.abs(firstRow - settledRow) > room.height / rowHeight
  useEffect(() => {
    if (!drifted) return undefined
    const timer = setTimeout(() => setSettledRow(firstRow), jumped ? settleMs : 0)
    return () => clearTimeout(timer)
  }, [firstRow, jumped, drifted])

  // Another search begins at its top, the first one where the gallery was left.
  const begun = useRef<number>(undefined)
  const { initialIndex = 0 } = props
  useLayoutEffect(() => {
    if (total === 0 || room.width === 0 || begun.current === pages.search) return
    const row = begun.current === undefined ? Math.floor(initialIndex / columns) : 0
    begun.current = pages.search
    virtualizer.scrollToOffset(row === 0 ? 0 : gridPadding + row * rowHeight)
  }, [virtualizer, pages.search, total, room.width, initialIndex, columns, rowHeight])

  const focusOn = useItemFocus(list)
  const focusItem = useCallback(
    (index: number, align: 'auto' | 'start'): void => {
      virtualizer.scrollToIndex(Math.floor(index / columns), { align })
      focusOn(index)
    },
    [virtualizer, columns, focusOn],
  )
  // The item with the focus can go (into the trash, out of a filter), or another one becomes the active one: the keyboard stays with it.
  const hasFocus = useRef(false)
  useEffect(() => {
    const focused = document.activeElement
    const isLost = hasFocus.current && focused === document.body
    const isElsewhere =
      focused instanceof HTMLElement &&
      scroller.current?.contains(focused) === true &&
      focused.dataset['index'] !== String(activeIndex)
    if (total > 0 && (isLost || isElsewhere)) focusItem(activeIndex, 'auto')
  }, [total, activeIndex, focusItem])
  useImperativeHandle(
    props.ref,
    () => ({
      jumpTo(index, focus = false) {
        if (focus) focusItem(index, 'start')
        else virtualizer.scrollToIndex(Math.floor(index / columns), { align: 'start' })
      },
    }),
    [virtualizer, columns, focusItem],
  )

  const at = (target: EventTarget): { index: number; element: HTMLElement; result: Result | undefined } | undefined => {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
    if (!element) return undefined
    const index = Number(element.dataset['index'])
    return { index, element, result: resultAt(pages, index) }
  }
  const onClick = (event: MouseEvent): void => {
    const found = at(event.target)
    if (found?.result) props.onReach(found.index, { toggle: event.ctrlKey || event.metaKey, range: event.shiftKey })
    else if (!event.ctrlKey && !event.metaKey && !event.shiftKey) props.onSelectNone()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const mod = event.ctrlKey || event.metaKey
    const shape = { count: total, columns, pageRows: Math.max(1, Math.floor(room.height / rowHeight)) }
    const to = event.altKey ? undefined : indexAfterKey(activeIndex, event.key, shape, mod)
    const active = resultAt(pages, activeIndex)
    if (to !== undefined) {
      props.onReach(to, {
        toggle: false,
        range: event.shiftKey,
        focusOnly: mod && !event.shiftKey && event.key.startsWith('Arrow'),
      })
      focusItem(to, 'auto')
    } else if (mod && event.key.toLowerCase() === 'a') props.onSelectAll()
    else if (event.key === ' ') props.onReach(activeIndex, { toggle: true, range: event.shiftKey })
    else if (event.key === 'Enter' && active && !mod) props.onOpen(active)
    else if (!props.onKey(event)) return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div ref={scroller} data-testid="gallery-scroller" className="relative min-h-0 flex-1 overflow-y-auto overflow-x-hidden">
      <div
        ref={list}
        role="listbox"
        tabIndex={-1}
        aria-label={props.label}
        aria-multiselectable
        className="relative w-full outline-none"
        style={{ height: virtualizer.getTotalSize() }}
        onClick={onClick}
        onFocus={() => (hasFocus.current = true)}
        onBlur={(event) => (hasFocus.current = event.relatedTarget === null)}
        onDoubleClick={(event) => {
          const found = at(event.target)
          if (found?.result && !event.ctrlKey && !event.metaKey && !event.shiftKey) props.onOpen(found.result)
        }}
        onKeyDown={onKeyDown}
        onContextMenu={(event) => {
          const found = at(event.target)
          if (!found?.result) return
          event.preventDefault()
          props.onContextMenu(found.index, found.element)
        }}
        onDragStart={(event) => {
          const found = at(event.target)
          if (!found?.result) return
          const items = props.dragged(found.result)
          drag.start(
            event,
            {
              kind: 'pictures',
              items: items.map(({ pictureId, assetId, pictureName }) => ({ pictureId, assetId, name: pictureName })),
            },
            [...found.element.querySelectorAll('img')],
          )
        }}
      >
        {virtualizer.getVirtualItems().map((row) => {
          const first = row.index * columns
          const offScreen = row.index < firstRow - overscan || row.index > lastRow + overscan
          return (
            <GalleryRow
              key={row.key}
              first={first}
              count={Math.min(columns, total - first)}
              // Of a row that is kept for the focus alone, that one item.
              only={offScreen ? activeIndex : undefined}
              page={pages.pages.get(Math.floor(first / pageSize))}
              nextPage={pages.pages.get(Math.floor((first + columns - 1) / pageSize))}
              total={total}
              fileUrl={props.fileUrl}
              labelOf={props.labelOf}
              nameOf={props.nameOf}
              selected={props.selected}
              activeIndex={row.index === activeRow ? activeIndex : undefined}
              y={row.start}
              itemWidth={itemWidth}
              itemHeight={rowHeight - gridGap}
            />
          )
        })}
      </div>
    </div>
  )
}

interface GalleryRowProps extends Pick<GalleryGridProps, 'fileUrl' | 'labelOf' | 'nameOf' | 'selected'> {
  /** Place of its first item. */
  first: number
  count: number
  only: number | undefined
  /** The pages that its first and its last item lie in. */
  page: GalleryPage | undefined
  nextPage: GalleryPage | undefined
  total: number
  activeIndex: number | undefined
  y: number
  itemWidth: number
  itemHeight: number
}

/** One row of the grid: a unit of rendering, not an element, so that scrolling compares a dozen rows and not all their items. */
const GalleryRow = memo(function GalleryRow(props: GalleryRowProps): ReactElement {
  const { first } = props
  return (
    <>
      {Array.from({ length: props.count }, (_unused, column) => {
        const index = first + column
        if (props.only !== undefined && props.only !== index) return null
        const own = Math.floor(index / pageSize) === Math.floor(first / pageSize) ? props.page : props.nextPage
        const result = own?.results[index % pageSize]
        return (
          <GalleryItem
            key={index}
            result={result}
            index={index}
            total={props.total}
            src={result && (own?.thumbnails.get(result.assetId) ?? props.fileUrl(result.assetId, { width: thumbnailWidth }))}
            label={result ? props.labelOf(result) : ''}
            name={props.nameOf(result)}
            selected={result !== undefined && props.selected.has(result.assetId)}
            active={index === props.activeIndex}
            x={gridPadding + column * (props.itemWidth + gridGap)}
            y={props.y}
            width={props.itemWidth}
            height={props.itemHeight}
          />
        )
      })}
    </>
  )
})
